"""Small forms for these tests, and the few FEEL expressions that they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import orjson

import forms

TODAY = date(2026, 11, 22)


def feel(variables: Mapping[str, Any]) -> Callable[[str], Any]:
    """The few FEEL expressions of these tests, each by its own function: the room is given an evaluator."""
    known = {
        "today()": lambda v: TODAY,
        'situation != "marie"': lambda v: v["situation"] != "marie",
        "not(autre)": lambda v: None if v["autre"] is None else not v["autre"],
        'conjoint = null or conjoint.nom = "X"': lambda v: v["conjoint"] is None or v["conjoint"]["nom"] == "X",
        "age >= 18": lambda v: v["age"] is not None and v["age"] >= 18,
        'situation != "marie" and autre != true': lambda v: v["situation"] != "marie" and v["autre"] is not True,
        "i = 1": lambda v: v["i"] == 1,
        'motif != "famille"': lambda v: v.get("motif") != "famille",
    }
    return lambda text: known[text](variables)


def form(*components: dict[str, Any], blocks: dict[str, Any] | None = None, **top: Any) -> forms.Form:
    content = orjson.dumps({"id": "essai", "components": list(components), **top})
    shared = {name: orjson.dumps({"components": inner}) for name, inner in (blocks or {}).items()}
    return forms.load(content, blocks=shared, evaluate=feel)


def field(kind: str, key: str, **more: Any) -> dict[str, Any]:
    required = more.pop("required", False)
    validate = {**more.pop("validate", {}), "required": required}
    return {"type": kind, "key": key, "label": more.pop("label", key.capitalize()), "validate": validate, **more}


def values(*names: str) -> list[dict[str, str]]:
    return [{"value": name, "label": name.capitalize()} for name in names]


def error(one: forms.Form, **answers: Any) -> str:
    """The one thing that is wrong."""
    checked = one.check(answers)
    assert len(checked.errors) == 1, checked.errors
    return next(iter(checked.errors.values()))
