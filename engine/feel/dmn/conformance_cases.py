"""The test case files of the DMN TCK (testCases.xsd), read into input data and expected values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from engine.feel.dmn.reader import parse_xml
from engine.feel.errors import Nothing
from engine.feel.numbers import CONTEXT, parse_number
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.values import Value

_NAMESPACE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class ResultNode:
    """A decision and the value it must have."""

    name: str
    expected: Value


@dataclass(frozen=True, slots=True)
class Case:
    """Input data by name, what is called (a service or knowledge model; nothing for decisions), what must come out."""

    id: str
    invocable: str
    inputs: Mapping[str, Value]
    results: tuple[ResultNode, ...]


def read_cases(content: bytes) -> tuple[str, list[Case]] | None:
    """The model's file name and the cases; None when the file is something else."""
    root = parse_xml(content)
    if root.tag != f"{_NAMESPACE}testCases":
        return None
    name = root.findtext(f"{_NAMESPACE}modelName") or ""
    return name.strip(), [_case(node) for node in root.iterchildren(f"{_NAMESPACE}testCase")]


def _case(node: Any) -> Case:
    inputs: dict[str, Value] = {}
    for given in node.iterchildren(f"{_NAMESPACE}inputNode"):
        inputs[given.get("name", "")] = _content(given)
    results = tuple(
        ResultNode(wanted.get("name", ""), _expected(wanted)) for wanted in node.iterchildren(f"{_NAMESPACE}resultNode")
    )
    called = node.get("invocableName", "") if node.get("type") in ("decisionService", "bkm") else ""
    return Case(node.get("id", ""), called, inputs, results)


def _expected(node: Any) -> Value:
    expected = node.find(f"{_NAMESPACE}expected")
    return None if expected is None else _content(expected)


def _content(node: Any) -> Value:
    """A value, a list or components; null when there is nothing."""
    if node.get(f"{_XSI}nil") in ("true", "1"):
        return None
    for child in node.iterchildren(tag=etree.Element):
        tag = child.tag.removeprefix(_NAMESPACE)
        if tag == "value":
            return _value(child)
        if tag == "list":
            return _list(child)
        if tag == "component":
            return _components(node)
    return None


def _list(node: Any) -> Value:
    if node.get(f"{_XSI}nil") in ("true", "1"):
        return None
    return [_content(item) for item in node.iterchildren(f"{_NAMESPACE}item")]


def _components(node: Any) -> Value:
    return {part.get("name", ""): _content(part) for part in node.iterchildren(f"{_NAMESPACE}component")}


def _value(node: Any) -> Value:
    if node.get(f"{_XSI}nil") in ("true", "1"):
        return None
    text = "".join(node.itertext())
    kind = node.get(f"{_XSI}type", "").rpartition(":")[2]
    read = _READERS.get(kind)
    try:
        return text if read is None else read(text.strip())
    except Nothing:
        return text


def _number(text: str) -> Decimal:
    return CONTEXT.create_decimal(text) if "E" in text.upper() else parse_number(text.removeprefix("+"))


_READERS: dict[str, Callable[[str], Value]] = {
    "decimal": _number,
    "double": _number,
    "float": _number,
    "integer": _number,
    "int": _number,
    "long": _number,
    "boolean": lambda text: text in ("true", "1"),
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_date_time,
    "duration": parse_duration,
    "dayTimeDuration": parse_duration,
    "yearMonthDuration": parse_duration,
}
