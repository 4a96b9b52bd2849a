"""What a démarche says of itself, by its form: written with care, refused by field, taken back at a press."""

from __future__ import annotations

import html
import re
import tomllib
from difflib import unified_diff
from typing import Any

import pytest

from tests.town import TSE
from tests.web.village import Village, Visitor, plain


@pytest.fixture
def ana(village: Village) -> Visitor:
    return village.browse("ana")


@pytest.fixture
def page(ana: Visitor) -> str:
    """The address of the form of a draft of the démarche's next version."""
    made = ana.post(f"/analyste/demarches/{TSE}/brouillons", form="/analyste/nouvelle")
    return made.headers["Location"].removesuffix("dossier") + "presentation"


def text_of(ana: Visitor, page: str) -> str:
    return str(ana.get(page.removesuffix("presentation") + "fichiers/demarche.toml").text)


def form_of(ana: Visitor, page: str) -> dict[str, Any]:
    """The form as it is opened."""
    text = ana.get(page).text
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text))
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', text))
    return {name: html.unescape(value).strip() for name, value in found.items() if name != "csrf_token"}


def test_only_what_is_changed_is_written_and_the_rest_stays_byte_for_byte(ana: Visitor, page: str) -> None:
    before = text_of(ana, page)
    given = {
        **form_of(ana, page),
        "titre": "Carte de séjour : renouvellement",
        "motifs_rdv.depot_biometrie": "Empreintes",
    }
    given.pop("notification_electronique")
    done = ana.post(page, given, form=page)
    assert done.status_code == 200
    lines = unified_diff(before.splitlines(), text_of(ana, page).splitlines(), n=0)
    assert [line for line in lines if line.startswith("+") and not line.startswith("+++")] == [
        '+titre = "Carte de séjour : renouvellement"',
        '+motifs_rdv = { depot_biometrie = "Empreintes", remise_titre = "Remise de titre" }',
        "+notification_electronique = false",
    ]
    assert "Carte de séjour : renouvellement" in plain(ana.get(page))

    back = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', done.text.split("Annuler ce")[0]))
    back.pop("csrf_token")
    undone = ana.post(page, {name: html.unescape(value) for name, value in back.items()}, form=page)
    assert undone.status_code == 302
    assert text_of(ana, page) == before
    assert "C’est comme avant." in plain(ana.get(page))


def test_what_the_file_does_not_say_yet_is_added_at_its_head(ana: Visitor, page: str, village: Village) -> None:
    before = text_of(ana, page)
    bare = re.sub(r"(?m)^qui = .*\n", "", before)
    address = page.removesuffix("presentation") + "fichiers/demarche.toml"
    token = re.search(r'"token": ?"([^"]+)"', ana.get(page.removesuffix("/presentation")).text)
    revision = ana.get(address).headers["ETag"]
    assert token is not None
    ana.client.put(address, data=bare.encode(), headers={"X-CSRFToken": token[1], "If-Match": revision})
    ana.post(page, {**form_of(ana, page), "qui": "Toute personne."}, form=page)
    read = tomllib.loads(text_of(ana, page))
    assert (read["qui"], read["silence"]) == ("Toute personne.", tomllib.loads(before)["silence"])


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(ana: Visitor, page: str) -> None:
    before = text_of(ana, page)
    wrong = {
        "titre": ("x" * 201, "Nom de la démarche : 200 caractères au plus."),
        "prefixe": ("tse", "Préfixe des numéros de dossier : deux à cinq lettres majuscules sans accent."),
        "formulaire": ("absent", "Formulaire que l’usager remplit : choisissez dans la liste."),
        "description": ("x" * 1001, "Présentation : 1000 caractères au plus"),
        "motifs_rdv.remise_titre": (" ", "Rendez-vous « remise_titre » : donnez une valeur."),
    }
    given = {**form_of(ana, page), **{name: value for name, (value, _) in wrong.items()}, "qui": "Des gens."}
    refused = ana.post(page, given, form=page)
    assert refused.status_code == 422
    assert [said for _, said in wrong.values() if said not in plain(refused)] == []
    assert [name for name in wrong if f'href="#champ-{name.replace(".", "-")}"' not in refused.text] == []
    assert "Des gens." in refused.text
    assert text_of(ana, page) == before


def test_a_late_form_writes_nothing_over_the_others(ana: Visitor, page: str) -> None:
    form = form_of(ana, page)
    ana.post(page, {**form, "titre": "Le premier"}, form=page)
    late = ana.post(page, {**form, "titre": "Le second"}, form=page)
    assert late.status_code == 409
    assert "a changé entre-temps" in plain(late)
    assert 'value="Le second"' in late.text
    assert tomllib.loads(text_of(ana, page))["titre"] == "Le premier"


def test_who_does_not_write_reads_it(village: Village, page: str) -> None:
    rita = village.browse("rita")
    text = rita.get(page).text
    assert "Toute personne étrangère" in text
    assert "Enregistrer" not in text
    assert rita.post(page, {"titre": "x"}).status_code == 403
