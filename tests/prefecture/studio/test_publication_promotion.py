"""A version carried to another installation: the same files by digest, from a key that is trusted, or nothing.

Two installations, each with its own database, its own master key and its own journal; the bytes are real ones.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from flask import Flask

from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.queries import VersionView
from prefecture.identity.permissions import Actor
from prefecture.kernel import settings
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, promotion, publication, queries, reception, service, signoff, trust
from prefecture.studio.publication import PublicationRefused
from prefecture.studio.reception import KeyUnknown
from tests.town import TSE
from wsgi import create_app

NATIONAL = Actor.system()
WHY = "Comparée au téléphone avec la recette."
SETTINGS = "demarche.toml"


@dataclass
class Place:
    """An installation: its application with its settings, where blocks run."""

    app: Flask
    chosen: settings.Settings

    def run(self, *words: str) -> tuple[int, str]:
        with self:
            told = self.app.test_cli_runner().invoke(args=["demarche", *words])
        return told.exit_code, told.stdout

    def __enter__(self) -> None:
        self.before = settings.current()
        settings.use(self.chosen)
        self.context = self.app.app_context()
        self.context.push()

    def __exit__(self, *_: object) -> None:
        db.session.remove()
        self.context.pop()
        settings.use(self.before)


@pytest.fixture
def recette(studio: Flask) -> Place:
    """Where versions are written."""
    return Place(studio, settings.current())


@pytest.fixture
def production(recette: Place, tmp_path: Path, sqlite_template: Path) -> Iterator[Place]:
    """Where they are carried to, with secrets of its own; nothing is published there."""
    home = tmp_path / "production"
    home.mkdir()
    (home / "planipref.sqlite3").write_bytes(sqlite_template.read_bytes())
    told = {**os.environ, "PLANIPREF_HOME": str(home), "DATABASE_URL": f"sqlite:///{home / 'planipref.sqlite3'}"}
    told.pop("PLANIPREF_MASTER_KEY", None)
    before = settings.current()
    chosen = settings.read({**told, "PLANIPREF_DEMO": "1"})
    app = create_app(chosen)
    settings.use(before)
    yield Place(app, chosen)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def sealed(recette: Place) -> bytes:
    """The démarche's first version, sealed."""
    return seal(demarches.current(TSE).id)


def seal(version_id: uuid.UUID) -> bytes:
    with unit_of_work():
        return promotion.seal(NATIONAL, version_id)


def trusting(key: str) -> None:
    with unit_of_work():
        trust.add(NATIONAL, key, "Recette nationale", WHY)


def arrive(content: bytes) -> uuid.UUID:
    with unit_of_work():
        return reception.arrive(NATIONAL, content)


def publish(arrival: uuid.UUID, reason: str = "") -> VersionView:
    with unit_of_work():
        return reception.publish(NATIONAL, arrival, reason)


def next_version(ana: Actor, rita: Actor, before: bytes, after: bytes) -> VersionView:
    """Ana changes the settings, Rita signs, it is published."""
    with unit_of_work():
        draft_id = service.from_version(ana, demarches.current(TSE).id, "Suite")
    content, revision = queries.content(draft_id, SETTINGS)
    assert before in content
    with unit_of_work():
        service.save_file(ana, draft_id, SETTINGS, content.replace(before, after, 1), revision)
    digest = publication.gate(draft_id).digest
    with unit_of_work():
        signoff.answer(rita, draft_id, digest, True, "")
    with unit_of_work():
        return publication.publish(ana, draft_id, digest)


def test_the_same_files_are_published_there_and_both_journals_say_so(
    recette: Place, production: Place, sealed: bytes
) -> None:
    version, key = demarches.current(TSE), promotion.public_key()
    written = acts.acts(code=TSE)[0]
    assert (written.act, written.version_id, written.digest) == ("sealed", version.id, version.digest)
    with production:
        assert promotion.public_key() != key
        trusting(key)
        arrival = arrive(sealed)
        found = reception.reception(NATIONAL, arrival)
        assert (found.unmet, found.published, found.trusted_as) == ((), False, "Recette nationale")
        assert found.sealed.told["published_by"] == "tests"
        received = publish(arrival)
        assert (received.digest, received.number) == (version.digest, 1)
        told = acts.acts(code=TSE)
        assert [(one.act, one.told["key"], one.told["signature"]) for one in told] == [
            ("received", key, written.told["signature"])
        ]
        assert acts.verify()[1] is None


