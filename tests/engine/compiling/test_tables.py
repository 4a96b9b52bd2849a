"""Findings on decision tables: on the rule they speak of, with an example, never an error that is not certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.compile import Finding, Source, compile
from tests.engine.compiling.rule_cases import PLAIN
from tests.engine.feel.dmn.tables import Column, table_xml

PROCESSES = Path(__file__).parents[3] / "processes"
AGE, MOTIF = Column("âge", "number"), Column("motif", "string")
WHOLE = [("< 18", "1"), (">= 18", "2"), ("null", "3")]


def findings(*tables: str, foreign: bool = False) -> list[Finding]:
    """What is told of these DMN files beside a process."""
    sources = [Source("m.bpmn", PLAIN), *(Source(f"t{at}.dmn", one.encode()) for at, one in enumerate(tables))]
    return [one for one in compile(sources, None, foreign=foreign).findings if one.rule.startswith("table-")]


def test_a_whole_table_is_clean() -> None:
    assert findings(table_xml([AGE], WHOLE)) == []


def test_a_gap_is_told_by_its_example_on_the_decision() -> None:
    (one,) = findings(table_xml([AGE, MOTIF], [(">= 18", "-", "1"), ("-", 'not("études")', "2")], "FIRST"))
    assert (one.rule, one.severity, one.element, one.file) == ("table-cas-sans-regle", "warning", "essai", "t0.dmn")
    assert "Âge = 17, Motif = «\u00a0études\u00a0»" in one.message


def test_what_is_unlikely_or_not_given_is_for_information() -> None:
    fraction = findings(table_xml([AGE], [("<= 17", "1"), (">= 18", "2"), ("null", "3")]))
    assert [(one.severity, "17,5" in one.message) for one in fraction] == [("info", True)]
    absent = findings(table_xml([AGE], [("< 18", "1"), (">= 18", "2")]))
    assert [(one.severity, "«\u00a0Âge\u00a0» n’est pas donné" in one.message) for one in absent] == [("info", True)]


def test_rules_that_apply_together_are_told_once_on_the_last_of_them_with_its_line() -> None:
    text = table_xml([AGE], [("<= 20", "1"), (">= 18", "2"), ("[19..25]", "3"), ("null", "4")])
    found = findings('<?xml version="1.0"?>\n' + text.replace('<rule id="r3"', '\n\n<rule id="r3"'))
    by_rule = {one.element: one for one in found}
    assert sorted(by_rule) == ["r2", "r3"]
    assert by_rule["r2"].severity == "warning"
    assert by_rule["r2"].message.startswith("Les règles 1 et 2 s’appliquent ensemble. Par exemple\u00a0: Âge =")
    assert by_rule["r3"].line == 4
    assert by_rule["r3"].element_name == "Essai, règle 3"


def test_a_rule_that_can_only_contradict_another_is_an_error_at_home_and_not_abroad() -> None:
    text = table_xml([AGE], [("-", "1"), ("> 3", "2")])
    assert [one.severity for one in findings(text)] == ["error"]
    assert [one.severity for one in findings(text, foreign=True)] == ["warning"]


def test_a_rule_behind_others_is_told_with_them() -> None:
    (one,) = findings(table_xml([AGE], [("< 18", "1"), ("-", "2"), ("> 30", "3")], "FIRST"))
    assert (one.rule, one.severity, one.element) == ("table-regle-inutile", "warning", "r3")
    assert "la règle 2 prend tous ses cas" in one.message


def test_a_cell_that_nothing_fits_is_told_with_its_column() -> None:
    found = findings(table_xml([AGE], [("[9..1]", "1"), ("-", "2")]))
    assert [(one.element, "«\u00a0Âge\u00a0»" in one.message) for one in found] == [("r1", True)]


def test_what_is_not_judged_is_said() -> None:
    found = findings(table_xml([AGE], [("> seuil", "1"), ("<= seuil", "2"), ("null", "3")]))
    assert [one.rule for one in found] == ["table-non-verifiee"]
    assert "«\u00a0> seuil\u00a0» (règle 1), «\u00a0<= seuil\u00a0» (règle 2)" in found[0].message


def test_a_cell_that_is_no_feel_is_told_on_its_row() -> None:
    text = table_xml([AGE], [("< 18", "1"), (">= ", "2")]).replace(
        "<inputEntry><text>&gt;= ", '<inputEntry id="e2"><text>&gt;='
    )
    (one,) = [
        one
        for one in compile([Source("m.bpmn", PLAIN), Source("t.dmn", text.encode())], None).findings
        if one.file == "t.dmn"
    ]
    assert (one.rule, one.severity, one.element) == ("decision-illisible", "error", "e2")
    assert "n'est pas du FEEL" in one.message


@pytest.mark.parametrize("path", sorted(PROCESSES.glob("*/*.dmn")), ids=lambda path: path.parent.name)
def test_the_tables_of_our_demarches_are_clean(path: Path) -> None:
    assert findings(path.read_text()) == []
