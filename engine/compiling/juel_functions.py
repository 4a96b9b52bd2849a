"""The functions and methods of other engines' expressions that FEEL can say: Java's, Flowable's, Python's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

EMPTY: Final = 'list contains([null, "", []], {0})'
HOLDS: Final = "(if {0} instance of string then contains({0}, {1}) else list contains({0}, {1}))"
_NUMBER: Final = re.compile(r'^"(-?\d+(?:\.\d+)?|true|false)"$')
_LENGTH: Final = "(if {0} instance of string then string length({0}) else count({0}))"
LIBRARIES: Final = frozenset({"fn", "variables", "vars", "var"})
KIE: Final = "KieFunctions"
METHODS: Final = {
    ("size", 0): "count({0})",
    ("length", 0): "string length({0})",
    ("isEmpty", 0): EMPTY,
    ("equals", 1): "({0} = {1})",
    ("equalsIgnoreCase", 1): "(lower case({0}) = lower case({1}))",
    ("contains", 1): HOLDS,
    ("includes", 1): HOLDS,
    ("containsKey", 1): "(get value({0}, {1}) != null)",
    ("startsWith", 1): "starts with({0}, {1})",
    ("endsWith", 1): "ends with({0}, {1})",
    ("matches", 1): "matches({0}, \"^(?:\" + {1} + \")$\")",
    ("toLowerCase", 0): "lower case({0})",
    ("toUpperCase", 0): "upper case({0})",
    ("booleanValue", 0): "{0}",
    ("intValue", 0): "{0}",
    ("longValue", 0): "{0}",
    ("doubleValue", 0): "{0}",
    ("toString", 0): "string({0})",
    ("concat", 1): "({0} + {1})",
    ("substring", 1): "substring({0}, {1} + 1)",
    ("substring", 2): "substring({0}, {1} + 1, {2} - {1})",
    ("indexOf", 1): "(if contains({0}, {1}) then string length(substring before({0}, {1})) else -1)",
    ("trim", 0): 'replace({0}, "^\\\\s+|\\\\s+$", "")',
    ("strip", 0): 'replace({0}, "^\\\\s+|\\\\s+$", "")',
    ("lower", 0): "lower case({0})",
    ("upper", 0): "upper case({0})",
    ("startswith", 1): "starts with({0}, {1})",
    ("endswith", 1): "ends with({0}, {1})",
    ("prop", 1): "get value({0}, {1})",
    ("hasProp", 1): "(get value({0}, {1}) != null)",
    **dict.fromkeys((("stringValue", 0), ("numberValue", 0), ("boolValue", 0), ("value", 0), ("elements", 0)), "{0}"),
    ("toDate", 0): "{0}",
    **{
        (f"{word}{unit}", 1): f"({{0}} {sign} duration(\"{begin}\" + string({{1}}) + \"{end}\"))"
        for word, sign in (("plus", "+"), ("minus", "-"))
        for unit, begin, end in (
            ("Years", "P", "Y"), ("Months", "P", "M"), ("Days", "P", "D"),
            ("Hours", "PT", "H"), ("Minutes", "PT", "M"), ("Seconds", "PT", "S"),
        )
    },
    ("getResultList", 0): "{0}",
    ("getSingleResult", 0): "({0})[1]",
    ("getFirstResult", 0): "({0})[1]",
    ("getSingleEntry", 0): "get entries(({0})[1])[1].value",
    ("getFirstEntry", 0): "get entries(({0})[1])[1].value",
    ("collectEntries", 1): "(for une in {0} return get value(une, {1}))",
}  # fmt: skip
_GETTER: Final = re.compile(r"(?:get|is)([A-Z])(\w*)")
_CALLS: Final = {
    ("fn", "contains", 2): HOLDS,
    ("fn", "length", 1): _LENGTH,
    ("fn", "startsWith", 2): "starts with({0}, {1})",
    ("fn", "endsWith", 2): "ends with({0}, {1})",
    ("fn", "toLowerCase", 1): "lower case({0})",
    ("fn", "toUpperCase", 1): "upper case({0})",
    (KIE, "isTrue", 1): "({0} = true)",
    (KIE, "isFalse", 1): "({0} = false)",
    (KIE, "isNull", 1): "({0} = null)",
    (KIE, "isEmpty", 1): EMPTY,
    (KIE, "equalsTo", 2): "({0} = {1})",
    (KIE, "contains", 2): HOLDS,
    (KIE, "startsWith", 2): "starts with({0}, {1})",
    (KIE, "endsWith", 2): "ends with({0}, {1})",
    (KIE, "greaterThan", 2): "({0} > {1})",
    (KIE, "lessThan", 2): "({0} < {1})",
    (KIE, "greaterOrEqualThan", 2): "({0} >= {1})",
    (KIE, "lessOrEqualThan", 2): "({0} <= {1})",
    (KIE, "between", 3): "({0} >= {1} and {0} <= {2})",
    ("", "S", 1): "{0}",
    ("", "JSON", 1): "{0}",
    ("", "now", 0): "now()",
    ("", "dateTime", 0): "now()",
    ("", "len", 1): _LENGTH,
    ("", "str", 1): "string({0})",
    ("", "abs", 1): "abs({0})",
}
# Flowable's functions over variables, by their short names; the first argument is the variable.
_SHORT: Final = {
    "equals": "eq", "notEquals": "ne", "isEmpty": "empty", "isNotEmpty": "notEmpty",
    "lowerThan": "lt", "lessThan": "lt", "greaterThan": "gt",
    "lowerThanOrEquals": "lte", "lessThanOrEquals": "lte", "greaterThanOrEquals": "gte",
}  # fmt: skip
_OF_VARIABLES: Final = {
    ("get", 1): "{0}",
    ("getOrDefault", 2): "(if {0} = null then {1} else {0})",
    ("exists", 1): "({0} != null)",
    ("empty", 1): EMPTY,
    ("notEmpty", 1): f"not({EMPTY})",
    ("eq", 2): "({0} = {1})",
    ("ne", 2): "({0} != {1})",
    ("lt", 2): "({0} < {1})",
    ("gt", 2): "({0} > {1})",
    ("lte", 2): "({0} <= {1})",
    ("gte", 2): "({0} >= {1})",
}  # fmt: skip


def property_of(value: str, name: str) -> str:
    """The FEEL of a property without brackets."""
    if name == "length":
        return f"count({value})"
    pattern = METHODS.get((f"get{name[:1].upper()}{name[1:]}", 0))
    return f"{value}.{name}" if pattern is None else pattern.format(value)


def getter_of(name: str) -> str:
    """The property that a method without arguments reads by its name; empty when it is no such method."""
    found = _GETTER.fullmatch(name)
    return "" if found is None else found[1].lower() + found[2]


def call(library: str, name: str, given: Sequence[str]) -> str | None:
    """The FEEL of a function with these arguments, None when there is none."""
    if library == KIE:  # numbers stand in quotes there
        given = [given[0], *(_NUMBER.sub(r"\1", one) for one in given[1:])] if given else given
    pattern = _CALLS.get((library, name, len(given)))
    return None if pattern is None else pattern.format(*given)


def variable_call(name: str, given: Sequence[str]) -> str | None:
    """The FEEL of one of Flowable's functions over a variable, None when there is none."""
    if name in {"contains", "containsAny"} and len(given) > 1:
        word = " and " if name == "contains" else " or "
        return "(" + word.join(HOLDS.format(given[0], one) for one in given[1:]) + ")"
    pattern = _OF_VARIABLES.get((_SHORT.get(name, name), len(given)))
    return None if pattern is None else pattern.format(*given)
