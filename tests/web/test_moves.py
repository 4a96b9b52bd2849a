"""The pages of a move: who could follow, the dry run, a target by hand, the order, the report, the way back."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from prefecture.demarches import service as publishing
from prefecture.dossiers import queries as dossiers
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import PROCESSES, TSE
from tests.web.village import Village, plain

MOVES = f"/analyste/demarches/{TSE}/deplacements"
PLAN = f"{MOVES}/nouveau?vers=version:2"
STEP = "bloc_completude:verifier_completude"
RENAMED = "bloc_completude:controler_pieces"


def next_version(village: Village, tmp_path: Path) -> None:
    """A version in which the check bears another id, and researchers' answer may come later."""
    folder = shutil.copytree(PROCESSES, tmp_path / "processes")
    for pattern in ("*.bpmn", "*.toml", "*.dmn"):
        for path in folder.rglob(pattern):
            text = path.read_text().replace("verifier_completude", "controler_pieces")
            path.write_text(text.replace('delai = "P60D"', 'delai = "P3M"'))
    with village.app.app_context(), unit_of_work():
        publishing.publish(folder / TSE, by="tests")


def test_dossiers_are_looked_at_tried_moved_and_put_back_from_the_pages(village: Village, tmp_path: Path) -> None:
    views = [village.file(), village.file()]
    next_version(village, tmp_path)
    ana = village.browse("ana")
    page = ana.get(PLAN)
    assert "Qui peut passer à la version 2 ?" in plain(page)
    assert "L’étape n’existe plus dans la nouvelle version." in plain(page)
    assert "Le délai de réponse (« Talent-chercheur ») passe de 60 jours à 3 mois." in plain(page)
    assert f'value="{RENAMED}" selected' in page.text
    campaign = ana.post(MOVES, {"vers": "version:2"}, form=PLAN).headers["Location"]
    assert "Aucun dossier ne peut être déplacé ainsi." in plain(ana.get(campaign))
    chosen = ana.get(f"{campaign}?dossier={views[0].number}")
    assert f'value="{RENAMED}" selected' in chosen.text
    hand = {"dossier": views[0].number, f"cible.{STEP}": RENAMED}
    assert ana.post(f"{campaign}/a-la-main", hand, form=PLAN).status_code == 302
    assert "Un dossier peut être déplacé." in plain(ana.get(campaign))
    refused = ana.post(campaign, {"acte": "ordre"}, form=PLAN)
    assert refused.status_code == 422
    assert "Confirmez que vous avez lu" in plain(refused)
    ana.post(campaign, {"acte": "ordre", "accord": "on"}, form=PLAN)
    village.drain()
    assert "Un dossier a été déplacé." in plain(ana.get(campaign))
    report = ana.get(f"{campaign}/rapport.csv").text.lstrip("\ufeff")
    lines = list(csv.reader(io.StringIO(report), delimiter=";"))
    assert {line[0]: line[3] for line in lines[1:]} == {
        views[0].number: "déplacé",
        views[1].number: "demande une cible",
    }
    ana.post(campaign, {"acte": "annulation"}, form=PLAN)
    village.drain()
    assert "Un dossier est revenu à sa version." in plain(ana.get(campaign))
    with village.app.app_context():
        assert dossiers.by_id(views[0].id).version_id == dossiers.by_id(views[1].id).version_id


def test_filters_are_kept_in_the_address_and_what_cannot_be_read_is_told(village: Village, tmp_path: Path) -> None:
    view = village.file()
    next_version(village, tmp_path)
    ana = village.browse("ana")
    asked = {"vers": "version:2", "numeros": view.number, f"cible.{STEP}": RENAMED}
    again = ana.post(f"{MOVES}/nouveau", asked, form=PLAN)
    assert again.status_code == 303
    assert "csrf_token" not in again.headers["Location"]
    page = plain(ana.get(again.headers["Location"]))
    assert "1 dossier par leur numéro" in page
    assert "Aucun dossier à déplacer" in plain(ana.get(f"{PLAN}&prefecture=75"))
    wrong = ana.get(f"{PLAN}&du=hier")
    assert wrong.status_code == 422
    assert "Cette date ne se lit pas" in plain(wrong)
