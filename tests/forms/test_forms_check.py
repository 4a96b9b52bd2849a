"""What a form says of answers as a whole: unknown ones refused, hidden ones dropped, lists, pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import forms
from tests.forms.samples import field, form, values


def test_unknown_fields_are_named() -> None:
    one = form(
        field("textfield", "nom"), {"type": "group", "path": "adresse", "components": [field("textfield", "rue")]}
    )
    checked = one.check({"nom": "K", "admin": True, "adresse": {"rue": "x", "etage": 2}})
    assert set(checked.errors) == {"admin", "adresse.etage"}
    assert "inconnu" in checked.errors["admin"]
    assert checked.answers == {}


@pytest.mark.parametrize("answers", [{"typename": "x"}, {"nom": {"typename": "x"}}, {"nom": [{"a": {"typename": 1}}]}])
def test_reserved_names_are_refused_at_any_depth(answers: dict[str, Any]) -> None:
    checked = form(field("textfield", "nom")).check(answers)
    assert any(path.endswith("typename") and "réservé" in told for path, told in checked.errors.items())


def test_answers_that_are_no_object_are_refused() -> None:
    checked = form(field("textfield", "nom")).check(["nom"])  # type: ignore[arg-type]
    assert "objet" in checked.errors[""]


def test_a_hidden_question_is_dropped_and_not_required() -> None:
    hidden = field("textfield", "conjoint", required=True, conditional={"hide": '=situation != "marie"'})
    one = form(field("radio", "situation", values=values("marie", "seul")), hidden)
    assert one.check({"situation": "seul", "conjoint": "Zoé"}).answers == {"situation": "seul"}
    assert one.check({"situation": "marie"}).errors == {"conjoint": "Répondez à «\u00a0Conjoint\u00a0»."}


def test_a_refused_value_in_a_hidden_question_is_no_error() -> None:
    hidden = field("number", "age", conditional={"hide": '=situation != "marie"'})
    one = form(field("radio", "situation", values=values("marie", "seul")), hidden)
    assert one.check({"situation": "seul", "age": "beaucoup"}) == forms.Checked({"situation": "seul"}, {})


def test_a_question_that_depends_on_a_hidden_one_is_hidden_too() -> None:
    one = form(
        field("radio", "situation", values=values("marie", "seul")),
        field("checkbox", "autre", conditional={"hide": '=situation != "marie"'}),
        {
            "type": "group",
            "path": "conjoint",
            "conditional": {"hide": "=not(autre)"},
            "components": [field("textfield", "nom")],
        },
    )
    answers = {"situation": "seul", "autre": False, "conjoint": {"nom": "Y"}}
    # Once `autre` is dropped it is null, and not(null) hides nothing.
    assert one.check(answers).answers == {"situation": "seul", "conjoint": {"nom": "Y"}}
    assert one.check({**answers, "situation": "marie"}).answers == {"situation": "marie", "autre": False}


def test_a_hidden_group_takes_everything_inside_with_it() -> None:
    group = {
        "type": "group",
        "path": "conjoint",
        "conditional": {"hide": '=situation != "marie"'},
        "components": [field("textfield", "nom", required=True), field("textfield", "prenom")],
    }
    one = form(field("radio", "situation", values=values("marie", "seul")), group)
    assert one.check({"situation": "seul", "conjoint": {"nom": "Y"}}).answers == {"situation": "seul"}
    assert set(one.check({"situation": "marie"}).errors) == {"conjoint.nom"}


def test_conditions_see_the_context() -> None:
    one = form(field("textfield", "parent", required=True, conditional={"hide": '=motif != "famille"'}))
    assert one.check({}).valid
    assert not one.check({}, context={"motif": "famille"}).valid


def test_a_place_shared_with_another_page_is_kept_while_one_of_them_shows_it() -> None:
    married = {**field("radio", "age", values=values("jeune")), "conditional": {"hide": '=situation != "marie"'}}
    one = form(
        {
            "type": "group",
            "properties": {"page": "1"},
            "components": [field("radio", "situation", values=values("seul"))],
        },
        {"type": "group", "properties": {"page": "2"}, "components": [married]},
        {"type": "group", "properties": {"page": "3"}, "components": [field("radio", "age", values=values("jeune"))]},
    )
    draft = {"situation": "seul", "age": "jeune"}
    assert one.check(draft, page=2).answers == draft
    assert one.check(draft).answers == draft


def test_a_draft_loses_the_refused_value_of_a_question_that_is_hidden() -> None:
    hidden = field("number", "age", conditional={"hide": '=situation != "marie"'})
    one = form(field("radio", "situation", values=values("marie", "seul")), hidden)
    assert one.check({"situation": "seul", "age": "vingt"}, page=1).answers == {"situation": "seul"}
    assert one.check({"situation": "marie", "age": "vingt"}, page=1).answers == {"situation": "marie", "age": "vingt"}


def test_two_questions_may_share_a_place_when_conditions_tell_them_apart() -> None:
    one = form(
        field("radio", "situation", values=values("marie", "seul")),
        field("textfield", "nom", conditional={"hide": '=situation != "marie"'}),
        field("textfield", "nom", conditional={"hide": "=age >= 18"}),
        field("number", "age"),
    )
    assert one.check({"situation": "marie", "nom": "K", "age": 20}).answers["nom"] == "K"
    assert "nom" not in one.check({"situation": "seul", "nom": "K", "age": 20}).answers
    assert one.findings() == []


def list_of_children(**more: Any) -> forms.Form:
    inner = [field("textfield", "prenom", required=True), field("datetime", "ne_le", subtype="date")]
    return form({"type": "dynamiclist", "path": "enfants", "label": "Enfant", "components": inner, **more})


def test_repeated_groups_are_lists_and_their_errors_name_the_line() -> None:
    one = list_of_children()
    checked = one.check({"enfants": [{"prenom": "Lina"}, {"ne_le": "2020-02-30"}]})
    assert checked.errors == {
        "enfants.1.prenom": "Répondez à «\u00a0Prenom\u00a0».",
        "enfants.1.ne_le": "Le 30 février 2020 n’existe pas\u00a0: corrigez le jour, le mois ou l’année.",
    }
    good = one.check({"enfants": [{"prenom": "Lina", "ne_le": "2020-02-28"}]})
    assert good.answers == {"enfants": [{"prenom": "Lina", "ne_le": date(2020, 2, 28)}]}


def test_a_line_left_empty_is_dropped() -> None:
    checked = list_of_children().check({"enfants": [{}, {"prenom": "Lina"}, {"prenom": ""}]})
    assert checked == forms.Checked({"enfants": [{"prenom": "Lina"}]}, {})


def test_a_required_list_wants_a_line() -> None:
    one = list_of_children(validate={"required": True})
    wanted = {"enfants": "Ajoutez au moins une ligne à «\u00a0Enfant\u00a0»."}
    assert one.check({}).errors == wanted
    assert one.check({"enfants": [{}]}).errors == wanted


@pytest.mark.parametrize("given", ["x", {"0": {}}, ["x"], [{}] * 51])
def test_a_list_that_is_none_or_too_long_is_refused(given: Any) -> None:
    assert not list_of_children().check({"enfants": given}).valid


def test_conditions_inside_a_list_see_their_own_line() -> None:
    inner = [
        field("number", "age"),
        field("textfield", "ecole", required=True, conditional={"hide": "=age >= 18"}),
        field("textfield", "aine", conditional={"hide": "=i = 1"}),
    ]
    one = form({"type": "dynamiclist", "path": "enfants", "label": "Enfant", "components": inner})
    checked = one.check({"enfants": [{"age": 20, "ecole": "x", "aine": "x"}, {"age": 8, "aine": "oui"}]})
    assert checked.errors == {"enfants.1.ecole": "Répondez à «\u00a0Ecole\u00a0»."}
    checked = one.check({"enfants": [{"age": 20, "ecole": "x", "aine": "x"}, {"age": 8, "ecole": "y", "aine": "oui"}]})
    assert checked.answers["enfants"] == [{"age": 20}, {"age": 8, "ecole": "y", "aine": "oui"}]


def test_a_private_or_readonly_question_takes_no_answer() -> None:
    one = form(field("textfield", "note", properties={"prive": True}), field("textfield", "numero", readonly=True))
    assert set(one.check({"note": "x", "numero": "y"}).errors) == {"note", "numero"}


def paged() -> forms.Form:
    def page(title: str, *inner: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": "group", "label": title, "properties": {"page": title}, "components": list(inner), **more}

    return form(
        page(
            "Vous",
            field("textfield", "nom", required=True),
            field("radio", "situation", values=values("marie", "seul")),
        ),
        page("Conjoint", field("textfield", "conjoint", required=True), conditional={"hide": '=situation != "marie"'}),
        page("Fin", field("datetime", "jour", subtype="date", required=True)),
    )


def test_one_page_is_judged_alone_and_the_others_are_carried_over() -> None:
    one = paged()
    checked = one.check({"nom": "K", "situation": "seul", "jour": "31/12"}, page=1)
    assert checked == forms.Checked({"nom": "K", "situation": "seul", "jour": "31/12"}, {})
    assert set(one.check({"situation": "seul"}, page=3).errors) == {"jour"}


def test_going_back_loses_no_typing_until_the_end() -> None:
    one = paged()
    draft = {"nom": "K", "situation": "seul", "conjoint": "Zoé", "jour": "2026-01-01"}
    assert one.check(draft, page=1).answers["conjoint"] == "Zoé"
    assert "conjoint" not in one.check(draft).answers


def test_hidden_pages_are_not_shown() -> None:
    one = paged()
    assert [page.title for page in one.visible_pages({"situation": "seul"})] == ["Vous", "Fin"]
    assert [page.number for page in one.visible_pages({"situation": "marie"})] == [1, 2, 3]


def test_an_avalanche_of_answers_is_refused() -> None:
    inner = [field("checklist", f"c{n}", values=values("a")) for n in range(60)]
    one = form({"type": "dynamiclist", "path": "l", "label": "L", "components": inner})
    checked = one.check({"l": [{f"c{n}": [] for n in range(60)}] * 50})
    assert "trop de réponses" in checked.errors[""]
