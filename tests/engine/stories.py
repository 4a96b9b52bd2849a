"""Running instances worth keeping: each story is a drawing, what was done before it was recorded, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.engine.player import END, START, flows, service, timer, user, when

Step = dict[str, Any]
HEAD = (
    '<message id="m" name="M"/><signal id="s" name="S"/><error id="e" errorCode="E"/>'
    '<escalation id="x" escalationCode="X"/>'
)
MESSAGE, SIGNAL = '<messageEventDefinition messageRef="m"/>', '<signalEventDefinition signalRef="s"/>'
CONDITION = "<conditionalEventDefinition><condition>x &gt; 2</condition></conditionalEventDefinition>"
BLOCK = START + user("z") + END + flows("debut z fin")


@dataclass(frozen=True)
class Story:
    """`before` leads to what is recorded, `after` is replayed in every later release."""

    name: str
    body: str
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    data: dict[str, Any] = field(default_factory=dict)


def several(inside: str, sequential: str = "false") -> str:
    tag = "multiInstanceLoopCharacteristics"
    return f'<{tag} isSequential="{sequential}">{inside}</{tag}>'


def edge(name: str, host: str, definition: str, soft: str = "false") -> str:
    flag = "false" if soft == "true" else "true"
    return f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{flag}">{definition}</boundaryEvent>'


def do(element: str, **data: Any) -> Step:
    return {"do": element, "data": data}


STORIES = (
    Story("task", START + user("a", "b") + END + flows("debut a b fin"), (do("a", n=1),), (do("b", n=2),)),
    Story(
        "edges",
        START + user("a", "b", "c") + END + edge("t", "a", timer("P1D"), "true") + edge("u", "a", timer("P3D"))
        + flows("debut a fin", "t b", "u c"),
        ({"after": "P2D"},),
        ({"after": "P2D"}, do("b"), do("c")),
    ),
    Story(
        "cycles",
        START + user("a", "b", "c") + END + edge("t", "a", timer("R3/P1M", "timeCycle"), "true")
        + edge("u", "a", timer("0 0 9 ? * MON", "timeCycle"), "true") + flows("debut a fin", "t b", "u c"),
        ({"after": "P1M"},),
        ({"after": "P1M"}, do("a")),
    ),
    Story(
        "parallel",
        START + '<parallelGateway id="g"/><parallelGateway id="j"/>' + user("a", "b", "c") + END
        + flows("debut g a j c fin", "g b j"),
        (do("a"),),
        (do("b"), do("c")),
    ),
    Story(
        "inclusive",
        START + '<inclusiveGateway id="g" default="g-c"/><inclusiveGateway id="j"/>' + user("a", "b", "c", "d") + END
        + flows("debut g", "g c j d fin", "a j", "b j") + when("g", "a", "x &gt; 0") + when("g", "b", "x &gt; 1"),
        (do("a"),),
        (do("b"), do("d")),
        {"x": 2},
    ),
    Story(
        "items",
        START + f'<userTask id="a">{several("<loopCardinality>3</loopCardinality>")}</userTask>' + user("b") + END
        + edge("t", "a", timer("P9D")) + flows("debut a b fin", "t fin"),
        (do("a", n=1),),
        (do("a", n=2), do("a", n=3), do("b")),
    ),
    Story(
        "queue",
        START + f'<userTask id="a">{several("<loopCardinality>3</loopCardinality>", "true")}</userTask>' + user("b")
        + END + flows("debut a b fin"),
        (do("a"),),
        (do("a"), do("a"), do("b")),
    ),
    Story(
        "call",
        START + '<callActivity id="k" calledElement="bloc"/>' + user("b") + END + edge("t", "k", timer("P2D"))
        + user("c") + flows("debut k b fin", "t c"),
        (),
        (do("z", n=1), do("b")),
    ),
    Story(
        "event_subprocess",
        START + user("a") + END + flows("debut a fin")
        + f'<subProcess id="es" triggeredByEvent="true"><startEvent id="s1">{MESSAGE}</startEvent>' + user("b")
        + flows("s1 b") + "</subProcess>",
        (),
        ({"send": "M"}, do("b")),
    ),
    Story(
        "race",
        START + '<eventBasedGateway id="g"/>' + user("a", "b") + END
        + f'<intermediateCatchEvent id="i">{timer("P5D")}</intermediateCatchEvent>'
        f'<intermediateCatchEvent id="j">{SIGNAL}</intermediateCatchEvent>'
        + flows("debut g i a fin", "g j b fin"),
        (),
        ({"signal": "S"}, do("b")),
    ),
    Story(
        "condition",
        START + user("a", "b") + END + edge("c", "a", CONDITION, "true") + flows("debut a fin", "c b"),
        ({"set": {"x": 3}},),
        ({"set": {"x": 4}}, {"set": {"x": 1}}, {"set": {"x": 5}}, do("a"), do("b"), do("b")),
        {"x": 0},
    ),
    Story(
        "undoing",
        START + user("a", "b") + '<boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="u" isForCompensation="true"/><association id="as" sourceRef="c" targetRef="u"/>'
        '<endEvent id="fin"><compensateEventDefinition/></endEvent>' + flows("debut a b fin"),
        (do("a", n=1),),
        (do("b"), do("u")),
    ),
    Story(
        "service",
        START + service("s") + user("b", "c") + END
        + edge("er", "s", '<errorEventDefinition errorRef="e"/>') + flows("debut s b fin", "er c"),
        (),
        ({"answer": "s", "data": {"ok": True}}, do("b")),
    ),
    Story(
        "incident",
        START + '<exclusiveGateway id="g"/>' + user("a", "b") + END + flows("debut g", "a fin", "b fin")
        + when("g", "a", "x = 1") + when("g", "b", "x = 2"),
        (),
        ({"set": {"x": 2}}, {"retry": "g"}, do("b")),
        {"x": 0},
    ),
    Story(
        "free",
        START + '<adHocSubProcess id="ah">' + user("a", "b") + "<completionCondition>done</completionCondition>"
        "</adHocSubProcess>" + user("c") + END + flows("debut ah c fin"),
        (do("a", done=False),),
        (do("b", done=True), do("c")),
    ),
    Story(
        "nested",
        START + f'<subProcess id="sp"><startEvent id="d1"/>{user("a")}<endEvent id="f1">'
        '<escalationEventDefinition escalationRef="x"/></endEvent>' + flows("d1 a f1")
        + several("<loopCardinality>2</loopCardinality>") + "</subProcess>" + user("b", "c") + END
        + edge("es", "sp", '<escalationEventDefinition escalationRef="x"/>', "true") + flows("debut sp b fin", "es c"),
        (do("a"),),
        (do("c"), do("a"), do("c"), do("b")),
    ),
)  # fmt: skip
