"""Scripts that only compute variables, one statement after the other: what each variable is, as FEEL.

Nothing is run: a script is read, its own variables are put in where they are used, and what it leaves to the process
comes out as expressions over what was before it; a branch becomes FEEL's `if`. A loop or a call of anything else is
NotTranslatable.
"""

from __future__ import annotations

import re
from typing import Final

from engine.compiling.cutting import Unclosed, enclosed, parts
from engine.compiling.juel import NotTranslatable, translate

_LONGEST: Final = 20_000
_NAME: Final = r"[A-Za-z_]\w*"
_TEXT_OR_COMMENT: Final = re.compile(
    r"(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|/\*.*?\*/|//[^\n]*|(?P<hash>\#[^\n{]*)", re.DOTALL
)
_HOLDER: Final = r"(?:execution|task|kcontext)"
_ALIAS: Final = re.compile(
    rf"(?:def|var|let|const)\s+({_NAME})\s*=\s*{_HOLDER}(?:\.getProcessInstance\(\))?\s*(?=[;\n]|$)"
)
_SET: Final = re.compile(rf"{_HOLDER}\.setVariable(?:Local)?\(\s*(['\"])({_NAME})\1\s*,\s*(.+)\)", re.DOTALL)
_REMOVE: Final = re.compile(rf"{_HOLDER}\.removeVariable(?:Local)?\(\s*(['\"])({_NAME})\1\s*\)")
_TYPE: Final = r"(?:(?:final|var|let|const|def|String|Integer|int|Long|long|Double|double|boolean|Boolean|Object)\s+)+"
_DECLARED: Final = re.compile(rf"{_TYPE}{_NAME}")
_ASSIGN: Final = re.compile(rf"(?P<own>{_TYPE})?(?P<name>{_NAME})\s*(?P<sign>[-+*/]?)=(?!=)\s*(?P<value>.+)", re.DOTALL)
_STEP: Final = re.compile(rf"({_NAME})\s*(\+\+|--)")
_PRINTED: Final = re.compile(r"(?:System\.out\.)?print(?:ln|f)?\b|console\.(?:log|info)\(|import\s|log(?:ger)?\.\w+\(")
_SEVERAL: Final = re.compile(rf"({_NAME}(?:\s*,\s*{_NAME})+)\s*=(?!=)\s*(.+)", re.DOTALL)
_ENTRY: Final = re.compile(rf"({_NAME})\[\s*(\"[^\"]*\"|'[^']*')\s*\]\s*=(?!=)\s*(.+)", re.DOTALL)
_APPENDED: Final = re.compile(rf"({_NAME})\.append\((.+)\)", re.DOTALL)
_DELETED: Final = re.compile(rf"del\s+({_NAME}(?:\s*,\s*{_NAME})*)")
_ELSE: Final = re.compile(r"\s*else\b\s*")


def computed(script: str, result: str, *, python: bool) -> dict[str, str]:
    """The variables that a script fills, each with its FEEL; `result` takes the last statement's value.

    In Python a variable that is assigned is a variable of the process. NotTranslatable.
    """
    reader = _Script(python)
    script = _bare(script, python)
    for alias in _ALIAS.findall(script):
        script = re.sub(rf"\b{alias}\.(?=(?:get|set|remove|has)Variable)", "execution.", _ALIAS.sub("", script))
    statements = _statements(script)
    last = statements.pop() if result and statements else ""
    for statement in statements:
        reader.statement(statement)
    if last:
        reader.left[result] = reader.value(last.removeprefix("return ").strip())
    return reader.left


