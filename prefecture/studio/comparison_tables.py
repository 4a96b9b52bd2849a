"""Two versions of decision tables, in sentences: rules added, removed, changed; columns; how hits are chosen."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compiling import xml
from engine.compiling.xml import Element, local

_SHOWN = 12  # rules told one by one; more are counted


def table_differences(before: bytes, after: bytes) -> Iterator[str]:
    """What differs, a sentence each. Raises engine.compiling.xml.XmlRefused."""
    old, new = _decisions(before), _decisions(after)
    for key, one in new.items():
        if key not in old:
            yield f"Table ajoutée\u00a0: «\u00a0{_name(one)}\u00a0», {len(_rules(one))} règles."
        else:
            yield from _decision(old[key], one)
    for key, one in old.items():
        if key not in new:
            yield f"Table retirée\u00a0: «\u00a0{_name(one)}\u00a0»."


def _decision(old: Element, new: Element) -> Iterator[str]:
    name = f"«\u00a0{_name(new)}\u00a0»"
    if _name(old) != _name(new):
        yield f"La table «\u00a0{_name(old)}\u00a0» s’appelle maintenant {name}."
    columns = [_columns(one) for one in (old, new)]
    if columns[0] != columns[1]:
        yield f"{name}. Colonnes\u00a0: {', '.join(columns[0])} devient {', '.join(columns[1])}."
    policies = [_policy(one) for one in (old, new)]
    if policies[0] != policies[1]:
        yield f"{name}. Choix des règles\u00a0: {policies[0]} devient {policies[1]}."
    yield from _told_rules(name, _rules(old), _rules(new))
    texts = [_text(one, "literalExpression") for one in (old, new)]
    if texts[0] != texts[1]:
        yield f"{name}. Calcul\u00a0: «\u00a0{texts[0]}\u00a0» devient «\u00a0{texts[1]}\u00a0»."


def _told_rules(name: str, old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    """Rules are known by their ids; one whose id alone is new is the same rule."""
    kept = set(old.values()) & set(new.values())
    told = []
    for number, (key, rule) in enumerate(new.items(), 1):
        if rule in kept:
            continue
        if key in old and old[key] not in kept:
            told.append(f"{name}. Règle {number}\u00a0: «\u00a0{old[key]}\u00a0» devient «\u00a0{rule}\u00a0».")
        else:
            told.append(f"{name}. Règle {number} ajoutée\u00a0: «\u00a0{rule}\u00a0».")
    for number, (key, rule) in enumerate(old.items(), 1):
        if rule not in kept and key not in new:
            told.append(f"{name}. Règle {number} retirée\u00a0: «\u00a0{rule}\u00a0».")
    yield from told[:_SHOWN]
    if len(told) > _SHOWN:
        yield f"{name}. Et {len(told) - _SHOWN} autres règles qui diffèrent."
    if not told and list(old.values()) != list(new.values()):
        yield f"{name}. L’ordre des règles a changé."


def _decisions(content: bytes) -> dict[str, Element]:
    return {str(one.get("id")): one for one in _all(xml.parse(content), "decision")}


def _rules(decision: Element) -> dict[str, str]:
    """Each rule as one line: conditions → results (note)."""
    found = {}
    for number, rule in enumerate(_all(decision, "rule")):
        sides = [[_text(entry, "text") or "-" for entry in _all(rule, kind)] for kind in ("inputEntry", "outputEntry")]
        note = " ; ".join(filter(None, (_text(entry, "text") for entry in _all(rule, "annotationEntry"))))
        line = " | ".join(sides[0]) + " → " + " | ".join(sides[1])
        found[str(rule.get("id") or number)] = line + (f" ({note})" if note else "")
    return found


def _columns(decision: Element) -> list[str]:
    inputs = [str(one.get("label") or _text(one, "text")) for one in _all(decision, "input")]
    outputs = [f"→ {one.get('label') or one.get('name') or 'résultat'}" for one in _all(decision, "output")]
    return inputs + outputs


def _policy(decision: Element) -> str:
    table = next(iter(_all(decision, "decisionTable")), None)
    return "" if table is None else str(table.get("hitPolicy") or "UNIQUE")


def _name(decision: Element) -> str:
    return str(decision.get("name") or decision.get("id"))


def _all(parent: Element, name: str) -> list[Element]:
    return [one for one in parent.iter() if local(one) == name]


def _text(parent: Element, name: str) -> str:
    found = next(iter(_all(parent, name)), None)
    return "" if found is None else " ".join("".join(map(str, found.itertext())).split())
