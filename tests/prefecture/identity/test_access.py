"""Access: passwords, tries, sessions, link sessions, API tokens."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from prefecture.identity import queries, service
from prefecture.identity.permissions import scopes_of
from prefecture.identity.queries import AgentView
from prefecture.kernel import clock, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Forbidden, NotFound, TooMany, Unauthenticated
from prefecture.kernel.unit_of_work import unit_of_work

PASSWORD = "un mot de passe correct"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def agent(app: Flask) -> AgentView:
    with unit_of_work():
        service.create_prefecture(
            "94", "Val-de-Marne", address="1", postal_code="94000", city="Créteil", email="e@e.fr", phone="0"
        )
        service_id = service.create_service("94", "Séjour").id
        return service.create_agent(
            "guichet94", "Paul Roux", PASSWORD, ["guichet"], prefecture="94", service_ids=[service_id]
        )


def opened(agent: AgentView, **more: str) -> str:
    with unit_of_work():
        return service.open_session(agent.actor, **more)


def test_the_right_password_says_who_it_is(agent: AgentView) -> None:
    assert service.authenticate(" Guichet94 ", PASSWORD, address="192.0.2.1") == agent.actor


@pytest.mark.parametrize(("login", "password"), [("guichet94", "faux"), ("inconnu", PASSWORD), ("", "")])
def test_a_wrong_login_and_a_wrong_password_are_told_alike(agent: AgentView, login: str, password: str) -> None:
    with pytest.raises(Unauthenticated, match=r"Identifiant ou mot de passe incorrect\."):
        service.authenticate(login, password)


def test_a_closed_account_is_refused_and_its_access_ends(agent: AgentView) -> None:
    token = opened(agent)
    with unit_of_work():
        bearer = service.issue_api_token(agent.actor)
        service.deactivate_agent(agent.id)
    assert service.actor_of(token) is None
    assert service.granted_by(bearer) is None
    with pytest.raises(Unauthenticated):
        service.authenticate("guichet94", PASSWORD)
    with unit_of_work():
        service.reactivate_agent(agent.id)
    assert service.authenticate("guichet94", PASSWORD) == agent.actor
    assert service.actor_of(token) is None


def test_the_eleventh_try_waits_even_with_the_right_password(agent: AgentView) -> None:
    with clock.frozen(START):
        for _ in range(10):
            with pytest.raises(Unauthenticated):
                service.authenticate("guichet94", "faux")
        with pytest.raises(TooMany) as caught:
            service.authenticate("GUICHET94", PASSWORD)
        assert caught.value.retry_after == 15 * 60
        clock.move(timedelta(minutes=15))
        assert service.authenticate("guichet94", PASSWORD) == agent.actor


def test_a_success_starts_the_count_afresh(agent: AgentView) -> None:
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(Unauthenticated):
                service.authenticate("guichet94", "faux")
        service.authenticate("guichet94", PASSWORD)
        opened(agent)


def test_an_account_without_a_password_is_closed_to_all(app: Flask) -> None:
    with unit_of_work():
        service.create_person("a@example.fr", given_names="A", family_name="B")
    with pytest.raises(Unauthenticated):
        service.authenticate("a@example.fr", "")


def test_a_session_ends_after_thirty_idle_minutes(agent: AgentView) -> None:
    with clock.frozen(START):
        token = opened(agent)
        clock.move(timedelta(minutes=29))
        service.record_seen(token)
        clock.move(timedelta(minutes=30))
        assert service.actor_of(token) == agent.actor
        clock.move(timedelta(seconds=1))
        assert service.actor_of(token) is None
        service.record_seen(token)
        assert service.actor_of(token) is None


def test_a_session_ends_after_twelve_hours_however_busy(agent: AgentView) -> None:
    with clock.frozen(START):
        token = opened(agent)
        for _ in range(36):
            clock.move(timedelta(minutes=20))
            service.record_seen(token)
        assert service.actor_of(token) is None


def test_a_new_login_has_a_new_id_and_ends_the_old_session(agent: AgentView) -> None:
    first = opened(agent)
    second = opened(agent, replaces=first)
    assert first != second
    assert service.actor_of(first) is None
    assert service.actor_of(second) == agent.actor


def test_the_database_never_holds_a_token(agent: AgentView) -> None:
    token = opened(agent)
    rows = str(db.session.execute(text("SELECT * FROM login_session")).all())
    assert token not in rows


def test_an_account_lists_and_ends_its_own_sessions_only(agent: AgentView) -> None:
    token = opened(agent, device="Firefox sur Linux")
    [session] = queries.sessions_of(agent.actor)
    assert session.device == "Firefox sur Linux"
    with unit_of_work():
        other = service.create_agent("autre", "B", PASSWORD, ["analyste"])
    with pytest.raises(NotFound), unit_of_work():
        service.revoke_session(other.actor, session.id)
    with unit_of_work():
        service.revoke_session(agent.actor, session.id)
    assert service.actor_of(token) is None
    with pytest.raises(NotFound), unit_of_work():
        service.revoke_session(agent.actor, uuid.uuid4())


def test_a_link_session_opens_one_thing_for_ten_minutes_and_is_nobody(app: Flask) -> None:
    with clock.frozen(START):
        with unit_of_work():
            token = service.open_session(None, "link", subject="invitation:42")
        assert service.actor_of(token) is None
        assert service.link_subject(token) == "invitation:42"
        clock.move(timedelta(minutes=10))
        assert service.link_subject(token) is None


def test_an_accounts_session_is_no_link(agent: AgentView) -> None:
    assert service.link_subject(opened(agent)) is None


def test_a_session_is_an_accounts_or_a_links(agent: AgentView) -> None:
    with pytest.raises(ValueError, match="a web session has an actor"), unit_of_work():
        service.open_session(None)
    with pytest.raises(ValueError, match="a web session has an actor"), unit_of_work():
        service.open_session(agent.actor, "link", subject="x")


def test_a_bearer_token_carries_all_that_the_roles_allow_unless_less_is_asked(agent: AgentView) -> None:
    with unit_of_work():
        full = service.issue_api_token(agent.actor)
        narrow = service.issue_api_token(agent.actor, ["dossier.read"])
    granted = service.granted_by(full)
    assert granted is not None
    assert granted.actor == agent.actor
    assert granted.scopes == scopes_of({"guichet"})
    granted = service.granted_by(narrow)
    assert granted is not None
    assert granted.scopes == {"dossier.read"}


def test_a_bearer_token_never_exceeds_its_account(agent: AgentView) -> None:
    with pytest.raises(Forbidden), unit_of_work():
        service.issue_api_token(agent.actor, ["demarche.publish"])
    with unit_of_work():
        token = service.issue_api_token(agent.actor, ["dossier.submit", "dossier.read"])
        service.change_agent(agent.id, roles=["analyste"], service_ids=[])
    granted = service.granted_by(token)
    assert granted is not None
    assert granted.scopes == frozenset()


def test_a_bearer_token_ends_by_time_or_by_hand(agent: AgentView) -> None:
    with clock.frozen(START):
        with unit_of_work():
            first = service.issue_api_token(agent.actor, lifetime=timedelta(hours=1))
            second = service.issue_api_token(agent.actor)
        with unit_of_work():
            service.revoke_api_token(second)
        assert service.granted_by(second) is None
        assert service.granted_by(first) is not None
        clock.move(timedelta(hours=1))
        assert service.granted_by(first) is None
    assert service.granted_by("inconnu") is None


def test_what_is_over_leaves_the_database_the_next_day(app: Flask, agent: AgentView) -> None:
    with clock.frozen(START):
        with unit_of_work():
            service.open_session(agent.actor)
            service.open_session(agent.actor)
            service.issue_api_token(agent.actor)
        assert worker.run_until_quiet(app) == 0
        clock.move(timedelta(days=1))
        assert worker.run_until_quiet(app) == 1
        assert db.session.scalar(text("SELECT count(*) FROM login_session")) == 0
        assert db.session.scalar(text("SELECT count(*) FROM api_token")) == 0
