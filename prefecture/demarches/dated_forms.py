"""Forms whose questions ask for a pièce during its period only: the file's condition joined with the pièce's days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from prefecture.demarches import dated

_PICKER = "filepicker"


def hides_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """By the code of each pièce that is not always asked for: the FEEL that hides its question."""
    by_code: dict[str, list[dated.Row]] = {}
    for row in dated.rows_of(settings.get(dated.PIECES)):
        by_code.setdefault(str(row.get(dated.CODE, "")), []).append(row)
    found = {code: dated.hidden_outside(rows) for code, rows in by_code.items()}
    return {code: text for code, text in found.items() if code and text}


def limited(content: bytes, hides: Mapping[str, str]) -> bytes:
    """A form file as it is drawn: the questions of dated pièces hidden outside their days. Others stay as given."""
    if not hides:
        return content
    try:
        read = json.loads(content)
    except ValueError:
        return content  # whoever reads the form says what is wrong with it
    return json.dumps(read).encode() if _limit(read, hides) else content


def _limit(value: Any, hides: Mapping[str, str]) -> bool:
    """Whether something below was changed."""
    if isinstance(value, list):
        return sum(_limit(one, hides) for one in value) > 0
    if not isinstance(value, dict):
        return False
    changed = sum(_limit(one, hides) for one in value.values()) > 0
    text = hides.get(_piece(value)) if value.get("type") == _PICKER else None
    if text is None:
        return changed
    before = value.get("conditional")
    own = str(before.get("hide", "")).removeprefix("=").strip() if isinstance(before, dict) else ""
    value["conditional"] = {"hide": f"=({own}) or {text}" if own else f"={text}"}
    return True


def _piece(component: Mapping[str, Any]) -> str:
    """The pièce that a question asks for: its property, else the last part of its key."""
    properties = component.get("properties")
    named = properties.get("piece") if isinstance(properties, dict) else None
    return str(named or str(component.get("key", "")).rpartition(".")[2])
