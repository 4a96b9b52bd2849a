"""Access: who is at the door (password), and what they carry afterwards (session, link session, API token).

Only hashes of tokens are kept. A session ends after 30 idle minutes or 12 hours; a link session, which opens one thing
and is nobody's account, after 10 minutes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from sqlalchemy import delete, select

from prefecture.identity import queries
from prefecture.identity.accounts import LONGEST_PASSWORD
from prefecture.identity.logins import canonical, login_hash
from prefecture.identity.models import Agent, ApiToken, LoginSession, Person
from prefecture.identity.permissions import Actor, scopes_of
from prefecture.kernel import clock, crypto, outbox, ratelimit
from prefecture.kernel.db import db
from prefecture.kernel.errors import Forbidden, NotFound, Unauthenticated

IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)
LINK_SESSION = timedelta(minutes=10)
API_TOKEN = timedelta(hours=12)
FORGET = "identity.forget_expired"  # the daily work that forgets what is over

TRIES_WINDOW = timedelta(minutes=15)
TRIES_OF_A_LOGIN = 10
# Many agents share one address at nine in the morning; this only stops a machine that tries a list of logins.
TRIES_OF_AN_ADDRESS = 300


@dataclass(frozen=True)
class Granted:
    """What an API token opens: its account, and the verbs that both token and account allow."""

    actor: Actor
    scopes: frozenset[str]
    expires_at: datetime


def authenticate(login: str, password: str, *, address: str | None = None) -> Actor:
    """Who has this login (or e-mail address) and password.

    Called outside any unit of work: each try is counted and committed at once. An unknown login costs as much time as
    a wrong password. Raises Unauthenticated (the same words whatever is wrong) and TooMany.
    """
    if address is not None:
        ratelimit.hit("login.address", address, TRIES_OF_AN_ADDRESS, TRIES_WINDOW)
    ratelimit.hit("login.account", login_hash(login).hex(), TRIES_OF_A_LOGIN, TRIES_WINDOW)
    agent = db.session.scalar(select(Agent).where(Agent.login == canonical(login)))
    person = db.session.scalar(select(Person).where(Person.email_hash == login_hash(login)))
    row = agent or person
    hashed = row.password_hash if row is not None else None
    right = crypto.verify_password(hashed or _nobodys_hash(), password[:LONGEST_PASSWORD])
    actor = _actor(agent, person)
    if not right or hashed is None or actor is None:
        raise Unauthenticated("Identifiant ou mot de passe incorrect.")
    return actor


def open_session(
    actor: Actor | None,
    kind: Literal["web", "link"] = "web",
    *,
    subject: str | None = None,
    device: str = "",
    replaces: str | None = None,
) -> str:
    """Open a session in the caller's unit of work and return its token, new at every login.

    web: `actor` has just authenticated; `replaces`, the token that the browser carried before, ends.
    link: `actor` is None and `subject` names the one thing opened (`invitation:<id>`); see `link_subject`.
    """
    if (kind == "web") != (actor is not None) or (kind == "link") != (subject is not None):
        raise ValueError("a web session has an actor, a link session a subject")
    if replaces is not None:
        close_session(replaces)
    now = clock.now()
    token = crypto.random_token()
    person_id, agent_id = _owner(actor)
    db.session.add(
        LoginSession(
            token_hash=crypto.token_hash(token),
            kind=kind,
            person_id=person_id,
            agent_id=agent_id,
            subject=subject,
            device=device[:80],
            created_at=now,
            last_seen_at=now,
            expires_at=now + (LONGEST_SESSION if kind == "web" else LINK_SESSION),
        )
    )
    if actor is not None:
        _forget_tries(actor)
        plan_forgetting()
    db.session.flush()
    return token


def actor_of(session_token: str) -> Actor | None:
    """Whose open web session this is; None if it is unknown, idle, over, a link's, or its account is closed."""
    row = _live_session(session_token)
    if row is None or row.kind != "web":
        return None
    return _actor_by_id(row.agent_id, row.person_id)


def link_subject(session_token: str) -> str | None:
    """What this link session opens; None if it is unknown, over, or an account's."""
    row = _live_session(session_token)
    return row.subject if row is not None else None


def close_session(session_token: str) -> None:
    """End a session (log out); silent if it is over already."""
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash == crypto.token_hash(session_token)))


