from __future__ import annotations

from tests.engine.player import END, START, Player, flows, service, user, when

COMP = "<compensateEventDefinition/>"


def undone_by(host: str, handler: str) -> str:
    return (
        f'<boundaryEvent id="c_{host}" attachedToRef="{host}">{COMP}</boundaryEvent>'
        f'<userTask id="{handler}" isForCompensation="true"/>'
        f'<association id="as_{host}" sourceRef="c_{host}" targetRef="{handler}"/>'
    )


def throw(name: str, reference: str = "", *, waits: bool = True) -> str:
    flag = "" if waits else ' waitForCompletion="false"'
    target = f' activityRef="{reference}"' if reference else ""
    return f'<intermediateThrowEvent id="{name}"><compensateEventDefinition{target}{flag}/></intermediateThrowEvent>'


def test_what_was_done_is_undone_latest_first_and_once() -> None:
    body = START + user("a", "b", "z") + undone_by("a", "ua") + undone_by("b", "ub") + throw("t") + throw("t2") + END
    play = Player(body + flows("debut a b t t2 z fin"))
    play.do("a").do("b")
    assert play.tasks == ["ua", "ub"]
    assert [task.element for task in play.last.open_tasks] == ["ub", "ua"]
    assert play.do("ua").tasks == ["ub"]
    assert play.do("ub").tasks == ["z"]


def test_what_was_not_done_is_not_undone() -> None:
    gate = '<exclusiveGateway id="g" default="g-b"/>' + when("g", "a", "x")
    body = START + gate + user("a", "b", "z") + undone_by("a", "ua") + undone_by("b", "ub") + throw("t")
    play = Player(body + flows("debut g b t z", "a t"))
    assert play.do("b").tasks == ["ub"]
    assert play.do("ub").tasks == ["z"]


def test_one_activity_alone_may_be_undone() -> None:
    body = START + user("a", "b", "z") + undone_by("a", "ua") + undone_by("b", "ub") + throw("t", "a")
    play = Player(body + flows("debut a b t z"))
    assert play.do("a").do("b").tasks == ["ua"]
    assert play.do("ua").tasks == ["z"]


def test_a_throw_that_does_not_wait_goes_on() -> None:
    body = START + user("a", "z") + undone_by("a", "ua") + throw("t", waits=False) + END
    play = Player(body + flows("debut a t z fin"))
    assert play.do("a").tasks == ["ua", "z"]
    play.do("z")
    assert not play.last.finished
    assert play.do("ua").last.finished


def test_a_completed_subprocess_is_undone_with_the_variables_it_had() -> None:
    inner = f'<startEvent id="d2"/>{user("a")}{undone_by("a", "ua")}' + flows("d2 a")
    body = START + f'<subProcess id="sp">{inner}</subProcess>' + user("b", "z") + throw("t") + flows("debut sp b t z")
    play = Player(body)
    play.do("a").do("b")
    assert play.tasks == ["ua"]
    assert play.do("ua").tasks == ["z"]


def test_a_subprocess_may_say_how_it_is_undone() -> None:
    esp = (
        '<subProcess id="esp" triggeredByEvent="true"><startEvent id="ed">' + COMP + "</startEvent>"
        + throw("t1", "b") + user("note") + flows("ed t1 note") + "</subProcess>"
    )  # fmt: skip
    inner = (
        '<startEvent id="d2"/>' + user("a", "b") + undone_by("a", "ua") + undone_by("b", "ub") + flows("d2 a b") + esp
    )
    body = START + f'<subProcess id="sp">{inner}</subProcess>' + user("z") + throw("t") + flows("debut sp t z")
    play = Player(body)
    play.do("a").do("b")
    assert play.tasks == ["ub"]
    assert play.do("ub").tasks == ["note"]
    assert play.do("note").tasks == ["z"]


def test_a_cancelled_transaction_is_undone_and_left_by_its_cancel_event() -> None:
    inner = (
        '<startEvent id="d2"/>' + user("a", "q") + undone_by("a", "ua") + service("s") + '<parallelGateway id="f"/>'
        + '<exclusiveGateway id="g" default="g-ok"/><endEvent id="ok"/>' + when("g", "non", "annule")
        + '<endEvent id="non"><cancelEventDefinition/></endEvent>' + flows("d2 f a q g ok", "f s")
    )  # fmt: skip
    edge = '<boundaryEvent id="cx" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>'
    body = START + f'<transaction id="tx">{inner}</transaction>' + edge + user("apres", "fini")
    play = Player(body + flows("debut tx fini", "cx apres"))
    play.do("a").do("q", annule=True)
    assert play.tasks == ["ua"]
    assert play.last.pending_effects == ()
    assert play.do("ua").tasks == ["apres"]


def test_every_item_of_a_loop_is_undone_and_knows_its_item() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><extensionElements>"
        "<planipref:boucle collection='[\"x\",\"y\"]' element='piece'/>"
        "</extensionElements></multiInstanceLoopCharacteristics>"
    )
    body = START + f'<userTask id="a">{loop}</userTask>' + undone_by("a", "ua") + throw("t") + user("z")
    play = Player(body + flows("debut a t z"))
    play.do("a").do("a")
    assert [task.data["piece"] for task in play.last.open_tasks] == ["y", "x"]
    assert play.do("ua").do("ua").tasks == ["z"]
