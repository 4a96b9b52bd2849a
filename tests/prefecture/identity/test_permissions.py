"""Who may do what, as pure rules."""

from __future__ import annotations

import uuid

import pytest

from prefecture.identity.permissions import LANES, ROLES, VERBS_OF_ROLE, Actor, Subject, lanes_of, may, may_do_task
from prefecture.identity.permissions import scopes_of as scopes

HERE, ELSEWHERE = uuid.uuid4(), uuid.uuid4()


def agent(*roles: str, services: tuple[uuid.UUID, ...] = (HERE,), prefecture: str = "94") -> Actor:
    return Actor(uuid.uuid4(), "agent", "Une agente", frozenset(roles), prefecture, frozenset(services))


def person() -> Actor:
    return Actor(uuid.uuid4(), "person", "Amina K.", frozenset({"usager"}), None, frozenset())


def test_every_role_has_its_verbs() -> None:
    assert set(VERBS_OF_ROLE) == set(ROLES)


def test_a_person_reads_their_own_dossier_and_no_other() -> None:
    amina = person()
    assert may(amina, "dossier.read", Subject(person_id=amina.id, service_id=HERE, prefecture="94"))
    assert not may(amina, "dossier.read", Subject(person_id=uuid.uuid4(), service_id=HERE, prefecture="94"))
    assert not may(amina, "dossier.read", Subject(service_id=HERE))


@pytest.mark.parametrize("role", ["accueil", "guichet", "instructeur", "chef_de_service"])
def test_an_agent_reads_the_dossiers_of_their_services_only(role: str) -> None:
    assert may(agent(role), "dossier.read", Subject(service_id=HERE, prefecture="94"))
    assert not may(agent(role), "dossier.read", Subject(service_id=ELSEWHERE, prefecture="94"))
    assert not may(agent(role), "dossier.read", Subject(prefecture="94"))


@pytest.mark.parametrize("role", ["analyste", "administrateur"])
def test_who_draws_or_keeps_the_machine_reads_nobodys_dossier(role: str) -> None:
    assert not may(agent(role), "dossier.read")


def test_an_administrator_reaches_their_own_prefecture_only() -> None:
    assert may(agent("administrateur"), "agent.manage", Subject(prefecture="94"))
    assert not may(agent("administrateur"), "agent.manage", Subject(prefecture="93"))


def test_only_analysts_publish() -> None:
    assert [role for role in ROLES if may(agent(role), "demarche.publish")] == ["analyste"]


def test_a_misspelt_verb_is_a_mistake_not_a_refusal() -> None:
    with pytest.raises(ValueError, match=r"dossier\.raed"):
        may(agent("guichet"), "dossier.raed")


def test_the_system_may_do_everything_but_no_human_task() -> None:
    assert may(Actor.system(), "dossier.erase", Subject())
    assert not may_do_task(Actor.system(), "guichet", Subject(service_id=HERE))


@pytest.mark.parametrize(
    ("lane", "able"),
    [
        ("usager", set()),
        ("accueil", {"accueil", "guichet", "chef_de_service"}),
        ("guichet", {"guichet", "instructeur", "chef_de_service"}),
        ("instructeur", {"instructeur", "chef_de_service"}),
        ("chef_de_service", {"chef_de_service"}),
        ("systeme", set()),
        ("inconnu", set()),
        (None, {"instructeur", "chef_de_service"}),
    ],
)
def test_a_lane_is_for_its_roles_and_their_stand_ins(lane: str | None, able: set[str]) -> None:
    subject = Subject(service_id=HERE)
    assert {role for role in ROLES if may_do_task(agent(role), lane, subject)} == able


def test_a_task_of_another_service_is_nobodys_here() -> None:
    assert not may_do_task(agent("guichet"), "guichet", Subject(service_id=ELSEWHERE))


def test_a_citizens_task_is_done_by_the_dossiers_person_only() -> None:
    amina, other = person(), person()
    subject = Subject(person_id=amina.id, service_id=HERE)
    assert may_do_task(amina, "usager", subject)
    assert not may_do_task(other, "usager", subject)
    assert not may_do_task(amina, "guichet", subject)


def test_the_lanes_listed_are_the_lanes_allowed() -> None:
    for role in ROLES:
        listed = lanes_of({role})
        assert listed == {lane for lane in LANES if may_do_task(agent(role), lane, Subject(service_id=HERE))}


def test_scopes_are_the_union_of_the_roles() -> None:
    assert scopes({"guichet", "analyste"}) == VERBS_OF_ROLE["guichet"] | VERBS_OF_ROLE["analyste"]
    assert scopes({"inconnu"}) == frozenset()
