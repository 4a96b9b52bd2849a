"""What a form makes of an answer: typed and bounded, or refused in French with what to do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

import forms
from forms.checking import ClockMissing
from tests.forms.samples import TODAY, error, field, form, values


def test_each_type_comes_back_clean_and_typed() -> None:
    one = form(
        field("textfield", "nom"),
        field("textarea", "recit"),
        field("number", "enfants"),
        field("number", "loyer"),
        field("datetime", "naissance", subtype="date"),
        field("datetime", "heure", subtype="time"),
        field("datetime", "moment", subtype="datetime"),
        field("checkbox", "accord"),
        field("radio", "situation", values=values("marie", "seul")),
        field("select", "pays", values=values("dz", "ma")),
        field("checklist", "langues", values=values("fr", "ar", "en")),
        field("filepicker", "passeport"),
    )
    checked = one.check(
        {
            "nom": "  Amina\u00a0 K. ",
            "recit": "un\r\ndeux",
            "enfants": 2.0,
            "loyer": 650.5,
            "naissance": "1994-05-04",
            "heure": "14:30",
            "moment": "2027-01-12T09:00:00+00:00",
            "accord": True,
            "situation": "marie",
            "pays": "dz",
            "langues": ["ar", "fr"],
            "passeport": "a1",
        }
    )
    assert checked.errors == {}
    assert checked.answers == {
        "nom": "Amina K.",
        "recit": "un\ndeux",
        "enfants": 2,
        "loyer": Decimal("650.5"),
        "naissance": date(1994, 5, 4),
        "heure": time(14, 30),
        "moment": datetime(2027, 1, 12, 9, tzinfo=UTC),
        "accord": True,
        "situation": "marie",
        "pays": "dz",
        "langues": ["fr", "ar"],
        "passeport": ["a1"],
    }
    assert isinstance(checked.answers["enfants"], int)


def test_clean_answers_are_clean_again() -> None:
    one = form(field("datetime", "naissance", subtype="date"), field("number", "loyer"), field("filepicker", "bail"))
    once = one.check({"naissance": "1994-05-04", "loyer": 1.5, "bail": ["x"]}).answers
    assert one.check(once).answers == once


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("2026-02-31", "31 février 2026 n’existe pas"),
        ("2026-13-01", "n’existe pas"),
        ("31/12/2026", "jour, mois, année"),
        ("0004-05-04", "année"),
        (20260101, "jour, mois, année"),
        ({"jour": "3", "mois": "", "annee": "2020"}, "Ajoutez le mois."),
        ({"jour": "3"}, "Ajoutez le mois et l’année."),
        ({"jour": "3", "mois": "mai", "annee": "2020"}, "en chiffres"),
        ({"jour": "3", "mois": "5", "annee": "20"}, "quatre chiffres"),
        ({"jour": "31", "mois": "4", "annee": "2020"}, "31 avril 2020 n’existe pas"),
    ],
)
def test_a_date_that_is_none_says_what_to_correct(raw: Any, told: str) -> None:
    assert told in error(form(field("datetime", "jour", subtype="date")), jour=raw)


def test_a_date_in_three_parts_is_read() -> None:
    one = form(field("datetime", "jour", subtype="date", required=True))
    assert one.check({"jour": {"jour": "4", "mois": "05", "annee": "1994"}}).answers == {"jour": date(1994, 5, 4)}
    assert "Répondez" in error(one, jour={"jour": "", "mois": "", "annee": ""})


def test_dates_past_and_future_are_held_against_today() -> None:
    past = form(field("datetime", "ne_le", subtype="date", properties={"format": "date_passee"}))
    future = form(field("datetime", "fin", subtype="date", properties={"format": "date_future"}))
    assert past.check({"ne_le": TODAY.isoformat()}).valid
    assert "passée" in error(past, ne_le=(TODAY + timedelta(days=1)).isoformat())
    assert future.check({"fin": TODAY.isoformat()}).valid
    assert "déjà passée" in error(future, fin=(TODAY - timedelta(days=1)).isoformat())


def test_an_evaluator_without_a_clock_is_a_fault_of_the_caller() -> None:
    content = orjson.dumps(
        {"components": [field("datetime", "d", subtype="date", properties={"format": "date_passee"})]}
    )
    one = forms.load(content, evaluate=lambda variables: lambda text: None)
    with pytest.raises(ClockMissing):
        one.check({"d": "2020-01-01"})


def test_a_moment_without_offset_is_in_the_prefecture_zone() -> None:
    one = form(field("datetime", "rdv", subtype="datetime"))
    given = one.check({"rdv": {"date": "2027-01-12", "heure": "9:05"}}).answers["rdv"]
    assert given.isoformat() == "2027-01-12T09:05:00+01:00"
    assert "heure" in error(one, rdv="2027-01-12")
    assert "heure" in error(one, rdv={"date": "2027-01-12"})
    assert "existent" in error(one, rdv="2027-02-31T09:00")


@pytest.mark.parametrize("raw", ["25:00", "9", "midi", 9])
def test_an_hour_that_is_none_is_refused(raw: Any) -> None:
    assert "14:30" in error(form(field("datetime", "h", subtype="time")), h=raw)


@pytest.mark.parametrize("raw", ["12", True, [1], float("nan"), float("inf"), "douze"])
def test_a_number_must_be_a_number(raw: Any) -> None:
    assert "Écrivez un nombre" in error(form(field("number", "n")), n=raw)


def test_numbers_are_bounded() -> None:
    one = form(field("number", "n", decimalDigits=0, validate={"min": 1, "max": 12}))
    assert "supérieur ou égal à 1" in error(one, n=0)
    assert "inférieur ou égal à 12" in error(one, n=13)
    assert "entier" in error(one, n=1.5)
    assert "plus petit" in error(form(field("number", "n")), n=1e300)


def test_texts_are_bounded_and_clean() -> None:
    one = form(field("textfield", "t", validate={"minLength": 3, "maxLength": 5}), field("textarea", "a"))
    assert "au moins 3" in error(one, t="ab")
    assert "au plus 5" in error(one, t="abcdef")
    assert "au plus 5000" in error(one, a="x" * 5001)
    assert "invisibles" in error(one, t="a\x00bc")
    assert "invisibles" in error(one, t="abc\u202e")
    assert "texte" in error(one, t=12)
    assert one.check({"t": "e\u0301te"}).answers == {"t": "éte"}


def test_a_pattern_of_the_analyst_is_held_and_gives_its_example() -> None:
    one = form(field("textfield", "t", validate={"pattern": "^[A-Z]{2}$"}, properties={"exemple": "AB"}))
    assert one.check({"t": "AB"}).valid
    assert "par exemple AB" in error(one, t="abc")


@pytest.mark.parametrize(
    ("name", "good", "clean", "bad"),
    [
        (
            "email",
            "Amina.K@Exemple.FR",
            "Amina.K@exemple.fr",
            ["amina", "a@b", "a b@c.fr", "<a@b.fr>", "x" * 250 + "@b.fr"],
        ),
        ("telephone", "06 12 34 56 78", "+33612345678", ["12", "06 12 34 56 7", "abc", "+33612"]),
        ("telephone", "+213 551 23 45 67", "+213551234567", ["+0 12 34 56 78"]),
        ("telephone", "0033 6 12 34 56 78", "+33612345678", ["00"]),
        ("telephone", "+33 (0)6 12 34 56 78", "+33612345678", ["0012"]),
        ("numero_etranger", "99 03 12 34 56", "9903123456", ["123", "99031234567", "A903123456"]),
        ("code_postal", "94 000", "94000", ["9400", "99999", "00100", "94000x"]),
    ],
)
def test_formats_accept_what_people_write_and_keep_one_form(name: str, good: str, clean: str, bad: list[str]) -> None:
    one = form(field("textfield", "t", properties={"format": name}))
    assert one.check({"t": good}).answers == {"t": clean}
    for wrong in bad:
        assert not one.check({"t": wrong}).valid, wrong


def test_a_choice_outside_those_offered_is_refused() -> None:
    one = form(
        field("radio", "r", values=values("a", "b")),
        field("checklist", "c", values=values("a", "b")),
        field("select", "n", values=[{"value": 1, "label": "Un"}]),
    )
    assert "proposées" in error(one, r="c")
    assert "proposées" in error(one, r=True)
    assert "proposées" in error(one, n="1")
    assert "proposées" in error(one, n=True)
    assert "proposées" in error(one, c="a")
    assert "proposées" in error(one, c=["z"])
    assert "une seule fois" in error(one, c=["a", "a"])
    assert "une seule fois" in error(one, c=["a", "b", "a"])


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("textfield", "Répondez à «\u00a0Ma question\u00a0»."),
        ("checkbox", "Cochez «\u00a0Ma question\u00a0» pour continuer."),
        ("radio", "Choisissez une réponse à «\u00a0Ma question\u00a0»."),
        ("checklist", "Choisissez au moins une réponse à «\u00a0Ma question\u00a0»."),
        ("filepicker", "Ajoutez le fichier «\u00a0Ma question\u00a0»."),
    ],
)
def test_a_required_question_left_empty_says_what_to_do(kind: str, told: str) -> None:
    one = form(field(kind, "q", label="Ma question :", required=True, values=values("a")))
    empty: Any = {"checkbox": False, "checklist": [], "filepicker": []}.get(kind, "")
    assert error(one, q=empty) == told
    assert error(one) == told


def test_files_are_ids_and_may_come_by_piece() -> None:
    one = form(field("filepicker", "bail", required=True, properties={"piece": "domicile"}))
    assert one.check({}, documents={"domicile": ["d1"]}).answers == {"bail": ["d1"]}
    assert "seul fichier" in error(one, bail=["a", "b"])
    assert "bouton" in error(one, bail={"nom": "x"})
    several = form(field("filepicker", "bail", multiple=True))
    assert several.check({"bail": ["a", "b"]}).valid
    assert "au plus 20" in error(several, bail=["a"] * 21)
