"""A scenario as sentences: « étant donné… quand… alors… », with the names that the diagram gives to its elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.scenarios import Scenario, Step
from engine.simulation import Difference

_STATUTS = {
    "en_construction": "en construction",
    "en_instruction": "en instruction",
    "accepte": "accepté",
    "refuse": "refusé",
    "sans_suite": "classé sans suite",
    "classe_sans_suite": "classé sans suite",
    "retire": "retiré",
}
_OPEN = "tâches ouvertes\u00a0: "
_SENDINGS = {"courrier": "le courrier", "courriel": "le courriel", "sms": "le SMS", "notification": "la notification"}


@dataclass(frozen=True)
class StepTold:
    """One step: what happens, what is answered, what must hold then; each line is a sentence's part."""

    number: int
    when: str
    answers: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioTold:
    """A scenario in words."""

    title: str
    description: str
    given: tuple[str, ...]
    steps: tuple[StepTold, ...]


def told(scenario: Scenario, names: Mapping[str, str]) -> ScenarioTold:
    """A scenario in words; `names` are those of the diagram's elements by id."""
    begun = f"nous sommes le {_value(scenario.at)}"
    held = [f"la réponse de l’action «\u00a0{one}\u00a0» se fait attendre" for one in sorted(scenario.held)]
    replaced = [f"l’action «\u00a0{name}\u00a0» répond {line}" for name, line in _pairs(scenario.answers)]
    given = (begun, *(f"{name} vaut {value}" for name, value in flat(scenario.given)), *held, *replaced)
    steps = tuple(_step(number, one, names) for number, one in enumerate(scenario.steps, start=1))
    return ScenarioTold(scenario.title, scenario.description, given, steps)


def status_words(statut: str) -> str:
    """A status as it is said."""
    return _STATUTS.get(statut, statut)


def sending_words(sending: str) -> str:
    """« courriel:convocation » as it is said."""
    kind, _, name = sending.partition(":")
    return f"{_SENDINGS.get(kind, kind)} «\u00a0{name}\u00a0»" if name else sending


def named(difference: Difference, names: Mapping[str, str]) -> Difference:
    """A difference between open tasks with the names that the diagram gives them; any other as it is."""
    if not difference.expected.startswith(_OPEN):
        return difference
    expected, got = (_tasks(one, names) for one in (difference.expected.removeprefix(_OPEN), difference.got))
    return replace(difference, expected=_OPEN + expected, got=got)


def _tasks(listed: str, names: Mapping[str, str]) -> str:
    return ", ".join(f"«\u00a0{names[one]}\u00a0»" if one in names else one for one in listed.split(", "))


def _step(number: int, step: Step, names: Mapping[str, str]) -> StepTold:
    act = _act(step, names)
    when = step.title if not act else f"{step.title} ({act})" if step.title else act
    answers = tuple(f"{name}\u00a0: {value}" for name, value in flat(step.data))
    return StepTold(number, when or "rien ne se passe", answers, tuple(_then(step.then, names)))


def _act(step: Step, names: Mapping[str, str]) -> str:
    if step.task:
        return f"la tâche «\u00a0{names.get(step.task, step.task)}\u00a0» est faite"
    if step.message:
        return f"le message «\u00a0{step.message}\u00a0» arrive"
    if step.failure is not None:
        said = "\u00a0: ".join(one for one in (step.failure.code, step.failure.message) if one)
        return f"l’action «\u00a0{step.action}\u00a0» échoue" + (f", {said}" if said else "")
    if step.action:
        return f"l’action «\u00a0{step.action}\u00a0» répond"
    if step.until is not None:
        return f"vient le {_value(step.until)}"
    return f"il se passe {step.wait}" if step.wait is not None else ""


def _then(then: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    if "taches" in then:
        tasks = ", ".join(f"«\u00a0{names.get(one, one)}\u00a0»" for one in then["taches"])
        yield f"les tâches ouvertes sont {tasks}" if tasks else "aucune tâche n’est ouverte"
    if "statut" in then:
        yield f"le dossier est {status_words(str(then['statut']))}"
    if "termine" in then:
        yield "la démarche est terminée" if then["termine"] else "la démarche n’est pas terminée"
    if "incident" in then:
        yield "il y a un incident" if then["incident"] else "il n’y a pas d’incident"
    yield from (f"{sending_words(one)} part" for one in then.get("envois", ()))
    yield from (f"{sending_words(one)} ne part pas" for one in then.get("sans_envoi", ()))
    yield from (f"l’action «\u00a0{one}\u00a0» est demandée" for one in then.get("actions", ()))
    yield from (f"le message «\u00a0{one}\u00a0» est attendu" for one in then.get("messages", ()))
    yield from (f"{name} vaut {_value(value)}" for name, value in then.get("variables", {}).items())


def _pairs(answers: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, answer in answers.items():
        yield name, ", ".join(f"{key}\u00a0: {value}" for key, value in flat(answer))


def flat(data: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every value by its dotted name, as it is said."""
    if isinstance(data, Mapping) and data:
        for name, value in data.items():
            yield from flat(value, f"{prefix}.{name}" if prefix else str(name))
    elif prefix:
        yield prefix, _value(data)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y} à {value:%H\u00a0h\u00a0%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value)) or "rien"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}\u00a0: {_value(one)}" for key, one in value.items()) or "rien"
    return f"«\u00a0{value}\u00a0»" if isinstance(value, str) else str(value)
