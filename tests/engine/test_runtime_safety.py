"""Whoever may draw a process owns nothing: no Python of a model is ever evaluated."""

from __future__ import annotations

import builtins
import os
from typing import Any, NoReturn

import pytest

from engine.errors import DefinitionInvalid
from engine.feel.errors import FeelError
from engine.spiff.formulas import Failure, FeelEngine, FeelEnvironment
from engine.spiff.instance import Instance
from tests.engine.player import END, START, Player, extended, flows, timer, user, when

ATTACKS = [
    "__import__('os').system('touch /tmp/planipref-owned')",
    '__import__("os").popen("id").read()',
    "().__class__.__base__.__subclasses__()",
    "(lambda: 1)()",
    'eval("1+1")',
    'exec("import os")',
    'open("/etc/passwd").read()',
    "[x for x in ().__class__.__mro__]",
    "x.__class__.__init__.__globals__",
    '"{0.__class__}".format(x)',
    "os.environ",
    "builtins.open",
]


@pytest.fixture(autouse=True)
def _no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any use of Python's evaluation by the engine or the library fails the test."""

    def forbidden(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("Python was evaluated")

    monkeypatch.setattr(os, "system", forbidden)
    monkeypatch.setattr(builtins, "eval", forbidden)
    monkeypatch.setattr(builtins, "exec", forbidden)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def harmless(body: str, head: str = "") -> None:
    """Either the model is refused, or what it says is null or an incident; nothing runs, nothing leaks."""
    try:
        play = Player(body, head=head, data={"x": "texte"})
    except DefinitionInvalid:
        return
    assert "root:" not in str(play.data)
    assert "class" not in str(play.data)
    assert not os.path.exists("/tmp/planipref-owned")  # noqa: S108


@pytest.mark.parametrize("attack", ATTACKS)
def test_conditions_evaluate_no_python(attack: str) -> None:
    gate = '<exclusiveGateway id="g" default="g-b"/>' + when("g", "a", escaped(attack))
    harmless(START + gate + user("a", "b") + flows("debut g b"))
    harmless(START + gate.replace("exclusive", "inclusive") + user("a", "b") + flows("debut g b"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_timers_evaluate_no_python(attack: str) -> None:
    for kind in ("timeDate", "timeDuration", "timeCycle"):
        for text in (attack, f"={attack}"):
            catch = f'<intermediateCatchEvent id="t">{timer(escaped(text), kind)}</intermediateCatchEvent>'
            harmless(START + catch + END + flows("debut t fin"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_loops_evaluate_no_python(attack: str) -> None:
    text = escaped(attack)
    for inside in (
        f"<loopCardinality>{text}</loopCardinality>",
        extended(f'<planipref:boucle collection="{text}" element="e" resultat="r" sortie="{text}"/>'),
        f"<loopCardinality>1</loopCardinality><completionCondition>{text}</completionCondition>",
    ):
        loop = f"<multiInstanceLoopCharacteristics>{inside}</multiInstanceLoopCharacteristics>"
        harmless(START + f'<task id="a">{loop}</task>' + END + flows("debut a fin"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_messages_mappings_and_cards_evaluate_no_python(attack: str) -> None:
    text = escaped(attack)
    catch = '<intermediateCatchEvent id="t"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    harmless(START + catch + END + flows("debut t fin"), f'<message id="m" name="={text}"/>')
    condition = f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"
    harmless(
        START + f'<intermediateCatchEvent id="c">{condition}</intermediateCatchEvent>' + END + flows("debut c fin")
    )
    entry = f'<planipref:entree nom="p" valeur="={text}"/>'
    action = extended(f'<planipref:action nom="a">{entry}</planipref:action>')
    harmless(START + f'<serviceTask id="s">{action}</serviceTask>' + END + flows("debut s fin"))
    card = extended(f'<planipref:carte libelle="L" echeance="={text}"/>')
    harmless(START + f'<userTask id="u">{card}</userTask>' + END + flows("debut u fin"))
    harmless(START + f'<callActivity id="c" calledElement="={text}"/>' + END + flows("debut c fin"))


def test_scripts_are_refused() -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        Player(START + '<scriptTask id="s"><script>import os</script></scriptTask>' + END + flows("debut s fin"))
    assert [finding.rule for finding in refused.value.findings] == ["script"]


def test_data_are_never_evaluated() -> None:
    play = Player(
        START
        + user("a")
        + '<exclusiveGateway id="g" default="g-c"/>'
        + user("b", "c")
        + flows("debut a g c")
        + when("g", "b", "x = 1")
    )
    play.do("a", x='__import__("os").system("id")')
    assert play.tasks == ["c"]


def test_the_librarys_script_engine_knows_feel_only() -> None:
    engine = FeelEngine()
    assert isinstance(engine.environment, FeelEnvironment)
    assert engine.environment.evaluate("1 + 1", {}) == 2
    with pytest.raises(FeelError):
        engine.validate("import os;")
    with pytest.raises(Failure):
        engine.environment.execute("import os", {})
    with pytest.raises(Failure):
        engine.execute(None, "import os")
    with pytest.raises(Failure):
        engine.environment.call_service({})


def test_every_instance_carries_that_script_engine() -> None:
    play = Player(START + user("a") + END + flows("debut a fin"))
    instance = Instance(play.definition.main, key="k", now=play.now, zone=None, decisions={})  # type: ignore[arg-type]
    assert isinstance(instance.script_engine, FeelEngine)  # type: ignore[attr-defined]


def test_an_expression_that_asks_for_too_much_is_an_incident() -> None:
    gate = '<exclusiveGateway id="g" default="g-b"/>' + when("g", "a", "count(for i in 1..100000000 return i) = 1")
    play = Player(START + gate + user("a", "b") + flows("debut g b"))
    assert play.incidents == ["expression"]
