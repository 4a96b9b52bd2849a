"""Two versions of decision tables, in sentences: rules added, removed, changed; columns; how hits are chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from engine.compiling import xml
from engine.compiling.xml import Element, local

_SHOWN = 12  # rules told one by one; more are counted
_ANY = "-"


@dataclass(frozen=True)
class _Rule:
    """What a rule says: its conditions, its results, its note."""

    conditions: tuple[str, ...]
    results: tuple[str, ...]
    note: str


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
    yield from _told_rules(name, columns[1], _rules(old), _rules(new))
    texts = [_text(one, "literalExpression") for one in (old, new)]
    if texts[0] != texts[1]:
        yield f"{name}. Calcul\u00a0: «\u00a0{texts[0]}\u00a0» devient «\u00a0{texts[1]}\u00a0»."


def _told_rules(name: str, columns: Sequence[str], old: Mapping[str, _Rule], new: Mapping[str, _Rule]) -> Iterator[str]:
    """Rules are known by their ids; one whose id alone is new is the same rule."""
    kept = set(old.values()) & set(new.values())
    told = []
    for number, (key, rule) in enumerate(new.items(), 1):
        if rule in kept:
            continue
        if key in old and old[key] not in kept:
            told.append(f"{name}. Règle {number}\u00a0: {_changed(columns, old[key], rule)}.")
        else:
            told.append(f"{name}. Règle {number} ajoutée\u00a0: {_whole(columns, rule)}.")
    for number, (key, rule) in enumerate(old.items(), 1):
        if rule not in kept and key not in new:
            told.append(f"{name}. Règle {number} retirée\u00a0: {_whole(columns, rule)}.")
    yield from told[:_SHOWN]
    if len(told) > _SHOWN:
        yield f"{name}. Et {len(told) - _SHOWN} autres règles qui diffèrent."
    if not told and list(old.values()) != list(new.values()):
        yield f"{name}. L’ordre des règles a changé."


def _whole(columns: Sequence[str], rule: _Rule) -> str:
    """« si A est « > 1 », alors B est « "oui" » »; what a rule does not look at is not told."""
    named = list(zip(columns, (*rule.conditions, *rule.results), strict=False))
    split = len(rule.conditions)
    conditions = " et ".join(f"{column} est {_quoted(cell)}" for column, cell in named[:split] if cell != _ANY)
    results = ", ".join(f"{column} est {_quoted(cell)}" for column, cell in named[split:])
    told = f"{f'si {conditions}' if conditions else 'dans tous les cas'}, {results}"
    return told + (f" ({rule.note})" if rule.note else "")


def _changed(columns: Sequence[str], old: _Rule, new: _Rule) -> str:
    """The cells that differ, by their columns."""
    cells = zip_longest(columns, (*old.conditions, *old.results), (*new.conditions, *new.results), fillvalue="")
    told = [f"{column} {_quoted(was)} devient {_quoted(now)}" for column, was, now in cells if was != now]
    if old.note != new.note:
        told.append(f"note {_quoted(old.note)} devient {_quoted(new.note)}")
    return ", ".join(told)


def _quoted(cell: str) -> str:
    return f"«\u00a0{cell or _ANY}\u00a0»"


def _decisions(content: bytes) -> dict[str, Element]:
    return {str(one.get("id")): one for one in _all(xml.parse(content), "decision")}


def _rules(decision: Element) -> dict[str, _Rule]:
    """Each rule by its id."""
    found = {}
    for number, rule in enumerate(_all(decision, "rule")):
        sides = [
            tuple(_text(entry, "text") or _ANY for entry in _all(rule, kind)) for kind in ("inputEntry", "outputEntry")
        ]
        note = " ; ".join(filter(None, (_text(entry, "text") for entry in _all(rule, "annotationEntry"))))
        found[str(rule.get("id") or number)] = _Rule(sides[0], sides[1], note)
    return found


def _columns(decision: Element) -> list[str]:
    inputs = [str(one.get("label") or _text(one, "text")) for one in _all(decision, "input")]
    return inputs + [str(one.get("label") or one.get("name") or "résultat") for one in _all(decision, "output")]


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
