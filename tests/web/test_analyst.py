"""The published démarches, as analysts read them."""

from __future__ import annotations

import re
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


def test_every_page_about_a_demarche_marks_the_demarches_in_the_header(village: Village) -> None:
    ana = village.browse("ana")
    made = ana.post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    draft = made.headers["Location"].removesuffix("/dossier")
    pages = {
        "Démarches": ["/analyste", f"/analyste/demarches/{TSE}", draft, f"{draft}/presentation", f"{draft}/donnees"],
        "Publications": ["/analyste/publications"],
        "Incidents": ["/analyste/incidents"],
    }
    for section, addresses in pages.items():
        for address in addresses:
            header = ana.get(address).text.partition("</header>")[0]
            assert re.findall(r'aria-current="page">([^<]+?) *<', header) == [section], address
