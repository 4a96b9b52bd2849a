"""Cost and size stay flat over loops, and a step is quick."""

from __future__ import annotations

import time

from engine import runtime
from tests.engine.player import END, NOW, START, Player, flows, timer, user, when

LOOP = (
    START + '<exclusiveGateway id="e"/><parallelGateway id="f"/><parallelGateway id="j"/>' + user("a", "b", "c")
    + '<userTask id="m"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>'
    "</multiInstanceLoopCharacteristics></userTask>"
    + '<exclusiveGateway id="g" default="g-fin"/><callActivity id="appel" calledElement="bloc"/>'
    + f'<boundaryEvent id="t" attachedToRef="c" cancelActivity="false">{timer("P30D")}</boundaryEvent>' + END
    + flows("debut e f a j m appel c g fin", "f b j") + when("g", "e", "encore")
)  # fmt: skip
BLOC = ("bloc", START + user("x") + END + flows("debut x fin"))


def round_trip(play: Player) -> None:
    play.do("a").do("b").do("m").do("m").do("x").do("c", encore=True)


def test_a_thousand_loops_cost_and_weigh_what_one_does() -> None:
    play = Player(LOOP, BLOC, data={"dossier": {"nom": "Awa", "pieces": ["a", "b"]}})
    for _ in range(20):
        round_trip(play)
    size, began = len(play.last.state), time.process_time()
    for _ in range(30):
        round_trip(play)
    first = time.process_time() - began
    play.events.clear()
    for _ in range(920):
        round_trip(play)
        play.events.clear()
    began = time.process_time()
    for _ in range(30):
        round_trip(play)
    last = time.process_time() - began
    assert play.tasks == ["a", "b"]
    assert len(play.last.state) < size + 60
    assert last < first * 2
    play.do("a").do("b").do("m").do("m").do("x").do("c", encore=False)
    assert play.last.finished


def test_a_step_takes_about_a_millisecond() -> None:
    play = Player(LOOP, BLOC, data={"dossier": {str(number): "texte " * 10 for number in range(40)}})
    state, task = play.last.state, play.task("a")
    began = time.process_time()
    for _ in range(50):
        runtime.complete(play.definition, state, task, {}, now=NOW)
    assert (time.process_time() - began) / 50 < 0.005


def test_starting_twelve_parallel_blocks_is_quick() -> None:
    blocks, chains, before = "", [], "debut"
    for number in range(12):
        blocks += f'<parallelGateway id="f{number}"/><parallelGateway id="j{number}"/>' + user(
            f"a{number}", f"b{number}"
        )
        chains += [f"{before} f{number} a{number} j{number}", f"f{number} b{number} j{number}"]
        before = f"j{number}"
    play = Player(START + blocks + END + flows(*chains, f"{before} fin"))
    began = time.process_time()
    Player(play.definition)
    assert time.process_time() - began < 0.05


def test_a_thousand_parallel_items_are_served() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>1000</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    play = Player(START + f'<userTask id="a">{loop}</userTask>' + END + flows("debut a fin"))
    assert len(play.tasks) == 1000
    assert len(play.do("a").tasks) == 999
