"""Rows of TOML lists (`[[donnees.taxe]]`…) added, corrected, removed in a text; the rest of it stays as written.

Comments, order and layout are the analyst's. A change that cannot be made without touching something else is refused
with a sentence: the file can always be written by hand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import Item

from prefecture.kernel.errors import Invalid

Path = Sequence[str]
HAND = "Cette ligne est écrite d’une façon que cette page ne sait pas changer\u00a0: changez-la dans l’éditeur."
UNREADABLE = "demarche.toml ne se lit pas\u00a0: corrigez-le d’abord dans l’éditeur."
_HEADER = re.compile(r"\s*\[")
_COMMENT = re.compile(r"\s*#")


def read(text: str) -> dict[str, Any]:
    """The whole text as plain data. Raises Invalid."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid({}, UNREADABLE) from error


def add(text: str, path: Path, row: Mapping[str, Any]) -> str:
    """The text with one more row at the end of that list, which is begun where there is none. Raises Invalid."""
    wanted = read(text)
    _list_of(wanted, path).append({name: value for name, value in row.items() if value is not None})
    lines = text.splitlines(keepends=True)
    spans = _spans(lines, path)
    place = spans[-1][1] if spans else _end_of_group(lines, path)
    if place and not lines[place - 1].endswith("\n"):
        lines[place - 1] += "\n"
    block = ["\n"] * bool(place) + [f"{_header(path)}\n", *_rendered(row)]
    made = "".join([*lines[:place], *block, *lines[place:]])
    return _checked(text, made, wanted)


def change(text: str, path: Path, index: int, values: Mapping[str, Any]) -> str:
    """The text with these values in a row of that list; None takes a key away. Raises Invalid."""
    wanted = read(text)
    row = _list_of(wanted, path)[index]
    fresh = {name: value for name, value in values.items() if value is not None and name not in row}
    known = {name: value for name, value in values.items() if name in row and value != row[name]}
    row.update({name: value for name, value in values.items() if value is not None})
    for name in [name for name, value in known.items() if value is None]:
        del row[name]
    document = tomlkit.parse(text)
    held: Any = document
    for part in path:
        held = held[part]
    for name, value in known.items():
        if value is None:
            del held[index][name]
        else:
            held[index][name] = value
    return _checked(text, _with_keys(tomlkit.dumps(document), path, index, fresh), wanted)


def put(text: str, path: Path, value: Any) -> str:
    """The text with another value of one setting; one at the head of the file may be new. Raises Invalid."""
    wanted = read(text)
    if len(path) == 1 and path[0] not in wanted:
        return _checked(text, _with_head(text, path[0], value), {**wanted, path[0]: value})
    table: Any = wanted
    document: Any = tomlkit.parse(text)
    held = document
    for part in path[:-1]:
        table, held = table[part], held[part]
    table[path[-1]] = held[path[-1]] = value
    return _checked(text, tomlkit.dumps(document), wanted)


def _with_head(text: str, name: str, value: Any) -> str:
    """The text with one more setting at its head: after the last one there, before the first table and its comments."""
    lines = text.splitlines(keepends=True)
    end = next((at for at, line in enumerate(lines) if _HEADER.match(line)), len(lines))
    while end and (not lines[end - 1].strip() or _COMMENT.match(lines[end - 1])):
        end -= 1
    if end and not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return "".join([*lines[:end], *_rendered({name: value}), *lines[end:]])


def remove(text: str, path: Path, index: int) -> str:
    """The text without a row of that list. Raises Invalid."""
    wanted = read(text)
    rows = _list_of(wanted, path)
    del rows[index]
    if not rows:
        _drop(wanted, path)
    lines = text.splitlines(keepends=True)
    spans = _spans(lines, path)
    if index >= len(spans):
        raise Invalid({}, HAND)
    first, last = spans[index]
    if last < len(lines) and not lines[last].strip():
        last += 1
    elif first and not lines[first - 1].strip():
        first -= 1
    return _checked(text, "".join([*lines[:first], *lines[last:]]), wanted, lost=_comments(lines[first:last]))


def _with_keys(text: str, path: Path, index: int, values: Mapping[str, Any]) -> str:
    """The text with keys that the row did not have, after its last one."""
    if not values:
        return text
    lines = text.splitlines(keepends=True)
    spans = _spans(lines, path)
    if index >= len(spans):
        raise Invalid({}, HAND)
    place = spans[index][1]
    if not lines[place - 1].endswith("\n"):
        lines[place - 1] += "\n"
    return "".join([*lines[:place], *_rendered(values), *lines[place:]])


def _spans(lines: Sequence[str], path: Path) -> list[tuple[int, int]]:
    """Where each row of a list stands: its header line, and the line after its last value."""
    header = re.compile(r"\s*\[\[\s*" + r"\s*\.\s*".join(_named(part) for part in path) + r"\s*\]\]\s*(#.*)?$")
    found = []
    for number, line in enumerate(lines):
        if header.match(line.rstrip("\r\n")):
            end = next((at for at in range(number + 1, len(lines)) if _HEADER.match(lines[at])), len(lines))
            while end > number + 1 and (not lines[end - 1].strip() or _COMMENT.match(lines[end - 1])):
                end -= 1
            found.append((number, end))
    return found


def _end_of_group(lines: Sequence[str], path: Path) -> int:
    """Where a new list begins: after the last list of the same table, else at the end."""
    group = re.compile(r"\s*\[\[\s*" + _named(path[0]) + r"\s*[.\]]")
    last = max((number for number, line in enumerate(lines) if group.match(line)), default=None)
    if last is None:
        return len(lines)
    end = next((at for at in range(last + 1, len(lines)) if _HEADER.match(lines[at])), len(lines))
    while end > last + 1 and (not lines[end - 1].strip() or _COMMENT.match(lines[end - 1])):
        end -= 1
    return end


def _named(part: str) -> str:
    return f"[\"']?{re.escape(part)}[\"']?"


def _header(path: Path) -> str:
    return f"[[{'.'.join(part if re.fullmatch(r'[A-Za-z0-9_-]+', part) else _text(part) for part in path)}]]"


def _rendered(row: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {tomlkit.item(value).as_string()}\n" for name, value in row.items() if value is not None]


def _text(value: str) -> str:
    item: Item = tomlkit.item(value)
    return item.as_string()


def _list_of(data: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """The list at that path, begun where there is none."""
    table = data
    for part in path[:-1]:
        table = table.setdefault(part, {})
    rows = table.setdefault(path[-1], [])
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise Invalid({}, HAND)
    return rows


def _drop(data: dict[str, Any], path: Path) -> None:
    """Take an empty list away, and the tables that hold nothing else."""
    table: Any = data
    for part in path[:-1]:
        table = table[part]
    del table[path[-1]]
    if len(path) > 1 and not table:
        _drop(data, path[:-1])


def _comments(lines: Sequence[str]) -> int:
    return sum(line.count("#") for line in lines)


def _checked(before: str, made: str, wanted: Mapping[str, Any], lost: int = 0) -> str:
    """What was made, once it says exactly what is wanted and no comment is lost."""
    if read(made) != wanted or _comments([made]) < _comments([before]) - lost:
        raise Invalid({}, HAND)
    return made
