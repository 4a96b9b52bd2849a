"""What a scenario expects after a step, held against what came: the differences, told in French."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.model import Advance


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected: a French sentence, and both sides of it for who shows them side by side.

    `awaited` are the elements where the dossier should wait and does not.
    """

    message: str
    expected: str = ""
    got: str = ""
    awaited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What is there after a step: the engine's advance, the status, what was sent and asked since the step began."""

    advance: Advance
    statut: str
    sent: Sequence[str]
    asked: Sequence[str]


def differences(then: Mapping[str, Any], seen: Seen) -> list[Difference]:
    """Everything that is not as `then` says; an incident that nobody expected is one."""
    found = [*_incidents(then, seen.advance), *_tasks(then, seen.advance), *_state(then, seen)]
    awaited = [one.message for one in seen.advance.messages]
    found += _missing("envoi attendu", then.get("envois", ()), seen.sent)
    found += _missing("action attendue", then.get("actions", ()), seen.asked)
    found += _missing("message attendu", then.get("messages", ()), awaited)
    unwanted = [one for one in then.get("sans_envoi", ()) if one in seen.sent]
    found += [Difference(f"envoi inattendu\u00a0: {one}.", f"sans {one}", one) for one in unwanted]
    return found + _variables(then.get("variables", {}), seen.advance)


def open_words(advance: Advance) -> str:
    """The open tasks, as a failure tells them."""
    return f"ouvertes\u00a0: {listed([one.element for one in advance.open_tasks])}"


def listed(names: Sequence[str]) -> str:
    """Names in order, or « aucune »."""
    return ", ".join(sorted(names)) or "aucune"


def _incidents(then: Mapping[str, Any], advance: Advance) -> Iterator[Difference]:
    for incident in advance.incidents if not then.get("incident") else ():
        told = f"incident sur «\u00a0{incident.element}\u00a0»\u00a0: {incident.message}"
        yield Difference(told, "aucun incident", f"{incident.element}\u00a0: {incident.message}")
    if "incident" in then and bool(advance.incidents) != bool(then["incident"]):
        wanted, got = ("un incident", "aucun") if then["incident"] else ("aucun incident", "un incident")
        said = "un incident était attendu." if then["incident"] else "aucun incident n’était attendu."
        yield Difference(said, wanted, got)


def _tasks(then: Mapping[str, Any], advance: Advance) -> Iterator[Difference]:
    found = [one.element for one in advance.open_tasks]
    if "taches" in then and Counter(then["taches"]) != Counter(found):
        wanted = listed(then["taches"])
        message = f"tâches ouvertes attendues\u00a0: {wanted}\u00a0; {open_words(advance)}."
        absent = tuple((Counter(then["taches"]) - Counter(found)).keys())
        yield Difference(message, f"tâches ouvertes\u00a0: {wanted}", listed(found), absent)


def _state(then: Mapping[str, Any], seen: Seen) -> Iterator[Difference]:
    if "statut" in then and then["statut"] != seen.statut:
        message = f"statut attendu\u00a0: {then['statut']}\u00a0; trouvé\u00a0: {seen.statut}."
        yield Difference(message, f"statut\u00a0: {then['statut']}", seen.statut)
    if "termine" in then and then["termine"] != seen.advance.finished:
        sides = ("terminée", "en cours")
        wanted, got = sides if then["termine"] else sides[::-1]
        said = "la démarche devait être terminée." if then["termine"] else "la démarche est déjà terminée."
        yield Difference(said, wanted, got)


def _missing(what: str, wanted: Sequence[str], found: Sequence[str]) -> list[Difference]:
    lacking = Counter(wanted) - Counter(found)
    got = listed(found)
    return [
        Difference(f"{what}\u00a0: {one}\u00a0; trouvé\u00a0: {got}.", f"{what}\u00a0: {one}", got) for one in lacking
    ]


def _variables(expected: Mapping[str, Any], advance: Advance) -> list[Difference]:
    """A called process has variables of its own: one of the scopes must hold what is expected."""
    scopes = [advance.data, *(task.data for task in advance.open_tasks)]
    found = []
    for name, wanted in expected.items():
        values = [_read(scope, name) for scope in scopes]
        if not any(_same(value, wanted) for value in values):
            told = next((value for value in reversed(values) if value is not None), None)
            message = f"«\u00a0{name}\u00a0» devait valoir {wanted}\u00a0; trouvé\u00a0: {told}."
            found.append(Difference(message, f"{name} = {wanted}", "rien" if told is None else str(told)))
    return found


def _read(data: Any, path: str) -> Any:
    for part in path.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _same(value: Any, wanted: Any) -> bool:
    """Whether they are equal, a moment without offset being compared as a day where the other is one."""
    if isinstance(value, datetime) and isinstance(wanted, date) and not isinstance(wanted, datetime):
        return value.date() == wanted
    if isinstance(value, datetime) and isinstance(wanted, datetime) and wanted.tzinfo is None:
        return abs(value.astimezone(UTC) - wanted.replace(tzinfo=value.tzinfo)) < timedelta(seconds=1)
    return bool(value == wanted)
