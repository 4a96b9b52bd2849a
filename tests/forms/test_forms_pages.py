"""What a page posts, what it draws, and how answers are read back."""

from __future__ import annotations

from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

import forms
from tests.forms.samples import field, form, values


def everything() -> forms.Form:
    return form(
        field("textfield", "nom", required=True),
        field("number", "loyer"),
        field("datetime", "jour", subtype="date"),
        field("datetime", "heure", subtype="time"),
        field("datetime", "moment", subtype="datetime"),
        field("checkbox", "accord"),
        field("radio", "situation", values=values("marie", "seul")),
        field("select", "n", values=[{"value": 1, "label": "Un"}, {"value": 2, "label": "Deux"}]),
        field("checklist", "langues", values=values("fr", "ar")),
        field("filepicker", "bail", properties={"piece": "domicile"}),
        {"type": "group", "path": "adresse", "label": "Adresse", "components": [field("textfield", "code_postal")]},
        {
            "type": "dynamiclist",
            "path": "enfants",
            "label": "Enfant",
            "defaultRepetitions": 1,
            "components": [field("textfield", "prenom"), field("checkbox", "scolarise")],
        },
    )


def test_posted_names_become_nested_raw_answers() -> None:
    data = MultiDict(
        [
            ("nom", "Amina"),
            ("loyer", "1 250,50"),
            ("jour-jour", "4"),
            ("jour-mois", "5"),
            ("jour-annee", "1994"),
            ("heure", "14:30"),
            ("moment-date", "2027-01-12"),
            ("moment-heure", "09:00"),
            ("accord", "on"),
            ("situation", "marie"),
            ("n", "2"),
            ("langues", "fr"),
            ("langues", "ar"),
            ("bail", "d1"),
            ("adresse.code_postal", "94000"),
            ("enfants.0.prenom", "Lina"),
            ("enfants.2.prenom", "Sami"),
            ("enfants.2.scolarise", "on"),
            ("_csrf", "x"),
        ]
    )
    raw = everything().parse_html(data)
    assert str(raw.pop("loyer")) == "1250.50"
    assert raw == {
        "nom": "Amina",
        "jour": {"jour": "4", "mois": "5", "annee": "1994"},
        "heure": "14:30",
        "moment": {"date": "2027-01-12", "heure": "09:00"},
        "accord": True,
        "situation": "marie",
        "n": 2,
        "langues": ["fr", "ar"],
        "bail": ["d1"],
        "adresse": {"code_postal": "94000"},
        "enfants": [{"prenom": "Lina", "scolarise": False}, {"prenom": "Sami", "scolarise": True}],
    }
    checked = everything().check(raw)
    assert checked.errors == {}
    assert checked.answers["jour"] == date(1994, 5, 4)


def test_an_empty_page_posts_nothing_but_unticked_boxes() -> None:
    assert everything().parse_html({"nom": " ", "jour-jour": ""}) == {"accord": False}


def test_a_native_date_input_is_read_too() -> None:
    assert everything().parse_html({"jour": "1994-05-04"})["jour"] == "1994-05-04"


def test_what_cannot_be_read_is_kept_for_the_check_to_refuse() -> None:
    raw = everything().parse_html({"nom": "K", "loyer": "cher", "situation": "veuf"})
    assert raw["loyer"] == "cher"
    assert set(everything().check(raw).errors) == {"loyer", "situation"}


def test_lines_are_added_and_removed_without_javascript() -> None:
    one = everything()
    posted = {"enfants.0._ligne": "1", "enfants.0.prenom": "Lina", "enfants.1.prenom": "Sami"}
    added = one.parse_html({**posted, "_ajouter": "enfants"})["enfants"]
    assert [line.get("prenom") for line in added] == ["Lina", "Sami", None]
    removed = one.parse_html({**posted, "_retirer": "enfants.0"})["enfants"]
    assert [line["prenom"] for line in removed] == ["Sami"]
    assert one.asks_again({**posted, "_ajouter": "enfants"})
    assert not one.asks_again(posted)


def test_no_more_lines_than_allowed() -> None:
    posted = {f"enfants.{n}.prenom": "x" for n in range(60)}
    assert len(everything().parse_html({**posted, "_ajouter": "enfants"})["enfants"]) == 50


def test_merging_a_page_removes_what_it_no_longer_answers() -> None:
    one = everything()
    draft = {"nom": "A", "langues": ["fr"], "autre": 1, "adresse": {"code_postal": "75001"}}
    assert one.merge(draft, {"nom": "B"}, 1) == {"nom": "B", "autre": 1}
    assert draft["nom"] == "A"


