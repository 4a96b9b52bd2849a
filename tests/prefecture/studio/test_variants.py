"""Préfectures whose own values a publication touches are told of it."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from prefecture.demarches import queries as demarches
from prefecture.demarches import variants as local
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import Conflict, Forbidden, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications
from prefecture.studio import publication, queries, service, variants
from tests.town import PASSWORD, TSE

DAYS, ACCESS = "convocation.validite_jours", "informations.acces"


@pytest.fixture
def chef(ana: Actor) -> Actor:
    """The head of a service of the one préfecture that there is."""
    with unit_of_work():
        identity.create_prefecture(
            "94",
            "Préfecture du Val-de-Marne",
            address="21 avenue du Général-de-Gaulle",
            postal_code="94000",
            city="Créteil",
            email="prefecture@val-de-marne.example",
            phone="01 99 00 94 00",
        )
        service_id = identity.create_service("94", "Bureau des étrangers").id
        made = identity.create_agent(
            "denis",
            "Denis Roux",
            PASSWORD,
            ["chef_de_service"],
            prefecture="94",
            service_ids=[service_id],
            email="denis@prefecture.example",
        )
    return made.actor


@pytest.fixture
def changed(ana: Actor, draft: uuid.UUID) -> uuid.UUID:
    """A draft in which people have forty days to choose an appointment."""
    content, revision = queries.content(draft, "demarche.toml")
    with unit_of_work():
        after = content.replace(b"validite_jours = 30", b"validite_jours = 40")
        service.save_file(ana, draft, "demarche.toml", after, revision)
    return draft


def write(actor: Actor, number: int, **values: object) -> local.Variant:
    chosen = {path.replace("__", "."): value for path, value in values.items()}
    with unit_of_work():
        return local.write(actor, TSE, "94", number, chosen, clock.now().date(), "")


def test_who_may_decide_gets_a_mail_when_a_version_touches_their_values(chef: Actor, changed: uuid.UUID) -> None:
    write(chef, 0, convocation__validite_jours=45, informations__acces="Tram")
    announced = variants.touched(TSE, queries.version(changed))
    assert [(one.name, one.setting.path, one.setting.national) for one in announced] == [
        ("Préfecture du Val-de-Marne", DAYS, 40)
    ]
    with unit_of_work():
        assert variants.tell(TSE) == 0
    with unit_of_work():
        nina = identity.create_agent("nina", "Nina Roy", PASSWORD, ["administrateur"]).actor
    with unit_of_work():
        publication.publish(nina, changed, publication.gate(changed).digest, "La recette suivra demain.")
    mails = [one for one in notifications.latest() if one.subject and "Réglages locaux" in one.subject]
    assert [one.address for one in mails] == ["denis@prefecture.example"]
    assert "Jours laissés pour choisir un rendez-vous" in mails[0].text
    assert f"/analyste/demarches/{TSE}/variantes/94" in mails[0].text
    with unit_of_work():
        assert variants.tell(TSE) == 0


def test_each_writing_stays_and_the_last_one_begun_counts(chef: Actor) -> None:
    write(chef, 0, informations__acces="Tram")
    with unit_of_work():
        local.write(chef, TSE, "94", 1, {ACCESS: "Bus"}, date(2027, 1, 1), "Travaux")
    version = demarches.current(TSE)
    days = (clock.now().date(), date(2027, 1, 1))
    told = [local.effective(version, "94", day)["informations"]["acces"] for day in days]
    assert told == ["Tram", "Bus"]
    assert local.effective(version, "93", date(2027, 1, 1))["informations"]["acces"] == ""
    assert [(one.number, one.note) for one in local.history(TSE, "94")] == [(2, "Travaux"), (1, "")]


def test_only_the_prefectures_own_people_write_and_never_over_each_other(chef: Actor, ana: Actor, rita: Actor) -> None:
    write(chef, 0, informations__acces="Tram")
    for stranger in (ana, rita):
        with pytest.raises(Forbidden):
            write(stranger, 1, informations__acces="Bus")
    with pytest.raises(Conflict, match="Denis Roux"):
        write(chef, 0, informations__acces="Bus")
    with pytest.raises(NotFound):
        local.variant(TSE, "99")
