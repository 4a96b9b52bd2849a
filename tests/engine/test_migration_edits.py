"""Drawings edited at random under running instances: either one follows and goes on, or it stays as it was."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from lxml import etree

from engine import runtime
from engine.definition import Definition, build
from engine.errors import DefinitionInvalid
from engine.migration import MigrationRefused, compare, migrate
from tests.engine.player import END, START, Player, document, flows, user
from tests.engine.test_runtime_random_walks import HEAD, Draughtsman, holds, open_of, walk

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BLOCK = START + user("zz") + END + flows("debut zz fin")


class Editor:
    """Changes a drawing here and there; `mapping` tells where renamed steps are now."""

    def __init__(self, body: str, chance: random.Random) -> None:
        self.root = document(body, head=HEAD)
        self.chance = chance
        self.count = 0
        self.mapping: dict[str, str] = {}
        self.known = {one.get("id") for one in self.root.iter(BPMN + "userTask")}

    def built(self) -> Definition:
        return build([self.root, document(BLOCK, process="bloc", executable=False)], process="p")

    def edit(self) -> None:
        """One change, whichever."""
        edits: list[Callable[[], None]] = [
            self.add,
            self.drop,
            self.rename,
            self.call,
            self.slow,
            self.watch,
            self.blind,
        ]
        self.chance.choice(edits)()

    def some(self, kind: str) -> Any | None:
        found = list(self.root.iter(BPMN + kind))
        return self.chance.choice(found) if found else None

    def fresh(self) -> str:
        self.count += 1
        return f"neuf{self.count}"

    def add(self) -> None:
        """A task in the middle of a flow."""
        flow = self.some("sequenceFlow")
        if flow is None:
            return
        name, target = self.fresh(), flow.get("targetRef")
        flow.addnext(etree.Element(BPMN + "userTask", id=name))
        attributes = {"id": f"{name}-f", "sourceRef": name, "targetRef": target}
        flow.addnext(etree.Element(BPMN + "sequenceFlow", attributes))
        flow.set("targetRef", name)

    def drop(self) -> None:
        """A task gone, its flows joined."""
        task = self.some("userTask")
        if task is None:
            return
        scope, name = task.getparent(), task.get("id")
        into = [one for one in scope.iter(BPMN + "sequenceFlow") if one.get("targetRef") == name]
        out = [one for one in scope.iter(BPMN + "sequenceFlow") if one.get("sourceRef") == name]
        tied = any(one.get("attachedToRef") == name for one in scope.iter(BPMN + "boundaryEvent"))
        if len(out) == 1 and into and not tied:
            for flow in into:
                flow.set("targetRef", out[0].get("targetRef"))
            scope.remove(out[0])
            scope.remove(task)

    def rename(self) -> None:
        """A task with another id, which the mapping tells."""
        task = self.some("userTask")
        if task is None or task.get("isForCompensation"):
            return
        old, new = task.get("id"), self.fresh()
        for one in self.root.iter():
            for key in ("id", "sourceRef", "targetRef", "attachedToRef"):
                if one.get(key) == old:
                    one.set(key, new)
        first = next((key for key, value in self.mapping.items() if value == old), old)
        if first in self.known:
            self.mapping[first] = new

    def call(self) -> None:
        """A task with another name."""
        task = self.some("userTask")
        if task is not None:
            task.set("name", self.fresh())

    def slow(self) -> None:
        """A timer that lasts longer."""
        timer = self.some("timeDuration")
        if timer is not None:
            timer.text = "P3D"

    def watch(self) -> None:
        """A timer at the edge of a task."""
        task = self.some("userTask")
        if task is None or task.get("isForCompensation"):
            return
        edge = etree.Element(BPMN + "boundaryEvent", id=self.fresh(), attachedToRef=task.get("id"))
        timer = etree.SubElement(edge, BPMN + "timerEventDefinition")
        etree.SubElement(timer, BPMN + "timeDuration").text = "P1D"
        task.addnext(edge)

    def blind(self) -> None:
        """An edge event gone, and the flow out of it."""
        edge = self.some("boundaryEvent")
        if edge is None or edge.find(BPMN + "compensateEventDefinition") is not None:
            return
        scope, name = edge.getparent(), edge.get("id")
        for flow in [one for one in scope.iter(BPMN + "sequenceFlow") if one.get("sourceRef") == name]:
            scope.remove(flow)
        scope.remove(edge)


def edited(body: str, chance: random.Random) -> tuple[Definition, Mapping[str, str]] | None:
    """Another version of the drawing and the mapping onto it; None where the edits make no drawing."""
    editor = Editor(body, chance)
    for _ in range(chance.randint(1, 3)):
        editor.edit()
    try:
        made = editor.built()
    except DefinitionInvalid:
        return None
    known = {node.element for node in made.nodes.values()}
    return made, {f"p:{old}": f"p:{new}" for old, new in editor.mapping.items() if new in known}


@pytest.mark.parametrize("seed", range(90))
def test_whatever_is_edited_an_instance_follows_and_goes_on_or_stays_as_it_was(seed: int) -> None:
    chance = random.Random(seed)
    body = Draughtsman(chance).scope(chance.choice([2, 3]))
    play = Player(Editor(body, chance).built(), data={"x": chance.randint(0, 4)})
    for _ in range(chance.randint(0, 6)):
        if play.last.finished:
            return
        walk(play, chance)
    found = edited(body, chance)
    if found is None or play.last.finished:
        return
    other, mapping = found
    before = play.last
    if not compare(before.state, play.definition, other, mapping).can_move:
        with pytest.raises(MigrationRefused):
            migrate(before.state, play.definition, other, mapping, now=play.now)
        assert open_of(runtime.inspect(play.definition, before.state, now=play.now)) == open_of(before)
        return
    moved = migrate(before.state, play.definition, other, mapping, now=play.now)
    kept = {task.id: task.element for task in before.open_tasks}
    renamed = {old.removeprefix("p:"): new.removeprefix("p:") for old, new in mapping.items()}
    for task in moved.open_tasks:
        if task.id in kept:
            assert task.element == renamed.get(kept[task.id], kept[task.id])
    assert moved.data == before.data
    play.definition, play.last = other, moved
    for _ in range(10):
        holds(play)
        if play.last.finished:
            return
        walk(play, chance)
