from __future__ import annotations

import pytest

from tests.engine.player import END, START, Player, extended, flows, service, timer, user, when


def several(inside: str, *, sequential: bool = False) -> str:
    flag = str(sequential).lower()
    return f'<multiInstanceLoopCharacteristics isSequential="{flag}">{inside}</multiInstanceLoopCharacteristics>'


def each(
    collection: str, element: str = "", result: str = "", output: str = "", *, sequential: bool = False, rest: str = ""
) -> str:
    attributes = f'collection="{collection}"'
    for name, value in (("element", element), ("resultat", result), ("sortie", output)):
        attributes += f' {name}="{value}"' if value else ""
    return several(extended(f"<planipref:boucle {attributes}/>") + rest, sequential=sequential)


def repeated(name: str, loop: str) -> str:
    return f'<userTask id="{name}">{loop}</userTask>'


def test_a_subprocess_shares_the_variables_around_it() -> None:
    body = START + f'<subProcess id="sp">{user("a")}</subProcess>' + user("b") + flows("debut sp b")
    play = Player(body, data={"x": 1})
    play.do("a", x=2, y=3)
    assert play.data == {"x": 2, "y": 3}
    assert play.tasks == ["b"]


def test_an_activity_may_have_variables_of_its_own() -> None:
    own = extended(
        '<planipref:variables><planipref:entree nom="x" valeur="=x + 1"/><planipref:sortie nom="z" valeur="=x * 10"/>'
        "</planipref:variables>"
    )
    play = Player(START + f'<userTask id="a">{own}</userTask>' + flows("debut a"), data={"x": 1})
    assert play.last.open_tasks[0].data == {"x": 2}
    play.do("a", x=5)
    assert play.data == {"x": 1, "z": 50}


def test_parallel_items_keep_their_own_answers_and_give_a_list() -> None:
    loop = each("pieces", "piece", "avis", "verdict")
    play = Player(START + repeated("a", loop) + END + flows("debut a fin"), data={"pieces": ["p", "q", "r"]})
    assert [task.data["piece"] for task in play.last.open_tasks] == ["p", "q", "r"]
    assert [task.data["loopCounter"] for task in play.last.open_tasks] == [0, 1, 2]
    play.do("a", 2, verdict="R").do("a", 0, verdict="P").do("a", 0, verdict="Q")
    assert play.data == {"pieces": ["p", "q", "r"], "avis": ["P", "Q", "R"]}
    assert play.last.finished


def test_items_of_a_repeated_subprocess_do_not_mix() -> None:
    inner = START.replace("debut", "d2") + user("x") + '<exclusiveGateway id="g" default="g-non"/>' + user("oui", "non")
    inner += flows("d2 x g non") + when("g", "oui", "ok")
    play = Player(
        START
        + f'<subProcess id="sp">{inner}{several("<loopCardinality>2</loopCardinality>")}</subProcess>'
        + flows("debut sp")
    )
    play.do("x", 0, ok=True)
    play.do("x", 0, ok=False)
    assert play.tasks == ["non", "oui"]


def test_without_a_result_list_items_hand_out_what_they_learnt() -> None:
    loop = several("<loopCardinality>n</loopCardinality>", sequential=True)
    play = Player(START + repeated("a", loop) + END + flows("debut a fin"), data={"n": 2})
    play.do("a", avis="un").do("a", avis="deux")
    assert play.data == {"n": 2, "avis": "deux"}
    assert play.last.finished


@pytest.mark.parametrize("sequential", [False, True])
def test_the_completion_condition_sees_the_counters(sequential: bool) -> None:
    rest = "<completionCondition>nrOfCompletedInstances / nrOfInstances &gt;= 0.5</completionCondition>"
    loop = each("[1,2,3,4]", "i", "res", "i * 10", sequential=sequential, rest=rest)
    play = Player(START + repeated("a", loop) + user("z") + flows("debut a z"))
    assert len(play.tasks) == (1 if sequential else 4)
    play.do("a").do("a")
    assert play.tasks == ["z"]
    assert play.data["res"] == [10, 20, None, None]


def test_active_instances_are_counted() -> None:
    loop = several("<loopCardinality>3</loopCardinality>")
    play = Player(START + repeated("a", loop) + flows("debut a"))
    assert [
        play.last.open_tasks[0].data[name]
        for name in ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
    ] == [3, 3, 0]
    play.do("a")
    assert [
        play.last.open_tasks[0].data[name]
        for name in ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
    ] == [3, 2, 1]


def test_nothing_to_repeat_passes_at_once() -> None:
    play = Player(
        START + repeated("a", each("liste", "i", "res", "i")) + user("z") + flows("debut a z"), data={"liste": []}
    )
    assert play.tasks == ["z"]
    assert play.data["res"] == []


