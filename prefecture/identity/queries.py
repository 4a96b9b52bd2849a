"""What other rooms may read of identity: frozen views, never rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from prefecture.identity.logins import canonical, login_hash
from prefecture.identity.models import Agent, AgentService, LoginSession, Person, Prefecture, Service
from prefecture.identity.permissions import USAGER, Actor
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import db
from prefecture.kernel.errors import NotFound


@dataclass(frozen=True)
class PrefectureView:
    """A préfecture; `address` is its street lines, `full_address` all lines of an envelope."""

    code: str
    name: str
    address: str
    postal_code: str
    city: str
    email: str
    phone: str
    zone: ZoneInfo

    @property
    def full_address(self) -> str:
        """Lines of an envelope, joined by line breaks."""
        return f"{self.address}\n{self.postal_code} {self.city}"


@dataclass(frozen=True)
class ServiceView:
    """An office of a préfecture; `hours` is free text for letters and pages."""

    id: uuid.UUID
    prefecture_code: str
    name: str
    address: str
    hours: str
    email: str
    phone: str


@dataclass(frozen=True)
class AgentView:
    """An agent's account, without secrets."""

    id: uuid.UUID
    login: str
    name: str
    email: str | None
    roles: frozenset[str]
    prefecture_code: str | None
    service_ids: frozenset[uuid.UUID]
    active: bool

    @property
    def actor(self) -> Actor:
        """The agent as one who acts."""
        return Actor(self.id, "agent", self.name, self.roles, self.prefecture_code, self.service_ids)


@dataclass(frozen=True)
class PersonView:
    """A citizen's account, unsealed."""

    id: uuid.UUID
    key_id: str
    email: str
    given_names: str
    family_name: str
    birth_date: date | None
    phone: str | None
    e_notifications: bool

    @property
    def name(self) -> str:
        """Given names and family name."""
        return f"{self.given_names} {self.family_name}".strip()

    @property
    def actor(self) -> Actor:
        """The person as one who acts."""
        return Actor(self.id, "person", self.name, frozenset({USAGER}), None, frozenset())


@dataclass(frozen=True)
class SessionView:
    """One open session in the list that an account shows its owner."""

    id: uuid.UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def prefectures() -> list[PrefectureView]:
    """Every préfecture, by code."""
    return [_prefecture_view(row) for row in db.session.scalars(select(Prefecture).order_by(Prefecture.code))]


def prefecture(code: str) -> PrefectureView:
    """The préfecture of a département; raises NotFound."""
    row = db.session.get(Prefecture, code)
    if row is None:
        raise NotFound("Cette préfecture n’existe pas.")
    return _prefecture_view(row)


def service(service_id: uuid.UUID) -> ServiceView:
    """One service; raises NotFound."""
    row = db.session.get(Service, service_id)
    if row is None:
        raise NotFound("Ce service n’existe pas.")
    return _service_view(row)


def services_of(code: str) -> list[ServiceView]:
    """The services of a préfecture, by name."""
    rows = db.session.scalars(select(Service).where(Service.prefecture_code == code).order_by(Service.name))
    return [_service_view(row) for row in rows]


def services(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ServiceView]:
    """Many services with one query (lists of dossiers); unknown ids are passed over."""
    rows = db.session.scalars(select(Service).where(Service.id.in_(list(ids))))
    return {row.id: _service_view(row) for row in rows}


def zone_of_service(service_id: uuid.UUID) -> ZoneInfo:
    """The zone in which a service's clock runs; raises NotFound."""
    return prefecture(service(service_id).prefecture_code).zone


def agent(agent_id: uuid.UUID) -> AgentView:
    """One agent, active or not; raises NotFound."""
    row = db.session.get(Agent, agent_id)
    if row is None:
        raise NotFound("Cet agent n’existe pas.")
    return agent_view(row)


def agent_by_login(login: str) -> AgentView:
    """One agent by login, active or not; raises NotFound."""
    row = db.session.scalar(select(Agent).where(Agent.login == canonical(login)))
    if row is None:
        raise NotFound("Cet agent n’existe pas.")
    return agent_view(row)


def agents(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AgentView]:
    """Many agents with one query; unknown ids are passed over."""
    return {row.id: agent_view(row) for row in db.session.scalars(select(Agent).where(Agent.id.in_(list(ids))))}


def agents_of(service_id: uuid.UUID, *, role: str | None = None) -> list[AgentView]:
    """The active agents of a service, by name; with `role`, those who hold it."""
    rows = db.session.scalars(
        select(Agent)
        .join(AgentService, AgentService.agent_id == Agent.id)
        .where(AgentService.service_id == service_id, Agent.active)
        .order_by(Agent.name, Agent.id)
    )
    views = [agent_view(row) for row in rows]
    return [view for view in views if role is None or role in view.roles]


def agents_of_prefecture(code: str) -> list[AgentView]:
    """Every agent of a préfecture, inactive ones too, by name."""
    rows = db.session.scalars(select(Agent).where(Agent.prefecture_code == code).order_by(Agent.name, Agent.id))
    return [agent_view(row) for row in rows]


def person(person_id: uuid.UUID) -> PersonView:
    """One person; raises NotFound, also after erasure."""
    row = db.session.get(Person, person_id)
    if row is None or row.erased_at is not None:
        raise NotFound("Ce compte n’existe pas ou a été effacé.")
    return person_view(row)


def person_by_email(email: str) -> PersonView | None:
    """The person with this e-mail address, if there is one."""
    row = db.session.scalar(select(Person).where(Person.email_hash == login_hash(email)))
    return person_view(row) if row is not None else None


def sessions_of(actor: Actor) -> list[SessionView]:
    """The actor's open sessions, the latest used first."""
    owner = LoginSession.agent_id if actor.kind == "agent" else LoginSession.person_id
    rows = db.session.scalars(
        select(LoginSession)
        .where(owner == actor.id, LoginSession.expires_at > clock.now())
        .order_by(LoginSession.last_seen_at.desc())
    )
    return [SessionView(row.id, row.device, row.created_at, row.last_seen_at, row.expires_at) for row in rows]


def agent_view(row: Agent) -> AgentView:
    """The view of a row of this desk."""
    return AgentView(
        id=row.id,
        login=row.login,
        name=row.name,
        email=row.email,
        roles=frozenset(each.role for each in row.roles),
        prefecture_code=row.prefecture_code,
        service_ids=frozenset(each.service_id for each in row.services),
        active=row.active,
    )


def person_view(row: Person) -> PersonView:
    """The unsealed view of a row of this desk; raises KeyErased if the person was erased."""
    if row.key_id is None or row.sealed is None:
        raise keyring.KeyErased(str(row.id))
    told = keyring.unseal_json(row.key_id, row.sealed, f"person:{row.id}")
    return PersonView(
        id=row.id,
        key_id=row.key_id,
        email=told["email"],
        given_names=told["given_names"],
        family_name=told["family_name"],
        birth_date=date.fromisoformat(told["birth_date"]) if told["birth_date"] else None,
        phone=told["phone"],
        e_notifications=row.e_notifications,
    )


def _prefecture_view(row: Prefecture) -> PrefectureView:
    return PrefectureView(
        row.code, row.name, row.address, row.postal_code, row.city, row.email, row.phone, ZoneInfo(row.zone)
    )


def _service_view(row: Service) -> ServiceView:
    return ServiceView(row.id, row.prefecture_code, row.name, row.address, row.hours, row.email, row.phone)
