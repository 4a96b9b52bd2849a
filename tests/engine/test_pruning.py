"""What is over is forgotten at once, and nothing that follows is changed by it.

Every drawing is run twice, once by an instance that prunes and once by one that keeps everything: all that an advance
tells is the same at every step, ids and events included. And drawings without structure do what the token game says.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.definition import Definition
from engine.model import Advance
from engine.spiff.instance import Instance
from engine.spiff.reporting import report
from engine.spiff.storing import begin, new, read
from engine.spiff.whole import WholeInstance
from engine.state import accept, loads
from tests.engine.nets import BEGIN, drawn, nets
from tests.engine.player import END, NOW, START, Player, definition, flows, user
from tests.engine.test_runtime_random_walks import HEAD, Draughtsman, walk
from tests.engine.token_game import Game, Net, Runaway, tasks

MANY = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))


class Kept(Player):
    """A player of an instance of that kind."""

    def __init__(self, drawing: Definition, x: int, kind: type[Instance]) -> None:
        self.definition, self.now, self.events = drawing, NOW, []
        instance = new(drawing, key="0" * 16, now=NOW, zone=ZoneInfo("UTC"), kind=kind)
        begin(instance, accept({"x": x}))
        instance.settle()
        self._took(report(instance, drawing.digest))


def both(drawing: Definition, x: int) -> tuple[Kept, Kept]:
    """Two players of the drawing; where it never rests the one that keeps everything is not worth its time."""
    pruned = Kept(drawing, x, Instance)
    return pruned, pruned if runs_away(pruned) else Kept(drawing, x, WholeInstance)


def runs_away(play: Player) -> bool:
    """Whether the engine gave the drawing up."""
    return "boucle_sans_fin" in play.incidents


def told(advance: Advance) -> Advance:
    """All that an advance tells, but for the bytes."""
    return replace(advance, state=b"")


@pytest.mark.parametrize("seed", range(60))
def test_a_structured_drawing_runs_the_same_with_and_without_its_past(seed: int) -> None:
    chance = random.Random(seed + 1_000)
    body = Draughtsman(chance).scope(chance.choice([2, 3, 4]))
    drawing = definition(body, ("bloc", START + user("zz") + END + flows("debut zz fin")), head=HEAD)
    pruned, whole = both(drawing, chance.randint(0, 4))
    for step in range(25):
        assert told(pruned.last) == told(whole.last)
        if pruned.last.finished or runs_away(pruned):
            return
        walk(pruned, random.Random(step))
        if runs_away(pruned):
            return
        walk(whole, random.Random(step))


@MANY
@given(net=nets(), chosen=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 4)), min_size=12, max_size=12))
def test_a_drawing_without_structure_runs_the_same_with_and_without_its_past(
    net: Net, chosen: list[tuple[int, int]]
) -> None:
    pruned, whole = both(definition(drawn(net)), chosen[0][1])
    for number, x in chosen:
        assert told(pruned.last) == told(whole.last)
        if not pruned.last.open_tasks or runs_away(pruned):
            return
        place = number % len(pruned.last.open_tasks)
        element = pruned.last.open_tasks[place].element
        pruned.do(element, x=x)
        if runs_away(pruned):
            return
        whole.do(element, x=x)


@MANY
@given(net=nets(), chosen=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 4)), min_size=10, max_size=10))
def test_a_drawing_without_structure_does_what_the_token_game_says(net: Net, chosen: list[tuple[int, int]]) -> None:
    game, x = Game(net), chosen[0][1]
    play = Kept(definition(drawn(net)), x, Instance)
    try:
        markings = game.begin(BEGIN, x)
        for number, x in chosen:
            assume(not runs_away(play))
            markings = {one for one in markings if tasks(net, one) == Counter(play.tasks)}
            assert markings, f"{play.tasks} is no way to go on"
            assert play.last.finished is (frozenset() in markings)
            if not play.tasks:
                return
            element = play.tasks[number % len(play.tasks)]
            play.do(element, x=x)
            markings = {after for before in markings for after in game.done(before, element, x)}
    except Runaway:
        assume(False)


def test_the_instance_that_keeps_everything_keeps_it_in_its_bytes() -> None:
    drawing = definition(START + user("a", "b") + END + flows("debut a b fin"))
    pruned, whole = both(drawing, 0)
    pruned.do("a")
    whole.do("a")
    assert len(loads(pruned.last.state)["tokens"]) == 1
    assert len(loads(whole.last.state)["tokens"]) == 3
    assert isinstance(read(drawing, whole.last.state, NOW), WholeInstance)
    assert type(read(drawing, pruned.last.state, NOW)) is Instance