def test_the_same_file_twice_changes_nothing(production: Place, sealed: bytes) -> None:
    key = promotion.public_key()
    again = seal(demarches.current(TSE).id)
    with production:
        trusting(key)
        first = arrive(sealed)
        version = publish(first)
        assert arrive(sealed) == first
        assert publish(first).id == version.id
        assert reception.reception(NATIONAL, arrive(again)).published
        assert publish(arrive(again)).id == version.id
        assert len(demarches.versions(TSE)) == 1
        assert [one.act for one in acts.acts(code=TSE)] == ["received"]


def test_one_byte_altered_anywhere_is_refused(production: Place, sealed: bytes) -> None:
    key = promotion.public_key()
    line = sealed.index(b"\n", sealed.index(b"\n") + 1)
    drawn = random.Random(5)
    places = {*range(0, line + 2, 3), *(drawn.randrange(line, len(sealed)) for _ in range(60)), len(sealed) - 1}
    with production:
        trusting(key)
        for place in sorted(places):
            for other in {sealed[place] ^ 0x20, sealed[place] ^ 1}:
                altered = sealed[:place] + bytes([other]) + sealed[place + 1 :]
                with pytest.raises(Invalid) as refused, unit_of_work():
                    reception.arrive(NATIONAL, altered)
                assert refused.value.status == 422
        for altered in (b"", sealed[:-1], sealed[1:], sealed + b"x"):
            with pytest.raises(Invalid), unit_of_work():
                reception.arrive(NATIONAL, altered)
        assert reception.arrivals(NATIONAL) == []


def test_a_key_that_is_not_trusted_is_told_by_its_fingerprint_and_one_taken_away_stops_what_it_sealed(
    production: Place, sealed: bytes, ana: Actor
) -> None:
    key = promotion.public_key()
    with production:
        with pytest.raises(KeyUnknown, match=trust.fingerprint(key)) as unknown, unit_of_work():
            reception.arrive(NATIONAL, sealed)
        assert unknown.value.status == 403
        with pytest.raises(Forbidden), unit_of_work():
            reception.arrive(ana, sealed)
        with pytest.raises(Forbidden), unit_of_work():
            trust.add(ana, key, "Recette", WHY)
        trusting(f" {key.upper()[:32]}\n{key[32:]} ")
        with pytest.raises(Conflict), unit_of_work():
            trust.add(NATIONAL, key, "Encore elle", WHY)
        arrival = arrive(sealed)
        with unit_of_work():
            trust.remove(NATIONAL, trust.known()[0].id, "La machine a été volée.")
        with pytest.raises(KeyUnknown):
            publish(arrival)
        assert [one.said.replace("\u00a0", " ") for one in acts.acts()] == [
            "Clé de confiance retirée : Recette nationale",
            "Clé de confiance ajoutée : Recette nationale",
        ]


def test_what_is_no_key_is_refused_with_all_that_is_wrong(studio: Flask) -> None:
    with pytest.raises(Invalid) as refused, unit_of_work():
        trust.add(NATIONAL, "pas une clé", " ", WHY)
    assert set(refused.value.fields) == {"nom", "cle"}


def test_what_was_sealed_by_a_newer_house_is_refused_with_what_to_do(
    production: Place, sealed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "ENGINE", 99)
    newer = seal(demarches.current(TSE).id)
    key = promotion.public_key()
    with production:
        trusting(key)
        with pytest.raises(Invalid) as refused, unit_of_work():
            reception.arrive(NATIONAL, sealed.replace(b"VERSION 1\n", b"VERSION 2\n", 1))
        assert "mettez cette installation à jour" in refused.value.fields["fichier"]
        arrival = arrive(newer)
        assert [one.key for one in reception.reception(NATIONAL, arrival).unmet] == ["moteur"]
        with pytest.raises(PublicationRefused):
            publish(arrival, "Nous savons ce que nous faisons.")


