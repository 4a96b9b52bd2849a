"""Everything a model computes is FEEL: conditions, mappings, timers, collections. Nothing leads to Python's `eval`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from engine.errors import DataRefused
from engine.feel import Expression, compile_expression
from engine.feel.errors import FeelError
from engine.spiff.library import Environment, ScriptEngine
from engine.state import accept_value

_NO_RULE = "aucune règle de la table ne s'applique"


class Failure(Exception):
    """A token cannot go on. `code` is for machines, `message` for the agent who looks (French)."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


class Formula:
    """One FEEL expression of a model, parsed when the model is built. `text` is kept for messages."""

    __slots__ = ("_absent", "expression", "text")

    def __init__(self, text: str) -> None:
        """FeelSyntaxError when the text is not FEEL; one leading `=` is allowed."""
        self.text = text.strip().removeprefix("=").strip()
        self.expression: Expression = compile_expression(self.text)
        # A variable that nobody filled yet is null, even one that goes by the name of a function of FEEL.
        self._absent = dict.fromkeys(self.expression.homonyms)

    def value(self, variables: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> Any:
        """Its value, as the engine keeps values. Failure when it asks for too much or gives what nobody can keep."""
        if self._absent:
            variables = ChainMap(dict(variables), self._absent)
        try:
            found = self.expression.evaluate(variables, now=now, zone=zone)
            return accept_value(found)
        except (FeelError, ArithmeticError, RecursionError) as error:
            raise Failure(
                "expression", f"L’expression « {self.text} » n’a pas pu être calculée\u00a0: {error}"
            ) from error
        except DataRefused as error:
            raise Failure(
                "valeur", f"L’expression « {self.text} » donne une valeur qui ne peut pas être conservée."
            ) from error

    def truth(self, variables: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> bool | None:
        """True, False, or None for null. Failure when it is anything else."""
        found = self.value(variables, now, zone)
        if found is None or isinstance(found, bool):
            return found
        raise Failure(
            "condition",
            f"La condition « {self.text} » doit donner vrai ou faux\u00a0; elle donne {type(found).__name__}.",
        )


def formula_or_text(text: str) -> Formula | str:
    """`=FEEL` is a formula, anything else the text itself."""
    stripped = text.strip()
    return Formula(stripped) if stripped.startswith("=") else stripped


def computed_decision(
    decisions: Any, decision: str, variables: Mapping[str, Any], now: datetime, zone: ZoneInfo
) -> tuple[Any, list[Any], list[str]]:
    """The value of a decision, the rules that fired and the warnings. Failure when it cannot be decided."""
    if decisions is None:
        raise Failure("decision", f"La table de décision « {decision} » n’existe pas.")
    try:
        found = decisions.decide(decision, variables, now=now, zone=zone)
        warnings = list(found.warnings)
        if found.value is None and warnings and warnings[-1] != _NO_RULE:
            # Null because no rule applies is an answer; null because the table contradicts itself is none.
            raise Failure("decision", f"La décision « {decision} » n’a pas de réponse\u00a0: {warnings[-1]}.")
        return accept_value(found.value), [_plain(rule) for rule in found.rules], warnings
    except (FeelError, ArithmeticError, RecursionError, DataRefused) as error:
        raise Failure("decision", f"La décision « {decision} » n’a pas pu être prise : {error}") from error


def _plain(rule: Any) -> Any:
    return asdict(rule) if is_dataclass(rule) and not isinstance(rule, type) else rule


class FeelEnvironment(Environment):
    """In place of SpiffWorkflow's environment, which hands every expression to Python's `eval`."""

    def evaluate(self, expression: str, context: Mapping[str, Any], external_context: object = None) -> Any:
        """The FEEL value of the expression; whatever is not FEEL is refused before anything runs."""
        return compile_expression(expression).evaluate(context)

    def execute(self, script: str, context: object, external_context: object = None) -> NoReturn:
        """Refused: scripts do not run here."""
        raise Failure("script", "Un script ne peut pas être exécuté.")

    def call_service(self, context: object, **kwargs: object) -> NoReturn:
        """Refused: a service task asks and waits."""
        raise Failure("service", "Un service ne peut pas être appelé pendant une étape.")


class FeelEngine(ScriptEngine):
    """The script engine every instance carries: FEEL or nothing."""

    def __init__(self) -> None:
        super().__init__(FeelEnvironment())

    def validate(self, expression: str) -> None:
        """FeelSyntaxError when the text is not FEEL."""
        compile_expression(expression)

    def execute(self, task: object, script: str, external_context: object = None) -> NoReturn:
        """Refused: scripts do not run here."""
        raise Failure("script", "Un script ne peut pas être exécuté.")
