"""The scenarios of a draft, played at each save in the background; how they went is kept with the digest of the files.

What is told is plain data: the same for the pages, the scripts of the editor, the API and whoever publishes.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from engine import scenarios as reading
from engine import simulation
from engine.errors import DefinitionInvalid
from engine.simulation import Difference, Result, Stop
from prefecture.demarches import scenarios, start
from prefecture.demarches import service as demarches
from prefecture.demarches.bundle import Bundle
from prefecture.demarches.scenarios import Played, Report
from prefecture.demarches.version import Version
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import folder, held, queries, service, wording
from prefecture.studio.due import TRIALS
from prefecture.studio.models import Draft, DraftTrial
from prefecture.studio.service import Saved
from prefecture.studio.wording import ScenarioTold

NOT_PLAYED = "Les scénarios ne se jouent pas\u00a0: le diagramme a des erreurs, les constats les disent."


@dataclass(frozen=True)
class Tried:
    """One scenario and how it went; `stop` says at which step it went wrong, and what differed.

    `way` are the elements and flows that it passed, as `process/id`.
    """

    file: str
    title: str
    passed: bool
    failures: tuple[str, ...]
    stop: Stop | None
    way: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """All scenarios of a draft. `current`: true of the files as they are; `refused` says why nothing was played.

    `elements` and `flows` are the shares passed, `missed` the `process/id` that no scenario passes, in drawing order.
    """

    digest: str
    current: bool
    played_at: datetime
    tried: tuple[Tried, ...]
    elements: float
    flows: float
    missed: tuple[str, ...]
    seconds: float
    refused: str = ""

    @property
    def failed(self) -> tuple[Tried, ...]:
        """Those that do not go as they say."""
        return tuple(one for one in self.tried if not one.passed)

    @property
    def passes(self) -> Mapping[str, int]:
        """How many scenarios pass each element and flow that one passes."""
        return Counter(key for one in self.tried for key in one.way)

    @property
    def passed(self) -> bool:
        """Whether there are scenarios, and all go as they say on the files as they are."""
        return self.current and not self.refused and bool(self.tried) and not self.failed


@dataclass(frozen=True)
class Playing:
    """What was played and not yet kept."""

    draft_id: uuid.UUID
    digest: str
    report: Mapping[str, Any]


def trial(draft_id: uuid.UUID) -> Trial | None:
    """How the scenarios went when they were last played; None when they never were. Raises NotFound."""
    held.find(draft_id)
    row = db.session.get(DraftTrial, draft_id)
    if row is None or any("way" not in one for one in row.report["tried"]):
        return None  # kept by an earlier release, which told less
    return _read(row, row.digest == folder.as_bundle(held.files_of(draft_id)).digest)


def play(draft_id: uuid.UUID) -> Playing:
    """Play the scenarios of a draft as it stands; `keep` keeps what came. Raises NotFound."""
    row = held.find(draft_id)
    return _play(draft_id, folder.as_bundle(held.files_of(draft_id)), row.code)


def keep(actor: Actor, playing: Playing) -> Trial:
    """Keep what was played, in the caller's unit of work. Raises Forbidden, NotFound."""
    held.may(actor, "demarche.check")
    row = db.session.get(Draft, playing.draft_id, with_for_update=True)
    stands = held.find(playing.draft_id) if row is None else row
    kept = db.session.get(DraftTrial, stands.id)
    if kept is None:
        kept = DraftTrial(draft_id=stands.id)
        db.session.add(kept)
    kept.digest, kept.report, kept.played_at = playing.digest, dict(playing.report), clock.now()
    db.session.flush()
    return _read(kept, current=playing.digest == folder.as_bundle(held.files_of(stands.id)).digest)


@outbox.handler(TRIALS)
def play_after_save(work: Work) -> None:
    """Play the scenarios of a draft that has rested since; one that changed again has other work due."""
    _, draft_id, revision = work.key.split(":")
    with unit_of_work():
        row = db.session.get(Draft, uuid.UUID(draft_id))
        stands = row is not None and row.revision == int(revision) and row.archived_at is None
        found = (folder.as_bundle(held.files_of(row.id)), row.code) if row is not None and stands else None
    playing = _play(uuid.UUID(draft_id), *found) if found is not None else None
    with unit_of_work():
        if playing is not None:
            keep(Actor.system(), playing)
        work.done()


