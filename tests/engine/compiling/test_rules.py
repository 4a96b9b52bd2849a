"""Every rule fires on what it is for, and is silent on its nearest neighbour that is right."""

from __future__ import annotations

import pytest

from engine.compile import Catalogue, Source, compile
from engine.compiling.registry import RULES
from tests.conformance.writing import model, scope
from tests.engine.compiling.rule_cases import CASES, CATALOGUE, PLAIN, XOR, Case, letter

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def rules_of(content: bytes, catalogue: Catalogue | None) -> set[str]:
    return {f.rule for f in compile([Source("m.bpmn", content)], catalogue).findings}


@pytest.mark.parametrize("case", CASES, ids=[c.rule for c in CASES])
def test_a_rule_fires_on_what_it_is_for(case: Case) -> None:
    assert case.rule in rules_of(case.fires, case.catalogue)


@pytest.mark.parametrize("case", CASES, ids=[c.rule for c in CASES])
def test_a_rule_is_silent_on_what_is_right(case: Case) -> None:
    assert case.rule not in rules_of(case.silent, case.catalogue)


def test_every_rule_has_a_pair_of_cases() -> None:
    assert {code for rule in RULES for code in rule.codes} <= {case.rule for case in CASES}


def test_a_decision_file_that_does_not_load_is_told() -> None:
    def table(expression: str) -> Source:
        logic = f"<literalExpression id='l'><text>{expression}</text></literalExpression>"
        decision = f"<decision id='x' name='x'>{logic}</decision>"
        text = f"<definitions xmlns='{DMN}' id='d' name='d' namespace='t'>{decision}</definitions>"
        return Source("t.dmn", text.encode())

    bad = compile([Source("m.bpmn", PLAIN), table("1 +")], None)
    good = compile([Source("m.bpmn", PLAIN), table("1 + 1")], None)
    assert "decision-illisible" in {f.rule for f in bad.findings}
    assert "decision-illisible" not in {f.rule for f in good.findings}


def test_all_findings_are_told_in_one_pass() -> None:
    found = rules_of(model(scope("start > g > a > end; g > b; c > r", XOR + '<receiveTask id="r"/>')), CATALOGUE)
    assert {"passerelle-sans-condition", "fin-implicite", "message-absent", "element-inaccessible"} <= found
    assert {"formulaire-inconnu", "role-inconnu", "dessin-absent"} <= found


def test_a_finding_names_file_element_line_and_a_way_out() -> None:
    text = model(scope("start > g > a > end; g > b", XOR)).replace(
        b"<exclusiveGateway", b"\n\n<exclusiveGateway name='Avis'"
    )
    found = next(f for f in compile([Source("m.bpmn", text)], None).findings if f.rule == "passerelle-sans-condition")
    assert (found.file, found.element, found.element_name, found.line) == ("m.bpmn", "g", "Avis", 3)
    assert found.severity == "error"
    assert found.message
    assert found.fix


def test_a_finding_names_what_is_drawn_not_the_definition_inside_it() -> None:
    inner = (
        '<timerEventDefinition id="inside"><timeDuration id="further">30 jours</timeDuration></timerEventDefinition>'
    )
    text = model(scope("start > w > end", f'<intermediateCatchEvent id="w">{inner}</intermediateCatchEvent>'))
    found = next(f for f in compile([Source("m.bpmn", text)], None).findings if f.rule == "minuterie-illisible")
    assert found.element == "w"


def test_an_error_keeps_the_definition_back_and_a_warning_does_not() -> None:
    assert compile([Source("m", model(scope("start > g > a > end; g > b > end", XOR)))], None).definition is None
    assert compile([Source("m", model(scope("start > g -[x]> a > end; g -[y]> b > end", XOR)))], None).definition


def test_without_a_catalogue_nothing_is_said_of_what_only_it_knows() -> None:
    codes = {code for rule in RULES if rule.needs_catalogue for code in rule.codes}
    assert not codes & rules_of(PLAIN, None)


def test_every_finding_is_french_for_an_analyst() -> None:
    for case in CASES:
        for finding in compile([Source("m.bpmn", case.fires)], case.catalogue).findings:
            assert finding.message[0].isupper() or finding.message.startswith("«"), finding
            assert finding.message.rstrip("\u00a0").endswith((".", "?", "»")), finding
            assert finding.fix or finding.rule.startswith("moteur-"), finding


def test_a_parameter_without_a_value_is_not_given() -> None:
    for blank in ('valeur=""', 'valeur="  "', ""):
        written = model(scope("start > t > end", letter(f'<planipref:entree nom="modele" {blank}/>')))
        assert "parametre-manquant" in rules_of(written, CATALOGUE)
