"""A scenario as an analyst writes it (TOML, French words), read into steps; what is wrong in it is said in French."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.spiff import timers

PARIS: Final = "Europe/Paris"
_HEAD: Final = frozenset(
    {"titre", "description", "le", "fuseau", "statut", "etant_donne", "etapes", "reponses", "retenir"}
)
_STEP: Final = frozenset(
    {"quand", "tache", "reponses", "message", "contenu", "attendre", "jusqu_au", "action", "reponse", "echec", "alors"}
)
_FAILURE: Final = frozenset({"code", "message"})
_THEN: Final = frozenset(
    {"taches", "statut", "termine", "incident", "envois", "sans_envoi", "actions", "messages", "variables"}
)
_ACTS: Final = ("tache", "message", "action", "attendre", "jusqu_au")


class ScenarioUnreadable(ValueError):
    """The file is not a scenario; the message is French."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A held action fails: with a code that the diagram may catch, and what it says."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One « quand… alors… »: what happens (a task done, a message, a held answer, time), and what holds then.

    With `failure`, the action does not answer but fails.
    """

    title: str = ""
    task: str = ""
    message: str = ""
    action: str = ""
    wait: str | None = None
    until: datetime | None = None
    failure: Failure | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    then: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """« Étant donné » these variables at that moment, these steps. `answers` replace parts of what actions answer;
    actions in `held` are answered by a step only."""

    title: str
    at: datetime
    given: Mapping[str, Any]
    steps: tuple[Step, ...]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(PARIS))
    statut: str = "en_construction"
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    description: str = ""


def later(moment: datetime, text: str, zone: ZoneInfo) -> datetime:
    """The moment that long (ISO 8601) after, on the calendar of the zone."""
    period = timers.parse_period(text)
    if period is None:
        raise ScenarioUnreadable(f"«\u00a0{text}\u00a0» n’est pas une durée (exemple\u00a0: P10D).")
    return period.after(moment, zone)


def read(content: bytes, name: str = "") -> Scenario:
    """The scenario in a TOML file. Raises ScenarioUnreadable, which says what to correct."""
    try:
        raw = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioUnreadable(f"Ce fichier ne se lit pas\u00a0: {error}.") from error
    _known(raw, _HEAD, "scénario")
    try:
        zone = ZoneInfo(str(raw.get("fuseau", PARIS)))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScenarioUnreadable(f"Le fuseau «\u00a0{raw['fuseau']}\u00a0» n’existe pas.") from error
    answers = _mapping(raw.get("reponses", {}), "reponses")
    return Scenario(
        title=str(raw.get("titre") or name),
        description=str(raw.get("description", "")),
        at=_moment(raw.get("le"), "le"),
        zone=zone,
        statut=str(raw.get("statut", "en_construction")),
        given=_mapping(raw.get("etant_donne", {}), "etant_donne"),
        steps=tuple(_steps(raw.get("etapes", []))),
        answers={name: _mapping(answer, f"reponses.{name}") for name, answer in answers.items()},
        held=frozenset(map(str, raw.get("retenir", []))),
    )


def _steps(raw: Any) -> Iterator[Step]:
    if not isinstance(raw, list) or not raw:
        raise ScenarioUnreadable("Un scénario a au moins une étape ([[etapes]]).")
    for number, one in enumerate(raw, start=1):
        where = f"étape {number}"
        step = _mapping(one, where)
        _known(step, _STEP, where)
        acts = [act for act in _ACTS if act in step]
        if len(acts) > 1:
            raise ScenarioUnreadable(f"{where}\u00a0: une seule chose à la fois ({', '.join(acts)}).")
        then = _mapping(step.get("alors", {}), f"{where}, alors")
        _known(then, _THEN, f"{where}, alors")
        if "attendre" in step:
            later(datetime(2000, 1, 1, tzinfo=UTC), str(step["attendre"]), ZoneInfo(PARIS))
        answers = step.get("reponses", step.get("contenu", step.get("reponse", {})))
        yield Step(
            title=str(step.get("quand", "")),
            task=str(step.get("tache", "")),
            message=str(step.get("message", "")),
            action=str(step.get("action", "")),
            wait=str(step["attendre"]) if "attendre" in step else None,
            until=_moment(step["jusqu_au"], where) if "jusqu_au" in step else None,
            failure=_failure(step, where) if "echec" in step else None,
            data=_mapping(answers, where),
            then=then,
        )


def _failure(step: Mapping[str, Any], where: str) -> Failure:
    told = _mapping(step["echec"], f"{where}, echec")
    _known(told, _FAILURE, f"{where}, echec")
    if "action" not in step or "reponse" in step:
        raise ScenarioUnreadable(f"{where}\u00a0: « echec » va avec « action », sans « reponse ».")
    return Failure(str(told.get("code", "")), str(told.get("message", "")))


def _known(raw: Mapping[str, Any], names: frozenset[str], where: str) -> None:
    unknown = sorted(set(raw) - names)
    if unknown:
        known = ", ".join(sorted(names))
        raise ScenarioUnreadable(f"{where}\u00a0: mot inconnu «\u00a0{unknown[0]}\u00a0» (connus\u00a0: {known}).")


def _mapping(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ScenarioUnreadable(f"{where}\u00a0: une table était attendue.")
    return raw


def _moment(raw: Any, where: str) -> datetime:
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime.combine(raw, time())
    raise ScenarioUnreadable(f"{where}\u00a0: une date était attendue (exemple\u00a0: 2026-03-10T09:00:00).")
