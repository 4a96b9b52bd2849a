"""The conditions that gateways ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.feel import FeelSyntaxError, compile_expression, evaluate, unary


def test_a_condition_is_true_false_or_unknown() -> None:
    condition = compile_expression('avis = "favorable" and montant > 100')
    assert condition.evaluate({"avis": "favorable", "montant": 120}) is True
    assert condition.evaluate({"avis": "défavorable", "montant": 120}) is False
    assert condition.evaluate({"avis": "favorable", "montant": None}) is None


def test_a_condition_tells_the_names_it_needs() -> None:
    names = compile_expression("some p in pieces satisfies p.etat = attendu and count(pieces) > 1").names
    assert names == {"pieces", "attendu"}


def test_an_unknown_name_is_null_and_the_reason_is_kept() -> None:
    warnings: list[str] = []
    assert compile_expression("inconnu + 1").evaluate({}, warnings=warnings) is None
    assert "le nom « inconnu » est inconnu" in warnings


def test_integral_numbers_come_back_as_int() -> None:
    assert evaluate("1.5 + 1.5", {}) == 3
    assert isinstance(evaluate("1.5 + 1.5", {}), int)
    assert evaluate("0.1 + 0.2", {}) == Decimal("0.3")


def test_a_syntax_error_tells_its_place() -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        compile_expression("montant >\n  and 3")
    assert (refused.value.line, refused.value.column) == (2, 3)
    assert "« and »" in refused.value.message


def test_names_may_have_spaces_signs_and_accents() -> None:
    assert evaluate("durée du séjour + 1", {"durée du séjour": 2}) == 3
    assert evaluate("pré-accueil + pré", {"pré-accueil": 2, "pré": 1}) == 3
    assert evaluate("date d’expiration", {"date d’expiration": 5}) == 5
    assert evaluate("annexe 2.1 + annexe 2", {"annexe 2.1": 3, "annexe 2": 1}) == 4
    assert evaluate("annexe 2.1.pièce 1.2", {"annexe 2.1": {"pièce 1.2": 1}}) == 1
    assert evaluate("demande.date de dépôt", {"demande": {"date de dépôt": 7}}) == 7


def test_a_variable_does_not_hide_the_function_of_its_name() -> None:
    assert evaluate('date("2026-01-02") > date', {"date": date(2026, 1, 1)}) is True
    assert evaluate("count(count)", {"count": [1, 2]}) == 2
    assert evaluate("{count: function(x) 9, r: count([1])}.r", {}) == 9


def test_an_input_entry_tests_a_value() -> None:
    assert unary("[1..3], > 10").matches(2)
    assert unary("[1..3], > 10").matches(11)
    assert not unary("[1..3], > 10").matches(4)
    assert unary("-").matches(None)
    assert unary('not("a", "b")').matches("c")
    assert unary("> seuil").matches(5, {"seuil": 4})
    assert unary('contains(?, "x")').matches("axe")
