"""Decision tables: hit policies, default answers, the rules that fired, and files that do not load."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.feel.dmn import Decisions, DecisionsInvalid, DecisionUnknown, load

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(policy: str, rules: Sequence[tuple[str, str]], *, values: str = "", default: str = "", more: str = "") -> str:
    """A model of one decision « Délai » over the number « age », with these rules (test, answer)."""
    rows = "".join(
        f'<rule id="r{number}"><inputEntry id="i{number}"><text><![CDATA[{test}]]></text></inputEntry>'
        f'<outputEntry id="o{number}"><text><![CDATA[{answer}]]></text></outputEntry>'
        f"<annotationEntry><text>note {number}</text></annotationEntry></rule>"
        for number, (test, answer) in enumerate(rules, 1)
    )
    allowed = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    fallback = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    return (
        f'<definitions xmlns="{NAMESPACE}" namespace="urn:test" name="essai">'
        '<inputData id="age_id" name="age"><variable name="age" typeRef="number"/></inputData>'
        '<decision id="delai" name="Délai"><variable name="Délai"/>'
        '<informationRequirement><requiredInput href="#age_id"/></informationRequirement>'
        f'<decisionTable id="t" hitPolicy="{policy}" {more}>'
        '<input id="in"><inputExpression typeRef="number"><text>age</text></inputExpression></input>'
        f'<output id="out">{allowed}{fallback}</output>{rows}</decisionTable></decision></definitions>'
    )


def loaded(*args: object, **options: str) -> Decisions:
    """The same, loaded."""
    return load(table(*args, **options).encode())  # type: ignore[arg-type]


RULES = [("< 18", '"mineur"'), (">= 18", '"majeur"')]
OVERLAP = [("< 18", "1"), ("< 65", "2"), ("[10..20]", "3")]


def test_a_unique_table_answers_and_tells_which_rule_fired() -> None:
    decided = loaded("UNIQUE", RULES).decide("delai", {"age": 30})
    assert decided.value == "majeur"
    assert [(rule.decision, rule.number, rule.rule, rule.note) for rule in decided.rules] == [
        ("Délai", 2, "r2", "note 2")
    ]


def test_a_decision_is_found_by_its_name_too() -> None:
    assert loaded("UNIQUE", RULES).decide("Délai", {"age": 3}).value == "mineur"
    with pytest.raises(DecisionUnknown):
        loaded("UNIQUE", RULES).decide("autre", {})


def test_two_rules_that_overlap_in_a_unique_table_give_null_and_a_warning() -> None:
    decided = loaded("UNIQUE", OVERLAP).decide("delai", {"age": 15})
    assert decided.value is None
    assert not decided.rules
    assert "1, 2, 3" in decided.warnings[0]


@pytest.mark.parametrize(
    ("policy", "more", "expected"),
    [
        ("FIRST", "", 1),
        ("RULE ORDER", "", [1, 2, 3]),
        ("COLLECT", "", [1, 2, 3]),
        ("COLLECT", 'aggregation="SUM"', 6),
        ("COLLECT", 'aggregation="MIN"', 1),
        ("COLLECT", 'aggregation="MAX"', 3),
        ("COLLECT", 'aggregation="COUNT"', 3),
    ],
)
def test_each_hit_policy_makes_its_answer(policy: str, more: str, expected: object) -> None:
    assert loaded(policy, OVERLAP, more=more).decide("delai", {"age": 15}).value == expected


def test_priority_follows_the_output_values_and_output_order_lists_them_all() -> None:
    assert loaded("PRIORITY", OVERLAP, values="3, 2, 1").decide("delai", {"age": 15}).value == 3
    assert loaded("OUTPUT ORDER", OVERLAP, values="3, 1, 2").decide("delai", {"age": 15}).value == [3, 1, 2]


def test_any_wants_the_same_answer_from_all_rules() -> None:
    same = [("< 18", "1"), ("< 65", "1")]
    assert loaded("ANY", same).decide("delai", {"age": 15}).value == 1
    assert loaded("ANY", OVERLAP).decide("delai", {"age": 15}).value is None


def test_without_a_matching_rule_the_default_answers() -> None:
    assert loaded("UNIQUE", [("< 18", "1")], default="9").decide("delai", {"age": 50}).value == 9
    assert loaded("UNIQUE", [("< 18", "1")]).decide("delai", {"age": 50}).value is None
    assert loaded("COLLECT", [("< 18", "1")]).decide("delai", {"age": 50}).value == []


def test_a_condition_in_a_rule_passes_by_being_true() -> None:
    decisions = loaded("UNIQUE", [("age > 18 and age < 30", '"jeune"'), ("? >= 30", '"autre"')])
    assert decisions.decide("delai", {"age": 20}).value == "jeune"
    assert decisions.decide("delai", {"age": 40}).value == "autre"
    assert decisions.decide("delai", {"age": 10}).value is None


def test_several_outputs_make_a_context_of_their_names_and_types() -> None:
    content = (
        f'<definitions xmlns="{NAMESPACE}" namespace="urn:test"><inputData id="a" name="a"/>'
        '<decision id="d" name="d"><informationRequirement><requiredInput href="#a"/></informationRequirement>'
        '<decisionTable hitPolicy="PRIORITY"><input><inputExpression><text>a</text></inputExpression></input>'
        '<output name="motif court" typeRef="string"><outputValues><text>"y","x"</text></outputValues></output>'
        '<output name="jours" typeRef="number"><defaultOutputEntry><text>0</text></defaultOutputEntry></output>'
        "<rule><inputEntry><text>-</text></inputEntry>"
        '<outputEntry><text>"x"</text></outputEntry><outputEntry><text>"3"</text></outputEntry></rule>'
        "<rule><inputEntry><text>&gt; 1</text></inputEntry>"
        '<outputEntry><text>"y"</text></outputEntry><outputEntry><text>-</text></outputEntry></rule>'
        "</decisionTable></decision></definitions>"
    ).encode()
    decisions = load(content)
    assert decisions.decide("d", {"a": 2}).value == {"motif court": "y", "jours": None}
    low = decisions.decide("d", {"a": 0})
    assert low.value == {"motif court": "x", "jours": None}
    assert any("number" in warning for warning in low.warnings)


def test_a_value_that_the_table_does_not_foresee_gives_null() -> None:
    text = table("UNIQUE", RULES).replace(
        "</inputExpression></input>", "</inputExpression><inputValues><text>[0..120]</text></inputValues></input>"
    )
    decisions = load(text.encode())
    assert decisions.decide("delai", {"age": 50}).value == "majeur"
    unforeseen = decisions.decide("delai", {"age": 500})
    assert unforeseen.value is None
    assert "age" in unforeseen.warnings[0]


def test_a_rule_with_too_few_cells_is_named() -> None:
    text = table("UNIQUE", RULES).replace('<inputEntry id="i1"><text><![CDATA[< 18]]></text></inputEntry>', "")
    with pytest.raises(DecisionsInvalid, match="règle 1"):
        load(text.encode())


def test_output_values_that_are_no_feel_are_named() -> None:
    with pytest.raises(DecisionsInvalid, match="n'est pas du FEEL"):
        loaded("PRIORITY", OVERLAP, values="3,,2")


def test_aggregating_what_is_no_number_gives_null() -> None:
    decided = loaded("COLLECT", [("-", '"a"'), ("-", "1")], more='aggregation="SUM"').decide("delai", {"age": 1})
    assert decided.value is None
    assert decided.warnings


def test_an_input_of_the_wrong_type_is_null_and_told() -> None:
    decided = loaded("UNIQUE", RULES).decide("delai", {"age": "trente"})
    assert decided.value is None
    assert any("age" in warning for warning in decided.warnings)


def test_every_mistake_of_a_table_is_told_in_french_with_its_place() -> None:
    with pytest.raises(DecisionsInvalid) as refused:
        loaded("UNIQUE", [("< ", "1"), ("> 3", "1 +")])
    problems = refused.value.problems
    assert [problem.element for problem in problems] == ["i1", "o2"]
    assert all("n'est pas du FEEL" in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"pas du XML", "n'est pas du XML correct"),
        (b"<definitions/>", "n'est pas un modèle DMN"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', "DOCTYPE"),
        (b" " * 2_000_001, "2 Mo"),
    ],
)
def test_a_file_that_is_no_model_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(DecisionsInvalid, match=message):
        load(content)
