"""Figures for who leads, due work for who keeps the machine."""

from __future__ import annotations

import pytest

from tests.web.village import Village, plain


@pytest.mark.parametrize("name", ["denis", "marc", "ana"])
def test_the_overview_is_read_by_heads_administrators_and_analysts(village: Village, name: str) -> None:
    village.file()
    answer = village.browse(name).get("/pilotage")
    assert answer.status_code == 200
    text = plain(answer)
    for words in ("Tâches ouvertes", "En retard", "Où attendent les dossiers ?", "Renouvellement de titre de séjour"):
        assert words in text


def test_an_empty_service_has_figures_too(village: Village) -> None:
    assert "Aucun dossier" in plain(village.browse("denis").get("/pilotage"))


def test_due_work_is_for_administrators(village: Village) -> None:
    assert "Aucun incident" in plain(village.browse("marc").get("/pilotage/travaux"))
    assert village.browse("denis").get("/pilotage/travaux").status_code == 403
    assert village.browse("claire").get("/pilotage").status_code == 403
