"""What can be told of an expression without evaluating it: its type, the names nobody has, kinds that cannot match."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel import ast, types
from engine.feel.builtins.table import BUILTINS
from engine.feel.errors import Nothing
from engine.feel.members import PROPERTIES
from engine.feel.operators import RULES as OPERATORS
from engine.feel.temporal_text import parse_duration, parse_temporal
from engine.feel.types import Type
from engine.feel.values import KINDS, kind

_PYTHON = {name: cls for cls, name in KINDS.items() if name not in ("list", "context", "range", "Null")}
_DURATIONS = (types.DAYS, types.MONTHS)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a place of the text: `name` for a name nobody has, else `message` (French)."""

    at: int
    name: str
    message: str


@dataclass(slots=True)
class Knowledge:
    """The types of names. An open one has names that nobody could list (entries of unknown items)."""

    names: Mapping[str, Type]
    open: bool = False
    remarks: list[Remark] = field(default_factory=list)

    def inner(self, names: Mapping[str, Type], *, open_: bool = False) -> Knowledge:
        """The same and more names."""
        return Knowledge({**self.names, **names}, self.open or open_, self.remarks)

    def unknown(self, at: int, name: str) -> Type:
        """Remark that nobody has this name."""
        if not self.open:
            self.remarks.append(Remark(at, name, f"Le nom « {name} » est inconnu."))
        return types.ANY

    def clash(self, at: int, message: str) -> None:
        """Remark that kinds cannot match."""
        self.remarks.append(Remark(at, "", message))


def infer(node: ast.Node, known: Knowledge) -> Type:
    """The type of an expression, Any when it cannot be told; remarks go to `known`."""
    return _RULES.get(type(node), _unknown)(node, known)


def _unknown(node: Any, known: Knowledge) -> Type:
    return types.ANY


def _literal(node: ast.Literal, known: Knowledge) -> Type:
    return types.NAMED[kind(node.value)]


def _at_literal(node: ast.AtLiteral, known: Knowledge) -> Type:
    try:
        return types.NAMED[kind(parse_temporal(node.text))]
    except Nothing:
        known.clash(node.at, f"« {node.text[:60]} » n'est ni une date, ni une heure, ni une durée.")
        return types.NULL


def _name(node: ast.Name, known: Knowledge) -> Type:
    if node.name in known.names:
        return known.names[node.name]
    if node.name in BUILTINS:
        return types.FUNCTION
    return known.unknown(node.at, node.name)


def _path(node: ast.Path, known: Knowledge) -> Type:
    return _member(infer(node.base, known), node, known)


def _member(base: Type, node: ast.Path, known: Knowledge) -> Type:
    base = plain(base)
    if isinstance(base, types.ListOf):
        return types.ListOf(_member(base.element, node, known))
    if isinstance(base, types.ContextOf) and base.members:
        members = dict(base.members)
        return members[node.key] if node.key in members else known.unknown(node.at, node.key)
    if isinstance(base, types.Simple) and base.name in _PYTHON:
        properties = PROPERTIES.get(_PYTHON[base.name], {})
        if node.key not in properties:
            known.clash(node.at, f"La propriété « {node.key} » n'existe pas pour le type {base.name}.")
        return {"time offset": types.DAYS, "timezone": types.STRING}.get(node.key, types.NUMBER)
    return types.ANY


def plain(found: Type) -> Type:
    """A type without the rule on its values."""
    while isinstance(found, types.Constrained):
        found = found.base
    return found


def _filter(node: ast.Filter, known: Knowledge) -> Type:
    base = plain(infer(node.base, known))
    element = plain(base.element) if isinstance(base, types.ListOf) else base
    names: dict[str, Type] = {"item": element}
    if isinstance(element, types.ContextOf):
        names.update(element.members)
    open_ = element == types.ANY or (isinstance(element, types.ContextOf) and not element.members)
    condition = infer(node.condition, known.inner(names, open_=open_))
    if condition == types.NUMBER:
        return element
    return types.ANY if condition == types.ANY else types.ListOf(element)


def _call(node: ast.Call, known: Knowledge) -> Type:
    for argument in node.arguments:
        infer(argument, known)
    function = infer(node.function, known)
    if isinstance(function, types.FunctionOf):
        return function.result
    if isinstance(node.function, ast.Name):
        if node.function.name == "duration":
            return _written_duration(node)
        builtin = BUILTINS.get(node.function.name)
        if builtin is not None:
            return builtin.result
    return types.ANY


def _written_duration(node: ast.Call) -> Type:
    """Which of both kinds of duration a constant text writes."""
    given = node.arguments[0] if len(node.arguments) == 1 else None
    if not isinstance(given, ast.Literal) or not isinstance(given.value, str):
        return types.ANY
    try:
        return types.NAMED[kind(parse_duration(given.value))]
    except Nothing:
        return types.NULL


def _negation(node: ast.Negation, known: Knowledge) -> Type:
    found = plain(infer(node.value, known))
    if found in (types.NUMBER, *_DURATIONS):
        return found
    return types.ANY


def _arithmetic(node: ast.Arithmetic, known: Knowledge) -> Type:
    left, right = plain(infer(node.left, known)), plain(infer(node.right, known))
    if not isinstance(left, types.Simple) or not isinstance(right, types.Simple):
        return types.ANY
    pair = (_PYTHON.get(left.name), _PYTHON.get(right.name))
    if None in pair:
        return types.ANY
    if pair not in OPERATORS[node.operator]:
        known.clash(node.at, f"« {node.operator} » ne s'applique pas à {left.name} et {right.name}.")
        return types.NULL
    return _result(node.operator, left, right)


