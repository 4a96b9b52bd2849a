"""A way through a draft while it is played: what it has become so far, as the scenario that it would be.

Nothing is kept here: the same for a run that is kept in the database and for one that the command line plays.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine import scenarios as reading
from engine.compiling.xml import bpmn, parse
from engine.errors import EngineError
from engine.model import Effect, OpenTask
from engine.scenarios import Scenario, ScenarioUnreadable
from engine.simulation import Play
from forms import FormUnreadable
from prefecture.demarches import scenarios, start
from prefecture.demarches import service as demarches
from prefecture.demarches.version import PARIS, Version
from prefecture.kernel import clock
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import writing

MOST_STEPS = 200
_AHEAD = timedelta(days=90)
BEGINNING = "la demande vient d’être déposée"


@dataclass(frozen=True)
class Asked:
    """An action that waits for an answer by hand, and the one that its recorded example gives.

    `errors`: the codes that it may fail with, and that the diagrams know.
    """

    action: str
    name: str
    element: str
    proposed: Mapping[str, Any]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Awaits:
    """What the run waits for by itself: a timer with its moment (in the scenario's zone)."""

    element: str
    name: str
    at: datetime


@dataclass(frozen=True)
class Done:
    """One step of the run: what was done, and what came of it."""

    number: int
    title: str
    tasks: tuple[str, ...]
    statut: str
    sent: tuple[str, ...]
    actions: tuple[str, ...]
    stopped: bool  # an incident stands there


@dataclass(frozen=True)
class Run:
    """Where a run stands. `fault`: the step that no longer goes, since the draft was changed under it; what is open is
    told as it was before that step."""

    draft_id: uuid.UUID
    revision: int
    version: Version
    scenario: Scenario
    now: datetime
    statut: str
    finished: bool
    data: Mapping[str, Any]
    tasks: tuple[OpenTask, ...]
    asked: tuple[Asked, ...]
    messages: tuple[str, ...]
    timers: tuple[Awaits, ...]
    incidents: tuple[str, ...]
    done: tuple[Done, ...]
    passed: frozenset[str]
    here: tuple[str, ...]
    fault: str = ""

    def task(self, element: str) -> OpenTask:
        """An open task by its element; raises NotFound."""
        found = next((one for one in self.tasks if one.element == element), None)
        if found is None:
            raise NotFound("Cette tâche n’est pas ouverte dans l’essai.")
        return found


def begun(version: Version, source: str = "", held_back: tuple[str, ...] = ()) -> dict[str, Any]:
    """The beginning of a run: with what a scenario file gives, else an invented citizen. `held_back`: the actions to be
    answered by hand. Raises Invalid (a scenario that is none)."""
    raw = _of_scenario(version, source) if source else invented(version)
    more: dict[str, Any] = {"retenir": list(held_back)} if held_back else {}
    return {**raw, **more, "etapes": [{"quand": BEGINNING}]}


def with_step(raw: Mapping[str, Any], what: Mapping[str, Any]) -> dict[str, Any]:
    """The run with one step more. Raises Invalid when there are too many."""
    if len(raw["etapes"]) >= MOST_STEPS:
        raise Invalid({}, f"Un essai a {MOST_STEPS} étapes au plus.")
    return {**raw, "etapes": [*raw["etapes"], dict(what)]}


def without_last(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The run without its last step. Raises Invalid when there is none."""
    if len(raw["etapes"]) < 2:
        raise Invalid({}, "Il n’y a rien à annuler.")
    return {**raw, "etapes": raw["etapes"][:-1]}


def asking(raw: Mapping[str, Any], demande: Mapping[str, Any]) -> dict[str, Any]:
    """The run from its beginning with another request."""
    given = {**raw.get("etant_donne", {}), "demande": dict(demande)}
    return {**raw, "etant_donne": given, "etapes": raw["etapes"][:1]}


def tried(version: Version, raw: Mapping[str, Any], revision: int = 0) -> Run:
    """The run played, all its steps done. Raises Invalid when one cannot be."""
    try:
        found = played(version, raw, revision)
    except ScenarioUnreadable as error:
        raise Invalid({}, str(error)) from error
    if found.fault:
        raise Invalid({}, found.fault)
    return found


def scenario_of(raw: Mapping[str, Any], found: Run, title: str) -> bytes:
    """The run as a scenario file that expects what was seen. Raises Invalid."""
    if not title.strip():
        raise Invalid({"titre": "Donnez un titre au scénario."})
    if found.fault:
        raise Invalid({}, found.fault)
    statut, steps = found.scenario.statut, []
    for seen, told in zip(found.done, raw["etapes"], strict=True):
        steps.append({**told, "alors": expected(seen, statut)})
        statut = seen.statut
    if found.finished:
        steps[-1]["alors"]["termine"] = True
    return writing.written({**raw, "titre": title.strip(), "etapes": steps})


def expected(seen: Done, before: str) -> dict[str, Any]:
    """What a scenario expects of a step that went so; the status only where it changed."""
    then: dict[str, Any] = {"taches": list(seen.tasks)}
    if seen.statut != before:
        then["statut"] = seen.statut
    if seen.sent:
        then["envois"] = list(seen.sent)
    if seen.stopped:
        then["incident"] = True
    return then


def _of_scenario(version: Version, path: str) -> dict[str, Any]:
    if not scenarios.is_scenario(path) or path not in version.files:
        raise Invalid({"source": "Choisissez un scénario de la liste."})
    content = version.files[path]
    try:
        reading.read(content, path)
    except ScenarioUnreadable as error:
        raise Invalid({"source": str(error)}) from error
    kept = ("le", "fuseau", "statut", "etant_donne", "reponses")
    raw = tomllib.loads(content.decode())
    return {"titre": "Essai", **{name: raw[name] for name in kept if name in raw}}


def invented(version: Version) -> dict[str, Any]:
    """A citizen who does not exist, on the day of today."""
    now = clock.now().astimezone(PARIS).replace(second=0, microsecond=0, tzinfo=None)
    usager = {"nom": "Essai", "prenoms": "Camille", "date_naissance": date(1990, 1, 1)}
    dossier = {"numero": f"{version.prefix}-94-26-000001-A", "depose_le": now.date(), "canal": "teleservice"}
    demande = _first_answers(version, now.date() + _AHEAD)
    return {"titre": "Essai", "le": now, "etant_donne": {"usager": usager, "dossier": dossier, "demande": demande}}


def _first_answers(version: Version, day: date) -> dict[str, Any]:
    """The request form answered at its shortest: the first choice, that day; nothing where it cannot be read."""
    try:
        pages = version.form(version.form_id).describe()["pages"]
    except (NotFound, FormUnreadable):
        return {}
    answers: dict[str, Any] = {}
    for one in (field for page in pages for field in page["fields"]):
        value = one["choices"][0]["value"] if one.get("choices") else day if one["type"] == "date" else None
        if value is not None and "." not in one["path"]:
            answers[one["path"]] = value
    return answers


def played(version: Version, raw: Mapping[str, Any], revision: int = 0) -> Run:
    """Play what was done so far; a step that cannot be done ends it, and is told. Raises ScenarioUnreadable."""
    scenario = reading.read(writing.written(raw), "essai")
    play = Play(version.definition, start.begun(version, scenario), demarches.answers(version))
    done: list[Done] = []
    fault = _begun(play)
    for number, one in enumerate(scenario.steps if not fault else (), start=1):
        try:
            play.step(one)
        except (EngineError, LookupError, ValueError) as error:
            fault = f"étape {number}\u00a0: le moteur a refusé ({error or type(error).__name__})."
            break
        if play.refused:
            fault = f"étape {number}\u00a0: {play.refused}"
            break
        done.append(done_now(number, one.title, play))
    return _told(version, scenario, play, done, fault, revision)


def _begun(play: Play) -> str:
    try:
        play.begin()
    except (EngineError, LookupError, ValueError) as error:
        return f"La démarche ne commence pas\u00a0: {error or type(error).__name__}."
    return ""


def done_now(number: int, title: str, play: Play) -> Done:
    """What the last step left."""
    seen = play.seen
    tasks = tuple(one.element for one in seen.advance.open_tasks)
    return Done(number, title, tasks, seen.statut, tuple(seen.sent), tuple(seen.asked), bool(seen.advance.incidents))


def _told(version: Version, scenario: Scenario, play: Play, done: list[Done], fault: str, revision: int) -> Run:
    advance = play.advance if play.begun else None
    zone = scenario.zone
    definition = version.definition
    names = {key: one.name or key for key, one in definition.elements.items()}
    pending = advance.pending_effects if advance else ()
    errors = _errors(version)
    timers = sorted(advance.timers, key=lambda one: one.due) if advance else ()
    return Run(
        draft_id=version.id,
        revision=revision,
        version=version,
        scenario=scenario,
        now=play.now.astimezone(zone),
        statut=play.statut,
        finished=advance is not None and advance.finished,
        data=advance.data if advance else {},
        tasks=advance.open_tasks if advance else (),
        asked=tuple(_asked(play, one, errors) for key, one in play.held.items() if key in pending),
        messages=tuple(dict.fromkeys(one.message for one in advance.messages)) if advance else (),
        timers=tuple(
            Awaits(one.element, names.get(one.element, one.element), one.due.astimezone(zone)) for one in timers
        ),
        incidents=tuple(f"{names.get(one.element, one.element)}\u00a0: {one.message}" for one in advance.incidents)
        if advance
        else (),
        done=tuple(done),
        passed=frozenset(play.elements | play.flows),
        here=play.here if play.begun else (),
        fault=fault,
    )


def _asked(play: Play, effect: Effect, errors: Collection[str]) -> Asked:
    try:
        proposed = play.proposed(effect)
    except (LookupError, ValueError):
        proposed = {}
    return Asked(effect.action, effect.name, effect.element, proposed, tuple(sorted(errors)))


def _errors(version: Version) -> set[str]:
    """The codes of the errors that the diagrams declare."""
    declared = (one for content in version.diagrams.values() for one in parse(content).iter(bpmn("error")))
    return {str(one.get("errorCode")) for one in declared if one.get("errorCode")}
