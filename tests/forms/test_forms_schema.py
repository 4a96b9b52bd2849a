"""What a form file may say, and what is found wrong in it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import forms
from tests.forms.samples import feel, field, form, values


def rules(one: forms.Form) -> list[str]:
    return [finding.rule for finding in one.findings()]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"components": 1}', b"\xff"])
def test_bytes_that_are_no_form_say_so_in_french(content: bytes) -> None:
    with pytest.raises(forms.FormUnreadable, match="Ce fichier"):
        forms.load(content, evaluate=feel)


def test_a_good_form_has_no_finding() -> None:
    assert form(field("textfield", "nom"), field("radio", "r", values=values("a"))).findings() == []


@pytest.mark.parametrize(
    ("components", "rule"),
    [
        ([field("textfield", "nom"), field("number", "nom")], "cle-en-double"),
        ([field("captcha", "x")], "type-inconnu"),
        ([{"type": "bloc", "ref": "absent"}], "bloc-inconnu"),
        ([field("radio", "r")], "choix-sans-valeurs"),
        ([field("select", "r", values=[*values("a"), *values("a")])], "choix-en-double"),
        ([field("textfield", "nom", label="")], "libelle-absent"),
        ([{"type": "textfield", "label": "Nom"}], "cle-absente"),
        ([{"type": "dynamiclist", "label": "Enfant", "components": []}], "cle-absente"),
        ([field("datetime", "d", subtype="duree")], "sous-type-inconnu"),
        ([field("textfield", "typename")], "cle-reservee"),
        ([field("textfield", "prénom")], "cle-invalide"),
        ([field("textfield", "a b")], "cle-invalide"),
        ([field("textfield", "t", properties={"format": "siret"})], "format-inconnu"),
        ([field("textfield", "t", validate={"pattern": "(a)\\1"})], "motif-illisible"),
        (["texte"], "composant"),
    ],
)
def test_each_fault_is_found_with_its_fix(components: list[Any], rule: str) -> None:
    found = form(*components).findings()
    assert [finding.rule for finding in found] == [rule]
    assert found[0].message.endswith(".")
    assert found[0].fix.endswith(".")


def test_a_key_may_serve_twice_in_two_lists_but_not_in_one() -> None:
    def enfants(path: str, *inner: dict[str, Any]) -> dict[str, Any]:
        return {"type": "dynamiclist", "path": path, "label": path, "components": list(inner)}

    nom = field("textfield", "nom")
    assert rules(form(enfants("a", nom), enfants("b", nom), nom)) == []
    assert rules(form(enfants("a", nom, nom))) == ["cle-en-double"]


def test_a_shared_block_is_opened_in_place() -> None:
    one = form({"type": "bloc", "ref": "identite"}, blocks={"identite": [field("textfield", "nom", required=True)]})
    assert one.check({"nom": "K"}).answers == {"nom": "K"}
    assert not one.check({}).valid


def test_a_block_under_a_path_may_be_used_twice() -> None:
    blocks = {"adresse": [field("textfield", "ville")]}
    one = form(
        {"type": "bloc", "ref": "adresse", "path": "ici", "label": "Ici"},
        {"type": "bloc", "ref": "adresse", "path": "la", "label": "Là"},
        blocks=blocks,
    )
    assert one.findings() == []
    answers = {"ici": {"ville": "Créteil"}, "la": {"ville": "Oran"}}
    assert one.check(answers).answers == answers


def test_a_block_that_contains_itself_is_found() -> None:
    blocks = {"a": [{"type": "bloc", "ref": "b"}], "b": [{"type": "bloc", "ref": "a"}]}
    assert rules(form({"type": "bloc", "ref": "a"}, blocks=blocks)) == ["bloc-en-boucle"]


def test_an_unreadable_block_is_found() -> None:
    one = forms.load(b'{"components": [{"type": "bloc", "ref": "a"}]}', blocks={"a": b"{"}, evaluate=feel)
    assert rules(one) == ["bloc-illisible"]


def test_a_form_nested_without_end_is_found() -> None:
    inner: dict[str, Any] = field("textfield", "x")
    for _ in range(20):
        inner = {"type": "group", "path": "g", "components": [inner]}
    assert "trop-profond" in rules(form(inner))


def test_pages_are_the_marked_groups_and_loose_questions_join_them() -> None:
    one = form(
        field("textfield", "avant"),
        {
            "type": "group",
            "label": "Logement",
            "properties": {"page": "Votre logement", "pourquoi": "Pour vous écrire.", "aide": "Un bail suffit."},
            "components": [field("textfield", "ville")],
        },
        field("textfield", "apres"),
        {"type": "group", "label": "Fin", "properties": {"page": True}, "components": [field("textfield", "mot")]},
    )
    assert [(page.number, page.title) for page in one.pages] == [(1, "Votre logement"), (2, "Fin")]
    assert one.pages[0].why == "Pour vous écrire."
    assert one.pages[0].help == "Un bail suffit."
    assert set(one.parse_html({"avant": "a", "ville": "b", "apres": "c", "mot": "d"}, 1)) == {"avant", "ville", "apres"}


def test_a_form_without_pages_is_one_page() -> None:
    one = form(field("textfield", "nom"), title="Avis du maire")
    assert [page.title for page in one.pages] == ["Avis du maire"]


def test_fields_have_their_feel_type_by_dotted_key() -> None:
    one = form(
        field("textfield", "nom"),
        field("number", "age"),
        field("checkbox", "accord"),
        field("datetime", "jour", subtype="date"),
        field("datetime", "heure", subtype="time"),
        field("datetime", "moment", subtype="datetime"),
        field("radio", "n", values=[{"value": 1, "label": "Un"}, {"value": 2, "label": "Deux"}]),
        field("select", "s", values=values("a")),
        field("checklist", "c", values=values("a")),
        field("filepicker", "bail"),
        {"type": "group", "path": "adresse", "components": [field("textfield", "ville"), field("number", "etage")]},
        {"type": "dynamiclist", "path": "enfants", "label": "E", "components": [field("textfield", "prenom")]},
        {"type": "text", "text": "Bonjour"},
    )
    assert dict(one.fields) == {
        "nom": "string",
        "age": "number",
        "accord": "boolean",
        "jour": "date",
        "heure": "time",
        "moment": "date and time",
        "n": "number",
        "s": "string",
        "c": "list<string>",
        "bail": "list<string>",
        "adresse": "context<ville: string, etage: number>",
        "adresse.ville": "string",
        "adresse.etage": "number",
        "enfants": "list<context<prenom: string>>",
    }


def test_the_description_is_json_and_says_what_a_program_needs() -> None:
    one = form(
        field("textfield", "nom", required=True, validate={"maxLength": 5}, properties={"autocomplete": "family-name"}),
        field("radio", "situation", values=values("marie")),
        field("number", "age", validate={"min": 0, "max": 12.5}),
        field("textfield", "secret", properties={"prive": True}),
        {"type": "dynamiclist", "path": "enfants", "label": "E", "components": [field("textfield", "prenom")]},
    )
    told = orjson.loads(orjson.dumps(one.describe()))
    assert told["id"] == "essai"
    fields = {entry["path"]: entry for entry in told["pages"][0]["fields"]}
    assert set(fields) == {"nom", "situation", "age", "enfants"}
    assert fields["nom"]["required"] is True
    assert fields["nom"]["max_length"] == 5
    assert fields["nom"]["autocomplete"] == "family-name"
    assert fields["situation"]["choices"] == [{"value": "marie", "label": "Marie"}]
    assert fields["age"]["maximum"] == 12.5
    assert fields["enfants"]["fields"][0]["path"] == "prenom"


def test_the_conditions_are_listed_for_who_checks_feel() -> None:
    group = {
        "type": "group",
        "path": "g",
        "conditional": {"hide": "= age >= 18 "},
        "components": [field("textfield", "x", conditional={"hide": "i = 1"})],
    }
    assert form(group).expressions == (("g", "age >= 18"), ("g.x", "i = 1"))


def test_the_pieces_asked_follow_the_answers() -> None:
    one = form(
        field("radio", "situation", values=values("marie", "seul")),
        field("filepicker", "passeport", required=True),
        field(
            "filepicker",
            "acte",
            multiple=True,
            properties={"piece": "acte_mariage"},
            conditional={"hide": '=situation != "marie"'},
        ),
    )
    assert [(piece.code, piece.required, piece.multiple) for piece in one.pieces({"situation": "marie"})] == [
        ("passeport", True, False),
        ("acte_mariage", False, True),
    ]
    assert [piece.code for piece in one.pieces({})] == ["passeport"]
