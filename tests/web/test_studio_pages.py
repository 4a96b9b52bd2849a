"""An analyst's pages without JavaScript: démarches, drafts as folders, begun, imported, exported, brought back."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from tests.prefecture.studio.test_importing import CAMUNDA
from tests.town import TSE
from tests.web.village import Village, Visitor, plain

HOME, NEW = "/analyste", "/analyste/nouvelle"
DUPLICATA = {"titre": "Duplicata", "code": "duplicata", "prefixe": "DUP", "source": "archetype"}


@pytest.fixture
def ana(village: Village) -> Visitor:
    return village.browse("ana")


def begin(ana: Visitor) -> str:
    """The address of a draft of the démarche's next version."""
    made = ana.post(f"/analyste/demarches/{TSE}/brouillons", form=NEW)
    assert made.status_code == 302
    return made.headers["Location"].removesuffix("/dossier")


def follow(ana: Visitor, response: TestResponse) -> str:
    assert response.status_code == 302, plain(response)
    return plain(ana.get(response.headers["Location"]))


def sent(content: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(content), name)


def readme() -> dict[str, FileStorage]:
    return {"fichier": sent("# Changé".encode(), "LISEZMOI.md")}


def test_the_list_tells_versions_running_dossiers_health_and_drafts(village: Village, ana: Visitor) -> None:
    village.file()
    begin(ana)
    text = plain(ana.get(HOME))
    assert "1 en version 1" in text
    assert "15 réussis" in text
    assert text.count("rien à redire") == 2
    assert "Suite de la version 1" in text
    assert "Suivie par" in text


def test_without_any_draft_the_list_says_what_to_do(ana: Visitor) -> None:
    text = plain(ana.get(HOME))
    assert "Aucun brouillon" in text
    assert "préparez sa prochaine version" in text
    assert "Aucun brouillon archivé" in plain(ana.get(f"{HOME}?archives=1"))


def test_a_new_demarche_from_the_archetype_is_shown_as_its_folder(ana: Visitor) -> None:
    text = follow(ana, ana.post(NEW, DUPLICATA, form=NEW))
    for part in (
        "Brouillon de duplicata, nouvelle démarche",
        "La vérification ne trouve pas d’erreur",
        "Du dépôt à la remise",  # a scenario
        "Ce que vous demandez",  # a question
        "Délai et sens du silence",  # a table
        "Pièce d’identité",  # a pièce
        "2 mois",  # a delay
        "decision_favorable.html",  # a letter
        "Pour qui.",  # the notes
        "scenarios/retrait.toml",  # a file
    ):
        assert part in text, part
    assert text.count('class="bpmn"') == 5


def test_what_was_typed_is_kept_when_a_new_demarche_is_refused(ana: Visitor) -> None:
    refused = ana.post(NEW, {**DUPLICATA, "code": "Duplicata !", "titre": "Mon titre"}, form=NEW)
    assert refused.status_code == 422
    assert 'value="Mon titre"' in refused.text
    assert 'href="#champ-code"' in refused.text
    taken = ana.post(NEW, {**DUPLICATA, "code": TSE}, form=NEW)
    assert "Une démarche porte déjà ce code" in plain(taken)
    nowhere = ana.post(NEW, {**DUPLICATA, "source": "n’importe quoi"}, form=NEW)
    assert "Choisissez une démarche de la liste" in plain(nowhere)
    assert "Aucun brouillon" in plain(ana.get(HOME))


def test_a_diagram_of_camunda_modeler_begins_a_demarche_and_its_faults_are_told(ana: Visitor) -> None:
    text = follow(ana, ana.post(NEW, {**DUPLICATA, "fichier": sent(CAMUNDA, "duplicata.bpmn")}, form=NEW))
    assert "demarche.toml nomme maintenant le processus « Process_duplicata »" in text
    assert "à corriger avant de publier" in text
    assert "appel" in text


def test_a_draft_is_exported_changed_elsewhere_and_imported(ana: Visitor) -> None:
    address = begin(ana)
    out = ana.get(f"{address}/archive.zip")
    assert out.headers["Content-Disposition"] == f'attachment; filename="{TSE}.zip"'
    files = {
        name: zipfile.ZipFile(io.BytesIO(out.data)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(out.data)).namelist()
    }
    files[f"{TSE}/LISEZMOI.md"] = "# Écrit ailleurs <script>\n\n- **un**\n- deux".encode()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    sends = {"fichier": sent(held.getvalue(), "tse.zip")}
    text = follow(ana, ana.post(f"{address}/importer", sends, form=f"{address}/dossier"))
    assert "Import fait" in text
    assert "<h2>Écrit ailleurs &lt;script&gt;</h2>" in ana.get(f"{address}/dossier").text
    assert "Avant l’import d’un dossier" in text
    again = ana.post("/analyste/importer", {"dossier": sent(held.getvalue(), "tse.zip")}, form=NEW)
    assert "après la version 1" in follow(ana, again)


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("demarche.toml", b"\0" * (2 * 1024 * 1024 - 1))
    return held.getvalue()


