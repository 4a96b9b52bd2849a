from __future__ import annotations

import copy
import threading
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from engine.definition import build
from engine.errors import DefinitionInvalid
from engine.feel import dmn
from tests.engine.player import END, START, Player, definition, document, flows, service, timer, user, when

MULTI = (
    '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>2</loopCardinality>'
    "</multiInstanceLoopCharacteristics>"
)
UNDONE = "<compensateEventDefinition/>"
REPEATED = (
    "<multiInstanceLoopCharacteristics><extensionElements><planipref:boucle collection='[1]' resultat='r'/>"
    "</extensionElements></multiInstanceLoopCharacteristics>"
)
LINK = "<intermediateCatchEvent id='{}'><linkEventDefinition name='L'/></intermediateCatchEvent>"
UNDOING = '<compensateEventDefinition activityRef="absent"/>'


def rules(body: str, *others: tuple[str, str], head: str = "") -> list[str]:
    with pytest.raises(DefinitionInvalid) as refused:
        definition(body, *others, head=head)
    assert all(finding.message.strip() for finding in refused.value.findings)
    return sorted({finding.rule for finding in refused.value.findings})


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ("<scriptTask id='x'/>", "script"),
        ("<serviceTask id='x'/>", "action"),
        ("<sendTask id='x'/>", "reference"),
        ("<businessRuleTask id='x'/>", "decision"),
        ("<callActivity id='x'/>", "processus"),
        ("<callActivity id='x' calledElement='absent'/>", "processus"),
        ("<choreographyTask id='x'/>", "element"),
        ("<task/>", "identifiant"),
        ("<task id='x'/><task id='x'/>", "identifiant"),
        ("<sequenceFlow id='x' sourceRef='debut' targetRef='absent'/>", "reference"),
        ("<task id='x' default='absent'/>", "reference"),
        ("<boundaryEvent id='x' attachedToRef='absent'><timerEventDefinition/></boundaryEvent>", "reference"),
        ("<receiveTask id='x' messageRef='absent'/>", "reference"),
        ("<intermediateCatchEvent id='x'><timerEventDefinition/></intermediateCatchEvent>", "minuterie"),
        (f"<intermediateCatchEvent id='x'>{timer('0 0 12 * *', 'timeCycle')}</intermediateCatchEvent>", "minuterie"),
        (f"<intermediateCatchEvent id='x'>{timer('R3/PT1H')}</intermediateCatchEvent>", "minuterie"),
        ("<intermediateCatchEvent id='x'><errorEventDefinition/></intermediateCatchEvent>", "evenement"),
        ("<intermediateCatchEvent id='x'><conditionalEventDefinition/></intermediateCatchEvent>", "expression"),
        ("<intermediateThrowEvent id='x'><linkEventDefinition name='L'/></intermediateThrowEvent>", "lien"),
        ("<startEvent id='x'/>", "debuts"),
        ("<subProcess id='x'><startEvent id='y'><signalEventDefinition/></startEvent></subProcess>", "debuts"),
        ("<subProcess id='x' triggeredByEvent='true'/>", "sous-processus-evenement"),
        ("<subProcess id='x' triggeredByEvent='true'><startEvent id='y'/></subProcess>", "sous-processus-evenement"),
        ("<endEvent id='x'><cancelEventDefinition/></endEvent>", "annulation"),
        ("<transaction id='t'><endEvent id='x'><cancelEventDefinition/></endEvent></transaction>", "annulation"),
        ("<complexGateway id='x'/><task id='y'/>" + flows("debut x", "y x"), "porte-complexe"),
        ("<eventBasedGateway id='x'/>", "porte-evenements"),
        ("<eventBasedGateway id='x'/><task id='y'/>" + flows("x y"), "porte-evenements"),
        ("<task id='x'><multiInstanceLoopCharacteristics/></task>", "repetition"),
        ("<task id='x'><standardLoopCharacteristics/></task>", "repetition"),
        ("<task id='y'/><boundaryEvent id='x' attachedToRef='y'>" + UNDONE + "</boundaryEvent>", "compensation"),
        ("<task id='x'>" + REPEATED + "</task>", "repetition"),
        ("<userTask id='x' startQuantity='2'/>", "quantite"),
        (f"<subProcess id='x' triggeredByEvent='true'><startEvent id='y'>{UNDONE}</startEvent></subProcess>",
         "compensation"),
        (LINK.format("x") + LINK.format("y"), "lien"),
        ("<task id='x'><multiInstanceLoopCharacteristics noneBehaviorEventRef='s'><loopCardinality>1</loopCardinality>"
         "</multiInstanceLoopCharacteristics></task>", "repetition"),
        ("<adHocSubProcess id='x'><startEvent id='y'/></adHocSubProcess>", "ad-hoc"),
        ("<task id='x'/>" + when("debut", "x", "1 +"), "expression"),
        (f"<intermediateThrowEvent id='x'>{UNDOING}</intermediateThrowEvent>", "reference"),
    ],
)  # fmt: skip
def test_what_cannot_run_right_is_refused(inside: str, rule: str) -> None:
    assert rule in rules(START + inside + END + flows("debut fin"))


