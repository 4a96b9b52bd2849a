"""A draft played by hand: the real engine on its files, an invented citizen, one step after the other.

A run is kept as the scenario that it is becoming, so that undoing is leaving out the last step, a changed draft is
played as it is now, and saving it as a scenario is writing down what was seen.
"""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine import scenarios as reading
from engine.errors import EngineError
from engine.model import Effect, OpenTask
from engine.scenarios import Scenario, ScenarioUnreadable
from engine.simulation import Play
from forms import FormUnreadable
from prefecture.demarches import scenarios
from prefecture.demarches import service as demarches
from prefecture.demarches.version import PARIS, Version
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.studio import held, queries, service, writing
from prefecture.studio.models import DraftRun
from prefecture.studio.service import Saved

MOST_STEPS = 200
_AHEAD = timedelta(days=90)
BEGINNING = "la demande vient d’être déposée"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Asked:
    """An action that waits for an answer by hand, and the one that its recorded example gives."""

    action: str
    name: str
    element: str
    proposed: Mapping[str, Any]


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
    faults: tuple[str, ...]


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


def begin(actor: Actor, draft_id: uuid.UUID, source: str = "", held_back: tuple[str, ...] = ()) -> None:
    """Begin a run in place of the actor's last one: with what a scenario file gives, else an invented citizen.

    `held_back`: the actions to be answered by hand. Raises Forbidden, NotFound, Invalid (a scenario that is none).
    """
    held.may(actor, "demarche.check")
    version = queries.version(draft_id)
    raw = _of_scenario(version, source) if source else invented(version)
    raw |= {"retenir": list(held_back), "etapes": [{"quand": BEGINNING}]}
    if not held_back:
        raw.pop("retenir")
    row = _row(actor, draft_id)
    if row is None:
        row = DraftRun(draft_id=draft_id, by=actor.id, revision=0)
        db.session.add(row)
    _write(row, raw)


def end(actor: Actor, draft_id: uuid.UUID) -> None:
    """Forget the actor's run."""
    row = _row(actor, draft_id)
    if row is not None:
        db.session.delete(row)


def run(actor: Actor, draft_id: uuid.UUID) -> Run | None:
    """The actor's run of a draft, played to where it stands; None when there is none. Raises Forbidden, NotFound,
    engine.errors.DefinitionInvalid."""
    held.may(actor, "demarche.check")
    held.find(draft_id)
    row = _row(actor, draft_id)
    return None if row is None else _played(row, queries.version(draft_id))


def step(actor: Actor, draft_id: uuid.UUID, revision: int, what: Mapping[str, Any]) -> Run:
    """Do one thing more, told as a step of a scenario. Raises Conflict (a run changed since), Invalid when it cannot be
    done: nothing has changed then."""
    row = _held(actor, draft_id, revision)
    raw = _raw(row)
    if len(raw["etapes"]) >= MOST_STEPS:
        raise Invalid({}, f"Un essai a {MOST_STEPS} étapes au plus.")
    raw["etapes"].append(dict(what))
    before = row.content
    _write(row, raw)
    try:
        found = _played(row, queries.version(draft_id))
    except ScenarioUnreadable as error:
        row.content = before
        raise Invalid({}, str(error)) from error
    if found.fault:
        row.content = before
        raise Invalid({}, found.fault)
    return found


def undo(actor: Actor, draft_id: uuid.UUID, revision: int) -> None:
    """Take the last step back. Raises Conflict, Invalid when there is none."""
    row = _held(actor, draft_id, revision)
    raw = _raw(row)
    if len(raw["etapes"]) < 2:
        raise Invalid({}, "Il n’y a rien à annuler.")
    raw["etapes"].pop()
    _write(row, raw)


def give(actor: Actor, draft_id: uuid.UUID, revision: int, demande: Mapping[str, Any]) -> None:
    """Have the citizen ask this, from the beginning: the steps done so far are left out. Raises Conflict."""
    row = _held(actor, draft_id, revision)
    raw = _raw(row)
    raw["etant_donne"] = {**raw.get("etant_donne", {}), "demande": dict(demande)}
    raw["etapes"] = raw["etapes"][:1]
    _write(row, raw)


