"""Drawings made by chance, walked by chance: nothing crashes, nothing is lost in the bytes, nothing stands silently."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from engine import runtime
from engine.model import Advance
from tests.engine.player import END, START, Player, definition, flows, service, timer, user, when

HEAD = (
    '<message id="m1" name="M1"/><signal id="s1" name="S1"/><error id="e1" errorCode="E1"/>'
    '<escalation id="x1" escalationCode="X1"/>'
)
LISTENED = {
    "message": '<messageEventDefinition messageRef="m1"/>',
    "signal": '<signalEventDefinition signalRef="s1"/>',
    "timer": timer("P1D"),
    "cycle": timer("R3/P1D", "timeCycle"),
    "condition": "<conditionalEventDefinition><condition>x &gt; 2</condition></conditionalEventDefinition>",
}
THROWN = {
    "error": '<errorEventDefinition errorRef="e1"/>',
    "escalation": '<escalationEventDefinition escalationRef="x1"/>',
    "signal": LISTENED["signal"],
    "compensation": "<compensateEventDefinition/>",
    "terminate": "<terminateEventDefinition/>",
}
LOOPS = [
    "", "", "", "",
    "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>",
    '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality>'
    "<completionCondition>nrOfCompletedInstances = 2</completionCondition></multiInstanceLoopCharacteristics>",
    '<standardLoopCharacteristics loopMaximum="2"/>',
]  # fmt: skip
Block = tuple[str, str, str]


class Draughtsman:
    """Draws blocks, each with one way in and one way out: (first id, last id, drawing)."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def scope(self, depth: int) -> str:
        start, end, (first, last, drawn) = self.name("d"), self.name("f"), self.block(depth)
        thrown = THROWN[self.chance.choice(list(THROWN))] if self.chance.random() < 0.4 else ""
        drawn += f'<startEvent id="{start}"/><endEvent id="{end}">{thrown}</endEvent>'
        drawn += flows(f"{start} {first}", f"{last} {end}")
        if self.chance.random() < 0.3:
            drawn += self.event_subprocess(depth - 1)
        return drawn

    def event_subprocess(self, depth: int) -> str:
        kinds = {**LISTENED, "error": THROWN["error"], "escalation": THROWN["escalation"]}
        name, start, (first, _, drawn) = self.name("es"), self.name("ed"), self.block(depth)
        flag, listened = self.chance.choice(["true", "false"]), kinds[self.chance.choice(list(kinds))]
        start_event = f'<startEvent id="{start}" isInterrupting="{flag}">{listened}</startEvent>'
        inside = start_event + drawn + flows(f"{start} {first}")
        return f'<subProcess id="{name}" triggeredByEvent="true">{inside}</subProcess>'

    def edges(self, host: str, depth: int) -> str:
        drawn = ""
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            name, flag = self.name("b"), self.chance.choice(["true", "false"])
            listened = self.chance.choice([*LISTENED.values(), THROWN["error"], THROWN["escalation"]])
            first, _, then = self.block(depth - 1)
            drawn += (
                f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{flag}">{listened}</boundaryEvent>'
            )
            drawn += then + flows(f"{name} {first}")
        if self.chance.random() < 0.2:
            name, undo = self.name("c"), self.name("u")
            drawn += f'<boundaryEvent id="{name}" attachedToRef="{host}">{THROWN["compensation"]}</boundaryEvent>'
            drawn += f'<userTask id="{undo}" isForCompensation="true"/>'
            drawn += f'<association id="{name}a" sourceRef="{name}" targetRef="{undo}"/>'
        return drawn

    def block(self, depth: int) -> Block:
        kinds: list[Callable[[int], Block]] = [self.task]
        if depth > 0:
            kinds += [self.row, self.row, self.split, self.choice, self.back, self.subprocess, self.events, self.call]
        return self.chance.choice(kinds)(depth)

    def task(self, depth: int) -> Block:
        name, loop = self.name("t"), self.chance.choice(LOOPS)
        kinds = [f'<userTask id="{name}">{loop}</userTask>', f'<task id="{name}">{loop}</task>']
        kinds.append(service(name).replace("</serviceTask>", f"{loop}</serviceTask>"))
        return name, name, self.chance.choice(kinds) + (self.edges(name, depth) if depth > 0 else "")

    def row(self, depth: int) -> Block:
        (first, middle, one), (then, last, other) = self.block(depth - 1), self.block(depth - 1)
        return first, last, one + other + flows(f"{middle} {then}")

    def split(self, depth: int) -> Block:
        kind, fork, join = self.chance.choice(["parallelGateway", "inclusiveGateway"]), self.name("g"), self.name("j")
        drawn = f'<{kind} id="{fork}"/><{kind} id="{join}"/>'
        for _ in range(2):
            first, last, one = self.block(depth - 1)
            drawn += one + flows(f"{fork} {first}", f"{last} {join}")
        return fork, join, drawn

    def choice(self, depth: int) -> Block:
        gate, meet = self.name("g"), self.name("j")
        (first, last, one), (other, end, two) = self.block(depth - 1), self.block(depth - 1)
        drawn = f'<exclusiveGateway id="{gate}" default="{gate}-{other}"/><exclusiveGateway id="{meet}"/>' + one + two
        return (
            gate,
            meet,
            drawn + when(gate, first, "x &gt; 1") + flows(f"{gate} {other}", f"{last} {meet}", f"{end} {meet}"),
        )

    def back(self, depth: int) -> Block:
        begin, gate, out, (first, last, one) = self.name("j"), self.name("g"), self.name("z"), self.block(depth - 1)
        drawn = f'<exclusiveGateway id="{begin}"/><exclusiveGateway id="{gate}" default="{gate}-{out}"/>' + user(out)
        return begin, out, drawn + one + flows(f"{begin} {first}", f"{last} {gate} {out}") + when(gate, begin, "x = 1")

    def subprocess(self, depth: int) -> Block:
        name, loop = self.name("sp"), self.chance.choice(LOOPS)
        return (
            name,
            name,
            f'<subProcess id="{name}">{self.scope(depth - 1)}{loop}</subProcess>' + self.edges(name, depth),
        )

    def events(self, depth: int) -> Block:
        gate, meet = self.name("g"), self.name("j")
        drawn = f'<eventBasedGateway id="{gate}"/><exclusiveGateway id="{meet}"/>'
        for kind in self.chance.sample(["message", "signal", "timer", "condition"], 2):
            name = self.name("i")
            drawn += f'<intermediateCatchEvent id="{name}">{LISTENED[kind]}</intermediateCatchEvent>'
            drawn += flows(f"{gate} {name} {meet}")
        return gate, meet, drawn

    def call(self, depth: int) -> Block:
        name = self.name("ca")
        return name, name, f'<callActivity id="{name}" calledElement="bloc"/>' + self.edges(name, depth)


