"""Accounts: préfectures, services, persons and agents made, changed, closed and erased.

Everything here joins the caller's unit of work.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from prefecture.identity import queries
from prefecture.identity.logins import canonical, login_hash
from prefecture.identity.models import (
    Agent,
    AgentRole,
    AgentService,
    ApiToken,
    LoginSession,
    Person,
    Prefecture,
    Service,
)
from prefecture.identity.permissions import AGENT_ROLES, SERVICE_ROLES
from prefecture.identity.queries import AgentView, PersonView, PrefectureView, ServiceView
from prefecture.identity.zones import ZONES
from prefecture.kernel import clock, crypto, keyring
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Invalid, NotFound

# Tries are counted and limited, so length is what protects: see NIST SP 800-63B §5.1.1 and CNIL 2022-100, case 2.
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


def create_prefecture(
    code: str,
    name: str,
    *,
    address: str,
    postal_code: str,
    city: str,
    email: str,
    phone: str,
    zone: str | None = None,
) -> PrefectureView:
    """Make a préfecture; its zone is its département's unless given. Raises Conflict, Invalid."""
    chosen = zone or ZONES.get(code)
    if chosen is None:
        raise Invalid({"code": "Ce département n’existe pas."})
    try:
        ZoneInfo(chosen)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid({"zone": "Ce fuseau horaire n’existe pas."}) from error
    if db.session.get(Prefecture, code) is not None:
        raise Conflict("Cette préfecture existe déjà.")
    db.session.add(
        Prefecture(
            code=code,
            name=name,
            address=address,
            postal_code=postal_code,
            city=city,
            email=email,
            phone=phone,
            zone=chosen,
        )
    )
    db.session.flush()
    return queries.prefecture(code)


def create_service(
    prefecture_code: str,
    name: str,
    *,
    address: str = "",
    hours: str = "",
    email: str = "",
    phone: str = "",
    service_id: uuid.UUID | None = None,
) -> ServiceView:
    """Make a service of a préfecture, whose address, mail and telephone stand in for those not given.

    Raises NotFound if there is no such préfecture.
    """
    house = queries.prefecture(prefecture_code)
    row = Service(
        id=service_id or new_id(),
        prefecture_code=prefecture_code,
        name=name,
        address=address or house.full_address,
        hours=hours,
        email=email or house.email,
        phone=phone or house.phone,
    )
    db.session.add(row)
    db.session.flush()
    return queries.service(row.id)


