"""Drawings without structure, made by hypothesis: tasks, gateways and loops joined at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.engine.token_game import AND, END, OR, TASK, XOR, Arc, Net

BEGIN = "debut"
KINDS = [TASK, TASK, TASK, XOR, AND, OR, OR]


@st.composite
def nets(draw: Any) -> Net:
    """A flat drawing."""
    names = [f"n{number}" for number in range(draw(st.integers(3, 8)))]
    kinds = {name: draw(st.sampled_from(KINDS)) for name in names} | {"end": END}
    arcs = [Arc("f", BEGIN, "n0")]
    for place, name in enumerate(names):
        count = 1 if kinds[name] == TASK else draw(st.integers(1, 3))
        for _ in range(count):
            ahead = [*names[place + 1 :], "end"]
            target = draw(st.sampled_from(ahead if draw(st.integers(0, 3)) else names))
            arcs.append(Arc(f"f{len(arcs)}", name, target, draw(st.integers(0, 4))))
    return Net({BEGIN: "startEvent", **kinds}, tuple(arcs))


def drawn(net: Net) -> str:
    """The drawing as BPMN."""
    parts: list[str] = []
    for name, kind in net.kinds.items():
        arcs = net.out(name)
        decides = kind in {XOR, OR} and len(arcs) > 1
        default = f' default="{arcs[-1].name}"' if decides else ""
        parts.append(f'<{kind} id="{name}"{default}/>')
        for arc in arcs:
            test = f"<conditionExpression>x &gt;= {arc.least}</conditionExpression>"
            inside = test if decides and arc is not arcs[-1] else ""
            flow = f'<sequenceFlow id="{arc.name}" sourceRef="{name}" targetRef="{arc.target}">{inside}</sequenceFlow>'
            parts.append(flow)
    return "".join(parts)