def as_scenario(actor: Actor, draft_id: uuid.UUID, title: str) -> bytes:
    """The run as a scenario file that expects what was seen. Raises NotFound, Invalid."""
    row = _row(actor, draft_id)
    if row is None:
        raise NotFound("Il n’y a pas d’essai en cours.")
    if not title.strip():
        raise Invalid({"titre": "Donnez un titre au scénario."})
    found, raw = _played(row, queries.version(draft_id)), _raw(row)
    if found.fault:
        raise Invalid({}, found.fault)
    statut = found.scenario.statut
    for seen, told in zip(found.done, raw["etapes"], strict=True):
        told["alors"] = expected(seen, statut)
        statut = seen.statut
    if found.finished:
        raw["etapes"][-1]["alors"]["termine"] = True
    return writing.written({**raw, "titre": title.strip()})


def save(actor: Actor, draft_id: uuid.UUID, name: str, title: str) -> Saved:
    """Save the run as `scenarios/<name>.toml` of the draft. Raises Invalid, NotFound, Conflict if the name is taken."""
    if not _NAME.fullmatch(name):
        raise Invalid({"nom": "Un nom de fichier s’écrit en lettres sans accent, chiffres, points et soulignés."})
    path = f"{scenarios.FOLDER}{name.removesuffix('.toml')}.toml"
    content = as_scenario(actor, draft_id, title)
    if held.file_of(draft_id, path) is not None:
        raise Conflict(f"Le fichier «\u00a0{path}\u00a0» existe déjà\u00a0: donnez un autre nom.")
    return service.save_file(actor, draft_id, path, content, 0)


def expected(seen: Done, before: str) -> dict[str, Any]:
    """What a scenario expects of a step that went so; the status only where it changed."""
    then: dict[str, Any] = {"taches": list(seen.tasks)}
    if seen.statut != before:
        then["statut"] = seen.statut
    if seen.sent:
        then["envois"] = list(seen.sent)
    return then


def _row(actor: Actor, draft_id: uuid.UUID) -> DraftRun | None:
    return db.session.get(DraftRun, (draft_id, actor.id))


def _held(actor: Actor, draft_id: uuid.UUID, revision: int) -> DraftRun:
    held.may(actor, "demarche.check")
    row = db.session.get(DraftRun, (draft_id, actor.id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("Il n’y a pas d’essai en cours.")
    if row.revision != revision:
        raise Conflict("L’essai a avancé dans une autre fenêtre\u00a0: le voici tel qu’il est.")
    return row


def _raw(row: DraftRun) -> dict[str, Any]:
    return tomllib.loads(row.content.decode())


def _write(row: DraftRun, raw: Mapping[str, Any]) -> None:
    row.content = writing.written(raw)
    row.revision += 1
    row.changed_at = clock.now()
    db.session.flush()


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


def _played(row: DraftRun, version: Version) -> Run:
    """Play what was done so far; a step that cannot be done any more ends it, and is told."""
    scenario = reading.read(row.content, "essai")
    play = Play(version.definition, scenario, demarches.answers(version))
    done: list[Done] = []
    fault = _begun(play)
    for number, one in enumerate(scenario.steps if not fault else (), start=1):
        try:
            play.step(one)
        except (EngineError, LookupError, ValueError) as error:
            fault = f"étape {number}\u00a0: le moteur a refusé ({error or type(error).__name__})."
            break
        if play.faults:
            fault = f"étape {number}\u00a0: {play.faults[0].message}"
            break
        done.append(done_now(number, one.title, play))
    return _told(row, version, scenario, play, done, fault)


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
    return Done(number, title, tasks, seen.statut, tuple(seen.sent), tuple(seen.asked), ())


def _told(row: DraftRun, version: Version, scenario: Scenario, play: Play, done: list[Done], fault: str) -> Run:
    advance = play.advance if play.begun else None
    zone = scenario.zone
    definition = version.definition
    names = {key: one.name or key for key, one in definition.elements.items()}
    pending = advance.pending_effects if advance else ()
    timers = sorted(advance.timers, key=lambda one: one.due) if advance else ()
    return Run(
        draft_id=row.draft_id,
        revision=row.revision,
        version=version,
        scenario=scenario,
        now=play.now.astimezone(zone),
        statut=play.statut,
        finished=advance is not None and advance.finished,
        data=advance.data if advance else {},
        tasks=advance.open_tasks if advance else (),
        asked=tuple(_asked(play, one) for key, one in play.held.items() if key in pending),
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


def _asked(play: Play, effect: Effect) -> Asked:
    try:
        proposed = play.proposed(effect)
    except (LookupError, ValueError):
        proposed = {}
    return Asked(effect.action, effect.name, effect.element, proposed)
