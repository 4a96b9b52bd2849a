"""Two versions of a form, in sentences: questions added, removed, worded otherwise, required, with other choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

_TYPES: Mapping[str, str] = {
    "textfield": "texte court",
    "textarea": "texte long",
    "number": "nombre",
    "datetime": "date",
    "select": "liste",
    "radio": "choix unique",
    "checklist": "choix multiples",
    "checkbox": "case à cocher",
    "filepicker": "pièce",
    "group": "page",
    "bloc": "bloc partagé",
    "text": "texte affiché",
}
_TEXTS = (("description", "Son aide"), ("conditional", "Sa condition d’affichage"))


def form_differences(before: bytes, after: bytes) -> Iterator[str]:
    """What differs, a sentence each. Raises ValueError for what is no form."""
    old, new = _questions(before), _questions(after)
    for key, one in new.items():
        if key not in old:
            must = ", obligatoire" if _required(one) else ""
            yield f"Ajouté\u00a0: {_named(one)} ({_type(one)}{must})."
        else:
            yield from _question(old[key], one)
    for key, one in old.items():
        if key not in new:
            yield f"Retiré\u00a0: {_named(one)} ({_type(one)})."
    common = [[key for key in side if key in old and key in new] for side in (old, new)]
    if common[0] != common[1]:
        yield "L’ordre des questions a changé."


def _question(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    name = _named(new)
    if _label(old) != _label(new):
        yield f"Libellé\u00a0: {_named(old)} devient {name}."
    if old.get("type") != new.get("type"):
        yield f"{name} était\u00a0: {_type(old)}\u00a0; devient\u00a0: {_type(new)}."
    if _required(old) != _required(new):
        yield f"{name} devient {'obligatoire' if _required(new) else 'facultatif'}."
    yield from _choices(name, old, new)
    for field, said in _TEXTS:
        if old.get(field) != new.get(field):
            yield f"{name}. {said}\u00a0: {_plain(old.get(field))} devient {_plain(new.get(field))}."
    others = {"validate", "id", "type", "label", "dateLabel", "components", "values", *(field for field, _ in _TEXTS)}
    rest = sorted(
        field for field in old.keys() | new.keys() if field not in others and old.get(field) != new.get(field)
    )
    rules = [{k: v for k, v in (one.get("validate") or {}).items() if k != "required"} for one in (old, new)]
    if rest or rules[0] != rules[1]:
        named = [*rest, *(["les contrôles"] if rules[0] != rules[1] else [])]
        yield f"{name}. Réglages changés\u00a0: {', '.join(named)}."


def _choices(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = (
        {str(one.get("value")): str(one.get("label")) for one in side.get("values") or () if isinstance(one, Mapping)}
        for side in (old, new)
    )
    for value in after.keys() - before.keys():
        yield f"{name}. Choix ajouté\u00a0: «\u00a0{after[value]}\u00a0»."
    for value in before.keys() - after.keys():
        yield f"{name}. Choix retiré\u00a0: «\u00a0{before[value]}\u00a0»."
    for value in before.keys() & after.keys():
        if before[value] != after[value]:
            yield f"{name}. Choix\u00a0: «\u00a0{before[value]}\u00a0» devient «\u00a0{after[value]}\u00a0»."


def _questions(content: bytes) -> dict[str, Mapping[str, Any]]:
    """Every component of the form by what it is known by, in the order of the page."""
    read = orjson.loads(content)
    if not isinstance(read, dict):
        raise ValueError("no form")
    return {_key(one): one for one in _components(read)}


def _components(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in holder.get("components") or ():
        if isinstance(one, Mapping):
            yield one
            yield from _components(one)


def _key(one: Mapping[str, Any]) -> str:
    return str(one.get("key") or one.get("id") or one.get("label") or one.get("ref"))


def _label(one: Mapping[str, Any]) -> str:
    return str(one.get("label") or one.get("dateLabel") or one.get("text") or one.get("ref") or _key(one))


def _named(one: Mapping[str, Any]) -> str:
    text = " ".join(_label(one).split())
    return f"«\u00a0{text if len(text) <= 120 else text[:117] + '…'}\u00a0»"


def _type(one: Mapping[str, Any]) -> str:
    return _TYPES.get(str(one.get("type")), str(one.get("type")))


def _required(one: Mapping[str, Any]) -> bool:
    rules = one.get("validate")
    return bool(isinstance(rules, Mapping) and rules.get("required"))


def _plain(value: Any) -> str:
    if value in (None, "", {}):
        return "rien"
    if isinstance(value, Mapping):
        value = value.get("hide") or value.get("show") or orjson.dumps(value).decode()
    return f"«\u00a0{value}\u00a0»"
