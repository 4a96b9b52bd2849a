"""The published démarches, as analysts read them."""

from __future__ import annotations

import uuid

from tests.town import TSE
from tests.web.village import Village, plain


def test_the_demarches_are_listed_with_their_version(village: Village) -> None:
    text = plain(village.browse("ana").get("/analyste"))
    assert "Renouvellement de titre de séjour" in text
    assert "Échange d’un permis de conduire étranger" in text


def test_a_demarche_shows_diagrams_files_scenarios_and_how_to_publish(village: Village) -> None:
    text = plain(village.browse("ana").get(f"/analyste/demarches/{TSE}"))
    assert text.count('class="bpmn"') >= 5
    assert "demarche.toml" in text
    assert f"demarche publish processes/{TSE}" in text


def test_what_does_not_exist_is_told(village: Village) -> None:
    analyst = village.browse("ana")
    assert analyst.get("/analyste/demarches/inconnue").status_code == 404
    assert analyst.get(f"/analyste/versions/{uuid.uuid4()}").status_code == 404
    assert village.browse("claire").get("/analyste").status_code == 403
