"""Our comparison of two drawings against bpmn-js-differ's: the same is added, removed, changed and moved.

Where they differ is argued here, one reason after the other; nothing else may differ, and nothing that they tell is
missed by ours.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree

from engine.comparing import ADDED, CHANGED, MOVED, REMOVED, Change, compare
from engine.compiling.xml import BPMN, BPMNDI, DC, DI, local, parse
from tests.engine.differential.node import ask

PROCESSES = Path(__file__).parents[3] / "processes"
FILES = sorted(PROCESSES.glob("*/*.bpmn"))
STUDIO = Path(__file__).parents[3] / "web/studio/diagram/planipref.json"
EDITS = 60
NAMES: Final = re.compile(b"nouvelle_demarche|renouvellement_titre_sejour|echange_permis_conduire")
STEPS: Final = ("userTask", "serviceTask", "callActivity", "exclusiveGateway", "endEvent", "intermediateCatchEvent")
Root = etree._Element
Pair = tuple[bytes, bytes]
Told = dict[str, dict[str, Any]]


# -- edits that an analyst makes ---------------------------------------------------------------------------------------


def found(root: Root, *names: str) -> list[Root]:
    """The elements of these names that have an id, in the order of the file."""
    return [one for one in root.iter(*(f"{{{BPMN}}}{name}" for name in names)) if one.get("id")]


def renamed(root: Root, chance: random.Random) -> None:
    chance.choice(found(root, *STEPS)).set("name", f"Autrement {chance.random()}")


def with_condition(root: Root, chance: random.Random) -> None:
    flow = chance.choice(found(root, "sequenceFlow"))
    for old in flow.findall(f"{{{BPMN}}}conditionExpression"):
        flow.remove(old)
    etree.SubElement(flow, f"{{{BPMN}}}conditionExpression").text = f"=x > {chance.randrange(999)}"


def turned(root: Root, chance: random.Random) -> None:
    chance.choice(found(root, "sequenceFlow")).set("targetRef", str(chance.choice(found(root, *STEPS)).get("id")))


def with_step(root: Root, chance: random.Random) -> None:
    scope = chance.choice(found(root, "process", "subProcess"))
    key = f"neuve_{chance.randrange(10**6)}"
    etree.SubElement(scope, f"{{{BPMN}}}task", id=key, name="Neuve")
    source = str(chance.choice(found(scope, *STEPS)).get("id"))
    etree.SubElement(scope, f"{{{BPMN}}}sequenceFlow", id=f"vers_{key}", sourceRef=source, targetRef=key)
    shape = etree.SubElement(plane(root), f"{{{BPMNDI}}}BPMNShape", id=f"{key}_di", bpmnElement=key)
    etree.SubElement(shape, f"{{{DC}}}Bounds", x="10", y="10", width="100", height="80")


def without(root: Root, chance: random.Random) -> None:
    drop(root, chance.choice(found(root, "userTask", "serviceTask", "endEvent", "subProcess")))


def documented(root: Root, chance: random.Random) -> None:
    step = chance.choice(found(root, *STEPS))
    for old in step.findall(f"{{{BPMN}}}documentation"):
        step.remove(old)
    note = etree.Element(f"{{{BPMN}}}documentation")
    note.text = f"Dit le {chance.random()}"
    step.insert(0, note)


def extended(root: Root, chance: random.Random) -> None:
    ours = [one for one in root.iter("{urn:planipref:bpmn:1}*") if one.get("valeur")]
    if ours:
        chance.choice(ours).set("valeur", f'="{chance.random()}"')


def elsewhere(root: Root, chance: random.Random) -> None:
    shape = chance.choice(list(root.iter(f"{{{BPMNDI}}}BPMNShape")))
    shape[0].set("x", str(float(str(shape[0].get("x"))) + 40))


def bent(root: Root, chance: random.Random) -> None:
    chance.choice(list(root.iter(f"{{{DI}}}waypoint"))).set("y", str(chance.randrange(5000)))


def labelled(root: Root, chance: random.Random) -> None:
    labels = [one for one in root.iter(f"{{{BPMNDI}}}BPMNLabel") if len(one)]
    if labels:
        chance.choice(labels)[0].set("x", str(chance.randrange(5000)))


def in_another_lane(root: Root, chance: random.Random) -> None:
    references = list(root.iter(f"{{{BPMN}}}flowNodeRef"))
    lanes = found(root, "lane")
    if references and len(lanes) > 1:
        one = chance.choice(references)
        chance.choice(lanes).append(one)


def timed(root: Root, chance: random.Random) -> None:
    spans = list(root.iter(f"{{{BPMN}}}timeDuration", f"{{{BPMN}}}timeDate"))
    if spans:
        chance.choice(spans).text = f"P{chance.randrange(2, 999)}D"


def renamed_message(root: Root, chance: random.Random) -> None:
    messages = found(root, "message")
    if messages:
        chance.choice(messages).set("name", f"message_{chance.randrange(999)}")


def of_the_process(root: Root, chance: random.Random) -> None:
    chance.choice(found(root, "process")).set("name", f"Démarche {chance.random()}")


EDITORS: tuple[Callable[[Root, random.Random], None], ...] = (
    renamed,
    with_condition,
    turned,
    with_step,
    without,
    documented,
    extended,
    elsewhere,
    bent,
    labelled,
    in_another_lane,
    timed,
    renamed_message,
    of_the_process,
)


def plane(root: Root) -> Root:
    return next(root.iter(f"{{{BPMNDI}}}BPMNPlane"))


def drop(root: Root, element: Root) -> None:
    """Take an element away with all that hangs on it, as the editor does."""
    gone, hanging = set[str](), [element]
    ends = ("sourceRef", "targetRef", "attachedToRef", "bpmnElement")
    for one in hanging:
        gone |= {str(inside.get("id")) for inside in one.iter("*") if inside.get("id")}
        more = (other for other in root.iter("*") if any(other.get(end) in gone for end in ends))
        hanging += [other for other in more if other not in hanging]
    for one in [*hanging, *(one for one in root.iter(f"{{{BPMN}}}flowNodeRef") if one.text in gone)]:
        holder = one.getparent()
        if holder is not None:
            holder.remove(one)
    for one in root.iter("*"):
        if one.get("default") in gone:
            del one.attrib["default"]


def edited(content: bytes, seed: int) -> bytes:
    """A file after a few edits."""
    chance, root = random.Random(seed), deepcopy(parse(content))
    for edit in chance.sample(EDITORS, chance.randint(1, 4)):
        edit(root, chance)
    return etree.tostring(root)


def pairs() -> list[Pair]:
    """Each file and the same after edits, in turn; then one démarche in place of another, as if under one name."""
    made = [(one.read_bytes(), seed) for seed, one in zip(range(EDITS), itertools.cycle(FILES), strict=False)]
    alike = [NAMES.sub(b"demarche", one.read_bytes()) for one in FILES if one.parent.name != "_commun"]
    return [*((content, edited(content, seed)) for content, seed in made), *itertools.permutations(alike, 2)]


# -- what differs, and why that is right -------------------------------------------------------------------------------


class Sides:
    """A pair as both comparisons tell it."""

    def __init__(self, pair: Pair, theirs: dict[str, Told]) -> None:
        self.before, self.after = (elements(one) for one in pair)
        self.labels = [bounds(one, labels=True) for one in pair]
        self.places = [bounds(one, labels=False) for one in pair]
        self.ours: dict[str, Change] = {one.id: one for one in compare(*pair)}
        self.theirs = theirs

    def told(self, kind: str) -> set[str]:
        return {key for key, one in self.ours.items() if one.kind == kind}

    def complaints(self) -> Iterator[str]:
        yield from self._new_and_gone(ADDED, self.after)
        yield from self._new_and_gone(REMOVED, self.before)
        yield from self._changed()
        yield from self._moved()

    def _new_and_gone(self, kind: str, side: dict[str, Root]) -> Iterator[str]:
        # They name what holds others; we name everything that is drawn in it as well.
        named = {key for key in self.theirs[kind] if key in side}
        whole = named | {str(one.get("id")) for key in named for one in side[key].iter("*") if one.get("id")}
        ours = self.told(kind)
        # They are at a loss where what holds an element has come or gone as well: it is then new and gone at once.
        both = self.theirs[ADDED].keys() & self.theirs[REMOVED].keys()
        yield from (f"{kind} {key}: missed" for key in drawn(named, side) - ours - both)
        yield from (f"{kind} {key}: too much" for key in ours - whole)

    def _changed(self) -> Iterator[str]:
        theirs = {self._holder(key, one) for key, one in self.theirs[CHANGED].items()}
        theirs |= self.theirs[ADDED].keys() & self.theirs[REMOVED].keys()
        ours = self.told(CHANGED)
        for key in theirs - self.ours.keys() | theirs & self.told(MOVED):
            # Lanes and lists of references belong to the drawing of roles; we tell them at each step.
            if key in self.after and local(self.after[key]) not in (
                "collaboration",
                "laneSet",
                "process",
                "dataObject",
            ):
                about = self.theirs[CHANGED].get(key, {}).get("about")
                yield f"changed {key}: missed, {local(self.after[key])} {about}"
        for key in ours - theirs:
            if not all(self._more(detail) for detail in self.ours[key].details):
                yield f"changed {key}: too much, {self.ours[key].details}"

    def _moved(self) -> Iterator[str]:
        theirs = self.theirs[MOVED].keys() & self.after.keys() & self.before.keys()
        for key in theirs - self.ours.keys():
            # A label that wanders changes nothing for anybody; half a point is none.
            same_place = self.places[0].get(key) == self.places[1].get(key)
            if not same_place and local(self.after[key]) not in ("process", "collaboration", "association", "group"):
                yield f"moved {key}: missed"
        yield from (f"moved {key}: too much" for key in self.told(MOVED) - theirs)

    def _holder(self, key: str, one: dict[str, Any]) -> str:
        """A line of data is told with the step that it feeds, a process with its pool."""
        return str(one["holder"]) if one["type"].endswith("Association") else key

    def _more(self, detail: str) -> bool:
        """What we tell and they do not: the lane of a step, the span of a timer with an id, a message's new name."""
        return detail.startswith(("couloir", "délai", "date", "message", "signal", "erreur", "escalade", "répétition"))


