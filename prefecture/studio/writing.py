"""A scenario written as the TOML file that an analyst would write: a table for what is given, a step a paragraph."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEAD = ("titre", "description", "le", "fuseau", "statut", "retenir")
_STEP = (
    "quand",
    "tache",
    "message",
    "action",
    "attendre",
    "jusqu_au",
    "reponses",
    "contenu",
    "reponse",
    "echec",
    "alors",
)


def written(raw: Mapping[str, Any]) -> bytes:
    """The file that reads back as `raw`: keys of a scenario, values of TOML; what is None is left out."""
    lines = [f"{name} = {_value(raw[name])}" for name in _HEAD if name in raw]
    for name in ("etant_donne", "reponses"):
        lines += _tables(name, raw.get(name, {}))
    for step in raw.get("etapes", ()):
        lines += ["", "[[etapes]]", *(f"{name} = {_value(step[name])}" for name in _STEP if name in step)]
    return ("\n".join(lines) + "\n").encode()


def entries(held: Mapping[str, Any]) -> str:
    """Names and values, one a line, as a person may correct them; `tomllib` reads them back."""
    return "\n".join(_entries(held))


def _tables(name: str, held: Mapping[str, Any]) -> Iterator[str]:
    """One table a group of what is given, single values under the name itself."""
    single = {key: value for key, value in held.items() if not isinstance(value, Mapping)}
    if single:
        yield from ("", f"[{name}]", *_entries(single))
    for key, group in held.items():
        if isinstance(group, Mapping):
            yield from ("", f"[{name}.{_key(key)}]", *_entries(group))


def _entries(group: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(key)} = {_value(value)}" for key, value in group.items() if value is not None)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(_entries(value))
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(_value(one) for one in value if one is not None)}]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    # A basic string of TOML is one of JSON, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
