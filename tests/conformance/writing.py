"""Writing small BPMN models in a line: `start > a > gw -[x = 1]> b > end`, other elements as XML beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from engine.conformance import run_scenarios

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:planipref="urn:planipref:bpmn:1" targetNamespace="tests"'
)
_ARROW = re.compile(r"\s*(?:-\[(?P<condition>.*?)\]>|>)\s*")
Step = Mapping[str, Any]


def scope(chains: str, body: str = "") -> str:
    """The contents of a process or sub-process.

    Chains stand on lines or between semicolons. A condition stands in `-[…]>`, `*` makes the flow the default. What
    `body` does not hold is a start event (`start…`), an end event (`end…`) or else a user task.
    """
    declared = set(re.findall(r'<\w+ id="([^"]+)"', body))
    nodes: list[str] = []
    flows: list[str] = []
    defaults: dict[str, str] = {}
    for chain in re.split(r"[;\n]", chains):
        if not chain.strip():
            continue
        parts = _ARROW.split(chain.strip())
        names, conditions = parts[::2], parts[1::2]
        for name in names:
            if name not in declared:
                declared.add(name)
                kind = (
                    "startEvent" if name.startswith("start") else "endEvent" if name.startswith("end") else "userTask"
                )
                nodes.append(f'<{kind} id="{name}"/>')
        for source, target, condition in zip(names[:-1], names[1:], conditions, strict=True):
            key = f"f_{source}_{target}_{len(flows)}"
            inside = ""
            if condition == "*":
                defaults[source] = key
            elif condition:
                inside = f"<conditionExpression xsi:type='tFormalExpression'>{escape(condition)}</conditionExpression>"
            flows.append(f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>')
    text = body + "".join(nodes)
    for source, key in defaults.items():
        text = re.sub(rf'(<\w+ id="{source}")', rf'\1 default="{key}"', text)
    return text + "".join(flows)


def model(contents: str, roots: str = "", process: str = "p") -> bytes:
    """A whole file with one process."""
    whole = f'<process id="{process}" isExecutable="true">{contents}</process>'
    return f"<definitions {NAMESPACES}>{roots}{whole}</definitions>".encode()


def event(kind: str, key: str, definition: str, **attributes: str) -> str:
    """An event with one definition, given as `timer PT1H`, `message m`, `error`, `conditional x = 1`…"""
    word, _, what = definition.partition(" ")
    inner = ""
    attribute = ""
    if word == "timer":
        tag = "timeCycle" if what.startswith("R") else "timeDate" if re.match(r"\d{4}-", what) else "timeDuration"
        inner = f"<{tag}>{escape(what)}</{tag}>"
    elif word == "conditional":
        inner = f"<condition xsi:type='tFormalExpression'>{escape(what)}</condition>"
    elif word == "link":
        attribute = f' name="{what}"'
    elif word == "compensate" and what:
        attribute = f' activityRef="{what}"'
    elif what:
        attribute = f' {word}Ref="{what}"'
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{key}"{extra}><{word}EventDefinition{attribute}>{inner}</{word}EventDefinition></{kind}>'


def boundary(key: str, host: str, definition: str, *, soft: bool = False) -> str:
    """A boundary event; `soft` does not interrupt."""
    return event("boundaryEvent", key, definition, attachedToRef=host, cancelActivity="false" if soft else "true")


def subprocess(key: str, contents: str, kind: str = "subProcess", **attributes: str) -> str:
    """A sub-process with contents."""
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{key}"{extra}>{contents}</{kind}>'


def several(how: str, sequential: bool = False) -> str:
    """A multi-instance marker with what stands in it."""
    tag = "multiInstanceLoopCharacteristics"
    return f'<{tag} isSequential="{str(sequential).lower()}">{how}</{tag}>'


def messages(*names: str) -> str:
    """Messages whose ids are their names."""
    return "".join(f'<message id="{name}" name="{name}"/>' for name in names)


def play(
    content: bytes,
    *steps: Step,
    data: Mapping[str, Any] | None = None,
    process: str | None = None,
    others: Mapping[str, bytes] | None = None,
) -> str:
    """The line that the conformance player prints for these steps."""
    more = dict(others or {})
    scenario = {
        "id": "s",
        "file": "m.bpmn",
        "deps": list(more),
        "process": process,
        "start_data": dict(data or {}),
        "steps": list(steps),
    }
    files = {"m.bpmn": content, "scenarios.json": json.dumps([scenario]).encode(), **more}
    return run_scenarios(files).lines[0]


def open_tasks(*names: str) -> Step:
    """Exactly these tasks are open."""
    return {"tasks": list(names)}


def waits(*names: str) -> Step:
    """At least these elements wait."""
    return {"waits": list(names)}


def do(name: str, **data: Any) -> Step:
    """Complete a task."""
    return {"do": name, "data": data}


def later(duration: str) -> Step:
    """Time passes."""
    return {"advance": duration}


def message(name: str, **data: Any) -> Step:
    """A message comes."""
    return {"message": name, "data": data}


def signal(name: str) -> Step:
    """A signal comes."""
    return {"signal": name}


def change(**data: Any) -> Step:
    """Variables change."""
    return {"set": data}


def values(**data: Any) -> Step:
    """Variables have these values."""
    return {"vars": data}


ENDED: Step = {"ended": True}
NOT_ENDED: Step = {"ended": False}
INCIDENT: Step = {"error": True}
ALL: Sequence[Step] = ()
