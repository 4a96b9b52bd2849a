"""The type of a FEEL expression, as far as the names' types tell; `any` where they do not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from engine.feel import ast
from engine.feel.walk import path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ORDERED: Final = frozenset({"<", "<=", ">", ">="})
_BUILTINS: Final = {
    "count": "number",
    "sum": "number",
    "min": "any",
    "max": "any",
    "string": "string",
    "number": "number",
    "string length": "number",
    "upper case": "string",
    "lower case": "string",
    "contains": "boolean",
    "starts with": "boolean",
    "ends with": "boolean",
    "matches": "boolean",
    "list contains": "boolean",
    "not": "boolean",
    "all": "boolean",
    "any": "boolean",
    "date": "date",
    "today": "date",
    "now": "date and time",
    "date and time": "date and time",
    "time": "time",
    "modulo": "number",
    "abs": "number",
    "floor": "number",
    "ceiling": "number",
    "decimal": "number",
}
_COMPARABLE: Final = frozenset(
    {
        "string",
        "number",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    }
)


def type_of(node: ast.Node, of_path: Callable[[str], str]) -> str:
    """The FEEL type of an expression, `any` when it cannot be told."""
    if isinstance(node, ast.Literal):
        return _of_value(node.value)
    if isinstance(node, ast.Name | ast.Path):
        path = path_of(node)
        return of_path(path) if path else "any"
    if isinstance(node, ast.Comparison | ast.Logic | ast.Between | ast.In | ast.InstanceOf | ast.Quantified):
        return "boolean"
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
        return _BUILTINS.get(node.function.name, "any")
    if isinstance(node, ast.If):
        yes, no = type_of(node.yes, of_path), type_of(node.no, of_path)
        return yes if yes == no else "any"
    if isinstance(node, ast.Negation):
        return type_of(node.value, of_path)
    return "list" if isinstance(node, ast.ListOf) else "any"


def _of_value(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, int | Decimal) else "any"


def clashes(
    tree: ast.Node, of_path: Callable[[str], str], parts: Callable[[ast.Node], Iterator[ast.Node]]
) -> list[str]:
    """Comparisons of types that can never be equal or ordered, in French."""
    found = []
    todo = [tree]
    while todo:
        node = todo.pop()
        todo.extend(parts(node))
        if isinstance(node, ast.Comparison):
            found += _clash(type_of(node.left, of_path), type_of(node.right, of_path), node)
        elif isinstance(node, ast.Logic):
            kinds = {type_of(p, of_path) for p in node.parts} - {"any", "boolean"}
            found += [
                f"«\u00a0{node.operator}\u00a0» relie du vrai ou faux, pas «\u00a0{k}\u00a0»" for k in sorted(kinds)
            ]
    return found


def _clash(left: str, right: str, node: ast.Comparison) -> list[str]:
    if left != right and {left, right} <= _COMPARABLE:
        where = path_of(node.left) or path_of(node.right)
        return [f"«\u00a0{where}\u00a0» compare «\u00a0{left}\u00a0» et «\u00a0{right}\u00a0»"]
    if node.operator in _ORDERED and "boolean" in {left, right}:
        return ["vrai et faux n’ont pas d’ordre"]
    return []
