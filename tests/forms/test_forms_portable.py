"""Conditions that a browser can hold alone."""

from __future__ import annotations

from typing import Any

import pytest

from forms.portable import portable

HERE = {"a", "b", "adresse.pays"}


def elsewhere(name: str) -> str:
    return {"loin": "oui", "coche": "true"}.get(name, "")


@pytest.mark.parametrize(
    ("hide", "rule"),
    [
        ('a = "x"', ["=", "a", "x"]),
        ("a!=true", ["!=", "a", "true"]),
        ("a = null", ["=", "a", ""]),
        ('adresse.pays != "fr"', ["!=", "adresse.pays", "fr"]),
        ('a = "x" and b = "y"', ["and", ["=", "a", "x"], ["=", "b", "y"]]),
        ('(a = "x" or a = "y") and b = false', ["and", ["or", ["=", "a", "x"], ["=", "a", "y"]], ["=", "b", "false"]]),
        ('a = "x" or a = "y" and b = "z"', ["or", ["=", "a", "x"], ["and", ["=", "a", "y"], ["=", "b", "z"]]]),
        ('not(a = "x")', ["not", ["=", "a", "x"]]),
        ("not(a)", ["=", "a", "false"]),
        ('loin = "oui" and a = "x"', ["=", "a", "x"]),
        ('loin = "non" and a = "x"', False),
        ('loin = "oui" or a = "x"', True),
        ('loin != "oui"', False),
        ("not(loin != \"oui\") and not(a = 'x')", None),
        ("coche = true", True),
        ("absent = null", True),
    ],
)
def test_simple_conditions_become_rules_about_this_page(hide: str, rule: Any) -> None:
    assert portable(hide, HERE, elsewhere) == rule


@pytest.mark.parametrize(
    "hide",
    [
        "a",
        "a > 3",
        "a = b",
        'list contains(a, "x")',
        'a = "x" and',
        '(a = "x"',
        'a = "x")',
        "and",
        "not a",
        "not(",
        "a =",
        '"x" = a',
        'a = "x" b = "y"',
        "true = true",
        " or ".join(['a = "x"'] * 30),
        "(" * 200,
    ],
)
def test_anything_richer_is_left_to_feel(hide: str) -> None:
    assert portable(hide, HERE, elsewhere) is None
