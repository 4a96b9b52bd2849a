"""Values as FEEL texts, as the function string() writes them."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.budget import Run
from engine.feel.names import is_plain_name
from engine.feel.numbers import write_number
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.temporal_text import write_temporal
from engine.feel.values import Range, Unequal, Value

_MAX_NESTING = 60


def write(value: Value, run: Run) -> str:
    """The text of a value; a text is itself."""
    return value if isinstance(value, str) else _nested(value, run, 0)


def quote(text: str) -> str:
    """The text as a FEEL literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _nested(value: Value, run: Run, depth: int) -> str:
    run.spend()
    if depth > _MAX_NESTING:
        return "…"
    if isinstance(value, list):
        return _sized("[" + ", ".join(_nested(item, run, depth + 1) for item in value) + "]", run)
    if isinstance(value, dict):
        entries = (f"{_key(key)}: {_nested(item, run, depth + 1)}" for key, item in value.items())
        return _sized("{" + ", ".join(entries) + "}", run)
    if isinstance(value, Range):
        return _write_range(value, run, depth)
    if isinstance(value, Unequal):
        return f"!={_nested(value.value, run, depth + 1)}"
    return _scalar(value)


def _scalar(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return write_number(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Date | Time | DateTime | DaysDuration | MonthsDuration):
        return write_temporal(value)
    return f"function {value.name}"


def _write_range(value: Range, run: Run, depth: int) -> str:
    if value.start is None:
        return f"{'<=' if value.end_included else '<'} {_nested(value.end, run, depth + 1)}"
    if value.end is None:
        return f"{'>=' if value.start_included else '>'} {_nested(value.start, run, depth + 1)}"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    start, end = _nested(value.start, run, depth + 1), _nested(value.end, run, depth + 1)
    return f"{opening}{start}..{end}{closing}"


def _key(key: str) -> str:
    return key if is_plain_name(key) else quote(key)


def _sized(text: str, run: Run) -> str:
    run.lettered(len(text))
    return text
