"""The process state as bytes: JSON (orjson) in zstd, with our own format number and the library's version.

The bytes hold only what lives: variables by scope and live tokens. They never hold a class name, so nothing read
back can become anything but data; what JSON lacks (decimals, dates, durations) is written as a list under one key
that no data may use.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import zstandard
from SpiffWorkflow.version import __version__ as spiff_version

from engine.errors import DataRefused, ReservedKey, StateUnreadable
from engine.feel.temporal import DaysDuration, MonthsDuration
from engine.upgrading import upgraded

FORMAT = 1
_MARK = "\x00"
_MARK_BYTES = b'"\\u0000"'
_MAX_BYTES = 64 * 1024 * 1024
_MAX_DEPTH = 60
_SMALLEST, _GREATEST = -(2**63), 2**64 - 1
_RESERVED = frozenset({"typename"})
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def dumps(content: Mapping[str, Any]) -> bytes:
    """The content of one instance as bytes. Takes what `accept` let in, nothing else."""
    whole = {"format": FORMAT, "spiff": spiff_version, **content}
    raw = orjson.dumps(whole, default=_mark, option=_OPTIONS)
    # A compressor belongs to one thread at a time, and making one costs a few microseconds.
    return zstandard.ZstdCompressor(level=3).compress(raw)


def loads(state: bytes) -> dict[str, Any]:
    """The content of `dumps`, as new objects; earlier formats are upgraded. StateUnreadable for anything else."""
    raw = _decompress(state)
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise StateUnreadable("the state is not JSON") from error
    if not isinstance(content, dict):
        raise StateUnreadable("the state is no object")
    if content.get("format") != FORMAT:
        content = upgraded(content, FORMAT)
    found: dict[str, Any] = content
    if _MARK_BYTES in raw:
        _restore(found)
    return found


def read_data(state: bytes) -> dict[str, Any]:
    """The variables of the instance's own scope, without rebuilding its tokens."""
    data = loads(state).get("data")
    if not isinstance(data, dict):
        raise StateUnreadable("the state holds no data")
    return data


def accept(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data as the engine keeps it: new containers, whole numbers as int. ReservedKey, DataRefused."""
    if not isinstance(data, Mapping):
        raise DataRefused("data must be a mapping")
    return {_key(key): _value(value, 1) for key, value in data.items()}


def accept_value(value: Any) -> Any:
    """One value, as `accept` takes it."""
    return _value(value, 0)


def _decompress(state: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompress(state, max_output_size=_MAX_BYTES)
    except (zstandard.ZstdError, TypeError) as error:
        raise StateUnreadable("the state is not zstd") from error


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise ReservedKey(f"a key must be a text, not {type(key).__name__}")
    if key in _RESERVED or _MARK in key:
        raise ReservedKey(f"the key {key!r} is reserved")
    return str(key)


def _value(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        _not_too_deep(depth)
        return {_key(key): _value(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        _not_too_deep(depth)
        return [_value(one, depth + 1) for one in value]
    if isinstance(value, datetime | date | time | timedelta | DaysDuration | MonthsDuration):
        return value
    raise DataRefused(f"a process cannot hold a {type(value).__name__}")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise DataRefused("a text holds half of a character") from None
    return str(value)


def _not_too_deep(depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise DataRefused("data nested too deep")


def _number(value: float | Decimal) -> int | Decimal:
    try:
        number = value if isinstance(value, int) else Decimal(str(value))
    except InvalidOperation:
        raise DataRefused("not a number") from None
    if isinstance(number, Decimal):
        if not number.is_finite():
            raise DataRefused("not a finite number")
        if number.adjusted() > 40 or number != number.to_integral_value():
            return number
        number = int(number)
    # JSON's whole numbers end at 64 bits; greater ones are kept as decimals.
    return int(number) if _SMALLEST <= number <= _GREATEST else Decimal(number)


def _mark(value: Any) -> dict[str, list[Any]]:
    """What orjson does not know, as data under the mark."""
    if isinstance(value, Decimal):
        return {_MARK: ["n", str(value)]}
    if isinstance(value, datetime):
        return {_MARK: ["dt", value.isoformat(), getattr(value.tzinfo, "key", None)]}
    if isinstance(value, date):
        return {_MARK: ["d", value.isoformat()]}
    if isinstance(value, time):
        return {_MARK: ["t", value.isoformat()]}
    if isinstance(value, timedelta):
        return {_MARK: ["td", value.days, value.seconds, value.microseconds]}
    if isinstance(value, DaysDuration):
        return {_MARK: ["dd", str(value.nanos)]}
    if isinstance(value, MonthsDuration):
        return {_MARK: ["md", str(value.months)]}
    raise DataRefused(f"a process cannot hold a {type(value).__name__}")


def _restore(container: Any) -> None:
    """Put what was marked back in its place, everywhere inside; a number or a text is not even looked at."""
    places = container.items() if type(container) is dict else enumerate(container)
    for place, one in places:
        kind = type(one)
        if kind is dict:
            marked = one.get(_MARK)
            if marked is None:
                _restore(one)
            else:
                container[place] = _restored(marked)
        elif kind is list:
            _restore(one)


def _restored(marked: Any) -> Any:
    try:
        return _READERS[marked[0]](*marked[1:])
    except (KeyError, TypeError, ValueError, IndexError, InvalidOperation) as error:
        raise StateUnreadable("the state holds a value nobody knows") from error


_READERS: dict[str, Any] = {
    "n": Decimal,
    "dt": lambda text, key: _zoned(datetime.fromisoformat(text), key),
    "d": date.fromisoformat,
    "t": time.fromisoformat,
    "td": timedelta,
    "dd": lambda nanos: DaysDuration(int(nanos)),
    "md": lambda months: MonthsDuration(int(months)),
}


def _zoned(moment: datetime, key: str | None) -> datetime:
    return moment if key is None else moment.astimezone(ZoneInfo(key))
