"""A decision made by a table leaves its rules in the dossier, and says that a machine applied them."""

from __future__ import annotations

from prefecture.dossiers import queries
from tests.web.village import Village, plain


def test_the_history_tells_the_rules_and_the_algorithmic_processing(village: Village) -> None:
    view = village.file()
    text = plain(village.browse("claire").get(f"/agent/dossiers/{view.number}"))
    told = text[text.index("Table de décision appliquée") :]
    assert "traitement algorithmique" in told
    assert "L.311-3-1" in told
    assert "règle" in told[: told.index("traitement algorithmique")]


def test_the_citizen_reads_what_was_calculated_by_which_rule_and_what_may_be_asked(village: Village) -> None:
    view = village.file()
    text = plain(village.browse("amina").get(f"/dossiers/{view.number}"))
    told = text[text.index("Calcul automatique : Délai et sens du silence") :]
    assert "Règle appliquée : " in told[:200]
    assert "traitement algorithmique" in told
    assert "demander au service les règles" in told
    assert "L.311-3-1" in told


def test_the_citizen_reads_no_other_value_of_a_decision(village: Village) -> None:
    view = village.file()
    with village.app.app_context():
        told = queries.history(view.number, village.actor("amina"))
    decided = [one.values for one in told if one.kind == "decision"]
    assert decided
    assert all(values and set(values) == {"rules"} for values in decided)
    assert all(one.values is None for one in told if one.kind != "decision")
