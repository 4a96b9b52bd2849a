"""What other rooms may do to démarches: check a folder, publish it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import delete, func, select

from engine.compile import ActionSpec, Finding
from engine.simulation import Answers
from prefecture.demarches import bundle as bundles
from prefecture.demarches import check as checking
from prefecture.demarches import queries, scenarios
from prefecture.demarches.bundle import Bundle
from prefecture.demarches.models import DemarcheInForce, DemarcheVersion
from prefecture.demarches.queries import VersionView
from prefecture.demarches.scenarios import Report, Simulated
from prefecture.demarches.version import Version
from prefecture.kernel import clock
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, DomainError, NotFound

_actions: dict[str, ActionSpec] = {}
_tags: set[str] = set()
_simulated: list[Simulated] = []
_messages: list[checking.Messages] = []


class DemarcheRefused(DomainError):
    """The folder has errors; `findings` holds all of them."""

    status = 422
    code = "demarche-refusee"

    def __init__(self, findings: list[Finding]) -> None:
        errors = [one for one in findings if one.severity == "error"]
        super().__init__(f"La démarche a {len(errors)} erreur(s)\u00a0: elle ne peut pas être publiée.")
        self.findings = findings


def register_actions(table: Mapping[str, ActionSpec]) -> None:
    """Say which actions a service task may name (composition root)."""
    _actions.clear()
    _actions.update(table)


def register_tags(names: Iterable[str]) -> None:
    """Say which tags letters, mails and SMS may use; `demande.*` allows whatever stands under `demande`."""
    _tags.clear()
    _tags.update(names)


def register_simulation(simulated: Simulated) -> None:
    """Say what actions answer in scenarios, given a démarche's settings."""
    _simulated[:] = [simulated]


def register_messages(sent: checking.Messages | None) -> None:
    """Say which messages the desks send to processes, and what each carries (names → FEEL types); None: unknown."""
    _messages[:] = [] if sent is None else [sent]


def messages() -> checking.Messages | None:
    """The messages that the desks send; None where nobody said."""
    return dict(_messages[0]) if _messages else None


def actions() -> Mapping[str, ActionSpec]:
    """The actions that a service task may name."""
    return dict(_actions)


def check(folder: Path) -> list[Finding]:
    """Everything wrong or doubtful in a démarche's folder, in one pass; errors refuse its publication."""
    return checking.check(folder, _known())


def check_files(frozen: Bundle, code: str) -> list[Finding]:
    """The same for files that are already read, their scenarios unplayed: while somebody writes."""
    return checking.check_bundle(frozen, code, _known(), play=False)


def test_files(frozen: Bundle, code: str) -> Report:
    """Play the scenarios of files that are already read. Raises engine.errors.DefinitionInvalid."""
    version = Version(frozen, version_id=uuid.UUID(int=0), code=code, number=0)
    return scenarios.play(version, version.definition, _simulated[0] if _simulated else None)


def answers(version: Version) -> Answers:
    """What each action answers in a scenario of that version, carried out nowhere."""
    return _simulated[0](version.settings) if _simulated else {}


def test(folder: Path) -> Report:
    """Play a folder's scenarios. Raises bundle.FolderUnreadable, engine.errors.DefinitionInvalid."""
    version = _unpublished(bundles.freeze(folder), folder)
    return scenarios.play(version, version.definition, _simulated[0] if _simulated else None)


def publish(folder: Path, by: str) -> VersionView:
    """Freeze a folder as the version that new dossiers follow, in the caller's unit of work.

    Publishing what is published already changes nothing. Raises DemarcheRefused, bundle.FolderUnreadable.
    """
    frozen = bundles.freeze(folder)
    found = _unpublished(frozen, folder)
    code = str(found.settings.get("code", folder.name))
    row = _latest(code)
    if row is not None and row.digest == frozen.digest:
        return _in_force(row)
    findings = check(folder)
    if any(one.severity == "error" for one in findings):
        raise DemarcheRefused(findings)
    return _published(frozen, code, found.title, by)


def publish_files(frozen: Bundle, code: str, by: str) -> VersionView:
    """The same for files that are already read, whose scenarios somebody else has judged (a draft's publication).

    Raises DemarcheRefused.
    """
    row = _latest(code)
    if row is not None and row.digest == frozen.digest:
        return _in_force(row)
    findings = check_files(frozen, code)
    if any(one.severity == "error" for one in findings):
        raise DemarcheRefused(findings)
    return _published(frozen, code, Version(frozen, version_id=uuid.UUID(int=0), code=code, number=0).title, by)


def put_in_force(code: str, version_id: uuid.UUID) -> VersionView:
    """Have new dossiers follow a version that was published before. Raises NotFound, Conflict (it is in force)."""
    row = db.session.get(DemarcheVersion, version_id)
    if row is None or row.code != code:
        raise NotFound("Cette version de la démarche n’existe pas.")
    if queries.current(code).id == version_id:
        raise Conflict(f"La version {row.number} est déjà en vigueur.")
    return _in_force(row)


def _latest(code: str) -> DemarcheVersion | None:
    query = select(DemarcheVersion).where(DemarcheVersion.code == code)
    return db.session.scalar(query.order_by(DemarcheVersion.number.desc()).limit(1))


def _in_force(row: DemarcheVersion) -> VersionView:
    """New dossiers follow that version: nothing needs to be said of the latest one."""
    db.session.execute(delete(DemarcheInForce).where(DemarcheInForce.code == row.code))
    latest = _latest(row.code)
    if latest is not None and latest.id != row.id:
        db.session.add(DemarcheInForce(code=row.code, version_id=row.id))
    db.session.flush()
    return queries.view(row)


def _published(frozen: Bundle, code: str, title: str, by: str) -> VersionView:
    """A new version, which new dossiers follow from now on."""
    last = db.session.scalar(select(func.max(DemarcheVersion.number)).where(DemarcheVersion.code == code))
    row = DemarcheVersion(
        id=new_id(),
        code=code,
        number=(last or 0) + 1,
        digest=frozen.digest,
        title=title,
        bundle=frozen.packed(),
        published_at=clock.now(),
        published_by=by,
    )
    db.session.add(row)
    db.session.flush()
    return _in_force(row)


def _known() -> checking.Known:
    return checking.Known(actions(), frozenset(_tags), _simulated[0] if _simulated else None, messages())


def _unpublished(frozen: bundles.Bundle, folder: Path) -> Version:
    return Version(frozen, version_id=uuid.UUID(int=0), code=folder.name, number=0)