def drawn(view: forms.PageView) -> dict[str, forms.FieldView]:
    return {one.name or one.kind: one for one in view.fields}


def test_a_page_draws_what_was_written_right_or_wrong() -> None:
    one = everything()
    answers = {
        "nom": "",
        "loyer": "cher",
        "jour": {"jour": "31", "mois": "2", "annee": "2020"},
        "situation": "seul",
        "langues": ["ar"],
        "enfants": [{"prenom": "Lina"}, {}],
    }
    errors = one.check(answers).errors
    view = one.view(answers, errors, 1, {"domicile": [SimpleNamespace(id="d1", name="bail.pdf")]})
    fields = drawn(view)
    assert fields["nom"].error.startswith("Répondez")
    assert fields["nom"].id == "champ-nom"
    assert fields["loyer"].value == "cher"
    assert fields["jour"].value == {"jour": "31", "mois": "2", "annee": "2020"}
    assert [choice.checked for choice in fields["situation"].choices] == [False, True]
    assert [choice.checked for choice in fields["langues"].choices] == [False, True]
    assert fields["bail"].documents[0].name == "bail.pdf"
    assert fields["bail"].piece == "domicile"
    assert [item.name for item in fields["enfants"].items] == ["enfants.0", "enfants.1"]
    assert fields["enfants"].items[0].fields[0].name == "enfants.0.prenom"
    assert fields["enfants"].items[0].fields[0].value == "Lina"
    assert [line.target for line in view.errors] == ["champ-nom", "champ-loyer", "champ-jour-jour"]


def test_clean_answers_are_drawn_as_people_write_them() -> None:
    one = everything()
    paris = ZoneInfo("Europe/Paris")
    fields = drawn(
        one.view(
            {
                "loyer": 12.5,
                "jour": date(1994, 5, 4),
                "heure": time(9, 5),
                "moment": datetime(2027, 1, 12, 9, 0, tzinfo=paris),
                "n": 2,
                "accord": True,
            }
        )
    )
    assert fields["loyer"].value == "12,5"
    assert fields["jour"].value == {"jour": "04", "mois": "05", "annee": "1994"}
    assert fields["heure"].value == "09:05"
    assert fields["moment"].value == {"date": "2027-01-12", "heure": "09:00"}
    assert [choice.checked for choice in fields["n"].choices] == [False, True]
    assert fields["accord"].value is True
    assert fields["enfants"].items[0].title == "Enfant 1"


def test_an_error_without_a_field_still_stands_in_the_summary() -> None:
    view = everything().view({}, {"fantome": "Retirez cette réponse."})
    assert [(line.message, line.target) for line in view.errors] == [("Retirez cette réponse.", "")]


def test_a_hidden_field_that_a_browser_can_show_alone_is_drawn_hidden() -> None:
    one = form(
        field("radio", "situation", values=values("marie", "seul")),
        field("textfield", "conjoint", conditional={"hide": '=situation != "marie"'}),
        field("number", "age"),
        field("textfield", "ecole", conditional={"hide": "=age >= 18"}),
    )
    fields = drawn(one.view({"situation": "seul", "age": 20}))
    assert fields["conjoint"].hidden
    assert fields["conjoint"].hidden_when == '["!=","situation","marie"]'
    assert "ecole" not in fields
    assert not drawn(one.view({"situation": "marie"}))["conjoint"].hidden


def test_a_condition_on_another_page_is_decided_before_the_browser() -> None:
    hide = '=situation != "marie" and autre != true'
    one = form(
        {
            "type": "group",
            "properties": {"page": "Vous"},
            "components": [field("radio", "situation", values=values("marie", "seul"))],
        },
        {
            "type": "group",
            "properties": {"page": "Autre"},
            "components": [field("checkbox", "autre"), field("textfield", "nom", conditional={"hide": hide})],
        },
    )
    assert drawn(one.view({"situation": "marie"}, page=2))["nom"].hidden_when == ""
    alone = drawn(one.view({"situation": "seul"}, page=2))["nom"]
    assert (alone.hidden, alone.hidden_when) == (True, '["!=","autre","true"]')


