"""Intervals from their texts: `[18..21)`, ends being literals only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.feel import ast
from engine.feel.errors import FeelSyntaxError, Nothing
from engine.feel.names import KnownNames
from engine.feel.operators import negate
from engine.feel.parser import parse
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_temporal, parse_time
from engine.feel.values import Range, Value, make_range, order_key

_MAX_TEXT = 500
_CALLS: Mapping[str, Callable[[str], Value]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}
_NAMES = KnownNames(_CALLS)


def parse_range(text: str) -> Range:
    """The interval a text writes; Nothing when it writes none."""
    stripped = text.strip()
    if len(stripped) > _MAX_TEXT or len(stripped) < 4:
        raise Nothing("ce texte n'est pas un intervalle")
    opened = _open_ended(stripped)
    if opened is not None:
        return opened
    try:
        tree = parse(stripped, _NAMES)
    except FeelSyntaxError:
        raise Nothing("ce texte n'est pas un intervalle") from None
    if not isinstance(tree, ast.Interval):
        raise Nothing("ce texte n'est pas un intervalle")
    return make_range(_literal(tree.start), _literal(tree.end), tree.start_included, tree.end_included)


def _open_ended(text: str) -> Range | None:
    """`[2..)` and `(..2]`, the intervals with one end."""
    if text[0] not in "[(]" or text[-1] not in "])[":
        return None
    inner = text[1:-1].strip()
    if inner.startswith(".."):
        return Range(None, _end(inner[2:]), start_included=False, end_included=text[-1] == "]")
    if inner.endswith(".."):
        return Range(_end(inner[:-2]), None, start_included=text[0] == "[", end_included=False)
    return None


def _end(text: str) -> Value:
    try:
        value = _literal(parse(text, _NAMES))
    except FeelSyntaxError:
        raise Nothing("ce texte n'est pas un intervalle") from None
    order_key(value)
    return value


def _literal(node: ast.Node) -> Value:
    if isinstance(node, ast.Literal):
        return node.value
    if isinstance(node, ast.Negation):
        return negate(_literal(node.value))
    if isinstance(node, ast.AtLiteral):
        return parse_temporal(node.text)
    return _called(node)


def _called(node: ast.Node) -> Value:
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.names is None:
        function = _CALLS.get(node.function.name)
        texts = [argument.value for argument in node.arguments if isinstance(argument, ast.Literal)]
        if function is not None and len(texts) == len(node.arguments) == 1 and isinstance(texts[0], str):
            return function(texts[0])
    raise Nothing("les bornes de l'intervalle sont des constantes")
