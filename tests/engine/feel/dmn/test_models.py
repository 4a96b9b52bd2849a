"""Whole models: requirement diagrams, boxed expressions, functions, services, imports, types."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.feel.dmn import DecisionsInvalid, load

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(inside: str, *, namespace: str = "urn:a", dialect: str = NAMESPACE) -> bytes:
    """A DMN file with these elements."""
    return f'<definitions xmlns="{dialect}" namespace="{namespace}" name="essai">{inside}</definitions>'.encode()


def data(name: str, kind: str = "Any") -> str:
    """An input datum; its id is its name."""
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def text(expression: str, kind: str = "") -> str:
    """A literal expression."""
    typed = f' typeRef="{kind}"' if kind else ""
    return f"<literalExpression{typed}><text><![CDATA[{expression}]]></text></literalExpression>"


def needs(*names: str, kind: str = "Input") -> str:
    """Requirements of one kind: Input, Decision or Knowledge."""
    tag = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return "".join(f'<{tag}><required{kind} href="{name if "#" in name else "#" + name}"/></{tag}>' for name in names)


def decision(name: str, inside: str, kind: str = "Any") -> str:
    """A decision; its id is its name."""
    return f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>{inside}</decision>'


def value(inside: str, **variables: object) -> object:
    """What the decision « d » of a model answers."""
    return load(model(inside)).decide("d", variables).value


def test_a_decision_asks_those_it_requires() -> None:
    inside = (
        data("age", "number")
        + decision("seuil", text("18"))
        + decision("d", needs("age") + needs("seuil", kind="Decision") + text("age >= seuil"))
    )
    assert value(inside, age=20) is True


def test_a_decision_sees_only_what_it_requires() -> None:
    inside = data("age") + decision("autre", text("1")) + decision("d", text("autre"))
    assert value(inside, age=1, autre=2) is None


def test_a_context_gives_its_entries_or_its_result() -> None:
    entries = (
        f'<contextEntry><variable name="a" typeRef="number"/>{text("2")}</contextEntry>'
        f'<contextEntry><variable name="b c"/>{text("a * 2")}</contextEntry>'
    )
    assert value(decision("d", f"<context>{entries}</context>")) == {"a": 2, "b c": 4}
    result = f"<contextEntry>{text('b c + a')}</contextEntry>"
    assert value(decision("d", f"<context>{entries}{result}</context>")) == 6


def test_an_entry_of_the_wrong_type_is_null() -> None:
    entry = f'<contextEntry><variable name="a" typeRef="number"/>{text(chr(34) + "x" + chr(34))}</contextEntry>'
    assert value(decision("d", f"<context>{entry}</context>")) == {"a": None}


def test_a_knowledge_model_is_invoked_by_binding_and_by_text() -> None:
    knowledge = (
        '<businessKnowledgeModel id="f" name="double"><variable name="double"/><encapsulatedLogic>'
        f'<formalParameter name="x" typeRef="number"/>{text("x * 2")}</encapsulatedLogic></businessKnowledgeModel>'
    )
    invocation = f'<invocation>{text("double")}<binding><parameter name="x"/>{text("4")}</binding></invocation>'
    required = needs("f", kind="Knowledge")
    assert value(knowledge + decision("d", required + invocation)) == 8
    assert value(knowledge + decision("d", required + text("double(5)"))) == 10
    assert value(knowledge + decision("d", required + text('double("a")'))) is None
    assert load(model(knowledge)).decide("double", {"x": 3}).value == 6


def test_a_knowledge_model_may_call_itself() -> None:
    knowledge = (
        '<businessKnowledgeModel id="f" name="fact"><variable name="fact"/><encapsulatedLogic>'
        f'<formalParameter name="n"/>{text("if n < 2 then 1 else n * fact(n - 1)")}</encapsulatedLogic>'
        f"{needs('f', kind='Knowledge')}</businessKnowledgeModel>"
    )
    assert value(knowledge + decision("d", needs("f", kind="Knowledge") + text("fact(6)"))) == 720


def test_a_decision_service_is_a_function_of_its_inputs() -> None:
    inside = (
        data("x", "number")
        + decision("y", text("0"))
        + decision("z", needs("x") + needs("y", kind="Decision") + text("x - y"))
        + '<decisionService id="s" name="S"><variable name="S"/><outputDecision href="#z"/>'
        '<inputDecision href="#y"/><inputData href="#x"/></decisionService>'
    )
    assert load(model(inside)).decide("S", {"x": 10, "y": 3}).value == 7
    calling = inside + decision("d", needs("s", kind="Knowledge") + text("[S(10, 3), S(y: 1, x: 2)]"))
    assert value(calling) == [7, 1]


def test_lists_relations_and_functions_are_boxed() -> None:
    assert value(decision("d", f"<list>{text('1')}{text('2')}</list>")) == [1, 2]
    relation = (
        f'<relation><column name="a"/><column name="b"/><row>{text("1")}{text("2")}</row>'
        f"<row>{text('3')}{text('4')}</row></relation>"
    )
    assert value(decision("d", relation)) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    function = (
        f'<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="a"/>'
        f"{text('a + 1')}</functionDefinition></contextEntry><contextEntry>{text('f(2)')}</contextEntry></context>"
    )
    assert value(decision("d", function)) == 3


@pytest.mark.parametrize(
    ("boxed", "expected"),
    [
        (f"<conditional><if>{text('1 > 2')}</if><then>{text('1')}</then><else>{text('2')}</else></conditional>", 2),
        (f"<filter><in>{text('[1, 2, 3]')}</in><match>{text('item > 1')}</match></filter>", [2, 3]),
        (f"<filter><in>{text('[1, 2, 3]')}</in><match>{text('2')}</match></filter>", None),
        (f'<for iteratorVariable="i"><in>{text("1..3")}</in><return>{text("i * 2")}</return></for>', None),
        (f'<for iteratorVariable="i"><in>{text("[1..3]")}</in><return>{text("i * 2")}</return></for>', [2, 4, 6]),
        (f'<for iteratorVariable="i"><in>{text("[1, 2]")}</in><return>{text("count(partial)")}</return></for>', [0, 1]),
        (f'<some iteratorVariable="i"><in>{text("[1, 2]")}</in><satisfies>{text("i > 1")}</satisfies></some>', True),
        (f'<every iteratorVariable="i"><in>{text("[1, 2]")}</in><satisfies>{text("i > 1")}</satisfies></every>', False),
    ],
)
def test_conditions_filters_and_loops_are_boxed(boxed: str, expected: object) -> None:
    decided = load(model(decision("d", boxed)), strict=False).decide("d", {})
    assert decided.value == expected


def test_item_definitions_check_and_convert() -> None:
    items = (
        '<itemDefinition name="tTitre"><typeRef>string</typeRef><allowedValues><text>"VISA", "CARTE"</text>'
        '</allowedValues></itemDefinition><itemDefinition name="tTitres" isCollection="true"><typeRef>tTitre</typeRef>'
        '</itemDefinition><itemDefinition name="tPersonne"><itemComponent name="âge"><typeRef>number</typeRef>'
        '</itemComponent><itemComponent name="titres"><typeRef>tTitres</typeRef></itemComponent></itemDefinition>'
    )
    whole = items + data("p", "tPersonne") + decision("d", needs("p") + text("p.âge + count(p.titres)"))
    assert value(whole, p={"âge": 20, "titres": ["VISA"]}) == 21
    assert value(whole, p={"âge": 20, "titres": ["AUTRE"]}) is None
    assert value(items + data("t", "tTitres") + decision("d", needs("t") + text("t")), t="VISA") == ["VISA"]
    assert value(items + data("t", "tTitre") + decision("d", needs("t") + text("t")), t=["VISA"]) == "VISA"


def test_being_of_a_type_says_nothing_of_its_allowed_values() -> None:
    items = (
        '<itemDefinition name="tTitre"><typeRef>string</typeRef><allowedValues><text>"VISA"</text></allowedValues>'
        '</itemDefinition><itemDefinition name="tTitres" isCollection="true"><typeRef>tTitre</typeRef>'
        '</itemDefinition><itemDefinition name="tPersonne"><itemComponent name="titres"><typeRef>tTitres</typeRef>'
        "</itemComponent></itemDefinition>"
    )

    def of(kind: str, given: object) -> object:
        return value(items + data("t") + decision("d", needs("t") + text(f"t instance of {kind}")), t=given)

    assert (of("tTitre", "X"), of("tTitre", 1)) == (True, False)
    assert (of("tTitres", ["X"]), of("tTitres", [1])) == (True, False)
    assert (of("tPersonne", {"titres": ["X"]}), of("tPersonne", {"titres": [1]})) == (True, False)


def test_a_context_without_an_entry_of_its_type_is_null() -> None:
    typed = '<itemDefinition name="tPerson"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
    typed += '<itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>'
    assert value(typed + decision("d", text('{name: "a"}'), "tPerson")) is None
    whole = {"name": "a", "age": Decimal(1), "more": True}
    assert value(typed + decision("d", text('{name: "a", age: 1, more: true}'), "tPerson")) == whole
    assert value(typed + decision("d", text('{name: "a", age: null}'), "tPerson")) == {"name": "a", "age": None}


def test_a_result_of_the_wrong_type_is_null_and_told() -> None:
    decided = load(model(decision("d", text('"a"'), "number"))).decide("d", {})
    assert decided.value is None
    assert "number" in decided.warnings[0]


def test_the_types_and_inputs_of_a_decision_can_be_asked() -> None:
    inside = (
        data("age", "number")
        + decision("e", needs("age") + text("age"))
        + decision("d", needs("e", kind="Decision") + text("e"), "string")
    )
    decisions = load(model(inside))
    assert {name: kind.name for name, kind in decisions.inputs("d").items()} == {"age": "number"}  # type: ignore[union-attr]
    assert decisions.names == {"e": "e", "d": "d"}


def test_an_item_may_be_a_function_a_rule_or_a_circle() -> None:
    items = (
        '<itemDefinition name="tF"><functionItem outputTypeRef="number"><parameters name="a" typeRef="number"/>'
        '</functionItem></itemDefinition><itemDefinition name="tPetit"><typeRef>number</typeRef><allowedValues>'
        "<text>? &lt; 10</text></allowedValues></itemDefinition>"
        '<itemDefinition name="tNoeud"><itemComponent name="suite"><typeRef>tNoeud</typeRef></itemComponent>'
        '</itemDefinition><itemDefinition name="tCourte" isCollection="true"><typeRef>number</typeRef>'
        "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"
    )
    function = f'<functionDefinition><formalParameter name="a" typeRef="number"/>{text("a + 1")}</functionDefinition>'
    calling = needs("f", kind="Decision") + text("f(1)")
    assert value(items + decision("f", function, "tF") + decision("d", calling)) == 2
    for kind, given, expected in (
        ("tPetit", 3, 3),
        ("tPetit", 30, None),
        ("tNoeud", {"suite": {"suite": None}}, {"suite": {"suite": None}}),
        ("tCourte", [1, 2], [1, 2]),
        ("tCourte", [1, 2, 3], None),
    ):
        assert value(items + data("x", kind) + decision("d", needs("x") + text("x")), x=given) == expected


def test_allowed_values_that_are_no_feel_are_named() -> None:
    allowed = "<allowedValues><text>1 +</text></allowedValues>"
    item = f'<itemDefinition name="t"><typeRef>number</typeRef>{allowed}</itemDefinition>'
    with pytest.raises(DecisionsInvalid, match="valeurs admises"):
        load(model(item))


def test_java_of_the_closed_table_is_known_and_all_other_refused() -> None:
    def java(method: str) -> str:
        fields = (
            f'<contextEntry><variable name="class"/>{text(chr(34) + "java.lang.Math" + chr(34))}</contextEntry>'
            f'<contextEntry><variable name="method signature"/>{text(chr(34) + method + chr(34))}</contextEntry>'
        )
        function = (
            '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic kind="Java">'
            f'<formalParameter name="a"/><formalParameter name="b"/><context>{fields}</context>'
            "</encapsulatedLogic></businessKnowledgeModel>"
        )
        return function + decision("d", needs("f", kind="Knowledge") + text("f(1, 4)"))

    assert value(java("max(double, double)")) == 4
    with pytest.raises(DecisionsInvalid, match="Java"):
        load(model(java("exit(int, int)")))
    assert load(model(java("exit(int, int)")), strict=False).decide("d", {}).value is None


def test_what_goes_wrong_while_deciding_is_null_and_told() -> None:
    service = (
        data("x", "number")
        + decision("a", needs("x") + text("x"))
        + decision("b", needs("x") + text("x + 1"))
        + '<decisionService id="s" name="S"><variable name="S"/><outputDecision href="#a"/><outputDecision href="#b"/>'
        '<inputData href="#x"/></decisionService>'
    )
    assert load(model(service)).decide("S", {"x": 1}).value == {"a": 1, "b": 2}
    wrong = load(model(service)).decide("S", {"x": "un"})
    assert wrong.value == {"a": None, "b": None}
    assert "n'est pas du type attendu" in wrong.warnings[0]
    empty = decision("d", f'<invocation>{text("1")}<binding><parameter name="x"/>{text("4")}</binding></invocation>')
    decided = load(model(empty)).decide("d", {})
    assert decided.value is None
    assert "on n'appelle pas un nombre" in decided.warnings
    assert value(decision("d", "<list/>")) == []
    assert value(decision("d", "")) is None
    assert value(decision("d", ""), d=3) == 3
    assert value('<businessKnowledgeModel id="d" name="d"/>') is None


def test_an_imported_model_is_reached_under_its_name() -> None:
    imported = model(
        '<itemDefinition name="tN"><typeRef>number</typeRef></itemDefinition>'
        + data("n", "tN")
        + decision("plus", needs("n") + text("n + 1"))
        + '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic><formalParameter name="a"/>'
        + f"{text('a * 10')}</encapsulatedLogic></businessKnowledgeModel>",
        namespace="urn:b",
    )
    own = model(
        f'<import namespace="urn:b" name="autre" importType="{NAMESPACE}"/>'
        + data("k", "autre.tN")
        + decision(
            "d",
            needs("k")
            + needs("urn:b#plus", kind="Decision")
            + needs("urn:b#f", kind="Knowledge")
            + text("autre.f(autre.plus) + k"),
        )
    )
    decisions = load(own, [imported])
    assert decisions.decide("d", {"autre": {"n": 2}, "k": Decimal(1)}).value == 31
    assert decisions.decide("d", {"n": 3, "k": 1}).value == 41


def test_decisions_that_need_one_another_are_refused() -> None:
    circle = decision("a", needs("b", kind="Decision") + text("b")) + decision(
        "b", needs("a", kind="Decision") + text("a")
    )
    with pytest.raises(DecisionsInvalid, match="besoin d'elle-même"):
        load(model(circle))


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (decision("d", needs("absent") + text("1")), "absent"),
        (decision("d", text("1"), "tInconnu"), "tInconnu"),
        (decision("d", '<literalExpression expressionLanguage="Java"><text>x</text></literalExpression>'), "Java"),
        (decision("d", '<decisionTable hitPolicy="HASARD"><output/></decisionTable>'), "HASARD"),
        (decision("d", "<decisionTable/>"), "colonne de sortie"),
    ],
)
def test_what_is_wrong_in_a_model_is_named(inside: str, message: str) -> None:
    with pytest.raises(DecisionsInvalid, match=message):
        load(model(inside))


def test_models_of_dmn_1_1_are_read_too() -> None:
    old = "http://www.omg.org/spec/DMN/20151101/dmn.xsd"
    assert load(model(decision("d", text("1 + 1")), dialect=old)).decide("d", {}).value == 2