def elements(content: bytes) -> dict[str, Root]:
    return {str(one.get("id")): one for one in parse(content).iter("*") if one.get("id")}


def drawn(keys: set[str], side: dict[str, Root]) -> set[str]:
    """Those that a drawing shows by themselves."""
    hidden = {"collaboration", "laneSet", "dataObject", "process", "dataInputAssociation", "dataOutputAssociation"}
    return {key for key in keys if local(side[key]) not in hidden}


def bounds(content: bytes, *, labels: bool) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for shape in parse(content).iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge"):
        inside = shape.iter(f"{{{DC}}}Bounds", f"{{{DI}}}waypoint")
        kept = [one for one in inside if labels or next(one.iterancestors()).tag != f"{{{BPMNDI}}}BPMNLabel"]
        points = [
            f"{name}={round(float(one.get(name) or 0))}" for one in kept for name in ("x", "y", "width", "height")
        ]
        told[str(shape.get("bpmnElement"))] = points
    return told


@pytest.fixture(scope="module")
def answered() -> list[Sides]:
    """Every pair with both answers."""
    made = pairs()
    request = {
        "pairs": [[before.decode(), after.decode()] for before, after in made],
        "extensions": {"planipref": json.loads(STUDIO.read_text())},
    }
    theirs = ask("differ.mjs", "bpmn-js-differ", request)
    return [Sides(pair, told) for pair, told in zip(made, theirs, strict=True)]


def test_both_tell_the_same_but_for_what_is_argued_here(answered: list[Sides]) -> None:
    wrong = [f"{number}: {one}" for number, sides in enumerate(answered) for one in sides.complaints()]
    assert wrong == []


def test_every_kind_of_change_was_among_them(answered: list[Sides]) -> None:
    for kind in (ADDED, REMOVED, CHANGED, MOVED):
        assert sum(len(sides.told(kind)) for sides in answered) > 5
        assert sum(len(sides.theirs[kind]) for sides in answered) > 5


def test_what_they_pass_over_is_told_by_ours(answered: list[Sides]) -> None:
    more = {
        detail.split("\u00a0")[0].split()[0]
        for sides in answered
        for one in sides.ours.values()
        for detail in one.details
    }
    assert {"couloir", "date", "message"} <= more