def test_everything_wrong_is_told_at_once_with_its_place() -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        definition(START + "\n<scriptTask id='x' name='Le script'/>\n<serviceTask id='y'/>" + flows("debut x y"))
    told = [(finding.rule, finding.element, finding.line) for finding in refused.value.findings]
    assert told == [("script", "x", 2), ("action", "y", 3)]
    assert refused.value.findings[0].element_name == "Le script"


def test_a_called_process_must_have_a_plain_start() -> None:
    called = (
        '<startEvent id="d"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></startEvent>'
    )
    assert rules(START + '<callActivity id="c" calledElement="bloc"/>' + flows("debut c"), ("bloc", called)) == [
        "processus"
    ]


def test_one_executable_process_is_the_main_one() -> None:
    one, other = document(START, process="un"), document(START, process="deux", executable=False)
    assert build([one, other]).process == "un"
    assert build([one, other], process="deux").process == "deux"
    for documents, name in (([one, document(START, process="trois")], None), ([one], "absent"), ([], None)):
        with pytest.raises(DefinitionInvalid):
            build(documents, process=name)


def test_the_digest_follows_what_the_documents_say() -> None:
    first, same, other = definition(START + user("a")), definition(START + user("a")), definition(START + user("b"))
    assert first.digest == same.digest != other.digest


def test_the_digest_overlooks_layout_and_order_of_attributes() -> None:
    inside = START + user("a")
    spread = inside.replace("><", ">\n  <").replace('id="a" name="a"', 'name="a" id="a"')
    assert definition(spread).digest == definition(inside).digest
    assert spread != inside


def test_the_digest_follows_what_a_table_decides_and_overlooks_how_it_is_drawn() -> None:
    def deciding(text: str, more: str = "") -> str:
        table = (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">'
            f'<decision id="k" name="k"><literalExpression><text>{text}</text></literalExpression></decision>{more}'
            "</definitions>"
        )
        return definition(START + user("a"), decisions={"k": dmn.load(table.encode())}).digest

    drawing = '<di:DMNDI xmlns:di="https://www.omg.org/spec/DMN/20191111/DMNDI/"><di:DMNDiagram/></di:DMNDI>'
    assert deciding("1") == deciding("1", drawing) != deciding("2")


def test_elements_are_told_by_process() -> None:
    found = definition(
        START + '<callActivity id="c" calledElement="bloc"/>' + flows("debut c"), ("bloc", START + user("x"))
    )
    assert found.elements["c"].type == "callActivity"
    assert found.elements["x"].process == "bloc"
    info = found.element("bloc", "debut")
    assert info is not None
    assert info.process == "bloc"
    assert found.element("bloc", "c") is None


def snapshot(found: Any) -> list[Any]:
    rows = []
    for key, node in sorted(found.nodes.items()):
        known = {name: repr(value) for name, value in vars(node).items() if not name.endswith("_event")}
        rows.append((key, known))
    return copy.deepcopy(rows)


def test_a_definition_is_never_changed_by_a_run() -> None:
    esp = (
        '<subProcess id="e" triggeredByEvent="true"><startEvent id="ed" isInterrupting="false">'
        '<signalEventDefinition signalRef="s"/></startEvent></subProcess>'
    )
    body = START + f'<userTask id="a">{MULTI}</userTask>' + service("s1") + END + flows("debut a s1 fin") + esp
    found = definition(body, head='<signal id="s" name="S"/>')
    before = snapshot(found)
    play = Player(found)
    play.signal("S").do("a").do("a").answer(play.last.effects[0].id if play.last.effects else "")
    assert play.last.finished
    assert snapshot(found) == before
    with pytest.raises(FrozenInstanceError):
        found.process = "autre"  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.nodes["x"] = None  # type: ignore[index]


def test_many_threads_share_a_definition() -> None:
    found = definition(START + f'<userTask id="a">{MULTI}</userTask>' + END + flows("debut a fin"))
    ended: list[bool] = []

    def run() -> None:
        for _ in range(20):
            ended.append(Player(found).do("a").do("a").last.finished)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [True] * 80