def test_attributes_help_keyboard_and_browser() -> None:
    one = form(
        field("textfield", "mel", properties={"format": "email", "autocomplete": "email"}),
        field("textfield", "cp", properties={"format": "code_postal"}),
        field("number", "n", decimalDigits=0),
        field("textarea", "recit", validate={"maxLength": 500}),
    )
    fields = drawn(one.view({}))
    assert ("type", "email") in fields["mel"].attributes
    assert ("autocomplete", "email") in fields["mel"].attributes
    assert ("inputmode", "numeric") in fields["cp"].attributes
    assert ("inputmode", "numeric") in fields["n"].attributes
    assert ("data-longueur", "500") in fields["recit"].attributes


def test_a_default_is_offered_once_and_does_not_come_back() -> None:
    one = form(field("textfield", "pays", defaultValue="France"), field("textfield", "nom"))
    assert drawn(one.view({}))["pays"].value == "France"
    assert drawn(one.view({"nom": "K"}))["pays"].value == ""


def test_a_readonly_question_shows_the_context() -> None:
    one = form(field("textfield", "numero", readonly=True))
    shown = drawn(one.view({}, context={"numero": "TSE-94"}))["numero"]
    assert (shown.readonly, shown.value) == (True, "TSE-94")


def test_groups_prose_and_private_questions_are_drawn_or_not() -> None:
    one = form(
        {"type": "text", "text": "Bonjour"},
        {"type": "group", "label": "Adresse", "path": "adresse", "components": [field("textfield", "rue")]},
        field("textfield", "note", properties={"prive": True}),
        {"type": "separator"},
    )
    view = one.view({})
    assert [one.kind for one in view.fields] == ["prose", "group", "separator"]
    assert view.fields[0].label == "Bonjour"
    assert view.fields[1].fields[0].name == "adresse.rue"
    assert len({one.id for one in view.fields}) == 3


def test_positions_count_the_pages_shown() -> None:
    def page(title: str, *inner: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": "group", "label": title, "properties": {"page": title}, "components": list(inner), **more}

    one = form(
        page("Vous", field("radio", "situation", values=values("marie", "seul"))),
        page("Conjoint", field("textfield", "conjoint"), conditional={"hide": '=situation != "marie"'}),
        page("Fin", field("textfield", "mot")),
    )
    view = one.view({"situation": "seul"}, page=3)
    assert (view.number, view.position, view.total, view.title) == (3, 2, 2, "Fin")


def test_answers_are_read_back_as_people_say_them() -> None:
    one = everything()
    answers = {
        "nom": "Amina",
        "loyer": 1250.5,
        "jour": "1994-05-01",
        "heure": "14:30",
        "moment": "2027-01-12T09:00:00+01:00",
        "accord": True,
        "situation": "marie",
        "n": 2,
        "langues": ["fr", "ar"],
        "bail": ["d1"],
        "enfants": [{"prenom": "Lina", "scolarise": False}],
    }
    (section,) = one.read_back(answers, documents={"domicile": [{"id": "d1", "name": "bail.pdf"}]})
    assert {row.question: row.answer for row in section.rows} == {
        "Nom": "Amina",
        "Loyer": "1\u202f250,5",
        "Jour": "1er mai 1994",
        "Heure": "14\u00a0h\u00a030",
        "Moment": "12 janvier 2027 à 9\u00a0h",
        "Accord": "Oui",
        "Situation": "Marie",
        "N": "Deux",
        "Langues": "Fr, Ar",
        "Bail": "bail.pdf",
        "Code_postal": "Non renseigné",
        "Enfant 1, Prenom": "Lina",
        "Enfant 1, Scolarise": "Non",
    }
    assert [row.path for row in section.rows if not row.answered] == ["adresse.code_postal"]


@pytest.mark.parametrize(("ids", "told"), [(["a"], "1 fichier"), (["a", "b"], "2 fichiers")])
def test_files_without_names_are_counted(ids: list[str], told: str) -> None:
    one = form(field("filepicker", "bail", multiple=True))
    assert one.read_back({"bail": ids})[0].rows[0].answer == told


def test_what_is_hidden_or_private_is_not_read_back() -> None:
    one = form(
        field("radio", "situation", values=values("marie", "seul")),
        field("textfield", "conjoint", conditional={"hide": '=situation != "marie"'}),
        field("textfield", "note", properties={"prive": True}),
        {"type": "dynamiclist", "path": "enfants", "label": "Enfants", "components": [field("textfield", "prenom")]},
    )
    (section,) = one.read_back({"situation": "seul"})
    assert [(row.question, row.answer) for row in section.rows] == [("Situation", "Seul"), ("Enfants", "Aucun")]
