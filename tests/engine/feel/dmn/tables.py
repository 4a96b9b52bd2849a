"""Decision tables written for tests: columns, rules, how hits are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from engine.feel.dmn import Decisions, load

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


class Column(NamedTuple):
    """An input column: its name (also its expression), its type, its allowed values."""

    name: str
    kind: str = ""
    allowed: str = ""


def table_xml(
    columns: Sequence[Column],
    rules: Sequence[Sequence[str]],
    policy: str = "UNIQUE",
    *,
    values: str = "",
    default: str = "",
    more: str = "",
    key: str = "essai",
) -> str:
    """A file with one decision `essai`; the last text of each rule is its answer."""
    data = "".join(f'<inputData id="d_{one.name}" name="{one.name}"/>' for one in columns)
    needs = "".join(
        f'<informationRequirement><requiredInput href="#d_{one.name}"/></informationRequirement>' for one in columns
    )
    inputs = "".join(
        f'<input id="c{place}" label="{one.name.capitalize()}"><inputExpression'
        f"{f' typeRef={chr(34)}{one.kind}{chr(34)}' if one.kind else ''}><text>{one.name}</text></inputExpression>"
        f"{f'<inputValues><text>{escape(one.allowed)}</text></inputValues>' if one.allowed else ''}</input>"
        for place, one in enumerate(columns)
    )
    rows = "".join(
        f'<rule id="r{number}">'
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in rule[:-1])
        + f"<outputEntry><text>{escape(rule[-1])}</text></outputEntry></rule>"
        for number, rule in enumerate(rules, 1)
    )
    listed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return (
        f'<definitions xmlns="{NAMESPACE}" id="f" namespace="urn:test" name="essai">{data}{more}'
        f'<decision id="{key}" name="Essai"><variable name="{key}"/>{needs}'
        f'<decisionTable id="t" hitPolicy="{policy}">{inputs}<output id="o" name="reponse">{listed}{fallback}</output>'
        f"{rows}</decisionTable></decision></definitions>"
    )


def table(columns: Sequence[Column], rules: Sequence[Sequence[str]], policy: str = "UNIQUE", **more: str) -> Decisions:
    """The same, loaded."""
    return load(table_xml(columns, rules, policy, **more).encode())