def test_what_is_in_force_there_and_unknown_here_is_not_lost_without_a_reason(
    recette: Place, production: Place, sealed: bytes, ana: Actor, rita: Actor
) -> None:
    key = promotion.public_key()
    second = seal(next_version(ana, rita, b"delai_jours = 30", b"delai_jours = 45").id)
    third = seal(next_version(ana, rita, b"delai_jours = 45", b"delai_jours = 40").id)
    with production:
        trusting(key)
        publish(arrive(sealed))
        found = reception.reception(NATIONAL, arrive(third))
        assert found.unmet == ()
        assert "Une version entre les deux" in found.conditions[-1].message
        assert found.sealed.told["signed_off_by"] == "Rita Sow"
        publish(arrive(third))
        late = reception.reception(NATIONAL, arrive(second))
        assert [one.key for one in late.unmet] == ["base"]
        with pytest.raises(PublicationRefused):
            publish(late.id)
        publish(late.id, "Retour décidé par le comité du 3 mai.")
        assert [one.digest for one in demarches.versions(TSE)] == [
            promotion.opened(one).digest for one in (second, third, sealed)
        ]
        with unit_of_work():
            publication.go_back(NATIONAL, TSE, demarches.versions(TSE)[1].id, "Le comité a changé d’avis.")
        assert demarches.current(TSE).number == 2
        again = reception.reception(NATIONAL, late.id)
        assert (again.published, again.here.number if again.here else None) == (False, 3)
        assert publish(late.id, "Et le comité y revient.").number == 3


def test_a_version_that_asks_for_an_action_unknown_here_is_refused(recette: Place, production: Place) -> None:
    told = dict(demarches.current(TSE).files)
    told[SETTINGS] = told[SETTINGS].replace(b"delai_jours = 30", b"delai_jours = 33")
    with unit_of_work():
        version = publishing.publish_files(bundles.of_files(told), TSE, "tests")
    content, key, actions = seal(version.id), promotion.public_key(), publishing.actions()
    publishing.register_actions({name: one for name, one in actions.items() if name != "depot.attester"})
    try:
        with production:
            trusting(key)
            found = reception.reception(NATIONAL, arrive(content))
            assert [one.key for one in found.unmet if one.firm] == ["constats"]
            with pytest.raises(PublicationRefused):
                publish(found.id, "Nous savons ce que nous faisons.")
    finally:
        publishing.register_actions(actions)


def test_who_signs_off_seals_nothing(studio: Flask, rita: Actor) -> None:
    with pytest.raises(Forbidden), unit_of_work():
        promotion.seal(rita, demarches.current(TSE).id)


def test_operators_carry_a_version_by_a_file(recette: Place, production: Place, tmp_path: Path) -> None:
    file, key = str(tmp_path / "tse.version"), recette.run("key")[1].strip()
    assert recette.run("seal", TSE, "1", file) == (0, f"SEALED {TSE} 1 {key}\n")
    assert orjson.loads(Path(file).read_bytes().splitlines()[1])["told"]["sealed_by"] == "PlaniPref"
    assert production.run("receive", file)[0] == 1
    assert production.run("receive", file, "--check", "--trust", key)[0] == 0
    assert production.run("trusted") == (0, "")
    status, said = production.run("trust", key, "--name", "Recette", "--reason", WHY)
    assert (status, said.split()[0]) == (0, "TRUSTED")
    assert production.run("receive", file)[1].startswith(f"PUBLISHED {TSE} 1 ")
    assert production.run("distrust", said.split()[1], "--reason", "Elle ne sert plus.")[0] == 0
    assert production.run("receive", file)[0] == 1
    assert recette.run("receive", file, "--trust", "ff" * 32)[0] == 1
