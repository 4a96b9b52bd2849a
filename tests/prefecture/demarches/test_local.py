"""What a préfecture may set over a national démarche, and what stands between the two."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from prefecture.demarches import local, reglages_local
from tests.town import PROCESSES, TSE

TEXT = (PROCESSES / TSE / "demarche.toml").read_text()


def read(*changes: tuple[str, str]) -> dict[str, Any]:
    text = TEXT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return tomllib.loads(text)


@pytest.mark.parametrize(
    "pattern",
    [
        "silence.delai",
        "pieces.*.indispensable",
        "pieces.*",
        "donnees.*",
        "conservation.apres_fin",
        "roles.guichet",
        "*",
    ],
)
def test_no_demarche_opens_the_law(pattern: str) -> None:
    settings = read(('champs = ["informations.*"', f'champs = ["{pattern}"'))
    found = [one for one in reglages_local.check(settings) if one.rule == "variante-interdite"]
    assert [one.severity for one in found] == ["error"]
    assert pattern not in [one.path for one in local.opened(settings)]
    assert local.refusal_of(pattern)


def test_the_shipped_demarches_open_data_only() -> None:
    assert list(reglages_local.check(read())) == []
    opened = {one.path: one.national for one in local.opened(read())}
    assert opened["convocation.validite_jours"] == 30
    assert opened["informations.acces"] == ""
    assert opened["pieces.domicile.aide"] == ""
    assert "silence.delai" not in opened


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('acces = ""', "acces = 3", "informations-illisibles"),
        ('"informations.*", "pieces', '"informations.plan", "pieces', "variante-vide"),
        ('champs = ["informations.*",', "champs = [3,", "variante-illisible"),
    ],
)
def test_each_fault_of_the_list_is_found(before: str, after: str, rule: str) -> None:
    assert rule in [one.rule for one in reglages_local.check(read((before, after)))]


def test_a_prefectures_own_values_lie_over_the_national_ones() -> None:
    settings = read()
    ours = {"informations.acces": "Tram T1", "pieces.domicile.aide": "Bail", "convocation.validite_jours": 45}
    told = local.applied(settings, ours)
    assert told["informations"]["acces"] == "Tram T1"
    assert [one["aide"] for one in told["pieces"] if one["code"] == "domicile"] == ["Bail"]
    assert told["convocation"] == {**settings["convocation"], "validite_jours": 45}
    assert settings == read()


@pytest.mark.parametrize(
    ("changes", "path", "ours", "against", "kind"),
    [
        ((), "convocation.validite_jours", 45, 30, ""),
        ((("validite_jours = 30", "validite_jours = 35"),), "convocation.validite_jours", 45, 30, local.CHANGED),
        ((("validite_jours = 30", "validite_jours = 60"),), "convocation.validite_jours", 45, 30, local.LEAST),
        ((("validite_jours = 30", 'validite_jours = "P1M"'),), "convocation.validite_jours", 45, 30, local.KIND),
        ((("validite_jours = 30\n", ""),), "convocation.validite_jours", 45, 30, local.REMOVED),
        ((('"convocation.validite_jours", ', ""),), "convocation.validite_jours", 45, 30, local.CLOSED),
        ((('code = "domicile"', 'code = "logement"'),), "pieces.domicile.aide", "Bail", "", local.REMOVED),
    ],
)
def test_each_conflict_has_its_name_and_acts_only_where_it_may(
    changes: tuple[tuple[str, str], ...], path: str, ours: Any, against: Any, kind: str
) -> None:
    settings = read(*changes)
    assert local.conflict(settings, path, ours, against) == kind
    acting = kind in ("", local.CHANGED)
    assert local.acts(settings, path, ours) is acting
    assert (local.applied(settings, {path: ours}) != settings) is acting


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("convocation.validite_jours", 45, ""),
        ("convocation.validite_jours", 20, "est un minimum pour l’usager"),
        ("convocation.relance_jours", 3, ""),
        ("convocation.relance_jours", 0, "de 1 à 365"),
        ("convocation.relance_jours", True, "de 1 à 365"),
        ("informations.acces", "x" * 801, "800 caractères au plus"),
        ("informations.acces", 3, "Un texte est attendu"),
    ],
)
def test_a_value_is_judged_before_it_is_written(path: str, value: Any, said: str) -> None:
    found = next(one for one in local.opened(read()) if one.path == path)
    problem = local.problem(found.field, value, found.national)
    assert said in problem
    assert bool(said) is bool(problem)