def _play(draft_id: uuid.UUID, bundle: Bundle, code: str) -> Playing:
    began = time.perf_counter()
    try:
        told = _told(demarches.test_files(bundle, code))
    except DefinitionInvalid:
        paths = filter(scenarios.is_scenario, sorted(bundle.files))
        tried = [asdict(Tried(path, path, False, (), None)) for path in paths]
        told = {"tried": tried, "elements": 0.0, "flows": 0.0, "missed": [], "refused": NOT_PLAYED}
    return Playing(draft_id, bundle.digest, {**told, "seconds": round(time.perf_counter() - began, 2)})


def _told(report: Report) -> dict[str, Any]:
    covered = report.coverage
    return {
        "tried": [asdict(_tried(one)) for one in report.played],
        "elements": covered.elements,
        "flows": covered.flows,
        "missed": [*covered.missed_elements, *covered.missed_flows],
        "refused": "",
    }


def _tried(one: Played) -> Tried:
    return Tried(one.file, one.title, one.passed, one.failures, one.stop, tuple(sorted(one.elements | one.flows)))


def _read(row: DraftTrial, current: bool) -> Trial:
    told = row.report
    return Trial(
        digest=row.digest,
        current=current,
        played_at=row.played_at,
        tried=tuple(_one(one) for one in told["tried"]),
        elements=told["elements"],
        flows=told["flows"],
        missed=tuple(told["missed"]),
        seconds=told["seconds"],
        refused=told["refused"],
    )


def _one(told: Mapping[str, Any]) -> Tried:
    stop = told["stop"]
    if stop is not None:
        found = tuple(Difference(**{**one, "awaited": tuple(one["awaited"])}) for one in stop["differences"])
        stop = Stop(**{**stop, "here": tuple(stop["here"]), "differences": found})
    return Tried(**{**told, "failures": tuple(told["failures"]), "stop": stop, "way": tuple(told["way"])})


@dataclass(frozen=True)
class Attempt:
    """One scenario played now: in words, how it went, and the way that it took; `unreadable` says why it is no
    scenario, `refused` why nothing can be played."""

    path: str
    revision: int
    text: str
    version: Version
    told: ScenarioTold | None = None
    result: Result | None = None
    unreadable: str = ""
    refused: str = ""


def attempt(draft_id: uuid.UUID, path: str) -> Attempt:
    """Play one scenario of a draft as it stands. Raises NotFound."""
    if not scenarios.is_scenario(path):
        raise NotFound("Ce fichier n’est pas un scénario.")
    content, revision = queries.content(draft_id, path)
    version = queries.version(draft_id)
    begun = Attempt(path, revision, content.decode(errors="replace"), version)
    try:
        scenario = reading.read(content, path)
    except reading.ScenarioUnreadable as error:
        return replace(begun, unreadable=str(error))
    try:
        definition = version.definition
    except DefinitionInvalid:
        return replace(begun, told=wording.told(scenario, {}), refused=NOT_PLAYED)
    names = {key: one.name or key for key, one in definition.elements.items()}
    result = simulation.simulate(definition, start.begun(version, scenario), demarches.answers(version))
    return replace(begun, told=wording.told(scenario, names), result=result)


def write(actor: Actor, draft_id: uuid.UUID, path: str, text: str, revision: int) -> Saved:
    """Save a scenario that can be read. Raises Invalid, which says what to correct; what else saving a file raises."""
    if not scenarios.is_scenario(path):
        raise Invalid({"nom": "Un scénario est un fichier scenarios/….toml."})
    content = text.replace("\r\n", "\n").encode()
    try:
        reading.read(content, path)
    except reading.ScenarioUnreadable as error:
        raise Invalid({"texte": str(error)}) from error
    return service.save_file(actor, draft_id, path, content, revision)


def discard(actor: Actor, draft_id: uuid.UUID, paths: Sequence[str]) -> None:
    """Take scenarios out of a draft, all or none; the milestone before has them. Raises what deleting a file raises."""
    if not paths or not all(map(scenarios.is_scenario, paths)):
        raise Invalid({}, "Dites quels scénarios retirer.")
    many = f"{len(paths)} scénarios" if len(paths) > 1 else paths[0]
    service.delete_files(actor, draft_id, paths, f"Avant le retrait de {many}")
