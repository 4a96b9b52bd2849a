"""Tables of the dossiers. What names a person is sealed with the dossier's own data key, or is a keyed hash.

`journal_entry` is append-only and chained; its values stand beside it, sealed. `erasure.py` lists for every table
what an erasure does to it.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.kernel.db import Model, UtcDateTime, new_id


def table_of(model: type[Model]) -> Table:
    """The table of a model, for statements in bulk that need no objects."""
    return cast(Table, model.__table__)


class Dossier(Model):
    """One request of one person. The row is the lock: whoever changes a dossier locks it first.

    `timers` names each open timer with its due instant; `journal_seq` and `journal_head` are the end of its chain.
    """

    __tablename__ = "dossier"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    demarche_code: Mapped[str] = mapped_column(String(80))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demarche_version.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))
    prefecture: Mapped[str] = mapped_column(String(3))
    zone: Mapped[str] = mapped_column(String(40))
    statut: Mapped[str] = mapped_column(String(20))
    etape: Mapped[str | None] = mapped_column(String(80))
    file: Mapped[str | None] = mapped_column(String(80))
    revision: Mapped[int] = mapped_column(Integer, default=0)
    key_id: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[bytes | None] = mapped_column(LargeBinary)
    person: Mapped[bytes | None] = mapped_column(LargeBinary)  # names and birth date, for lists
    timers: Mapped[list[str]] = mapped_column(JSON, default=list)
    kept_messages: Mapped[int] = mapped_column(Integer, default=0)
    incident: Mapped[str | None] = mapped_column(String(200))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    silence_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended: Mapped[bool] = mapped_column(Boolean, default=False)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    journal_seq: Mapped[int] = mapped_column(Integer, default=0)
    journal_head: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"")
    unsealed: Mapped[bool] = mapped_column(Boolean, default=False)  # its journal grew since the hourly seal

    __table_args__ = (
        Index("ix_dossier_service", "service_id", "statut", "filed_at"),
        Index("ix_dossier_filed", "service_id", "filed_at", "id"),
        # A number's beginning is found whatever the server's language sorts by.
        Index("ix_dossier_number", "service_id", "number", postgresql_ops={"number": "varchar_pattern_ops"}),
        Index("ix_dossier_person", "person_id", "filed_at"),
        Index(
            "ix_dossier_unsealed",
            "id",
            sqlite_where=text("unsealed"),
            postgresql_where=text("unsealed"),
        ),
        Index(
            "ix_dossier_incident",
            "service_id",
            sqlite_where=text("incident IS NOT NULL"),
            postgresql_where=text("incident IS NOT NULL"),
        ),
    )


class DossierTask(Model):
    """A task of a person or an agent; its id is the engine's. `audience` says whose list it stands in.

    `sort_at` is the due instant, or the end of time: lists are read in its order. `card`, sealed, is what the citizen
    reads.
    """

    __tablename__ = "dossier_task"
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"))
    element: Mapped[str] = mapped_column(String(120))
    process: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    lane: Mapped[str | None] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(8))  # agent, usager
    form: Mapped[str | None] = mapped_column(String(120))
    variable: Mapped[str | None] = mapped_column(String(120))
    not_by: Mapped[str | None] = mapped_column(String(250))
    etape: Mapped[str | None] = mapped_column(String(80))
    file: Mapped[str | None] = mapped_column(String(80))
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))
    prefecture: Mapped[str] = mapped_column(String(3))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agent.id"))
    assignee: Mapped[str | None] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(10))  # open, done, cancelled
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sort_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    closed_by_kind: Mapped[str | None] = mapped_column(String(8))
    closed_by_name: Mapped[str | None] = mapped_column(String(120))
    card: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        # The counts beside an agent's lists are read from this index alone.
        Index(
            "ix_dossier_task_inbox",
            "service_id",
            "sort_at",
            "id",
            postgresql_include=["lane", "file", "etape", "assignee_id", "dossier_id"],
            sqlite_where=text("status = 'open' AND audience = 'agent'"),
            postgresql_where=text("status = 'open' AND audience = 'agent'"),
        ),
        Index(
            "ix_dossier_task_mine",
            "assignee_id",
            "sort_at",
            "id",
            sqlite_where=text("status = 'open' AND audience = 'agent' AND assignee_id IS NOT NULL"),
            postgresql_where=text("status = 'open' AND audience = 'agent' AND assignee_id IS NOT NULL"),
        ),
        Index(
            "ix_dossier_task_person",
            "person_id",
            "sort_at",
            "id",
            sqlite_where=text("status = 'open' AND audience = 'usager'"),
            postgresql_where=text("status = 'open' AND audience = 'usager'"),
        ),
        Index("ix_dossier_task_dossier", "dossier_id", "status"),
    )


class DossierSearch(Model):
    """Blind index: keyed hashes of a name's words and their beginnings, by service."""

    __tablename__ = "dossier_search"
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    token: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"))

    __table_args__ = (Index("ix_dossier_search_token", "service_id", "token", "dossier_id"),)


