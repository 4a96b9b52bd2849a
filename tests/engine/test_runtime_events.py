from __future__ import annotations

import pytest

from engine.errors import MessageNotAwaited
from tests.engine.player import END, NOW, START, Player, extended, flows, service, timer, user

HEAD = (
    '<message id="m1" name="retrait"/><message id="m2" name="complement"/><signal id="s1" name="alerte"/>'
    '<error id="e1" errorCode="refus"/><error id="e2" errorCode="panne"/>'
    '<escalation id="x1" escalationCode="retard"/><escalation id="x2" escalationCode="autre"/>'
)
MSG = '<messageEventDefinition messageRef="m1"/>'
SIG = '<signalEventDefinition signalRef="s1"/>'
ERR = '<errorEventDefinition errorRef="e1"/>'
ESC = '<escalationEventDefinition escalationRef="x1"/>'


def conditional(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


def subprocess(inside: str, name: str = "sp") -> str:
    return f'<subProcess id="{name}">{inside}</subProcess>'


def event_subprocess(definition: str, inside: str, *, interrupting: bool = True, name: str = "esp") -> str:
    flag = str(interrupting).lower()
    return (
        f'<subProcess id="{name}" triggeredByEvent="true"><startEvent id="{name}_debut" isInterrupting="{flag}">'
        f"{definition}</startEvent>{inside}</subProcess>"
    )


def edge(name: str, host: str, definition: str, *, interrupting: bool = True) -> str:
    flag = str(interrupting).lower()
    return f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{flag}">{definition}</boundaryEvent>'


def test_withdrawal_at_any_time_interrupts_everything() -> None:
    esp = event_subprocess(MSG, user("w") + flows("esp_debut w"))
    body = START + '<parallelGateway id="f"/>' + user("a") + service("s") + flows("debut f a", "f s") + esp
    play = Player(body, head=HEAD)
    play.send("retrait", motif="changé d’avis")
    assert play.tasks == ["w"]
    assert play.last.pending_effects == ()
    assert play.data["motif"] == "changé d’avis"
    assert sorted(play.seen("cancelled")) == ["a", "s"]
    with pytest.raises(MessageNotAwaited):
        play.send("retrait")
    assert play.do("w").last.finished


def test_an_event_subprocess_that_does_not_interrupt_may_run_many_times() -> None:
    esp = event_subprocess(MSG, user("w") + flows("esp_debut w"), interrupting=False)
    play = Player(START + user("a") + flows("debut a") + esp, head=HEAD)
    play.send("retrait").send("retrait")
    assert play.tasks == ["a", "w", "w"]
    play.do("a")
    assert not play.last.finished
    assert play.do("w").do("w").last.finished


def test_a_message_of_a_nested_event_subprocess_is_received() -> None:
    esp = event_subprocess(MSG, user("w") + flows("esp_debut w"))
    play = Player(START + subprocess(user("a") + esp) + user("b") + flows("debut sp b"), head=HEAD)
    assert play.send("retrait").tasks == ["w"]
    assert play.do("w").tasks == ["b"]


def test_a_timer_event_subprocess_ends_its_subprocess() -> None:
    esp = event_subprocess(timer("PT1M"), '<endEvent id="ef"/>' + flows("esp_debut ef"))
    play = Player(START + subprocess(user("a") + esp) + user("b") + flows("debut sp b"))
    assert play.after("PT61S").tasks == ["b"]


def test_a_repeating_timer_event_subprocess() -> None:
    esp = event_subprocess(timer("R3/PT10M", "timeCycle"), user("r") + flows("esp_debut r"), interrupting=False)
    play = Player(START + user("a") + esp + flows("debut a"))
    assert play.after("PT25M").tasks == ["a", "r", "r"]
    assert play.after("PT2H").tasks == ["a", "r", "r", "r"]
    assert play.last.timers == ()


def test_an_error_event_subprocess_catches_what_its_scope_throws() -> None:
    esp = event_subprocess(ERR, user("w") + flows("esp_debut w"))
    body = START + user("a") + f'<endEvent id="boum">{ERR}</endEvent>' + flows("debut a boum") + esp
    play = Player(body, head=HEAD)
    assert play.tasks == ["a"]
    assert play.do("a").tasks == ["w"]


def test_an_error_goes_to_the_nearest_that_names_it_then_to_any() -> None:
    inner = subprocess(user("a") + f'<endEvent id="boum">{ERR}</endEvent>' + flows("a boum"))
    other = '<errorEventDefinition errorRef="e2"/>'
    body = (
        START + inner + edge("tout", "sp", "<errorEventDefinition/>") + edge("autre", "sp", other)
        + edge("lui", "sp", ERR) + user("t", "o", "l") + flows("debut sp", "tout t", "autre o", "lui l")
    )  # fmt: skip
    assert Player(body, head=HEAD).do("a").tasks == ["l"]
    assert Player(body.replace(edge("lui", "sp", ERR), "").replace(flows("lui l"), ""), head=HEAD).do("a").tasks == [
        "t"
    ]


def test_an_error_of_a_called_process_is_caught_on_the_call() -> None:
    called = START + f'<endEvent id="boum">{ERR}</endEvent>' + flows("debut boum")
    body = (
        START
        + '<callActivity id="c" calledElement="bloc"/>'
        + edge("lui", "c", ERR)
        + user("l")
        + flows("debut c", "lui l")
    )
    play = Player(body, ("bloc", called), head=HEAD)
    assert play.tasks == ["l"]


def test_errors_and_escalations_tell_who_threw_and_who_caught() -> None:
    inner = subprocess(user("a") + f'<endEvent id="boum">{ERR}</endEvent>' + flows("a boum"))
    play = Player(START + inner + edge("lui", "sp", ERR) + user("l") + flows("debut sp", "lui l"), head=HEAD).do("a")
    told = next(event for event in play.events if event.kind == "error")
    assert (told.element, told.detail["code"], told.detail["caught_by"]) == ("boum", "refus", "lui")
    thrown = f'<intermediateThrowEvent id="x">{ESC}</intermediateThrowEvent>'
    play = Player(START + thrown + user("a") + flows("debut x a"), head=HEAD)
    told = next(event for event in play.events if event.kind == "escalation")
    assert (told.element, told.detail) == ("x", {"code": "retard", "caught_by": None})


def test_an_error_nobody_catches_is_an_incident() -> None:
    play = Player(START + f'<endEvent id="boum">{ERR}</endEvent>' + flows("debut boum"), head=HEAD)
    assert play.incidents == ["erreur_non_rattrapee"]
    assert "refus" in play.last.incidents[0].message
    assert not play.last.finished


def test_an_escalation_goes_on_unless_it_interrupts() -> None:
    thrown = f'<intermediateThrowEvent id="x">{ESC}</intermediateThrowEvent>'
    inner = subprocess('<startEvent id="d2"/>' + thrown + user("a") + flows("d2 x a"))
    for interrupting, expected in ((False, ["a", "l"]), (True, ["l"])):
        body = (
            START + inner + edge("lui", "sp", ESC, interrupting=interrupting) + user("l") + flows("debut sp", "lui l")
        )
        assert Player(body, head=HEAD).tasks == expected


def test_an_escalation_nobody_catches_is_passed() -> None:
    thrown = f'<intermediateThrowEvent id="x">{ESC}</intermediateThrowEvent>'
    assert Player(START + thrown + user("a") + flows("debut x a"), head=HEAD).tasks == ["a"]


def test_an_escalation_event_subprocess_interrupts_its_scope() -> None:
    esp = event_subprocess("<escalationEventDefinition/>", user("w") + flows("esp_debut w"))
    inner = subprocess(START.replace("debut", "d2") + f'<endEvent id="x">{ESC}</endEvent>' + flows("d2 x") + esp)
    assert Player(START + inner + user("b") + flows("debut sp b"), head=HEAD).tasks == ["w"]


def test_an_escalation_thrown_by_its_own_handler_goes_up() -> None:
    again = f'<intermediateThrowEvent id="x2">{ESC}</intermediateThrowEvent>'
    esp = event_subprocess(ESC, again + user("w") + flows("esp_debut x2 w"), interrupting=False)
    inner = subprocess('<startEvent id="d2"/>' + f'<endEvent id="x">{ESC}</endEvent>' + flows("d2 x") + esp)
    body = START + inner + edge("lui", "sp", ESC, interrupting=False) + user("l") + flows("debut sp", "lui l")
    assert Player(body, head=HEAD).tasks == ["l", "w"]


def test_a_signal_reaches_all_and_needs_nobody() -> None:
    catch = f'<intermediateCatchEvent id="c">{SIG}</intermediateCatchEvent>'
    body = START + '<parallelGateway id="f"/>' + catch + user("a", "b", "d") + edge("e", "a", SIG, interrupting=False)
    body += flows("debut f c b", "f a", "e d")
    play = Player(body, head=HEAD)
    assert play.signal("inconnu").tasks == ["a"]
    assert play.signal("alerte", niveau=2).tasks == ["a", "b", "d"]
    assert play.data["niveau"] == 2


def test_a_signal_end_event_sends_its_signal() -> None:
    catch = f'<intermediateCatchEvent id="c">{SIG}</intermediateCatchEvent>'
    body = START + '<parallelGateway id="f"/>' + catch + user("a", "b") + f'<endEvent id="e">{SIG}</endEvent>'
    play = Player(body + flows("debut f c b", "f a e"), head=HEAD)
    assert play.do("a").tasks == ["b"]
    assert play.seen("signal_thrown") == ["e"]


def test_a_thrown_message_is_told_to_the_world() -> None:
    inside = extended('<planipref:message><planipref:entree nom="n" valeur="=1 + 1"/></planipref:message>')
    body = START + f'<intermediateThrowEvent id="t">{inside}{MSG}</intermediateThrowEvent>' + END + flows("debut t fin")
    play = Player(body, head=HEAD)
    told = next(event for event in play.events if event.kind == "message_thrown")
    assert dict(told.detail) == {"name": "retrait", "params": {"n": 2}}


def test_conditional_events_are_looked_at_when_variables_change() -> None:
    body = START + user("a", "b") + edge("c", "a", conditional("x = 1")) + flows("debut a", "c b")
    play = Player(body, data={"x": 0})
    assert play.set(x=2).tasks == ["a"]
    assert play.set(x=1).tasks == ["b"]


def test_a_condition_that_holds_at_the_entry_fires_at_once() -> None:
    catch = f'<intermediateCatchEvent id="c">{conditional("x = 1")}</intermediateCatchEvent>'
    assert Player(START + catch + user("b") + flows("debut c b"), data={"x": 1}).tasks == ["b"]
    assert Player(START + catch + user("b") + flows("debut c b"), data={"x": 0}).tasks == []


def test_a_condition_fires_again_only_after_it_was_false() -> None:
    esp = event_subprocess(conditional("x &gt; 5"), user("w") + flows("esp_debut w"), interrupting=False)
    play = Player(START + user("a") + esp + flows("debut a"), data={"x": 0})
    assert play.set(x=6).set(x=7).tasks == ["a", "w"]
    assert play.set(x=1).set(x=8).tasks == ["a", "w", "w"]


def test_a_task_that_makes_a_condition_true_is_followed_by_the_event() -> None:
    esp = event_subprocess(conditional("x = 1"), user("w") + flows("esp_debut w"))
    play = Player(START + user("a") + service("s") + END + flows("debut a s fin") + esp)
    play.do("a", x=1)
    assert play.tasks == ["w"]
    assert play.last.effects == ()


def test_terminate_ends_its_own_scope_only() -> None:
    inner = subprocess(
        '<startEvent id="d2"/><parallelGateway id="f"/>' + user("a", "b")
        + '<endEvent id="t"><terminateEventDefinition/></endEvent>' + flows("d2 f a t", "f b")
    )  # fmt: skip
    play = Player(START + inner + user("z") + flows("debut sp z"))
    assert play.tasks == ["a", "b"]
    assert play.do("a").tasks == ["z"]


def test_links_carry_every_token() -> None:
    throw = '<intermediateThrowEvent id="{0}"><linkEventDefinition name="L"/></intermediateThrowEvent>'
    catch = '<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>'
    body = START + '<parallelGateway id="f"/>' + throw.format("t1") + throw.format("t2") + catch + user("a")
    play = Player(body + flows("debut f t1", "f t2", "c a"))
    assert play.tasks == ["a", "a"]


def test_a_process_may_begin_with_one_of_several_messages() -> None:
    starts = f'<startEvent id="d1">{MSG}</startEvent><startEvent id="d2">{MSG.replace("m1", "m2")}</startEvent>'
    play = Player(starts + user("a", "b") + flows("d1 a", "d2 b"), head=HEAD)
    assert play.waiting == ["d1", "d2"]
    assert play.send("complement").tasks == ["b"]
    assert play.waiting == []


def test_a_receive_task_waits_for_its_message() -> None:
    play = Player(START + '<receiveTask id="r" messageRef="m1"/>' + user("a") + flows("debut r a"), head=HEAD)
    assert play.waiting == ["r"]
    assert play.send("retrait").tasks == ["a"]


def test_the_edge_of_a_subprocess_ends_all_of_it() -> None:
    inner = subprocess(
        '<startEvent id="d2"/><parallelGateway id="f"/>' + user("a") + service("s") + flows("d2 f a", "f s")
    )
    play = Player(START + inner + edge("m", "sp", MSG) + user("z") + flows("debut sp", "m z"), head=HEAD)
    play.send("retrait")
    assert (play.tasks, play.last.pending_effects) == (["z"], ())


def test_one_event_of_several_is_enough() -> None:
    catch = f'<intermediateCatchEvent id="c">{MSG}{timer("P1D")}</intermediateCatchEvent>'
    body = START + catch + user("b") + flows("debut c b")
    assert Player(body, head=HEAD).send("retrait").tasks == ["b"]
    assert Player(body, head=HEAD).after("P2D").tasks == ["b"]


def test_timers_that_fall_due_together_fire_in_their_order() -> None:
    body = (
        START + user("a", "b", "c") + edge("t2", "a", timer("P2D")) + edge("t1", "a", timer("P1D"), interrupting=False)
    )
    play = Player(body + flows("debut a", "t2 b", "t1 c"))
    play.now = NOW.replace(day=25)
    assert play.after("PT0S").tasks == ["b", "c"]
    assert play.seen("timer") == ["t1", "t2"]


def test_a_condition_that_cannot_be_looked_at_is_an_incident_and_never_fires() -> None:
    body = START + user("a", "b") + edge("c", "a", conditional("x")) + flows("debut a", "c b")
    play = Player(body, data={"x": 12})
    assert (play.incidents, play.tasks) == (["condition"], ["a"])
    assert play.retry("c").incidents == ["condition"]
    assert play.set(x=False).retry("c").incidents == []
    assert play.tasks == ["a"]
    assert play.set(x=True).tasks == ["b"]
    given_up = Player(body, data={"x": 12}).skip("c")
    assert (given_up.incidents, given_up.tasks) == ([], ["a"])
    assert given_up.set(x=True).tasks == ["a"]
