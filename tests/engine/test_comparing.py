"""Two versions of a drawing: what is new, what is gone, what says something else, what only stands elsewhere."""

from __future__ import annotations

import pytest

from engine.comparing import Change, compare
from engine.compiling.xml import XmlRefused

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:planipref="urn:planipref:bpmn:1" targetNamespace="t"><bpmn:process id="p">'
)
MODEL = """
<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Guichet"><bpmn:flowNodeRef>examen</bpmn:flowNodeRef></bpmn:lane>
<bpmn:lane id="l2" name="Chef de service"></bpmn:lane></bpmn:laneSet>
<bpmn:startEvent id="depot" name="Déposé"/>
<bpmn:sequenceFlow id="f1" sourceRef="depot" targetRef="examen"/>
<bpmn:userTask id="examen" name="Examiner"><bpmn:extensionElements><planipref:formulaire ref="examen"/>
<planipref:action nom="a"><planipref:entree nom="delai" valeur="=1"/></planipref:action>
</bpmn:extensionElements></bpmn:userTask>
<bpmn:boundaryEvent id="rappel" attachedToRef="examen"><bpmn:timerEventDefinition id="t">
<bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:sequenceFlow id="f2" sourceRef="examen" targetRef="fin">
<bpmn:conditionExpression>=x &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:endEvent id="fin" name="Remis"/>
"""
PLANE = '</bpmn:process><bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="p">'
SHAPE = (
    '<bpmndi:BPMNShape id="s" bpmnElement="examen"><dc:Bounds x="1" y="2" width="100" height="80"/></bpmndi:BPMNShape>'
)
TAIL = "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
BEFORE = HEAD + MODEL + PLANE + SHAPE + TAIL


def changes(before: str, after: str) -> list[Change]:
    assert before in BEFORE
    return list(compare(BEFORE.encode(), BEFORE.replace(before, after).encode()))


@pytest.mark.parametrize(
    ("before", "after", "element", "said"),
    [
        ('name="Examiner"', 'name="Instruire"', "examen", "nom : « Examiner » devient « Instruire »"),
        ('formulaire ref="examen"', 'formulaire ref="autre"', "examen", "formulaire : « examen » devient « autre »"),
        ('valeur="=1"', 'valeur="=2"', "examen", "entrée delai : « =1 » devient « =2 »"),
        ("P30D", "P60D", "rappel", "délai : « P30D » devient « P60D »"),
        ("=x &gt; 1", "=x &gt; 2", "f2", "condition : « =x > 1 » devient « =x > 2 »"),
        ('targetRef="fin"', 'targetRef="depot"', "f2", "arrivée : « Remis » devient « Déposé »"),
    ],
)
def test_what_says_something_else_is_told_in_words(before: str, after: str, element: str, said: str) -> None:
    (one,) = changes(before, after)
    assert (one.id, one.kind) == (element, "changed")
    assert said in [detail.replace("\u00a0", " ") for detail in one.details]


def test_a_step_that_is_new_and_one_that_is_gone_are_told() -> None:
    found = changes('<bpmn:endEvent id="fin" name="Remis"/>', '<bpmn:endEvent id="fini" name="Clos"/>')
    assert [(one.id, one.kind) for one in found if one.kind in ("added", "removed")] == [
        ("fini", "added"),
        ("fin", "removed"),
    ]


def test_an_element_in_another_lane_has_another_role() -> None:
    lanes = '<bpmn:flowNodeRef>examen</bpmn:flowNodeRef></bpmn:lane>\n<bpmn:lane id="l2" name="Chef de service">'
    moved = '</bpmn:lane>\n<bpmn:lane id="l2" name="Chef de service"><bpmn:flowNodeRef>examen</bpmn:flowNodeRef>'
    (one,) = changes(lanes, moved)
    assert one.details[0].replace("\u00a0", " ") == "couloir : « Guichet » devient « Chef de service »"


def test_what_only_stands_elsewhere_has_moved() -> None:
    (one,) = changes('<dc:Bounds x="1"', '<dc:Bounds x="40"')
    assert (one.id, one.kind, one.details) == ("examen", "moved", ())


def test_spaces_comments_and_halves_of_a_point_change_nothing() -> None:
    assert not changes('<bpmn:startEvent id="depot"', '<!-- ici -->\n  <bpmn:startEvent  id="depot"')
    assert not changes('<dc:Bounds x="1"', '<dc:Bounds x="1.2"')


def test_everything_is_new_beside_an_empty_file_and_what_is_no_xml_is_refused() -> None:
    assert {one.kind for one in compare(b"", BEFORE.encode())} == {"added"}
    with pytest.raises(XmlRefused):
        compare(b"<a", BEFORE.encode())


def changed(before: str, after: str) -> list[str]:
    """What is told of the one element that changed."""
    (one,) = compare(f"{HEAD}{before}</bpmn:definitions>".encode(), f"{HEAD}{after}</bpmn:definitions>".encode())
    return [detail.replace("\u00a0", " ") for detail in (one.id, one.kind, *one.details)]


def test_a_message_that_is_renamed_changes_who_awaits_it() -> None:
    waits = '<bpmn:receiveTask id="attente" messageRef="m"/></bpmn:process><bpmn:message id="m" name="{}"/>'
    said = "message : « retrait » devient « abandon »"
    assert changed(waits.format("retrait"), waits.format("abandon")) == ["attente", "changed", said]
    ends = '<bpmn:endEvent id="fin"><bpmn:errorEventDefinition errorRef="e"/></bpmn:endEvent></bpmn:process>'
    ends += '<bpmn:error id="e" errorCode="{}"/>'
    assert changed(ends.format("A"), ends.format("B")) == ["fin", "changed", "erreur : « A » devient « B »"]


def test_an_element_in_another_subprocess_has_changed() -> None:
    inside = '<bpmn:subProcess id="s" name="Étude"><bpmn:task id="t"/></bpmn:subProcess></bpmn:process>'
    outside = '<bpmn:subProcess id="s" name="Étude"/><bpmn:task id="t"/></bpmn:process>'
    assert changed(inside, outside) == ["t", "changed", "sous-processus retiré : « Étude »"]


def test_a_process_speaks_for_itself_or_by_its_pool() -> None:
    alone = "<bpmn:documentation>{}</bpmn:documentation></bpmn:process>"
    assert changed(alone.format("a"), alone.format("b"))[:2] == ["p", "changed"]
    pooled = alone + '<bpmn:collaboration id="c"><bpmn:participant id="nous" processRef="p"/></bpmn:collaboration>'
    said = "documentation du processus : « a » devient « b »"
    assert changed(pooled.format("a"), pooled.format("b")) == ["nous", "changed", said]


def test_a_note_that_says_something_else_is_told() -> None:
    note = '<bpmn:textAnnotation id="n"><bpmn:text>{}</bpmn:text></bpmn:textAnnotation></bpmn:process>'
    assert changed(note.format("a"), note.format("b")) == ["n", "changed", "texte : « a » devient « b »"]
