"""What other rooms may do to démarches: check a folder, publish it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import func, select

from engine.compile import ActionSpec, Finding
from prefecture.demarches import bundle as bundles
from prefecture.demarches import check as checking
from prefecture.demarches import queries, scenarios
from prefecture.demarches.bundle import Bundle
from prefecture.demarches.models import DemarcheVersion
from prefecture.demarches.queries import VersionView
from prefecture.demarches.scenarios import Report, Simulated
from prefecture.demarches.version import Version
from prefecture.kernel import clock
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import DomainError

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
    row = db.session.scalar(
        select(DemarcheVersion).where(DemarcheVersion.code == code).order_by(DemarcheVersion.number.desc()).limit(1)
    )
    if row is not None and row.digest == frozen.digest:
        return queries.view(row)
    findings = check(folder)
    if any(one.severity == "error" for one in findings):
        raise DemarcheRefused(findings)
    last = db.session.scalar(select(func.max(DemarcheVersion.number)).where(DemarcheVersion.code == code))
    row = DemarcheVersion(
        id=new_id(),
        code=code,
        number=(last or 0) + 1,
        digest=frozen.digest,
        title=found.title,
        bundle=frozen.packed(),
        published_at=clock.now(),
        published_by=by,
    )
    db.session.add(row)
    db.session.flush()
    return queries.view(row)


def _known() -> checking.Known:
    return checking.Known(actions(), frozenset(_tags), _simulated[0] if _simulated else None, messages())


def _unpublished(frozen: bundles.Bundle, folder: Path) -> Version:
    return Version(frozen, version_id=uuid.UUID(int=0), code=folder.name, number=0)
