"""A file that draws nothing is laid out: nothing over anything else, every line along free ground, the meaning kept."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from engine.arrange import arranged, is_drawn
from engine.compile import apply_fixes
from engine.compiling.xml import XmlRefused, local, parse
from engine.definition import build
from engine.drawing.model import Box, Edge, Plane, Shape, planes
from tests.engine.differential.node import ask

PROCESSES = Path(__file__).parents[2] / "processes"
DRAWN = sorted(PROCESSES.glob("*/*.bpmn"))
HOLDERS = {"participant", "lane", "subProcess"}
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'


def bare(content: bytes) -> bytes:
    """A file without its diagrams."""
    found = re.sub(rb"\s*<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", content, flags=re.DOTALL)
    assert not is_drawn(found)
    return found


def file(*inside: str) -> bytes:
    """A process of these elements."""
    return f'{HEAD}<process id="p" isExecutable="true">{"".join(inside)}</process></definitions>'.encode()


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def only(content: bytes) -> Plane:
    """The one diagram of a file that is laid out."""
    (plane,) = planes(parse(arranged(content)))
    return plane


def box_of(plane: Plane, key: str) -> Box:
    return next(one.box for one in plane.shapes if one.element.get("id") == key)


def way_of(plane: Plane, key: str) -> tuple[tuple[float, float], ...]:
    return next(one.points for one in plane.edges if one.element.get("id") == key)


def over(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def within(one: Box, other: Box) -> bool:
    return one.x >= other.x and one.y >= other.y and one.right <= other.right and one.bottom <= other.bottom


def crossed(edge: Edge, steps: list[Shape]) -> list[str]:
    """The steps that a line runs over, but for its ends."""
    ends = {edge.element.get("sourceRef"), edge.element.get("targetRef")}
    strips = [
        Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]) or 0.1, abs(a[1] - b[1]) or 0.1)
        for a, b in itertools.pairwise(edge.points)
    ]
    others = [one for one in steps if one.element.get("id") not in ends]
    return [str(one.element.get("id")) for one in others if any(over(one.box.inset(2), strip) for strip in strips)]


@pytest.mark.parametrize("path", DRAWN, ids=[f"{one.parent.name}-{one.stem}" for one in DRAWN])
def test_every_process_of_ours_can_be_drawn_anew(path: Path) -> None:
    plane = only(bare(path.read_bytes()))
    steps = [one for one in plane.shapes if local(one.element) not in HOLDERS | {"boundaryEvent"}]
    flows = [one for one in plane.edges if local(one.element) == "sequenceFlow"]
    root = parse(path.read_bytes())
    assert len(flows) == len([one for one in root.iter() if local(one) == "sequenceFlow"])
    assert not [(a, b) for a, b in itertools.combinations(steps, 2) if over(a.box, b.box)]
    assert {one.element.get("id"): crossed(one, steps) for one in flows if crossed(one, steps)} == {}
    assert all(a[0] == b[0] or a[1] == b[1] for one in flows for a, b in itertools.pairwise(one.points))


@pytest.mark.parametrize("path", DRAWN, ids=[f"{one.parent.name}-{one.stem}" for one in DRAWN])
def test_steps_stand_in_their_lanes_and_events_at_their_edges(path: Path) -> None:
    plane = only(bare(path.read_bytes()))
    for lane in (one for one in plane.shapes if local(one.element) == "lane"):
        for inside in lane.element.iter("{*}flowNodeRef"):
            if parse(path.read_bytes()).find(f".//{{*}}boundaryEvent[@id='{inside.text}']") is None:
                assert within(box_of(plane, str(inside.text)), lane.box)
    for event in (one for one in plane.shapes if local(one.element) == "boundaryEvent"):
        host = box_of(plane, str(event.element.get("attachedToRef")))
        assert event.box.middle[1] == host.bottom
        assert host.x <= event.box.middle[0] <= host.right


def test_the_meaning_and_the_text_stay_as_they_are() -> None:
    text = bare((PROCESSES / "_commun/bloc_completude.bpmn").read_bytes())
    laid = arranged(text)
    assert laid.startswith(text[: text.rindex(b"</bpmn:definitions>")].rstrip())
    before, after = (build([parse(one)], process="bloc_completude") for one in (text, laid))
    assert before.digest == after.digest
    assert arranged(laid) == laid


def test_the_browser_reads_it_without_a_word() -> None:
    texts = [arranged(bare(one.read_bytes())).decode() for one in DRAWN]
    answers = ask("save.mjs", "bpmn-moddle", {"texts": texts, "extensions": {}})
    assert [one["warnings"] for one in answers] == [[] for _ in DRAWN]


def test_a_way_back_runs_above_and_a_branch_below() -> None:
    steps = "".join(f'<task id="{one}"/>' for one in ("b", "c", "d"))
    gateway = '<startEvent id="a"/><exclusiveGateway id="g"/>'
    plane = only(file(gateway, steps, flow("a", "b"), flow("b", "g"), flow("g", "c"), flow("g", "d"), flow("c", "b")))
    assert box_of(plane, "b").x < box_of(plane, "g").x < box_of(plane, "c").x == box_of(plane, "d").x
    assert box_of(plane, "c").middle[1] == box_of(plane, "b").middle[1] < box_of(plane, "d").y
    assert min(y for _, y in way_of(plane, "c_b")) < box_of(plane, "b").y
    assert way_of(plane, "g_d")[0] == (box_of(plane, "g").middle[0], box_of(plane, "g").bottom)


def test_a_step_that_leads_to_itself_has_a_loop_and_a_long_way_runs_round_what_is_between() -> None:
    steps = "".join(f'<task id="{one}"/>' for one in ("a", "b", "c"))
    plane = only(file(steps, flow("a", "a"), flow("a", "b"), flow("b", "c"), flow("a", "c")))
    assert len(way_of(plane, "a_a")) == 4
    around = next(one for one in plane.edges if one.element.get("id") == "a_c")
    assert crossed(around, plane.shapes) == []


def test_a_subprocess_is_opened_round_its_steps_and_data_stands_beside() -> None:
    inside = f'<subProcess id="s"><startEvent id="i"/><task id="j"/>{flow("i", "j")}</subProcess>'
    reads = '<dataInputAssociation id="lu"><sourceRef>notes</sourceRef></dataInputAssociation>'
    data = f'<task id="t">{reads}</task><dataStoreReference id="notes"/><textAnnotation id="mot"/>'
    tie = '<association id="lien" sourceRef="mot" targetRef="t"/>'
    plane = only(file(inside, data, flow("s", "t"), tie))
    assert all(within(box_of(plane, one), box_of(plane, "s")) for one in ("i", "j"))
    assert next(one.expanded for one in plane.shapes if one.element.get("id") == "s")
    assert box_of(plane, "notes").y > box_of(plane, "t").bottom
    assert way_of(plane, "lu")[-1][1] == box_of(plane, "t").bottom
    assert not over(box_of(plane, "notes"), box_of(plane, "mot"))
    assert way_of(plane, "lien")


def test_pools_stand_one_under_the_other_with_messages_between_them() -> None:
    pools = '<participant id="nous" processRef="p"/><participant id="eux"/>'
    lanes = '<laneSet id="ls"><lane id="haut"><childLaneSet id="cl"><lane id="l1"><flowNodeRef>a</flowNodeRef></lane>'
    lanes += '<lane id="l2"/></childLaneSet></lane></laneSet>'
    said = f'<collaboration id="c">{pools}<messageFlow id="m" sourceRef="a" targetRef="eux"/></collaboration>'
    content = f'{HEAD}{said}<process id="p">{lanes}<task id="a"/></process></definitions>'.encode()
    plane = only(content)
    assert box_of(plane, "nous").bottom < box_of(plane, "eux").y
    assert box_of(plane, "nous").width == box_of(plane, "eux").width
    assert way_of(plane, "m")[-1][1] == box_of(plane, "eux").y
    assert within(box_of(plane, "l1"), box_of(plane, "haut"))
    assert within(box_of(plane, "haut"), box_of(plane, "nous"))
    assert box_of(plane, "l1").bottom == box_of(plane, "l2").y


def test_a_message_crosses_between_the_pools() -> None:
    pools = '<participant id="a" processRef="p"/><participant id="b" processRef="q"/>'
    flows = '<messageFlow id="m" sourceRef="t1" targetRef="u2"/><messageFlow id="n" sourceRef="u1" targetRef="t2"/>'
    ours = f'<process id="p"><task id="t1"/><task id="t2"/>{flow("t1", "t2")}</process>'
    theirs = f'<process id="q"><task id="u1"/><task id="u2"/>{flow("u1", "u2")}</process>'
    whole = f'{HEAD}<collaboration id="c">{pools}{flows}</collaboration>{ours}{theirs}</definitions>'
    plane = only(whole.encode())
    for key in ("m", "n"):
        across = way_of(plane, key)[1]
        assert box_of(plane, "a").bottom < across[1] < box_of(plane, "b").y


def test_ids_are_nobody_elses_and_several_processes_have_a_diagram_each() -> None:
    processes = '<process id="p"><task id="a"/><task id="a_di"/></process><process id="q"><task id="b"/></process>'
    content = f"{HEAD}{processes}</definitions>"
    laid = arranged(content.encode())
    ids = [one.get("id") for one in parse(laid).iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert len(planes(parse(laid))) == 2


def test_what_cannot_be_drawn_stays_as_it_is() -> None:
    empty = f"{HEAD}</definitions>".encode()
    assert arranged(empty) == empty
    lost = file('<task id="a"/>', flow("a", "ailleurs"), flow("nulle_part", "a"))
    assert not only(lost).edges
    with pytest.raises(XmlRefused):
        arranged(b"<definitions")


def test_a_missing_drawing_is_an_automatic_correction() -> None:
    text = bare((PROCESSES / "_commun/bloc_remise.bpmn").read_bytes())
    assert is_drawn(apply_fixes(text))
    assert is_drawn(apply_fixes(text, {("dessin-absent", "")}))
    assert apply_fixes(text, {("dessin-absent", "ailleurs")}) == text