@pytest.mark.parametrize("collection", ["inconnue", "12", "&quot;texte&quot;"])
def test_what_is_no_list_is_an_incident_at_the_entry(collection: str) -> None:
    edge = f'<boundaryEvent id="e" attachedToRef="a">{timer("P1D")}</boundaryEvent>'
    play = Player(START + repeated("a", each(collection)) + edge + user("z", "t") + flows("debut a z", "e t"))
    assert play.incidents == ["repetition"]
    assert play.last.timers == ()
    play.set(inconnue=[1])
    if collection == "inconnue":
        assert play.retry("a").tasks == ["a"]
        assert len(play.last.timers) == 1


def test_an_edge_ends_all_items_and_stands_once() -> None:
    edge = f'<boundaryEvent id="e" attachedToRef="sp">{timer("P1D")}</boundaryEvent>'
    inner = f'<subProcess id="sp">{user("x")}{several("<loopCardinality>3</loopCardinality>")}</subProcess>'
    play = Player(START + inner + edge + user("z", "t") + flows("debut sp z", "e t"))
    assert len(play.last.timers) == 1
    play.do("x")
    assert play.after("P2D").tasks == ["t"]
    assert play.do("t").last.finished


def test_repeated_services_and_calls_give_their_results() -> None:
    sortie = '<planipref:sortie nom="cote" valeur="=resultat.cote"/>'
    loop = each("[1,2]", "i", "cotes", "cote")
    body = START + service("s", inside=sortie).replace("</serviceTask>", loop + "</serviceTask>")
    link = extended(
        '<planipref:appel><planipref:entree nom="n" valeur="=i"/>'
        '<planipref:sortie nom="r" valeur="=x"/></planipref:appel>'
    )
    body += f'<callActivity id="c" calledElement="bloc">{link}{each("[1,2]", "i", "rs", "r")}</callActivity>' + END
    play = Player(body + flows("debut s c fin"), ("bloc", START + user("b") + END + flows("debut b fin")))
    first, second = (effect.id for effect in play.last.effects)
    play.answer(second, cote="B").answer(first, cote="A")
    assert play.data["cotes"] == ["A", "B"]
    assert [task.data for task in play.last.open_tasks] == [{"n": 1}, {"n": 2}]
    play.do("b", 1, x="deux").do("b", x="un")
    assert play.data["rs"] == ["un", "deux"]
    assert play.last.finished


def test_a_standard_loop_turns_while_its_condition_holds() -> None:
    marker = "<standardLoopCharacteristics {0}><loopCondition>encore</loopCondition></standardLoopCharacteristics>"
    after = repeated("a", marker.format(""))
    play = Player(START + after + user("z") + flows("debut a z"), data={"encore": False})
    assert play.do("a", encore=True).tasks == ["a"]
    assert play.do("a", encore=False).tasks == ["z"]
    before = repeated("a", marker.format('testBefore="true"'))
    assert Player(START + before + user("z") + flows("debut a z"), data={"encore": False}).tasks == ["z"]
    most = repeated("a", marker.format('loopMaximum="2"'))
    play = Player(START + most + user("z") + flows("debut a z"), data={"encore": True})
    assert play.do("a").do("a").tasks == ["z"]


def test_an_ad_hoc_subprocess_offers_all_until_enough_is_done() -> None:
    inner = user("a", "b", "c") + flows("a c") + "<completionCondition>assez</completionCondition>"
    body = START + f'<adHocSubProcess id="ah">{inner}</adHocSubProcess>' + user("z") + flows("debut ah z")
    play = Player(body, data={"assez": False})
    assert play.tasks == ["a", "b"]
    assert play.do("a").tasks == ["b", "c"]
    assert play.do("c", assez=True).tasks == ["z"]
    waits = body.replace('id="ah"', 'id="ah" cancelRemainingInstances="false"')
    play = Player(waits, data={"assez": False}).do("a", assez=True)
    assert play.tasks == ["b"]
    assert play.do("b").tasks == ["z"]


def test_an_ad_hoc_subprocess_without_condition_ends_when_all_is_done() -> None:
    body = START + f'<adHocSubProcess id="ah">{user("a", "b")}</adHocSubProcess>' + user("z") + flows("debut ah z")
    assert Player(body).do("b").do("a").tasks == ["z"]


def test_a_failing_result_stops_the_item_and_counts_nothing() -> None:
    rest = "<completionCondition>1 + 1</completionCondition>"
    play = Player(START + repeated("a", each("[1,2]", rest=rest)) + flows("debut a"))
    play.do("a")
    assert play.incidents == ["condition"]
    assert play.last.open_tasks[0].data["nrOfCompletedInstances"] == 0


def test_deep_calls_that_never_end_are_an_incident() -> None:
    play = Player(START + '<callActivity id="c" calledElement="p"/>' + flows("debut c"))
    assert play.incidents == ["appels_imbriques"]


def test_thousands_of_items_are_no_runaway() -> None:
    loop = several("<loopCardinality>3000</loopCardinality>", sequential=True)
    play = Player(START + f'<task id="a">{loop}</task>' + user("z") + flows("debut a z"))
    assert (play.tasks, play.incidents) == (["z"], [])
    many = repeated("a", several("<loopCardinality>10001</loopCardinality>"))
    assert Player(START + many + flows("debut a")).incidents == ["repetition"]