class JournalEntry(Model):
    """One fact about a dossier, chained to the one before. Nothing in it names the citizen."""

    __tablename__ = "journal_entry"
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(8))
    actor_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    actor_name: Mapped[str] = mapped_column(String(120))  # agents and the system; empty for a citizen
    kind: Mapped[str] = mapped_column(String(40))
    element: Mapped[str | None] = mapped_column(String(120))
    name: Mapped[str | None] = mapped_column(String(200))
    task_id: Mapped[str | None] = mapped_column(String(80))
    trail: Mapped[str | None] = mapped_column(Text)  # elements that this step passed, as JSON
    values_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class JournalValue(Model):
    """The salt and the values of an entry, sealed with the dossier's key."""

    __tablename__ = "journal_value"
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class JournalSeal(Model):
    """An hourly seal over the heads that moved since the one before, chained to it."""

    __tablename__ = "journal_seal"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    heads: Mapped[int] = mapped_column(Integer)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class JournalSealHead(Model):
    """The head of one dossier's chain as a seal saw it."""

    __tablename__ = "journal_seal_head"
    number: Mapped[int] = mapped_column(ForeignKey("journal_seal.number"), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    head: Mapped[bytes] = mapped_column(LargeBinary(32))


class Draft(Model):
    """A form begun and not yet sent, sealed with a data key of its own."""

    __tablename__ = "draft"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    demarche_code: Mapped[str] = mapped_column(String(80))
    page: Mapped[int] = mapped_column(Integer, default=1)
    key_id: Mapped[str] = mapped_column(String(32))
    answers: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (UniqueConstraint("person_id", "demarche_code"),)


class KeptMessage(Model):
    """A message for a dossier: kept until it is awaited, and remembered by `key` so that it is taken once."""

    __tablename__ = "kept_message"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"))
    key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(120))
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)  # None once delivered or dropped
    status: Mapped[str] = mapped_column(String(10))  # kept, delivered, expired, dropped
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("dossier_id", "key"),
        # What still waits, and what waited in vain: few among many delivered.
        Index(
            "ix_kept_message_open",
            "status",
            "expires_at",
            sqlite_where=text("status IN ('kept', 'expired')"),
            postgresql_where=text("status IN ('kept', 'expired')"),
        ),
    )


class BusinessKey(Model):
    """A name under which the world knows a dossier (a file number elsewhere): keyed hashes only."""

    __tablename__ = "business_key"
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True, index=True)


class UnclaimedMessage(Model):
    """A message under a business key that no open dossier bears yet, sealed with a data key of its own."""

    __tablename__ = "unclaimed_message"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(120))
    key_id: Mapped[str] = mapped_column(String(32))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (UniqueConstraint("key_hash", "key"),)


class DossierMessage(Model):
    """What a citizen or an agent wrote about a dossier, sealed with its key; `open`: nobody answered it yet."""

    __tablename__ = "dossier_message"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_citizen: Mapped[bool] = mapped_column(Boolean)
    by_name: Mapped[str] = mapped_column(String(120))  # the agent's; empty for the citizen
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    open: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_dossier_message_dossier", "dossier_id", "at"),
        Index("ix_dossier_message_open", "at", sqlite_where=text("open"), postgresql_where=text("open")),
    )


class DossierCounter(Model):
    """The last running number given in a préfecture in a year."""

    __tablename__ = "dossier_counter"
    prefecture: Mapped[str] = mapped_column(String(3), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class Idempotency(Model):
    """The answer given to a request under its Idempotency-Key; only who has the key can open the answer."""

    __tablename__ = "idempotency"
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
