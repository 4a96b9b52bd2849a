"""A draft played by hand: the real engine on its files, an invented citizen, one step after the other.

A run is kept as the scenario that it is becoming, so that undoing is leaving out the last step, a changed draft is
played as it is now, and saving it as a scenario is writing down what was seen.
"""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Mapping
from typing import Any

from prefecture.demarches import scenarios
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.studio import held, playing, queries, service, writing
from prefecture.studio.models import DraftRun
from prefecture.studio.playing import Run, invented
from prefecture.studio.service import Saved

__all__ = ["Run", "as_scenario", "begin", "end", "give", "invented", "path_of", "run", "save", "step", "undo"]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def begin(actor: Actor, draft_id: uuid.UUID, source: str = "", held_back: tuple[str, ...] = ()) -> None:
    """Begin a run in place of the actor's last one: with what a scenario file gives, else an invented citizen.

    `held_back`: the actions to be answered by hand. Raises Forbidden, NotFound, Invalid (a scenario that is none).
    """
    held.may(actor, "demarche.check")
    raw = playing.begun(queries.version(draft_id), source, held_back)
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
    return None if row is None else playing.played(queries.version(draft_id), _raw(row), row.revision)


def step(actor: Actor, draft_id: uuid.UUID, revision: int, what: Mapping[str, Any]) -> Run:
    """Do one thing more, told as a step of a scenario. Raises Conflict (a run changed since), Invalid when it cannot be
    done: nothing has changed then."""
    row = _held(actor, draft_id, revision)
    raw = playing.with_step(_raw(row), what)
    found = playing.tried(queries.version(draft_id), raw, row.revision + 1)
    _write(row, raw)
    return found


def undo(actor: Actor, draft_id: uuid.UUID, revision: int) -> None:
    """Take the last step back. Raises Conflict, Invalid when there is none."""
    row = _held(actor, draft_id, revision)
    _write(row, playing.without_last(_raw(row)))


def give(actor: Actor, draft_id: uuid.UUID, revision: int, demande: Mapping[str, Any]) -> None:
    """Have the citizen ask this, from the beginning: the steps done so far are left out. Raises Conflict."""
    row = _held(actor, draft_id, revision)
    _write(row, playing.asking(_raw(row), demande))


def as_scenario(actor: Actor, draft_id: uuid.UUID, title: str) -> bytes:
    """The run as a scenario file that expects what was seen. Raises NotFound, Invalid."""
    row = _row(actor, draft_id)
    if row is None:
        raise NotFound("Il n’y a pas d’essai en cours.")
    raw = _raw(row)
    return playing.scenario_of(raw, playing.played(queries.version(draft_id), raw), title)


def save(actor: Actor, draft_id: uuid.UUID, name: str, title: str) -> Saved:
    """Save the run as `scenarios/<name>.toml` of the draft. Raises Invalid, NotFound, Conflict if the name is taken."""
    path = path_of(name)
    content = as_scenario(actor, draft_id, title)
    if held.file_of(draft_id, path) is not None:
        raise Conflict(f"Le fichier «\u00a0{path}\u00a0» existe déjà\u00a0: donnez un autre nom.")
    return service.save_file(actor, draft_id, path, content, 0)


def path_of(name: str) -> str:
    """The file of a scenario of that name. Raises Invalid."""
    if not _NAME.fullmatch(name):
        raise Invalid({"nom": "Un nom de fichier s’écrit en lettres sans accent, chiffres, points et soulignés."})
    return f"{scenarios.FOLDER}{name.removesuffix('.toml')}.toml"


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
