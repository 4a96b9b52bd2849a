"""Tables of identity. What names a person is sealed with the person's own data key; tokens are kept hashed only."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prefecture.kernel.db import Model, UtcDateTime, new_id


class Prefecture(Model):
    """A préfecture of this installation, by the code of its département."""

    __tablename__ = "prefecture"
    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(Text)  # lines, without postal code and city
    postal_code: Mapped[str] = mapped_column(String(5))
    city: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(30))
    zone: Mapped[str] = mapped_column(String(40))


class Service(Model):
    """An office of a préfecture: where dossiers go, where agents work, where counters stand."""

    __tablename__ = "service"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    prefecture_code: Mapped[str] = mapped_column(ForeignKey("prefecture.code"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(Text)
    hours: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(30))


class Person(Model):
    """A citizen's account. After erasure only the id is left, for the dossiers that name it."""

    __tablename__ = "person"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    key_id: Mapped[str | None] = mapped_column(String(32))
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # names, birth date, email, phone
    password_hash: Mapped[str | None] = mapped_column(String(200))
    e_notifications: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Agent(Model):
    """An agent's account; `prefecture_code` is None for national agents (analysts)."""

    __tablename__ = "agent"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    prefecture_code: Mapped[str | None] = mapped_column(ForeignKey("prefecture.code"), index=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    roles: Mapped[list[AgentRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    services: Mapped[list[AgentService]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class AgentRole(Model):
    """One role that an agent holds."""

    __tablename__ = "agent_role"
    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class AgentService(Model):
    """One service that an agent belongs to."""

    __tablename__ = "agent_service"
    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)


class LoginSession(Model):
    """An open session: of an account (`web`), or of a link that gives one thing only (`link`, named by `subject`)."""

    __tablename__ = "login_session"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(String(4))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    agent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agent.id"), index=True)
    subject: Mapped[str | None] = mapped_column(String(80))
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        CheckConstraint(
            "(kind = 'link' AND subject IS NOT NULL AND person_id IS NULL AND agent_id IS NULL)"
            " OR (kind = 'web' AND (person_id IS NULL) <> (agent_id IS NULL))",
            name="whose",
        ),
    )


class ApiToken(Model):
    """A bearer token: a part of its account's scopes, for a time."""

    __tablename__ = "api_token"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    agent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agent.id"))
    scopes: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (agent_id IS NULL)", name="whose"),
        Index("ix_api_token_person", "person_id"),
        Index("ix_api_token_agent", "agent_id"),
        Index("ix_api_token_expires", "expires_at"),
    )