def walk(play: Player, chance: random.Random) -> None:
    """One step, whichever."""
    last, value = play.last, chance.randint(0, 4)
    steps: list[Callable[[], object]] = [lambda: play.set(x=value)]
    steps += [lambda one=task: play.do(one.element, x=value) for task in last.open_tasks]  # type: ignore[misc]
    steps += [lambda one=effect: play.answer(one, x=value) for effect in last.pending_effects]  # type: ignore[misc]
    steps += [lambda one=effect: play.fail(one, "E1") for effect in last.pending_effects]  # type: ignore[misc]
    steps += [lambda one=sent: play.send(one.message) for sent in last.messages]  # type: ignore[misc]
    steps += [lambda: play.signal("S1")] * bool(last.signals) + [lambda: play.after("P1D")] * bool(last.timers)
    stuck = [one.id for one in last.incidents if one.code != "blocage"]
    steps += [lambda one=key: chance.choice([play.retry, play.skip])(one) for key in stuck]  # type: ignore[misc]
    chance.choice(steps)()


def holds(play: Player) -> None:
    """What is true of every instance after every step."""
    last = play.last
    again = runtime.inspect(play.definition, last.state, now=play.now)
    assert again.state == last.state
    assert open_of(again) == open_of(last)
    if last.finished:
        assert not any(open_of(last))
    else:
        assert last.open_tasks or last.waiting or last.incidents


def open_of(advance: Advance) -> tuple[object, ...]:
    return (
        advance.open_tasks, advance.timers, advance.messages, advance.signals, advance.conditions, advance.incidents,
        advance.pending_effects, advance.waiting,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(120))
def test_whatever_is_drawn_and_done_holds(seed: int) -> None:
    chance = random.Random(seed)
    drawn = Draughtsman(chance).scope(chance.choice([2, 3, 4]))
    bloc = ("bloc", START + user("zz") + END + flows("debut zz fin"))
    play = Player(definition(drawn, bloc, head=HEAD), data={"x": chance.randint(0, 4)})
    holds(play)
    for _ in range(30):
        if play.last.finished:
            return
        walk(play, chance)
        holds(play)
