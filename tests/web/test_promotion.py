"""A version carried from the recette's pages to the production's: two houses, real bytes, everything by the browser."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.identity import service as identity
from prefecture.kernel import settings
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import PASSWORD, TSE
from tests.web.village import Village, Visitor, build, plain

WHY = "Comparée au téléphone avec la recette."
KEYS, ARRIVALS = "/analyste/cles", "/analyste/receptions"


@dataclass
class House:
    """One of both installations; entering it makes its settings those of the process."""

    village: Village
    chosen: settings.Settings

    def __enter__(self) -> Village:
        settings.use(self.chosen)
        return self.village

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def houses(village: Village, founded: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[House, House]]:
    """The recette and the production, each with its database and its master key; the national administrator in both."""
    recette = House(village, settings.current())
    home = tmp_path / "production"
    home.mkdir()
    shutil.copy(founded[0] / "planipref.sqlite3", home / "planipref.sqlite3")
    app = build(home, PLANIPREF_MASTER_KEY=base64.b64encode(bytes(range(32, 64))).decode())
    production = House(Village.of(app, founded[1]), settings.current())
    assert recette.chosen.master_key != production.chosen.master_key
    for house in (recette, production):
        with house as there, there.app.app_context(), unit_of_work():
            identity.create_agent("nina", "Nina Roy", PASSWORD, ["administrateur"])
    yield recette, production
    settings.use(recette.chosen)
    with app.app_context():
        db.engine.dispose()


def second_version(village: Village) -> str:
    """A version 2 of the recette, in which people have 45 days; the address of its page."""
    with village.app.app_context():
        told = dict(demarches.current(TSE).files)
        told["demarche.toml"] = told["demarche.toml"].replace(b"delai_jours = 30", b"delai_jours = 45")
        with unit_of_work():
            version = publishing.publish_files(bundles.of_files(told), TSE, "Camille Laurent")
    return f"/analyste/versions/{version.id}/emporter"


def sealed_by_the_page(recette: House) -> tuple[bytes, str]:
    """The sealed second version, downloaded by its analyst, and the key that its page shows."""
    with recette as here:
        address, ana = second_version(here), here.browse("ana")
        page = plain(ana.get(address))
        assert "Personne encore." in page
        taken = ana.post(address, form=address)
        assert taken.headers["Content-Disposition"].endswith('.planipref"')
        assert "Ana Lopez" in plain(ana.get(address))
        assert "Scellée pour une autre installation, version 2" in plain(ana.get("/analyste/publications"))
        found = re.search(r"Clé de cette installation</dt>\s*<dd>([0-9a-f]{64})", page)
        assert found
        return taken.data, found[1]


def bring(nina: Visitor, content: bytes) -> TestResponse:
    return nina.post(ARRIVALS, {"fichier": (io.BytesIO(content), "v2.planipref")}, form=ARRIVALS)


def test_a_version_is_sealed_here_and_received_there_with_its_key_added_by_hand(houses: tuple[House, House]) -> None:
    recette, production = houses
    content, key = sealed_by_the_page(recette)
    with production as there:
        nina = there.browse("nina")
        unknown = bring(nina, content)
        assert unknown.status_code == 403
        assert "n’est pas de confiance ici" in plain(unknown)
        wrong = nina.post(KEYS, {"cle": "abc", "nom": "Recette", "motif": WHY}, form=KEYS)
        assert (wrong.status_code, "Recette" in wrong.text, WHY in wrong.text) == (422, True, True)
        assert nina.post(KEYS, {"cle": key, "nom": "Recette", "motif": WHY}, form=KEYS).status_code == 303
        arrived = bring(nina, content)
        assert arrived.status_code == 303
        report = arrived.headers["Location"]
        text = plain(nina.get(report))
        for said in (
            "Jours laissés pour compléter : 30 devient 45.",
            "Camille Laurent",
            "Tout y est",
            "Elle suit la version 1 d’ici.",
            "Aucun dossier n’est en cours.",
        ):
            assert said in text
        assert nina.post(report, form=report).headers["Location"].endswith(f"/demarches/{TSE}/publications")
        after = plain(nina.get(f"/analyste/demarches/{TSE}/publications"))
        assert "Les nouveaux dossiers suivent la version 2." in after
        assert "Reçue d’une autre installation, publiée ici en version 2" in after
        assert "Revenir à une autre version" in after
        assert bring(nina, content).headers["Location"] == report
        assert "Elle est déjà en vigueur ici" in plain(nina.get(report))


def test_an_altered_file_is_refused_in_a_sentence_and_nothing_is_kept(houses: tuple[House, House]) -> None:
    recette, production = houses
    content, key = sealed_by_the_page(recette)
    with production as there:
        nina = there.browse("nina")
        nina.post(KEYS, {"cle": key, "nom": "Recette", "motif": WHY}, form=KEYS)
        middle = len(content) // 2
        for altered in (content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :], b"", b"PK"):
            refused = bring(nina, altered)
            assert refused.status_code == 422
            assert "abîmé ou modifié" in plain(refused)
        assert nina.post(ARRIVALS, form=ARRIVALS).status_code == 422
        assert "Rien n’est encore arrivé." in plain(nina.get(ARRIVALS))


def test_a_key_taken_away_stops_what_it_sealed_and_the_journal_says_so(houses: tuple[House, House]) -> None:
    recette, production = houses
    content, key = sealed_by_the_page(recette)
    with production as there:
        nina = there.browse("nina")
        nina.post(KEYS, {"cle": key, "nom": "Recette", "motif": WHY}, form=KEYS)
        report = bring(nina, content).headers["Location"]
        removal = re.search(rf"{KEYS}/[0-9a-f-]+/retrait", nina.get(KEYS).text)
        assert removal
        assert nina.post(removal[0], {"motif": ""}, form=KEYS).status_code == 422
        nina.post(removal[0], {"motif": "La machine a été volée."}, form=KEYS)
        assert nina.get(report).status_code == 403
        assert nina.post(report, form=KEYS).status_code == 403
        journal = plain(nina.get("/analyste/publications"))
        assert "Clé de confiance retirée : Recette" in journal
        assert "La machine a été volée." in journal


def test_an_administrator_of_a_prefecture_receives_and_trusts_nothing(village: Village) -> None:
    marc = village.browse("marc")
    assert [marc.get(one).status_code for one in (KEYS, ARRIVALS)] == [403, 403]
