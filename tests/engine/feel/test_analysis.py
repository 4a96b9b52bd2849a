"""What the studio is told of a text before anything runs."""

from __future__ import annotations

import pytest

from engine.feel import analyse

TYPES = {
    "montant": "number",
    "avis": "string",
    "demande": "context<motif: string, pièces: list<context<code: string, reçue: boolean>>, date de dépôt: date>",
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("montant + 1", "number"),
        ("montant > 1 and avis = null", "boolean"),
        ("demande.pièces.code", "list<string>"),
        ("demande.pièces[1]", "context<code: string, reçue: boolean>"),
        ("demande.pièces[reçue]", "list<context<code: string, reçue: boolean>>"),
        ('demande.date de dépôt + duration("P2M")', "date"),
        ("today() - demande.date de dépôt", "days and time duration"),
        ("for p in demande.pièces return p.code", "list<string>"),
        ("if montant > 1 then 1 else null", "number"),
        ("if montant > 1 then 1 else avis", "Any"),
        ("{a: 1, b: a}.b", "number"),
        ("[1..3]", "range<number>"),
        ("function(x: number) x * 2", "function<number>->number"),
        ("string length(avis)", "number"),
        ("demande.date de dépôt.year", "number"),
        ("some p in demande.pièces satisfies p.reçue", "boolean"),
    ],
)
def test_the_type_of_a_result_is_told(text: str, result: str) -> None:
    looked_at = analyse(text, TYPES)
    assert looked_at.error is None
    assert looked_at.remarks == ()
    assert looked_at.result == result


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("montan > 1", ("montan",)),
        ("demande.motifs", ("motifs",)),
        ("demande.pièces[etat = 1]", ("etat",)),
        ("for p in demande.pièces return p.cod", ("cod",)),
        ("function(x) x + y", ("y",)),
        ("a + b + a", ("a", "b")),
    ],
)
def test_unknown_names_are_told(text: str, unknown: tuple[str, ...]) -> None:
    assert analyse(text, TYPES).unknown == unknown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("montant = avis", "On compare number et string"),
        ("montant + avis", "ne s'applique pas"),
        ("montant and true", "relie des booléens"),
        ("avis.year", "n'existe pas"),
        ("montant between avis and 3", "On compare number et string"),
        ('@"hier"', "n'est ni une date"),
    ],
)
def test_kinds_that_cannot_match_are_told(text: str, words: str) -> None:
    assert any(words in remark.message for remark in analyse(text, TYPES).remarks)


def test_a_test_knows_the_type_of_the_tested_value() -> None:
    assert analyse("> 3", {}, unary=True, value="number").error is None
    assert analyse("contains(?, x)", {}, unary=True).unknown == ("x",)


def test_a_text_that_does_not_parse_tells_where() -> None:
    error = analyse("montant >", TYPES).error
    assert error is not None
    assert error.position == 9


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("demande.", ["motif", "pièces", "date de dépôt"]),
        ("1 + demande.d", ["date de dépôt"]),
        ("demande.pièces.", ["code", "reçue"]),
        ("demande.date de dépôt.y", ["year"]),
        ("mon", ["montant", "month of year"]),
        ("montant > 3 and av", ["avis"]),
    ],
)
def test_what_could_follow_is_proposed(text: str, first: list[str]) -> None:
    assert [found.name for found in analyse(text, TYPES).completions] == first


def test_a_function_is_proposed_with_its_parameters() -> None:
    proposed = {found.name: found for found in analyse("subst", TYPES).completions}
    assert proposed["substring"].parameters == ("string", "start position", "length")
    assert proposed["substring"].type == "string"
