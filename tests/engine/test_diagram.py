"""The pictures: what a person sees, and what a person who cannot see is told."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from lxml import etree

from engine.arrange import arranged
from engine.compiling.xml import XmlRefused
from engine.diagram import STYLESHEET, render

SVG = "{http://www.w3.org/2000/svg}"
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="t">'
)
MODEL = """
<bpmn:process id="p" name="Renouvellement" isExecutable="true">
  <bpmn:startEvent id="depot" name="Dossier déposé"/>
  <bpmn:sequenceFlow id="f1" sourceRef="depot" targetRef="examen"/>
  <bpmn:userTask id="examen" name="Examiner le dossier &lt;complet&gt;"/>
  <bpmn:sequenceFlow id="f2" sourceRef="examen" targetRef="choix"/>
  <bpmn:exclusiveGateway id="choix" name="Complet ?"/>
  <bpmn:sequenceFlow id="f3" name="oui" sourceRef="choix" targetRef="fin"/>
  <bpmn:endEvent id="fin" name="Remis"><bpmn:terminateEventDefinition id="t"/></bpmn:endEvent>
  <bpmn:boundaryEvent id="rappel" name="30 jours" attachedToRef="examen" cancelActivity="false">
    <bpmn:timerEventDefinition id="d"><bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
</bpmn:process>
"""


def shape(key: str, x: int, y: int, width: int, height: int) -> str:
    return (
        f'<bpmndi:BPMNShape id="{key}_di" bpmnElement="{key}">'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
    )


def edge(key: str, *points: tuple[int, int]) -> str:
    way = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge id="{key}_di" bpmnElement="{key}">{way}</bpmndi:BPMNEdge>'


DRAWN = (
    '<bpmndi:BPMNDiagram id="dia"><bpmndi:BPMNPlane id="pl" bpmnElement="p">'
    + shape("depot", 100, 100, 36, 36)
    + shape("examen", 200, 78, 100, 80)
    + shape("choix", 360, 93, 50, 50)
    + shape("fin", 470, 100, 36, 36)
    + shape("rappel", 230, 140, 36, 36)
    + edge("f1", (136, 118), (200, 118))
    + edge("f2", (300, 118), (360, 118))
    + edge("f3", (410, 118), (470, 118))
    + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
)
WHOLE = f"{HEAD}{MODEL}{DRAWN}</bpmn:definitions>".encode()


def picture(bpmn: bytes = WHOLE, **shown: object) -> etree._Element:
    return etree.fromstring(render(bpmn, **shown).encode())  # type: ignore[arg-type]


def group(svg: etree._Element, key: str) -> etree._Element:
    return next(g for g in svg.iter(f"{SVG}g") if g.get("data-element") == key)


def text_in(element: etree._Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())


def test_the_picture_names_itself_to_a_screen_reader() -> None:
    svg = picture()
    assert svg.get("role") == "img"
    label = svg.get("aria-labelledby")
    assert next(t for t in svg.iter(f"{SVG}title") if t.get("id") == label).text == "Diagramme\u00a0: Renouvellement"


def test_the_steps_are_told_in_the_order_in_which_they_are_met() -> None:
    told = next(picture().iter(f"{SVG}desc")).text or ""
    assert [told.index(word) for word in ("Dossier déposé", "Examiner", "Remis")] == sorted(
        told.index(word) for word in ("Dossier déposé", "Examiner", "Remis")
    )
    assert "30 jours (événement attaché)" in told


def test_where_the_dossier_stands_is_drawn_and_told() -> None:
    svg = picture(tokens=["examen"], done=["depot"])
    assert "bpmn-jeton" in str(group(svg, "examen").get("class"))
    assert "bpmn-fait" in str(group(svg, "depot").get("class"))
    told = next(svg.iter(f"{SVG}desc")).text or ""
    assert "Examiner le dossier <complet>, en cours" in told
    assert "Dossier déposé (début), terminé" in told
    assert "bpmn-jeton" not in str(group(svg, "fin").get("class"))


def test_where_something_is_wrong_is_crossed_and_told() -> None:
    svg = picture(faults={"examen": "un scénario échoue ici"})
    assert "bpmn-echec" in str(group(svg, "examen").get("class"))
    assert [e for e in group(svg, "examen").iter() if e.get("class") == "bpmn-pastille-croix"]
    assert "Examiner le dossier <complet>, un scénario échoue ici" in (next(svg.iter(f"{SVG}desc")).text or "")
    assert "bpmn-echec" not in str(group(svg, "depot").get("class"))


def test_no_sign_is_hidden_by_an_event_at_the_edge() -> None:
    corner = DRAWN.replace(shape("rappel", 230, 140, 36, 36), shape("rappel", 182, 140, 36, 36))
    assert corner != DRAWN
    svg = picture(f"{HEAD}{MODEL}{corner}</bpmn:definitions>".encode(), faults={"examen": "échec"})
    sign = next(e for e in group(svg, "examen").iter() if e.get("class") == "bpmn-pastille-echec")
    assert float(str(sign.get("cx"))) > 218


def test_several_tokens_on_one_element_are_counted() -> None:
    assert "3" in text_in(group(picture(tokens=["examen"] * 3), "examen"))


def test_heat_is_drawn_by_degrees_and_told_in_figures() -> None:
    svg = picture(heat={"examen": 10.0, "depot": 1.0})
    hot = next(e for e in group(svg, "examen").iter() if "bpmn-chaleur" in str(e.get("class")))
    cold = next(e for e in group(svg, "depot").iter() if "bpmn-chaleur" in str(e.get("class")))
    assert float(str(hot.get("fill-opacity"))) > float(str(cold.get("fill-opacity")))
    assert "Examiner le dossier <complet>, 10" in (next(svg.iter(f"{SVG}desc")).text or "")


def test_a_flow_is_the_broader_the_more_went_that_way_whatever_the_heat_of_the_steps() -> None:
    svg = picture(heat={"examen": 900.0, "f1": 10.0, "f2": 5.0})
    broad, narrow = (
        next(e for e in group(svg, key).iter() if "bpmn-chaleur-flux" in str(e.get("class"))) for key in ("f1", "f2")
    )
    assert float(str(broad.get("stroke-width"))) > float(str(narrow.get("stroke-width")))
    assert not [e for e in group(svg, "f3").iter() if "bpmn-chaleur" in str(e.get("class"))]


def test_what_is_cooler_than_before_is_told_from_what_is_hotter_without_any_colour() -> None:
    svg = picture(heat={"examen": -3.0, "depot": 3.0})
    cool, warm = (group(svg, key) for key in ("examen", "depot"))
    assert [e for e in cool.iter() if e.get("stroke-dasharray")]
    assert not [e for e in warm.iter() if e.get("stroke-dasharray")]


def test_a_pool_is_told_by_its_plate_and_tints_nothing() -> None:
    model = (
        '<bpmn:collaboration id="c"><bpmn:participant id="nous" processRef="p"/></bpmn:collaboration>'
        '<bpmn:process id="p"><bpmn:task id="t"/></bpmn:process>'
    )
    drawn = arranged(f"{HEAD}{model}</bpmn:definitions>".encode())
    svg = picture(drawn, heat={"nous": 1.0, "t": 1.0}, figures={"nous": "modifié"})
    assert not [e for e in group(svg, "nous").iter() if "bpmn-chaleur" in str(e.get("class"))]
    assert [e for e in group(svg, "t").iter() if "bpmn-chaleur" in str(e.get("class"))]
    assert "modifié" in [text_in(e) for e in svg.iter(f"{SVG}text")]


def test_a_figure_is_written_beside_its_place_and_told_in_words() -> None:
    svg = picture(heat={"examen": 3.0}, figures={"examen": "12 · 3 j <b>", "f3": "7"})
    assert "12 · 3 j <b>" in [text_in(e) for e in svg.iter(f"{SVG}text") if e.get("class") == "bpmn-plaque-texte"]
    assert "Examiner le dossier <complet>, 12 · 3 j <b>" in (next(svg.iter(f"{SVG}desc")).text or "")
    assert "oui : 7" in text_in(group(svg, "f3"))


def test_a_figure_hides_no_event_at_the_edge_of_its_step() -> None:
    above = DRAWN.replace(shape("rappel", 230, 140, 36, 36), shape("rappel", 230, 60, 36, 36))
    svg = picture(f"{HEAD}{MODEL}{above}</bpmn:definitions>".encode(), figures={"examen": "3 j"})
    plate = next(e for e in svg.iter(f"{SVG}rect") if e.get("class") == "bpmn-plaque")
    assert float(str(plate.get("y"))) > 140


def test_a_flow_that_was_taken_is_drawn_as_done() -> None:
    svg = picture(done=["f1"])
    assert "bpmn-fait" in str(group(svg, "f1").get("class"))
    assert "bpmn-fait" not in str(group(svg, "f2").get("class"))


def test_nothing_in_the_picture_needs_inline_style_or_script() -> None:
    svg = picture(tokens=["examen"], done=["depot"], heat={"examen": 2.0})
    assert not [e for e in svg.iter() if e.get("style") or etree.QName(e).localname in {"script", "style"}]
    assert not [a for e in svg.iter() for a in e.attrib if str(a).startswith("on")]


def test_every_class_that_the_stylesheet_themes_is_drawn_somewhere() -> None:
    shown = {"choix": 1.0, "examen": -1.0, "f1": 1.0, "f2": -1.0}
    drawn = render(
        WHOLE,
        tokens=["examen", "examen", "fin"],
        done=["depot", "f3"],
        heat=shown,
        figures={"examen": "3 j"},
        faults={"depot": "arrêté"},
    )
    classes = set(re.findall(r"\.(bpmn[a-z-]*)", STYLESHEET))
    assert not {name for name in classes if name not in drawn}


def test_a_file_without_drawing_becomes_a_list_of_its_steps() -> None:
    svg = picture(f"{HEAD}{MODEL}</bpmn:definitions>".encode())
    assert "1. Dossier déposé" in text_in(svg)


def test_a_file_that_is_not_safe_xml_is_refused() -> None:
    with pytest.raises(XmlRefused):
        render(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


def test_a_marker_tells_a_sequential_repetition_from_a_parallel_one() -> None:
    def drawn(sequential: str) -> str:
        several = f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}"/>'
        model = MODEL.replace('&lt;complet&gt;"/>', f'complet">{several}</bpmn:userTask>')
        return etree.tostring(group(picture(f"{HEAD}{model}{DRAWN}</bpmn:definitions>".encode()), "examen")).decode()

    assert "bpmn-marque" in drawn("true")
    assert drawn("true") != drawn("false")


@pytest.mark.skipif(
    not os.environ.get("PLANIPREF_CONFORMANCE"), reason="did not run: PLANIPREF_CONFORMANCE names no folder"
)
def test_every_reference_model_is_drawn_with_every_named_element() -> None:
    files = sorted((Path(os.environ["PLANIPREF_CONFORMANCE"]) / "miwg").glob("*.bpmn"))
    assert files
    for file in files:
        begun = time.perf_counter()
        svg = picture(file.read_bytes())
        assert time.perf_counter() - begun < 2, file.name
        keys = {g.get("data-element") for g in svg.iter(f"{SVG}g")}
        shown = etree.parse(str(file)).iter("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape")
        assert {str(s.get("bpmnElement")).rsplit(":", 1)[-1] for s in shown if s.get("bpmnElement")} <= keys, file.name