def revoke_session(actor: Actor, session_id: uuid.UUID) -> None:
    """End one of the actor's own sessions, from their list. Raises NotFound, also for somebody else's."""
    person_id, agent_id = _owner(actor)
    row = db.session.get(LoginSession, session_id)
    if row is None or row.kind != "web" or (row.person_id, row.agent_id) != (person_id, agent_id):
        raise NotFound("Cette session n’existe pas ou est déjà fermée.")
    db.session.delete(row)


def issue_api_token(actor: Actor, scopes: Iterable[str] | None = None, *, lifetime: timedelta = API_TOKEN) -> str:
    """Issue a bearer token in the caller's unit of work; without `scopes`, all that the actor's roles allow.

    Raises Forbidden for a scope beyond the roles.
    """
    allowed = scopes_of(actor.roles)
    asked = allowed if scopes is None else frozenset(scopes)
    if not asked <= allowed:
        raise Forbidden("Ce jeton ne peut pas porter des droits que votre rôle n’a pas.")
    now = clock.now()
    token = crypto.random_token()
    person_id, agent_id = _owner(actor)
    db.session.add(
        ApiToken(
            token_hash=crypto.token_hash(token),
            person_id=person_id,
            agent_id=agent_id,
            scopes=" ".join(sorted(asked)),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    _forget_tries(actor)
    db.session.flush()
    return token


def granted_by(api_token: str) -> Granted | None:
    """What a bearer token opens; None if it is unknown, over, or its account is closed."""
    row = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == crypto.token_hash(api_token)))
    if row is None or row.expires_at <= clock.now():
        return None
    actor = _actor_by_id(row.agent_id, row.person_id)
    if actor is None:
        return None
    return Granted(actor, frozenset(row.scopes.split()) & scopes_of(actor.roles), row.expires_at)


def revoke_api_token(api_token: str) -> None:
    """End a bearer token; silent if it is over already."""
    db.session.execute(delete(ApiToken).where(ApiToken.token_hash == crypto.token_hash(api_token)))


def forget_expired() -> None:
    """Delete sessions and tokens that are over (the daily work of `jobs.forget` calls it)."""
    now = clock.now()
    db.session.execute(delete(LoginSession).where(LoginSession.expires_at <= now))
    db.session.execute(delete(ApiToken).where(ApiToken.expires_at <= now))


def plan_forgetting() -> None:
    """Have expired access forgotten tomorrow (every login plans it, once a day counts)."""
    tomorrow = clock.now() + timedelta(days=1)
    outbox.post(FORGET, f"{FORGET}:{tomorrow.date()}", {}, key_id=None, run_at=tomorrow, priority=9)


def _live_session(token: str) -> LoginSession | None:
    row = db.session.scalar(select(LoginSession).where(LoginSession.token_hash == crypto.token_hash(token)))
    now = clock.now()
    if row is None or row.expires_at <= now or (row.kind == "web" and now - row.last_seen_at > IDLE):
        return None
    return row


def _actor_by_id(agent_id: uuid.UUID | None, person_id: uuid.UUID | None) -> Actor | None:
    agent = db.session.get(Agent, agent_id) if agent_id is not None else None
    person = db.session.get(Person, person_id) if person_id is not None else None
    return _actor(agent, person)


def _actor(agent: Agent | None, person: Person | None) -> Actor | None:
    """The account as one who acts; None if it is closed or erased."""
    if agent is not None:
        return queries.agent_view(agent).actor if agent.active else None
    if person is not None and person.erased_at is None:
        return queries.person_view(person).actor
    return None


def _owner(actor: Actor | None) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """(person_id, agent_id) of an account."""
    if actor is None:
        return None, None
    if actor.kind == "system":
        raise ValueError("the system has no account")
    return (actor.id, None) if actor.kind == "person" else (None, actor.id)


def _forget_tries(actor: Actor) -> None:
    """A success starts the account's count afresh; the address's goes on."""
    if actor.kind == "agent":
        login = db.session.scalar(select(Agent.login).where(Agent.id == actor.id))
        counted = login_hash(login) if login is not None else None
    else:
        counted = db.session.scalar(select(Person.email_hash).where(Person.id == actor.id))
    if counted is not None:
        ratelimit.forget("login.account", counted.hex())


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """What an unknown login's password is compared with: it never matches, and takes as long."""
    return crypto.hash_password(crypto.random_token())
