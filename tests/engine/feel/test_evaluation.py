"""Many texts over the same variables: each has the value that it has alone, and they spend from one purse."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine import feel

NOON = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
SEEN = {"age": 17, "pieces": {"domicile": {"etat": "manquante"}}, "noms": ["b", "a"]}
TEXTS = (
    "age >= 18",
    'pieces.domicile.etat = "manquante"',
    "pieces.revenus.etat = null",
    "age + 1",
    "sort(noms)",
    "today()",
    "inconnu",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_the_value_that_it_has_alone(text: str) -> None:
    zone = ZoneInfo("Indian/Reunion")
    together = feel.Evaluation(SEEN, now=NOON, zone=zone)
    for other in TEXTS:
        together(other)
    assert together(text) == feel.compile_expression(text).evaluate(SEEN, now=NOON, zone=zone)


def test_they_spend_from_one_purse() -> None:
    together = feel.Evaluation({}, now=NOON, zone=None)
    costly = "count(for i in 1..90000 return i)"
    feel.compile_expression(costly).evaluate({})
    with pytest.raises(feel.FeelBudgetExceeded):
        for _ in range(10):
            together(costly)
