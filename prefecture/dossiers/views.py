"""What other rooms see of dossiers: frozen views, with names unsealed for who may read them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from prefecture.demarches import queries as demarches
from prefecture.dossiers.models import Dossier, DossierTask
from prefecture.dossiers.record import Record
from prefecture.kernel import clock, keyring

ERASED = "dossier effacé"


@dataclass(frozen=True)
class PersonName:
    """Who filed, as the dossier recorded it."""

    family_name: str
    given_names: str
    birth_date: date | None

    @property
    def name(self) -> str:
        """Given names and family name."""
        return f"{self.given_names} {self.family_name}".strip()


@dataclass(frozen=True)
class DossierView:
    """A dossier. `key_id` is for the desks that seal things with it; no face shows it."""

    id: uuid.UUID
    number: str
    demarche_code: str
    title: str
    version_id: uuid.UUID
    statut: str
    etape: str | None
    file: str | None
    prefecture: str
    zone: str
    service_id: uuid.UUID
    person_id: uuid.UUID | None
    person: PersonName | None
    revision: int
    filed_at: datetime
    silence_at: datetime | None
    suspended: bool
    finished_at: datetime | None
    archived_at: datetime | None
    erased_at: datetime | None
    incident: str | None
    key_id: str | None


@dataclass(frozen=True)
class TaskView:
    """A task in a list. `card`: what the citizen reads (label, meaning, actor); empty once closed or erased."""

    id: str
    dossier_id: uuid.UUID
    number: str
    demarche_code: str
    title: str
    person: PersonName | None
    element: str
    name: str
    lane: str | None
    form: str | None
    etape: str | None
    file: str | None
    statut: str
    status: str
    revision: int
    service_id: uuid.UUID
    prefecture: str
    zone: str
    assignee_id: uuid.UUID | None
    assignee: str | None
    opened_at: datetime
    due_at: datetime | None
    late: bool
    closed_at: datetime | None
    closed_by_name: str | None
    card: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskDetail:
    """A task ready to be done: its form is `version.form(task.form)`, `data` the variables that it sees."""

    task: TaskView
    dossier: DossierView
    variable: str | None
    data: Mapping[str, Any]
    answers: Mapping[str, Any]
    documentation: str


@dataclass(frozen=True)
class HistoryEntry:
    """A fact of the journal. `values` only for who may read them; `actor_name` is empty for the citizen."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: uuid.UUID
    actor_name: str
    kind: str
    element: str | None
    name: str | None
    task_id: str | None
    trail: tuple[str, ...]
    values: Mapping[str, Any] | None
    hash: str


@dataclass(frozen=True)
class Progress:
    """Where the tokens stand on the drawing, and which elements and flows were passed."""

    tokens: frozenset[str]
    done: frozenset[str]


@dataclass(frozen=True)
class Page:
    """A page of tasks; `cursor` asks for the next one, None at the end."""

    items: tuple[TaskView, ...]
    cursor: str | None


@dataclass(frozen=True)
class DossierPage:
    """A page of dossiers; `cursor` asks for the next one, None at the end."""

    items: tuple[DossierView, ...]
    cursor: str | None


def person_place(dossier_id: uuid.UUID) -> str:
    """What ties the sealed names to their dossier."""
    return f"dossier.person:{dossier_id}"


def dossier_view(row: Dossier | Record) -> DossierView:
    """The view of a row of this desk."""
    return DossierView(
        id=row.id,
        number=row.number,
        demarche_code=row.demarche_code,
        title=demarches.version(row.version_id).title,
        version_id=row.version_id,
        statut=row.statut,
        etape=row.etape,
        file=row.file,
        prefecture=row.prefecture,
        zone=row.zone,
        service_id=row.service_id,
        person_id=row.person_id,
        person=person_name(row),
        revision=row.revision,
        filed_at=row.filed_at,
        silence_at=row.silence_at,
        suspended=row.suspended,
        finished_at=row.finished_at,
        archived_at=row.archived_at,
        erased_at=row.erased_at,
        incident=row.incident,
        key_id=row.key_id,
    )


def person_name(row: Any) -> PersonName | None:
    """The names that a dossier recorded (any row with its id, key_id and person); None after erasure."""
    if row.person is None or row.key_id is None:
        return None
    try:
        told = keyring.unseal_json(row.key_id, row.person, person_place(row.id))
    except keyring.KeyErased:
        return None
    born = date.fromisoformat(told["birth_date"]) if told["birth_date"] else None
    return PersonName(told["family_name"], told["given_names"], born)


def task_view(task: DossierTask, dossier: Dossier) -> TaskView:
    """The view of a task and its dossier."""
    is_open = task.status == "open"
    return TaskView(
        id=task.id,
        dossier_id=dossier.id,
        number=dossier.number,
        demarche_code=dossier.demarche_code,
        title=demarches.version(dossier.version_id).title,
        person=person_name(dossier),
        element=task.element,
        name=task.name,
        lane=task.lane,
        form=task.form,
        etape=task.etape,
        file=task.file,
        statut=dossier.statut,
        status=task.status,
        revision=dossier.revision,
        service_id=task.service_id,
        prefecture=task.prefecture,
        zone=dossier.zone,
        assignee_id=task.assignee_id,
        assignee=task.assignee,
        opened_at=task.opened_at,
        due_at=task.due_at,
        late=is_open and task.due_at is not None and task.due_at < clock.now(),
        closed_at=task.closed_at,
        closed_by_name=task.closed_by_name,
        card=_card(task, dossier) if is_open else {},
    )


def _card(task: DossierTask, dossier: Dossier) -> Mapping[str, str]:
    if task.card is None or dossier.key_id is None:
        return {}
    try:
        found: Mapping[str, str] = keyring.unseal_json(dossier.key_id, task.card, card_place(task.id))
    except keyring.KeyErased:
        return {}
    return found


def card_place(task_id: str) -> str:
    """What ties a sealed card to its task."""
    return f"dossier_task.card:{task_id}"
