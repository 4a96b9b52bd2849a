"""What differs between two tables, as a person reads it: the cells that changed, by their columns."""

from __future__ import annotations

import pytest

from prefecture.studio.comparison_tables import table_differences

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">
  <decision id="delai" name="Délai"><decisionTable hitPolicy="FIRST">
    <input id="i1" label="Déposée le"><inputExpression><text>depot</text></inputExpression></input>
    <input id="i2" label="Motif"><inputExpression><text>motif</text></inputExpression></input>
    <output id="o1" label="Délai de réponse" name="delai"/>
    {rules}
  </decisionTable></decision>
</definitions>"""
RULE = """<rule id="{0}"><inputEntry><text>{1}</text></inputEntry><inputEntry><text>{2}</text></inputEntry>
  <outputEntry><text>{3}</text></outputEntry><annotationEntry><text>{4}</text></annotationEntry></rule>"""
EVERYBODY = ("r9", "-", "-", "P4M", "le cas général")


def told(before: list[tuple[str, ...]], after: list[tuple[str, ...]]) -> list[str]:
    written = [TABLE.format(rules="".join(RULE.format(*one) for one in rules)).encode() for rules in (before, after)]
    return [one.replace("\u00a0", " ") for one in table_differences(*written)]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([EVERYBODY], [EVERYBODY], []),
        ([EVERYBODY], [("other", *EVERYBODY[1:])], []),
        (
            [EVERYBODY],
            [("r9", "-", "-", "P6M", "le cas général")],
            ["« Délai ». Règle 1 : Délai de réponse « P4M » devient « P6M »."],
        ),
        (
            [EVERYBODY],
            [("r9", "-", "-", "P4M", "décret")],
            ["« Délai ». Règle 1 : note « le cas général » devient « décret »."],
        ),
        (
            [EVERYBODY],
            [("r1", "-", "études", "P2M", ""), EVERYBODY],
            ["« Délai ». Règle 1 ajoutée : si Motif est « études », Délai de réponse est « P2M »."],
        ),
        (
            [("r1", "-", "études", "P2M", ""), EVERYBODY],
            [("r1", "-", "études", "P2M", "")],
            ["« Délai ». Règle 2 retirée : dans tous les cas, Délai de réponse est « P4M » (le cas général)."],
        ),
        (
            [("r1", "-", "études", "P2M", ""), EVERYBODY],
            [EVERYBODY, ("r1", "-", "études", "P2M", "")],
            ["« Délai ». L’ordre des règles a changé."],
        ),
    ],
)
def test_a_change_is_told_by_the_names_of_its_columns(
    before: list[tuple[str, ...]], after: list[tuple[str, ...]], said: list[str]
) -> None:
    assert told(before, after) == said