class _Script:
    """What is known after each statement: the FEEL of every name, and what is left to the process."""

    def __init__(self, python: bool) -> None:
        self.python = python
        self.names: dict[str, str] = {}
        self.left: dict[str, str] = {}

    def value(self, text: str) -> str:
        found = translate(text, self.names)
        if len(found) > _LONGEST:
            raise NotTranslatable("le programme est trop long")
        return found

    def statement(self, text: str) -> None:
        if _PRINTED.match(text) or _DECLARED.fullmatch(text):
            return
        if self.python and self.pythonic(text):
            return
        if re.match(r"if\s*\(", text):
            self.branch(text)
        elif match := _SET.fullmatch(text):
            self.keep(match[2], self.value(match[3]))
        elif match := _REMOVE.fullmatch(text):
            self.keep(match[2], "null")
        elif match := _STEP.fullmatch(text):
            self.assign(match[1], self.value(f"{match[1]} {match[2][0]} 1"), own=False)
        elif match := _ASSIGN.fullmatch(text):
            sign, name = match["sign"], match["name"]
            value = f"{name} {sign} ({match['value']})" if sign else match["value"]
            self.assign(name, self.value(value), own=match["own"] is not None)
        else:
            raise NotTranslatable("le programme fait plus que calculer des variables")

    def pythonic(self, text: str) -> bool:
        """What only Python says: several values at once, an entry or an item put into what is there."""
        if match := _SEVERAL.fullmatch(text):
            names, values = parts(match[1]), parts(match[2])
            found = [self.value(value) for value in values]
            if len(names) != len(values):
                raise NotTranslatable("il n’y a pas autant de valeurs que de variables")
            for name, value in zip(names, found, strict=True):
                self.keep(name, value)
        elif match := _ENTRY.fullmatch(text):
            self.keep(match[1], f"context put({self.value(match[1])}, {self.value(match[2])}, {self.value(match[3])})")
        elif match := _APPENDED.fullmatch(text):
            self.keep(match[1], f"append({self.value(match[1])}, {self.value(match[2])})")
        elif match := _DELETED.fullmatch(text):
            for name in parts(match[1]):
                self.keep(name, "null")
        else:
            return text == "pass"
        return True

    def branch(self, text: str) -> None:
        """What each of two ways leaves, chosen by the condition."""
        try:
            asked, rest = enclosed(text[text.index("(") :])
            first, rest = _body(rest)
            found = _ELSE.match(rest)
            second = _body(rest[found.end() :]) if found is not None else ("", rest)
        except Unclosed as error:
            raise NotTranslatable("une parenthèse n’est pas fermée") from error
        if second[1].strip():
            raise NotTranslatable("le programme fait plus que calculer des variables")
        condition, ways = self.value(asked), (self.way(first), self.way(second[0]))
        for name in dict.fromkeys([*ways[0].names, *ways[1].names]):
            values = [way.names.get(name, name) for way in ways]
            if values[0] != values[1]:
                self.names[name] = f"(if {condition} then {values[0]} else {values[1]})"
            if name in ways[0].left or name in ways[1].left:
                self.left[name] = self.names.get(name, values[0])

    def way(self, text: str) -> _Script:
        """What is known after one of the ways."""
        other = _Script(self.python)
        other.names, other.left = dict(self.names), dict(self.left)
        for statement in _statements(text):
            other.statement(statement)
        return other

    def assign(self, name: str, value: str, *, own: bool) -> None:
        """A name has a new value; in Python the process keeps it."""
        if self.python and not own:
            self.keep(name, value)
        else:
            self.names[name] = f"({value})"

    def keep(self, name: str, value: str) -> None:
        """The process has a new value for the name, and so has what follows."""
        self.left[name] = value
        self.names[name] = f"({value})"


def _bare(script: str, python: bool) -> str:
    """The script without its comments."""

    def kept(match: re.Match[str]) -> str:
        if match["text"] is not None or (match["hash"] is not None and not python):
            return match[0]
        return " "

    return _TEXT_OR_COMMENT.sub(kept, script)


def _body(text: str) -> tuple[str, str]:
    """One way of a branch, and what follows it: a block, another branch, or one statement."""
    text = text.lstrip()
    if text.startswith("{"):
        return enclosed(text)
    if text.startswith("if"):
        return text, ""
    first, _, rest = text.replace("\n", ";", 1).partition(";")
    return first, rest


def _statements(script: str) -> list[str]:
    """The statements of a script."""
    joined: list[str] = []
    for one in parts(script, ";\n"):
        if joined and _ELSE.match(one):
            joined[-1] += " " + one
        else:
            joined.append(one)
    return joined
