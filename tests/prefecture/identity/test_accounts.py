"""Accounts: made, changed, closed, erased."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text

from prefecture.identity import queries, service
from prefecture.identity.queries import PersonView
from prefecture.identity.service import Actor
from prefecture.kernel import keyring
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, DomainError, Invalid, NotFound, Unauthenticated
from prefecture.kernel.unit_of_work import unit_of_work

PASSWORD = "un mot de passe correct"


def house(code: str = "94") -> uuid.UUID:
    service.create_prefecture(
        code,
        f"Préfecture {code}",
        address="1 rue du Lac",
        postal_code="94000",
        city="Créteil",
        email="pref@example.fr",
        phone="01 00 00 00 00",
    )
    return service.create_service(code, "Séjour").id


def amina(email: str = "Amina.K@Example.fr") -> PersonView:
    return service.create_person(
        email, given_names="Amina", family_name="Kaci", password=PASSWORD, birth_date=date(1994, 5, 4), phone="0600"
    )


def test_a_prefecture_keeps_the_clock_of_its_departement(app: Flask) -> None:
    with unit_of_work():
        house("972")
    assert queries.prefecture("972").zone.key == "America/Martinique"
    assert [each.code for each in queries.prefectures()] == ["972"]


def test_a_prefecture_of_no_departement_is_refused(app: Flask) -> None:
    with pytest.raises(Invalid) as caught, unit_of_work():
        house("96")
    assert "code" in caught.value.fields


def test_a_service_shows_its_prefectures_address_when_it_has_none(app: Flask) -> None:
    with unit_of_work():
        service_id = house()
    view = queries.service(service_id)
    assert view.address == "1 rue du Lac\n94000 Créteil"
    assert queries.zone_of_service(service_id).key == "Europe/Paris"
    assert queries.services_of("94") == [view]
    with pytest.raises(NotFound):
        queries.service(uuid.uuid4())


def test_an_agent_is_listed_in_their_service_while_active(app: Flask) -> None:
    with unit_of_work():
        service_id = house()
        agent = service.create_agent(
            "Guichet94", "Paul Roux", PASSWORD, ["guichet"], prefecture="94", service_ids=[service_id]
        )
    assert agent.login == "guichet94"
    assert queries.agents_of(service_id) == [agent]
    assert queries.agents_of(service_id, role="chef_de_service") == []
    assert agent.actor == Actor(agent.id, "agent", "Paul Roux", frozenset({"guichet"}), "94", frozenset({service_id}))
    with unit_of_work():
        service.deactivate_agent(agent.id)
    assert queries.agents_of(service_id) == []
    assert not queries.agents_of_prefecture("94")[0].active


def test_two_agents_never_share_a_login(app: Flask) -> None:
    with unit_of_work():
        house()
        service.create_agent("chef", "A", PASSWORD, ["analyste"])
        with pytest.raises(Conflict):
            service.create_agent("CHEF", "B", PASSWORD, ["analyste"])


@pytest.mark.parametrize(
    ("roles", "with_service", "field"),
    [(["usager"], True, "roles"), ([], True, "roles"), (["guichet"], False, "services")],
)
def test_an_agents_post_must_make_sense(app: Flask, roles: list[str], with_service: bool, field: str) -> None:
    with unit_of_work():
        service_id = house()
    with pytest.raises(Invalid) as caught, unit_of_work():
        service.create_agent(
            "a", "A", PASSWORD, roles, prefecture="94", service_ids=[service_id] if with_service else []
        )
    assert list(caught.value.fields) == [field]


def test_an_agent_does_not_belong_to_another_prefectures_service(app: Flask) -> None:
    with unit_of_work():
        house("94")
        other = house("93")
    with pytest.raises(Invalid), unit_of_work():
        service.create_agent("a", "A", PASSWORD, ["guichet"], prefecture="94", service_ids=[other])


def test_an_agent_changes_roles_and_services(app: Flask) -> None:
    with unit_of_work():
        first = house()
        second = service.create_service("94", "Permis").id
        agent = service.create_agent("a", "A", PASSWORD, ["guichet"], prefecture="94", service_ids=[first])
    with unit_of_work():
        service.change_agent(agent.id, roles=["instructeur", "guichet"], service_ids=[second])
    view = queries.agent(agent.id)
    assert view.roles == {"guichet", "instructeur"}
    assert view.service_ids == {second}


def test_a_person_is_found_by_address_whatever_the_case(app: Flask) -> None:
    with unit_of_work():
        made = amina()
    found = queries.person_by_email(" amina.k@example.FR ")
    assert found == made
    assert made.email == "Amina.K@Example.fr"
    assert made.name == "Amina Kaci"
    assert made.birth_date == date(1994, 5, 4)


def test_nothing_that_names_a_person_stands_in_clear(app: Flask) -> None:
    with unit_of_work():
        amina()
    row = str(db.session.execute(text("SELECT * FROM person")).one())
    assert not any(word in row.casefold() for word in ("amina", "kaci", "1994", "example.fr", PASSWORD))


def test_an_address_has_one_account(app: Flask) -> None:
    with pytest.raises(Conflict), unit_of_work():
        amina()
        amina("amina.k@example.fr")


@pytest.mark.parametrize("email", ["amina", "amina@", "a b@example.fr", "amina@example", "a@b.fr@c.fr"])
def test_what_is_no_address_is_refused(app: Flask, email: str) -> None:
    with pytest.raises(Invalid) as caught, unit_of_work():
        amina(email)
    assert "courriel" in caught.value.fields


def test_a_short_password_is_refused(app: Flask) -> None:
    with pytest.raises(Invalid) as caught, unit_of_work():
        service.create_person("a@example.fr", given_names="A", family_name="B", password="court")
    assert "10 caractères" in caught.value.fields["mot_de_passe"]


def test_a_person_changes_their_particulars(app: Flask) -> None:
    with unit_of_work():
        made = amina()
    with unit_of_work():
        service.change_person(
            made.id, given_names="Amina", family_name="Diallo", birth_date=None, phone=None, e_notifications=True
        )
    changed = queries.person(made.id)
    assert (changed.name, changed.email, changed.e_notifications) == ("Amina Diallo", made.email, True)


def test_an_erased_person_leaves_an_id_and_nothing_else(app: Flask) -> None:
    with unit_of_work():
        made = amina()
        token = service.open_session(made.actor)
        bearer = service.issue_api_token(made.actor)
    with unit_of_work():
        service.erase_person(made.id)
    assert not keyring.exists(made.key_id)
    assert service.actor_of(token) is None
    assert service.granted_by(bearer) is None
    assert queries.person_by_email(made.email) is None
    with pytest.raises(NotFound):
        queries.person(made.id)
    with pytest.raises(Unauthenticated):
        service.authenticate(made.email, PASSWORD)
    with unit_of_work():
        assert amina().id != made.id


def test_a_new_password_ends_what_the_old_one_opened(app: Flask) -> None:
    with unit_of_work():
        made = amina()
        token = service.open_session(made.actor)
    with pytest.raises(DomainError), unit_of_work():
        service.change_password(made.id, "pas le bon", "un autre mot de passe")
    assert service.actor_of(token) == made.actor
    with unit_of_work():
        service.change_password(made.id, PASSWORD, "un autre mot de passe")
    assert service.actor_of(token) is None
    assert service.authenticate(made.email, "un autre mot de passe") == made.actor