def create_agent(
    login: str,
    name: str,
    password: str,
    roles: Collection[str],
    *,
    prefecture: str | None = None,
    service_ids: Collection[uuid.UUID] = (),
    email: str | None = None,
    password_hash: str | None = None,
) -> AgentView:
    """Make an agent's account. Raises Invalid (roles, services, password) and Conflict (login taken).

    password_hash: that of `password`, when many accounts are made with one (hashing is slow on purpose).
    """
    _check_password(password, "mot_de_passe")
    _check_post(roles, prefecture, service_ids)
    row = Agent(
        login=canonical(login),
        name=name,
        email=email,
        password_hash=password_hash or crypto.hash_password(password),
        prefecture_code=prefecture,
        created_at=clock.now(),
        roles=[AgentRole(role=role) for role in sorted(set(roles))],
        services=[AgentService(service_id=service_id) for service_id in set(service_ids)],
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Conflict("Cet identifiant est déjà pris.", code="identifiant-pris") from error
    return queries.agent_view(row)


def change_agent(agent_id: uuid.UUID, *, roles: Collection[str], service_ids: Collection[uuid.UUID]) -> AgentView:
    """Give an agent these roles and services instead of the present ones. Raises NotFound, Invalid."""
    row = _agent(agent_id)
    _check_post(roles, row.prefecture_code, service_ids)
    kept_roles = {each.role: each for each in row.roles}
    row.roles = [kept_roles.get(role) or AgentRole(role=role) for role in sorted(set(roles))]
    kept = {each.service_id: each for each in row.services}
    row.services = [kept.get(each) or AgentService(service_id=each) for each in set(service_ids)]
    db.session.flush()
    return queries.agent_view(row)


def deactivate_agent(agent_id: uuid.UUID) -> None:
    """Close an agent's account: no login any more, and every session and token ends now. Raises NotFound."""
    _agent(agent_id).active = False
    _end_access(agent_id)


def reactivate_agent(agent_id: uuid.UUID) -> None:
    """Open a closed account again. Raises NotFound."""
    _agent(agent_id).active = True


def create_person(
    email: str,
    *,
    given_names: str,
    family_name: str,
    password: str | None = None,
    birth_date: date | None = None,
    phone: str | None = None,
    e_notifications: bool = False,
) -> PersonView:
    """Make a citizen's account with a data key of its own; without a password nobody can log in to it yet.

    Raises Invalid, and Conflict if the address has an account (a public page must not tell that to a stranger).
    """
    _check_email(email)
    if password is not None:
        _check_password(password, "mot_de_passe")
    row = Person(
        id=new_id(),
        key_id=keyring.new_key("personne"),
        email_hash=login_hash(email),
        password_hash=crypto.hash_password(password) if password is not None else None,
        e_notifications=e_notifications,
        created_at=clock.now(),
    )
    _seal(row, email.strip(), given_names, family_name, birth_date, phone)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Conflict("Un compte existe déjà pour cette adresse électronique.", code="courriel-pris") from error
    return queries.person_view(row)


def change_person(
    person_id: uuid.UUID,
    *,
    given_names: str,
    family_name: str,
    birth_date: date | None,
    phone: str | None,
    e_notifications: bool,
) -> PersonView:
    """Write a person's particulars anew (the e-mail address stays). Raises NotFound."""
    row = _person(person_id)
    _seal(row, queries.person_view(row).email, given_names, family_name, birth_date, phone)
    row.e_notifications = e_notifications
    db.session.flush()
    return queries.person_view(row)


def erase_person(person_id: uuid.UUID) -> None:
    """Erase a person: the data key, all that could name or find them, sessions and tokens. Raises NotFound.

    The bare row stays, because dossiers name it by id.
    """
    row = _person(person_id)
    if row.key_id is not None:
        keyring.erase(row.key_id)
    row.key_id = row.email_hash = row.sealed = row.password_hash = None
    row.e_notifications = False
    row.erased_at = clock.now()
    _end_access(person_id)
    db.session.flush()


def set_password(account_id: uuid.UUID, password: str) -> None:
    """Give an account a new password (an administrator, or a reset link) and end all its access. Raises NotFound."""
    _check_password(password, "mot_de_passe")
    row = db.session.get(Agent, account_id) or _person(account_id)
    row.password_hash = crypto.hash_password(password)
    _end_access(account_id)


def change_password(account_id: uuid.UUID, old: str, new: str) -> None:
    """Change one's own password, knowing the old one; ends all sessions and tokens (log in again). Raises Invalid."""
    row = db.session.get(Agent, account_id) or _person(account_id)
    if row.password_hash is None or not crypto.verify_password(row.password_hash, old):
        raise Invalid({"ancien": "Ce n’est pas votre mot de passe actuel."})
    _check_password(new, "nouveau")
    set_password(account_id, new)


def _agent(agent_id: uuid.UUID) -> Agent:
    row = db.session.get(Agent, agent_id)
    if row is None:
        raise NotFound("Cet agent n’existe pas.")
    return row


def _person(person_id: uuid.UUID) -> Person:
    row = db.session.get(Person, person_id)
    if row is None or row.erased_at is not None:
        raise NotFound("Ce compte n’existe pas ou a été effacé.")
    return row


def _seal(
    row: Person, email: str, given_names: str, family_name: str, birth_date: date | None, phone: str | None
) -> None:
    told = {
        "email": email,
        "given_names": given_names.strip(),
        "family_name": family_name.strip(),
        "birth_date": birth_date.isoformat() if birth_date else None,
        "phone": phone,
    }
    if row.key_id is None:
        raise keyring.KeyErased(str(row.id))
    row.sealed = keyring.seal_json(row.key_id, told, f"person:{row.id}")


def _end_access(account_id: uuid.UUID) -> None:
    for table in (LoginSession, ApiToken):
        db.session.execute(delete(table).where((table.agent_id == account_id) | (table.person_id == account_id)))


def _check_post(roles: Collection[str], prefecture: str | None, service_ids: Collection[uuid.UUID]) -> None:
    """Roles known and held where they can be exercised: a service role in a service, of the agent's préfecture."""
    if not roles or not set(roles) <= AGENT_ROLES:
        raise Invalid({"roles": "Choisissez au moins un rôle d’agent."})
    if SERVICE_ROLES & set(roles) and not service_ids:
        raise Invalid({"services": "Ces rôles s’exercent dans un service\u00a0: choisissez-en au moins un."})
    houses = db.session.scalars(select(Service.prefecture_code).where(Service.id.in_(list(service_ids)))).all()
    if len(houses) != len(set(service_ids)) or any(code != prefecture for code in houses):
        raise Invalid({"services": "Un service choisi n’est pas de la préfecture de cet agent."})


def _check_password(password: str, field: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid({field: f"Choisissez un mot de passe d’au moins {SHORTEST_PASSWORD} caractères."})
    if len(password) > LONGEST_PASSWORD:
        raise Invalid({field: f"Choisissez un mot de passe de {LONGEST_PASSWORD} caractères au plus."})


def _check_email(email: str) -> None:
    if not _EMAIL.fullmatch(email.strip()) or len(email) > 254:
        raise Invalid({"courriel": "Écrivez une adresse électronique, par exemple prenom.nom@exemple.fr."})
