"""Figures, pièces and settings from one date to another: the value of each day, and what is wrong with periods."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.simulation import Answered
from prefecture.demarches import dated, reglages_dated, service
from prefecture.demarches.bundle import of_files
from prefecture.demarches.version import Version
from prefecture.kernel import clock

SETTINGS = """
titre = "Essai"
prefixe = "ESS"
[silence]
delai = "P4M"
effet = "SVR"
[complement]
delai_jours = 30
[[donnees.taxe]]
depuis = 2026-01-01
jusqu_au = 2026-12-31
valeur = 25
source = "s"
[[donnees.taxe]]
depuis = 2027-03-01
valeur = 30
source = "s"
[[pieces]]
code = "permis"
libelle = "Permis"
[[pieces]]
code = "photo"
libelle = "Photo"
jusqu_au = 2026-12-31
[[pieces]]
code = "photo"
libelle = "Photo numérique"
depuis = 2027-01-01
[[changements]]
reglage = "silence.delai"
depuis = 2027-01-01
valeur = "P6M"
source = "Décret"
"""
FORM = """{"type": "default", "id": "demande", "components": [
 {"type": "textfield", "key": "nom", "label": "Nom", "id": "a", "validate": {"required": true}},
 {"type": "filepicker", "key": "visa", "label": "Visa", "id": "b", "validate": {"required": true},
  "conditional": {"hide": "=nom = \\"sans\\""}}]}"""


def read(text: str = SETTINGS) -> dict[str, Any]:
    return tomllib.loads(text)


def version(settings: str) -> Version:
    files = {"demarche.toml": settings.encode(), "forms/demande.json": FORM.encode()}
    return Version(of_files(files), version_id=uuid.uuid4(), code="essai", number=1)


def rules(text: str) -> list[tuple[str, str]]:
    return [(one.rule, one.element) for one in reglages_dated.check(read(text))]


@pytest.mark.parametrize(
    ("day", "tax", "delay", "photo"),
    [
        (date(2025, 12, 31), None, "P4M", "Photo"),
        (date(2026, 12, 31), 25, "P4M", "Photo"),
        (date(2027, 1, 1), None, "P6M", "Photo numérique"),
        (date(2027, 3, 1), 30, "P6M", "Photo numérique"),
    ],
)
def test_each_day_has_its_own_values(day: date, tax: int | None, delay: str, photo: str) -> None:
    found = version(SETTINGS)
    told = found.settings_at(day)
    assert found.data_at("taxe", day) == tax
    assert told["silence"] == {"delai": delay, "effet": "SVR"}
    assert [one["libelle"] for one in told["pieces"]] == ["Permis", photo]
    assert "changements" not in told
    assert found.settings["silence"]["delai"] == "P4M"


def test_a_dossier_keeps_what_it_was_promised_and_follows_the_rest() -> None:
    text = SETTINGS + '[[changements]]\nreglage = "complement.delai_jours"\ndepuis = 2027-01-01\nvaleur = 45\n'
    told = version(text).settings_for(date(2026, 12, 1), date(2027, 2, 1))
    assert told["silence"]["delai"] == "P4M"
    assert [one["libelle"] for one in told["pieces"]] == ["Permis", "Photo"]
    assert told["complement"]["delai_jours"] == 45


def test_the_days_of_all_changes_are_known() -> None:
    assert dated.days(read()) == [date(2026, 1, 1), date(2027, 1, 1), date(2027, 3, 1)]


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2027, 1, 1)])
def test_a_form_asks_for_a_piece_from_its_day_on_and_its_own_condition_still_holds(day: date) -> None:
    made = version(SETTINGS + '[[pieces]]\ncode = "visa"\nlibelle = "Visa"\ndepuis = 2027-01-01\n')
    form = made.form("demande")
    asked = day >= date(2027, 1, 1)
    with clock.frozen(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
        assert [one.code for one in form.pieces({"nom": "Kar"})] == (["visa"] if asked else [])
        assert ("visa" in form.check({"nom": "Kar"}).errors) is asked
        assert form.pieces({"nom": "sans"}) == ()
        filed = {"dossier": {"depose_le": date(2026, 12, 1)}}
        assert form.pieces({"nom": "Kar"}, context=filed) == ()


def test_a_form_whose_pieces_are_always_asked_for_stays_as_it_is_written() -> None:
    form = version(SETTINGS).form("demande")
    assert [text for _, text in form.expressions] == ['nom = "sans"']


def test_what_stands_between_two_dates_is_judged() -> None:
    assert rules(SETTINGS) == [("periode-vide", "donnees.taxe")]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("depuis = 2027-03-01", "depuis = 2026-12-01", "periodes-qui-se-chevauchent"),
        ("jusqu_au = 2026-12-31\nvaleur", "jusqu_au = 2025-12-31\nvaleur", "periode-a-l-envers"),
        ("valeur = 30", 'valeur = "30"', "donnee-unite"),
        ("valeur = 30", 'valeur = 30\nunite = "%"', "donnee-unite"),
        ('libelle = "Photo"\njusqu_au = 2026-12-31', 'libelle = "Photo"', "piece-en-double"),
        ('libelle = "Photo"\njusqu_au = 2026-12-31', 'libelle = "Photo"\njusqu_au = "2026"', "piece-date"),
        ('"silence.delai"', '"roles.guichet"', "changement-inconnu"),
        ('"silence.delai"', '"silence.autre"', "changement-sans-base"),
        ('valeur = "P6M"', 'valeur = "six mois"', "changement-valeur"),
        ('valeur = "P6M"', "valeur = 6", "changement-valeur"),
        ('source = "Décret"', "", "changement-sans-source"),
        ('depuis = 2027-01-01\nvaleur = "P6M"', 'valeur = "P6M"', "changement-sans-date"),
    ],
)
def test_each_fault_of_a_dated_list_is_found(before: str, after: str, rule: str) -> None:
    assert before in SETTINGS
    assert rule not in [one for one, _ in rules(SETTINGS)]
    assert rule in [one for one, _ in rules(SETTINGS.replace(before, after, 1))]


def test_a_scenario_is_played_with_the_settings_of_its_day(folder: Path, app: Flask) -> None:
    toml = folder / "demarche.toml"
    toml.write_text(
        toml.read_text() + '[[changements]]\nreglage = "silence.delai"\ndepuis = 2026-11-01\nvaleur = "P6M"\n'
    )
    asked: list[str] = []

    def simulated(told: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(told["silence"]["delai"])
        return {"essai.accuser": lambda _: Answered({"recu": True})}

    service.register_simulation(simulated)
    assert service.test(folder).passed
    scenario = folder / "scenarios" / "nominal.toml"
    scenario.write_text(scenario.read_text().replace("2026-11-23", "2026-10-01"))
    assert service.test(folder).passed
    assert asked == ["P6M", "P4M"]
