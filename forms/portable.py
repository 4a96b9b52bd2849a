"""Conditions simple enough for a browser to hold alone: comparisons of a page's answers, joined by and, or, not.

A rule is nested lists, ready for JSON: ["=", name, value], ["!=", name, value], ["and", …], ["or", …], ["not", rule],
or a truth. What rests on answers given elsewhere is computed here, so that a rule names this page's questions only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

Rule = list[Any] | bool

_TOKEN = re.compile(r'\s*(?:"([^"\\]*)"|(!=|=|\(|\))|([A-Za-z_][A-Za-z0-9_.]*))', re.ASCII)
_LITERALS = {"true": "true", "false": "false", "null": ""}
LONGEST = 80


class _TooRich(ValueError):
    """The expression says more than this small language."""


def portable(hide: str, here: Collection[str], elsewhere: Callable[[str], str]) -> Rule | None:
    """The rule of a condition, None when only FEEL can hold it.

    `here` are the names that this page asks; `elsewhere` gives the text of any other value, empty for none.
    """
    try:
        reader = _Reader(_tokens(hide), here, elsewhere)
        rule = reader.any_of()
        reader.end()
    except _TooRich:
        return None
    return rule


def _tokens(text: str) -> list[tuple[str, str]]:
    """The words of the expression: ("text", …), ("sign", …), ("name", …)."""
    found: list[tuple[str, str]] = []
    place, stripped = 0, text.rstrip()
    while place < len(stripped):
        matched = _TOKEN.match(stripped, place)
        if matched is None or len(found) >= LONGEST:
            raise _TooRich
        literal, sign, name = matched.groups()
        found.append(("name", name) if name else ("sign", sign) if sign else ("text", literal or ""))
        place = matched.end()
    return found


class _Reader:
    """Recursive descent; the number of words bounds its depth."""

    def __init__(self, tokens: list[tuple[str, str]], here: Collection[str], elsewhere: Callable[[str], str]) -> None:
        self._tokens, self._here, self._elsewhere = tokens, here, elsewhere

    def end(self) -> None:
        """Nothing may be left."""
        if self._tokens:
            raise _TooRich

    def any_of(self) -> Rule:
        rules = [self._all_of()]
        while self._take(("name", "or")):
            rules.append(self._all_of())
        return _joined("or", rules, decisive=True)

    def _all_of(self) -> Rule:
        rules = [self._one()]
        while self._take(("name", "and")):
            rules.append(self._one())
        return _joined("and", rules, decisive=False)

    def _one(self) -> Rule:
        if self._take(("sign", "(")):
            return self._inside()
        kind, name = self._next()
        if kind != "name" or name in _LITERALS or name in ("and", "or"):
            raise _TooRich
        if name == "not":
            return self._negated()
        sign = self._next()
        if sign not in (("sign", "="), ("sign", "!=")):
            raise _TooRich
        return self._compared(sign[1], name, self._value())

    def _negated(self) -> Rule:
        """not(x = …), or not(x): true only when x is false, for a missing answer is neither."""
        if not self._take(("sign", "(")):
            raise _TooRich
        if len(self._tokens) > 1 and self._tokens[0][0] == "name" and self._tokens[1] == ("sign", ")"):
            name = self._next()[1]
            self._next()
            return self._compared("=", name, "false")
        inner = self._inside()
        return not inner if isinstance(inner, bool) else ["not", inner]

    def _inside(self) -> Rule:
        rule = self.any_of()
        if not self._take(("sign", ")")):
            raise _TooRich
        return rule

    def _value(self) -> str:
        kind, text = self._next()
        if kind == "text":
            return text
        if kind == "name" and text in _LITERALS:
            return _LITERALS[text]
        raise _TooRich

    def _compared(self, sign: str, name: str, value: str) -> Rule:
        if name in self._here:
            return [sign, name, value]
        return (self._elsewhere(name) == value) is (sign == "=")

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise _TooRich
        return self._tokens.pop(0)

    def _take(self, wanted: tuple[str, str]) -> bool:
        if self._tokens and self._tokens[0] == wanted:
            self._tokens.pop(0)
            return True
        return False


def _joined(word: str, rules: list[Rule], *, decisive: bool) -> Rule:
    """Rules joined by and / or, those that are already decided folded in."""
    if decisive in [rule for rule in rules if isinstance(rule, bool)]:
        return decisive
    open_rules = [rule for rule in rules if not isinstance(rule, bool)]
    if not open_rules:
        return not decisive
    return open_rules[0] if len(open_rules) == 1 else [word, *open_rules]
