"""A table tried by hand: which rules apply, which answer, what, and one input for each rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.dmn.trying import Trial
from engine.feel.dmn.wording import NotEntered, entered, in_french, written
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from tests.engine.feel.dmn.tables import Column, table

AGE, MOTIF = Column("age", "number"), Column("motif", "string")
RULES = [("< 18", "-", '"mineur"'), (">= 18", '"études"', "depot.jour"), ("-", "-", "motif")]


def test_all_rules_that_apply_are_told_and_the_one_that_answers() -> None:
    played = Trial(table([AGE, MOTIF], RULES, "FIRST"), "essai").play([Decimal(12), "travail"])
    assert (played.applying, played.answering, played.answer) == ((1, 3), (1,), "mineur")


def test_a_contradiction_answers_null_and_still_tells_the_rules() -> None:
    played = Trial(table([AGE, MOTIF], RULES), "essai").play([Decimal(12), "travail"])
    assert (played.applying, played.answering, played.answer) == ((1, 3), (), None)
    assert any("plusieurs règles" in warning for warning in played.warnings)


def test_what_answers_read_besides_the_columns_is_named_and_given() -> None:
    trial = Trial(table([AGE, MOTIF], RULES, "FIRST"), "essai")
    assert trial.others() == ("depot.jour",)
    assert trial.play([Decimal(20), "études"], {"depot.jour": Date(2026, 5, 3)}).answer == Date(2026, 5, 3)
    assert trial.play([Decimal(20), "travail"]).answer == "travail"


def test_each_rule_has_its_example_and_a_useless_one_shows_who_answers() -> None:
    rows = Trial(table([AGE], [("< 18", "1"), ("-", "2"), ("> 30", "3"), ("[3..1]", "4")], "FIRST"), "essai").rows()
    assert [row.answers for row in rows] == [True, True, False, False]
    assert rows[2].played is not None
    assert rows[2].played.answering == (2,)
    assert rows[3].example is None


def test_values_out_of_those_allowed_apply_to_no_rule() -> None:
    played = Trial(table([Column("motif", "string", '"a","b"')], [("-", "1")]), "essai").play(["c"])
    assert (played.applying, played.answer) == ((), None)
    assert "n'est pas parmi celles que la table prévoit" in played.warnings[0]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12,5", "number", Decimal("12.5")),
        ("-1 200", "number", Decimal(-1200)),
        ("oui", "boolean", True),
        ("3/5/2026", "date", Date(2026, 5, 3)),
        ("2026-05-03", "date", Date(2026, 5, 3)),
        ("61 jours", "days and time duration", DaysDuration(61 * 86_400 * 10**9)),
        ("p3m", "years and months duration", MonthsDuration(3)),
        ("2 semaines", "days and time duration", DaysDuration(14 * 86_400 * 10**9)),
        ("2026-05-03 14:30", "date and time", DateTime(Date(2026, 5, 3), Time(14, 30, 0))),
        ("études", "", "études"),
        ("[1, 2]", "", [Decimal(1), Decimal(2)]),
        ("  ", "number", None),
    ],
)
def test_a_value_is_read_as_people_write_it(text: str, kind: str, value: Any) -> None:
    assert entered(text, kind) == value


@pytest.mark.parametrize(("text", "kind"), [("x", "number"), ("32/01/2026", "date"), ("peut-être", "boolean")])
def test_what_is_no_value_of_the_type_is_told_in_french(text: str, kind: str) -> None:
    with pytest.raises(NotEntered, match=f"«\u00a0{text}\u00a0» n’est pas"):
        entered(text, kind)


VALUES = {
    "number": st.decimals(-(10**6), 10**6, places=2),
    "boolean": st.booleans(),
    "date": st.dates().map(lambda day: Date(day.year, day.month, day.day)),
    "days and time duration": st.integers(-500, 500).map(lambda days: DaysDuration(days * 86_400 * 10**9)),
    "years and months duration": st.integers(-500, 500).map(MonthsDuration),
    "string": st.text("abcé 1", min_size=1).map(str.strip).filter(bool),
}


@given(st.sampled_from(list(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind])))
def test_what_a_field_shows_is_read_again_as_the_same(given_: tuple[str, Any]) -> None:
    kind, value = given_
    assert entered(written(value), kind) == value


def test_values_are_told_in_french() -> None:
    told = [in_french(one) for one in (None, True, Decimal("17.50"), Date(2026, 5, 1), MonthsDuration(14), "études")]
    assert told == ["rien", "oui", "17,5", "1er mai 2026", "1\u00a0an et 2\u00a0mois", "«\u00a0études\u00a0»"]
    assert in_french(DaysDuration(-183 * 86_400 * 10**9)) == "-183\u00a0jours"
