"""The functions that Camunda 8 adds to FEEL, said in FEEL; and those that an expression calls and nobody has."""

from __future__ import annotations

import re
from typing import Final

from engine.compiling.cutting import Unclosed, enclosed, parts
from engine.feel import FeelSyntaxError, ast, compile_expression
from engine.feel.builtins import BUILTINS
from engine.feel.walk import children

_SAID: Final = {
    ("is defined", 1): "({0} != null)",
    ("is empty", 1): "(count({0}) = 0)",
    ("is blank", 1): '(replace({0}, "\\\\s", "") = "")',
    ("trim", 1): 'replace({0}, "^\\\\s+|\\\\s+$", "")',
    ("get or else", 2): "(if {0} != null then {0} else {1})",
    ("cycle", 1): '("R/" + string({0}))',
    ("cycle", 2): '("R" + (if {0} < 0 then "" else string({0})) + "/" + string({1}))',
    ("partition", 2): "(for bloc in 1..ceiling(count({0}) / {1}) return sublist({0}, (bloc - 1) * {1} + 1, "
    "min({1}, count({0}) - (bloc - 1) * {1})))",
    ("duplicate values", 1): "distinct values(for un in {0} return {0}[count({0}[item = un]) > 1 and item = un][1])"
    "[item != null]",
}
_NAMES: Final = re.compile(
    r"(?<![\w\"])(" + "|".join(sorted({name for name, _ in _SAID}, key=len, reverse=True)) + r")\s*(?=\()"
)


def plain(text: str) -> str:
    """The expression with the functions of Camunda 8 said in FEEL; one that is not understood stays as it is."""
    found = _NAMES.search(text)
    if found is None:
        return text
    try:
        inside, rest = enclosed(text[found.end() :])
    except Unclosed:
        return text
    given = [plain(one) for one in parts(inside)]
    pattern = _SAID.get((found[1], len(given)))
    said = f"{found[1]}({inside})" if pattern is None else pattern.format(*given)
    return text[: found.start()] + said + plain(rest)


def unknown_function(text: str) -> str:
    """A function that the expression calls by a name that neither FEEL nor the expression has; empty when none."""
    try:
        tree = compile_expression(text).tree
    except FeelSyntaxError:
        return ""
    waiting: list[ast.Node] = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, ast.FunctionOf | ast.ContextOf):
            continue  # it may have functions of its own
        if isinstance(here, ast.Call) and isinstance(here.function, ast.Name) and here.function.name not in BUILTINS:
            return here.function.name
        waiting.extend(children(here))
    return ""
