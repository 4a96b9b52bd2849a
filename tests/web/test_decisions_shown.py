"""A decision made by a table leaves its rules in the dossier, and says that a machine applied them."""

from __future__ import annotations

from tests.web.village import Village, plain


def test_the_history_tells_the_rules_and_the_algorithmic_processing(village: Village) -> None:
    view = village.file()
    text = plain(village.browse("claire").get(f"/agent/dossiers/{view.number}"))
    told = text[text.index("Table de décision appliquée") :]
    assert "traitement algorithmique" in told
    assert "L.311-3-1" in told
    assert "règle" in told[: told.index("traitement algorithmique")]