@pytest.mark.parametrize(("content", "status"), [(b"pas un zip", 422), (bomb(), 413)], ids=["no zip", "a bomb"])
def test_what_is_no_folder_is_refused_with_its_reason(ana: Visitor, content: bytes, status: int) -> None:
    refused = ana.post("/analyste/importer", {"dossier": sent(content, "x.zip")}, form=NEW)
    assert refused.status_code == status
    assert 'id="champ-dossier-erreur"' in refused.text
    assert ana.post("/analyste/importer", {}, form=NEW).status_code == 422
    address = begin(ana)
    told = follow(ana, ana.post(f"{address}/importer", {"fichier": sent(content, "x.zip")}, form=NEW))
    assert ("ne peut pas être lue" if status == 422 else "anormale") in told


def test_a_draft_is_named_kept_brought_back_copied_and_put_away(ana: Visitor) -> None:
    address = begin(ana)
    page = f"{address}/dossier"
    assert "Délais de 2027" in follow(ana, ana.post(f"{address}/titre", {"titre": "Délais de 2027"}, form=page))
    assert "Donnez un titre" in follow(ana, ana.post(f"{address}/titre", {"titre": " "}, form=page))
    assert "Relu par le bureau" in follow(ana, ana.post(f"{address}/jalons", {"nom": "Relu par le bureau"}, form=page))
    assert "Changé" in follow(ana, ana.post(f"{address}/importer", readme(), form=page))
    shown = plain(ana.get(f"{address}/jalons/1"))
    assert "Ce qui diffère d’aujourd’hui" in shown
    assert "LISEZMOI.md" in shown
    back = follow(ana, ana.post(f"{address}/jalons/1/retour", {"fichier": "LISEZMOI.md"}, form=page))
    assert "Retour au jalon 1 fait" in back
    assert "Le brouillon est le même aujourd’hui" in plain(ana.get(f"{address}/jalons/1"))
    assert "déjà à jour" in follow(ana, ana.post(f"{address}/communs", form=page))
    assert "Copie de Délais de 2027" in follow(ana, ana.post(f"{address}/copie", form=page))
    assert "Ce brouillon est archivé" in follow(ana, ana.post(f"{address}/archivage", form=page))
    assert "restaurez-le" in follow(ana, ana.post(f"{address}/importer", readme(), form=page))
    assert "Délais de 2027" in plain(ana.get(f"{HOME}?archives=1"))
    assert "de nouveau ouvert" in follow(ana, ana.post(f"{address}/archivage", {"retour": "1"}, form=page))


def test_a_folder_with_broken_files_is_still_shown_whole(ana: Visitor) -> None:
    address = begin(ana)
    for name in ("processus.bpmn", "regles.dmn", "demande.json", "demarche.toml", "nominal.toml", "refus.toml"):
        ana.post(f"{address}/importer", {"fichier": sent(b"<<< = {", name)}, form=f"{address}/dossier")
    shown = ana.get(f"{address}/dossier")
    assert shown.status_code == 200
    text = plain(shown)
    for part in ("Ce diagramme ne se lit pas", "Ce formulaire ne se lit pas", "demarche.toml ne se lit pas"):
        assert part in text, part
    assert "Proposer une décision" in text
    assert ana.get(address + "/aide").status_code == 200
    assert ana.get(HOME).status_code == 200


def test_who_signs_off_reads_everything_and_changes_nothing(village: Village, ana: Visitor) -> None:
    address = begin(ana)
    rita = village.browse("rita")
    page = rita.get(f"{address}/dossier")
    assert page.status_code == 200
    assert set(re.findall(r'<form[^>]+action="/analyste[^"]*/([a-z]+)"', page.text)) == {"remarques"}
    assert "Nouvelle démarche" not in plain(rita.get(HOME))
    assert rita.get(f"/analyste/demarches/{TSE}").status_code == 200
    assert rita.get(f"{address}/archive.zip").status_code == 200
    said = rita.post(
        f"{address}/remarques", {"texte": "À revoir.", "fichier": "LISEZMOI.md"}, form=f"{address}/dossier"
    )
    assert "À revoir." in follow(rita, said)
    found = re.search(r"/remarques/[0-9a-f-]{36}", rita.get(f"{address}/dossier").text)
    assert found is not None
    assert "Rouvrir" in follow(ana, ana.post(address + found[0], form=f"{address}/dossier"))
    assert "C’est répondu" in follow(ana, ana.post(address + found[0], {"rouvrir": "1"}, form=f"{address}/dossier"))
    assert "Écrivez un commentaire" in follow(rita, rita.post(f"{address}/remarques", form=f"{address}/dossier"))
    for what in ("titre", "archivage", "importer", "communs", "copie", "jalons"):
        assert rita.post(f"{address}/{what}", form="/compte").status_code == 403
    assert village.browse("claire").get(f"{address}/dossier").status_code == 403


def test_what_does_not_exist_is_told(ana: Visitor) -> None:
    address = begin(ana)
    missing = address[:-4] + "0000"
    for path in (f"{missing}/dossier", f"{missing}/archive.zip", f"{address}/jalons/9", f"{missing}/fichiers/x"):
        assert ana.get(path).status_code == 404, path
    assert ana.post(f"{missing}/titre", {"titre": "x"}, form=NEW).status_code == 404
