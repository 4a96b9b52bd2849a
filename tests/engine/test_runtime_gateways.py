from __future__ import annotations

import pytest

from tests.engine.player import END, START, Player, flows, user, when

FORK, JOIN = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
IN, OUT = '<inclusiveGateway id="in"/>', '<inclusiveGateway id="out"/>'


def test_parallel_branches_meet_again() -> None:
    play = Player(START + FORK + JOIN + user("a", "b", "c") + END + flows("debut fork a join c fin", "fork b join"))
    assert play.tasks == ["a", "b"]
    play.do("a")
    assert (play.tasks, play.waiting) == (["b"], ["join"])
    assert play.do("b").tasks == ["c"]


def test_a_join_counts_one_token_for_each_way_in() -> None:
    """Two tokens by the same way are not enough: one waits for the next round."""
    body = (
        START + FORK + '<parallelGateway id="fork2"/><exclusiveGateway id="m"/>' + JOIN + user("a", "b", "c", "z") + END
        + flows("debut fork fork2 a m join z fin", "fork2 b m", "fork c join")
    )  # fmt: skip
    play = Player(body)
    play.do("a").do("b")
    assert play.tasks == ["c"]
    assert play.waiting == ["join", "join"]
    play.do("c")
    assert play.tasks == ["z"]
    play.do("z")
    assert not play.last.finished
    assert play.incidents == ["blocage"]


def test_twelve_parallel_blocks_in_a_row_cost_nothing_ahead() -> None:
    blocks, chains = "", []
    before = "debut"
    for number in range(12):
        blocks += f'<parallelGateway id="f{number}"/><parallelGateway id="j{number}"/>' + user(
            f"a{number}", f"b{number}"
        )
        chains += [f"{before} f{number} a{number} j{number}", f"f{number} b{number} j{number}"]
        before = f"j{number}"
    play = Player(START + blocks + END + flows(*chains, f"{before} fin"))
    assert len(play.last.state) < 1_000
    for number in range(12):
        play.do(f"a{number}").do(f"b{number}")
    assert play.last.finished


def test_an_inclusive_split_takes_every_open_way_and_its_join_waits_for_those() -> None:
    body = (
        START + IN + OUT + user("a", "b", "c", "z") + END
        + flows("debut in", "a out", "b out", "c out z fin")
        + when("in", "a", "x &gt; 1") + when("in", "b", "x &gt; 2") + when("in", "c", "x &gt; 3")
    )  # fmt: skip
    play = Player(body, data={"x": 3})
    assert play.tasks == ["a", "b"]
    assert play.do("b").tasks == ["a"]
    assert play.do("a").tasks == ["z"]


def test_an_inclusive_split_without_open_way_takes_the_default_or_stops() -> None:
    gate = '<inclusiveGateway id="in" default="in-b"/>'
    rest = START + user("a", "b") + END + when("in", "a", "x = 1") + flows("debut in b fin", "a fin")
    assert Player(gate + rest, data={"x": 2}).tasks == ["b"]
    assert Player(IN + rest, data={"x": 1}).tasks == ["a", "b"]
    without = START + IN + user("a") + END + when("in", "a", "x = 1") + flows("debut in", "a fin")
    assert Player(without, data={"x": 2}).incidents == ["aucun_chemin"]


def test_an_inclusive_join_does_not_wait_for_what_cannot_come() -> None:
    body = (
        START + FORK + OUT + user("a", "b", "z") + '<endEvent id="ailleurs"/>' + '<exclusiveGateway id="g"/>' + END
        + flows("debut fork a g out z fin", "fork b ailleurs") + when("g", "ailleurs", "stop") + flows("debut2 x")[:0]
        + '<userTask id="jamais"/>' + flows("jamais out")
    )  # fmt: skip
    body = body.replace('<exclusiveGateway id="g"/>', '<exclusiveGateway id="g" default="g-out"/>')
    play = Player(body, data={"stop": False})
    assert play.do("a").tasks == ["b", "z"]


def test_an_inclusive_join_waits_for_an_event_at_an_edge_that_may_still_come() -> None:
    body = (
        START + FORK + OUT + user("a", "b", "z") + END
        + '<boundaryEvent id="bord" attachedToRef="b" cancelActivity="false">'
        "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
        + flows("debut fork a out z fin", "fork b fin", "bord out")
    )  # fmt: skip
    play = Player(body)
    assert play.do("a").tasks == ["b"]
    assert play.do("b").tasks == ["z"]


def test_several_ways_out_of_a_task_are_all_taken() -> None:
    play = Player(START + user("a", "b", "c") + flows("debut a b", "a c"))
    assert play.do("a").tasks == ["b", "c"]
    assert play.do("b").do("c").last.finished


def test_conditions_and_default_out_of_a_task() -> None:
    task = '<userTask id="a" default="a-d"/>'
    body = (
        START
        + task
        + user("b", "c", "d")
        + when("a", "b", "x &gt; 1")
        + when("a", "c", "x &gt; 2")
        + flows("debut a d")
    )
    assert Player(body).do("a", x=3).tasks == ["b", "c"]
    assert Player(body).do("a", x=0).tasks == ["d"]


def test_a_closed_single_way_out_is_never_passed_silently() -> None:
    play = Player(START + user("a", "b") + flows("debut a") + when("a", "b", "ok"))
    assert play.do("a", ok=False).incidents == ["aucun_chemin"]
    assert play.set(ok=True).retry("a").tasks == ["b"]


@pytest.mark.parametrize("first", ["m", "t1", "t2"])
def test_the_first_event_behind_an_event_gateway_wins_and_both_timers_live(first: str) -> None:
    catches = (
        '<eventBasedGateway id="g"/>'
        '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>'
        '<intermediateCatchEvent id="t1"><timerEventDefinition><timeDuration>P2D</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>"
        '<intermediateCatchEvent id="t2"><timerEventDefinition><timeDuration>=d</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )
    body = START + catches + user("a", "b", "c") + END
    body += flows("debut g m a fin", "g t1 b fin", "g t2 c fin")
    play = Player(body, head='<message id="m1" name="msg"/>', data={"d": "P3D" if first == "t1" else "P1D"})
    assert len(play.last.timers) == 2
    if first == "m":
        assert play.send("msg").tasks == ["a"]
    else:
        assert play.after("P5D").tasks == (["b"] if first == "t1" else ["c"])
    assert not play.last.timers
    assert not play.last.messages


def test_the_exclusive_gateway_takes_the_first_open_way() -> None:
    gate = '<exclusiveGateway id="g" default="g-c"/>'
    body = (
        START
        + gate
        + user("a", "b", "c")
        + flows("debut g c")
        + when("g", "a", "x &gt; 1")
        + when("g", "b", "x &gt; 0")
    )
    assert Player(body, data={"x": 2}).tasks == ["a"]
    assert Player(body, data={"x": 1}).tasks == ["b"]
    assert Player(body).tasks == ["c"]


def test_a_standstill_is_told_even_while_an_event_subprocess_listens() -> None:
    esp = (
        '<subProcess id="esp" triggeredByEvent="true"><startEvent id="ed"><messageEventDefinition messageRef="m1"/>'
        "</startEvent></subProcess>"
    )
    body = START + FORK + JOIN + user("a") + '<endEvent id="perdu"/>' + flows("debut fork a perdu", "fork join") + esp
    play = Player(body + '<task id="jamais"/>' + flows("jamais join"), head='<message id="m1" name="msg"/>')
    assert play.incidents == []
    assert play.do("a").incidents == ["blocage"]
    assert play.send("msg").last.finished