def _result(operator: str, left: Type, right: Type) -> Type:
    if left == right:
        if operator == "-" and left in (types.DATE, types.TIME, types.DATE_TIME):
            return types.DAYS
        return types.NUMBER if operator == "/" else left
    if operator == "-" and right in (types.DATE, types.DATE_TIME):
        return types.DAYS
    return right if left == types.NUMBER or (operator == "+" and left in _DURATIONS) else left


def _comparison(node: ast.Comparison, known: Knowledge) -> Type:
    left, right = plain(infer(node.left, known)), plain(infer(node.right, known))
    _comparable(node.at, left, right, known)
    return types.BOOLEAN


def _comparable(at: int, left: Type, right: Type, known: Knowledge) -> None:
    loose = (types.ANY, types.NULL)
    if left in loose or right in loose or left == right:
        return
    if isinstance(left, types.Simple) or isinstance(right, types.Simple):
        names = (types.write_type(left), types.write_type(right))
        known.clash(at, f"On compare {names[0]} et {names[1]} : la réponse sera toujours nulle.")


def _between(node: ast.Between, known: Knowledge) -> Type:
    value = plain(infer(node.value, known))
    for bound in (node.low, node.high):
        _comparable(node.at, value, plain(infer(bound, known)), known)
    return types.BOOLEAN


def _logic(node: ast.Logic, known: Knowledge) -> Type:
    for part in node.parts:
        found = plain(infer(part, known))
        if found not in (types.BOOLEAN, types.ANY, types.NULL):
            known.clash(part.at, f"« {node.operator} » relie des booléens, pas {types.write_type(found)}.")
    return types.BOOLEAN


def _in(node: ast.In, known: Knowledge) -> Type:
    value = infer(node.value, known)
    for test in node.tests:
        infer(test, known.inner({"?": value}))
    return types.BOOLEAN


def _instance_of(node: ast.InstanceOf, known: Knowledge) -> Type:
    infer(node.value, known)
    return types.BOOLEAN


def _if(node: ast.If, known: Knowledge) -> Type:
    infer(node.condition, known)
    return joined(infer(node.yes, known), infer(node.no, known))


def joined(one: Type, other: Type) -> Type:
    """A type that values of both have."""
    if one == types.NULL or one == other:
        return other
    return one if other == types.NULL else types.ANY


def _iterated(node: ast.For | ast.Quantified, known: Knowledge) -> Knowledge:
    for iterator in node.iterators:
        source = plain(infer(iterator.source, known))
        if iterator.end is not None:
            infer(iterator.end, known)
        element = source.element if isinstance(source, types.ListOf | types.RangeOf) else source
        known = known.inner({iterator.name: element})
    return known


def _for(node: ast.For, known: Knowledge) -> Type:
    inner = _iterated(node, known)
    return types.ListOf(infer(node.body, inner.inner({"partial": types.ANY_LIST})))


def _quantified(node: ast.Quantified, known: Knowledge) -> Type:
    infer(node.body, _iterated(node, known))
    return types.BOOLEAN


def _list(node: ast.ListOf, known: Knowledge) -> Type:
    found: Type = types.NULL
    for item in node.items:
        found = joined(found, infer(item, known))
    return types.ListOf(types.ANY if found == types.NULL else found)


def _context(node: ast.ContextOf, known: Knowledge) -> Type:
    members: dict[str, Type] = {}
    for key, entry in node.entries:
        members[key] = infer(entry, known)
        known = known.inner({key: members[key]})
    return types.ContextOf(tuple(members.items()))


def _interval(node: ast.Interval, known: Knowledge) -> Type:
    return types.RangeOf(joined(infer(node.start, known), infer(node.end, known)))


def _unary_comparison(node: ast.UnaryComparison, known: Knowledge) -> Type:
    return types.RangeOf(infer(node.value, known))


def _function(node: ast.FunctionOf, known: Knowledge) -> Type:
    parameters: dict[str, Type] = {}
    for parameter in node.parameters:
        try:
            parameters[parameter.name] = types.ANY if parameter.type is None else types.resolve(parameter.type)
        except Nothing:
            parameters[parameter.name] = types.ANY
    result = types.ANY if node.external else infer(node.body, known.inner(parameters))
    return types.FunctionOf(tuple(parameters.values()), result)


def _unary_tests(node: ast.UnaryTests, known: Knowledge) -> Type:
    for test in node.tests:
        infer(test, known)
    return types.BOOLEAN


_RULES: dict[type, Callable[[Any, Knowledge], Type]] = {
    ast.Literal: _literal,
    ast.AtLiteral: _at_literal,
    ast.Name: _name,
    ast.Path: _path,
    ast.Filter: _filter,
    ast.Call: _call,
    ast.Negation: _negation,
    ast.Arithmetic: _arithmetic,
    ast.Comparison: _comparison,
    ast.Logic: _logic,
    ast.Between: _between,
    ast.In: _in,
    ast.InstanceOf: _instance_of,
    ast.If: _if,
    ast.For: _for,
    ast.Quantified: _quantified,
    ast.ListOf: _list,
    ast.ContextOf: _context,
    ast.Interval: _interval,
    ast.UnaryComparison: _unary_comparison,
    ast.FunctionOf: _function,
    ast.UnaryTests: _unary_tests,
}
