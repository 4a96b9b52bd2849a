"""Expressions of other engines (JUEL, and the JavaScript, Groovy or Python that look like it) turned into FEEL.

Only what has one meaning is turned: names, paths, literals, comparisons, arithmetic, logic, `empty`, the conditional
operator and the functions of `juel_functions`. Anything else raises NotTranslatable, with a French reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.compiling.juel_functions import (
    EMPTY,
    HOLDS,
    KIE,
    LIBRARIES,
    METHODS,
    call,
    getter_of,
    property_of,
    variable_call,
)

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)[lLdDfF]?(?![A-Za-z_])|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>[A-Za-z_$][\w$]*)|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:()\[\].,{}]))"
)
_DATA_OBJECT: Final = re.compile(r"(?:\w+:)?getDataObject\(\s*['\"]([A-Za-z_]\w*)['\"]\s*\)")
_EQUALS: Final = re.compile(r"(?<![<>!=])=(?!=)")
_WORDS: Final = {
    "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "and": "&&", "or": "||", "not": "!",
    "div": "/", "mod": "%",
}  # fmt: skip
_LITERALS: Final = {
    "true": "true", "false": "false", "null": "null", "True": "true", "False": "false", "None": "null",
}  # fmt: skip
_BINARY: Final = (
    {"||": "or"},
    {"&&": "and"},
    {"==": "=", "===": "=", "!=": "!=", "!==": "!="},
    {"<": "<", ">": ">", "<=": "<=", ">=": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
)
_EQUALITY: Final = 2
_ORDER: Final = 3
_GETTERS: Final = frozenset({"getVariable", "getVariableLocal", "get", "getProcessVariable"})
_HOLDERS: Final = frozenset({"execution", "task", "variables", "vars", "caseExecution", "kcontext"})
_RUNS: Final = frozenset({"execution", "task", "caseExecution", "kcontext"})
_ENVIRONMENT: Final = re.compile(r"\b(?:this\.)?environment\.variables\.")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_RETURNED: Final = re.compile(r"^(?:return\s+(.*?)|next\(\s*null\s*,(.*)\));?\s*$", re.DOTALL)
_PYTHON: Final = re.compile(r"^not\s+[A-Za-z_]|\bis\s+(?:not\s+)?None\b|[<>]=?\s*[\w.]+\s*[<>]")
# JUEL compares a text with a number or a truth value by turning the text into one.
_TYPED: Final = re.compile(r'"(-?\d+(?:\.\d+)?|true|false)"')


class NotTranslatable(Exception):
    """The expression has no single meaning in FEEL; `reason` is French."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def is_marked(text: str) -> bool:
    """Whether the text holds `${…}` or `#{…}`."""
    return "${" in text or "#{" in text


def is_python(text: str) -> bool:
    """Whether a text that FEEL would read as one long name is plainly Python."""
    return _PYTHON.search(text) is not None


def translate(text: str, names: Mapping[str, str] = _NOTHING) -> str:
    """FEEL for one expression, with or without `${…}` around it; NotTranslatable when there is none.

    `names` are names that stand for something else: a program's own variables, and the FEEL of each.
    """
    text = _ENVIRONMENT.sub("", _RETURNED.sub(r"\1\2", text.strip()))
    if "getDataObject(" in text:
        # XPath, the language that BPMN assumes when a file names none.
        text = _EQUALS.sub("==", _DATA_OBJECT.sub(r"\1", text))
    pieces = _pieces(text)
    if len(pieces) == 1 and pieces[0][0]:
        return _Reader(pieces[0][1], names).whole()
    if not any(marked for marked, _ in pieces):
        return _Reader(text, names).whole()
    return " + ".join(
        f"string({_Reader(piece, names).whole()})" if marked else _quote(piece) for marked, piece in pieces if piece
    )


def _pieces(text: str) -> list[tuple[bool, str]]:
    """The text cut at its marks: (is it an expression, its text)."""
    found: list[tuple[bool, str]] = []
    rest = text
    while (begin := min((i for i in (rest.find("${"), rest.find("#{")) if i >= 0), default=-1)) >= 0:
        end = rest.find("}", begin)
        if end < 0:
            raise NotTranslatable("une accolade n’est pas fermée")
        if begin:
            found.append((False, rest[:begin]))
        found.append((True, rest[begin + 2 : end]))
        rest = rest[end + 1 :]
    if rest:
        found.append((False, rest))
    return found


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _joined(left: str, word: str, right: str) -> str:
    """Two operands and their sign."""
    if word == "%":
        return f"modulo({left}, {right})"
    if word == "+" and (_is_text(left) or _is_text(right)):
        return " + ".join(one if _is_text(one) else f"string({one})" for one in (left, right))
    if word in {"=", "!="} and (typed := _TYPED.fullmatch(right)) is not None:
        return f"({left} {word} {right} {'or' if word == '=' else 'and'} {left} {word} {typed[1]})"
    return f"{left} {word} {right}"


def _is_text(feel: str) -> bool:
    """Whether it is plainly a text: what is joined to one becomes one."""
    return feel.startswith(('"', "string("))


class _Reader:
    """A descent over one expression."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self.tokens = list(_tokens(text))
        self.names = names
        self.place = 0

    def whole(self) -> str:
        if not self.tokens:
            raise NotTranslatable("l’expression est vide")
        result = self.conditional()
        if self.place < len(self.tokens):
            raise NotTranslatable(f"«\u00a0{self.tokens[self.place].text}\u00a0» n’a pas de sens ici")
        return result

    def peek(self) -> str:
        return self.tokens[self.place].text if self.place < len(self.tokens) else ""

    def sign(self) -> str:
        """The sign that comes next, words such as `and` read as signs; empty for anything else."""
        if self.place >= len(self.tokens):
            return ""
        token = self.tokens[self.place]
        if token.kind == "sign":
            return token.text
        return _WORDS.get(token.text, "") if token.kind == "name" else ""

    def take(self, sign: str) -> bool:
        if self.sign() == sign:
            self.place += 1
            return True
        return False

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise NotTranslatable(f"il manque «\u00a0{sign}\u00a0»")

    def conditional(self) -> str:
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        first = self.conditional()
        self.need(":")
        return f"(if {condition} then {first} else {self.conditional()})"

    def binary(self, level: int) -> str:
        if level == len(_BINARY):
            return self.unary()
        left = self.binary(level + 1)
        between = ""  # the middle of `1 < x < 3`, as Python reads it
        while True:
            sign = self.sign()
            if level == _EQUALITY and self.peek() in {"is", "in", "not"}:
                left = self.worded(left)
            elif sign in _BINARY[level]:
                self.place += 1
                right = self.binary(level + 1)
                joined = _joined(between or left, _BINARY[level][sign], right)
                left = f"({left} and {joined})" if between else joined
                between = right if level == _ORDER else ""
            else:
                return left

    def worded(self, left: str) -> str:
        """Python's `is None`, `in` and `not in`."""
        word = self.tokens[self.place].text
        self.place += 1
        opposite = (word == "is" and self.take("!")) or (word == "not" and self.peek() == "in")
        self.place += word == "not"
        right = self.binary(_EQUALITY + 1)
        if word == "is":
            return f"{left} {'!=' if opposite else '='} {right}"
        found = HOLDS.format(right, left)
        return f"not({found})" if opposite else found

    def unary(self) -> str:
        if self.take("!"):
            return f"not({self.unary()})"
        if self.take("-"):
            return f"-{self.unary()}"
        if self.peek() == "empty":
            self.place += 1
            value = self.unary()
            return EMPTY.format(value)
        return self.postfix(self.primary())

    def primary(self) -> str:
        if self.place >= len(self.tokens):
            raise NotTranslatable("l’expression est incomplète")
        if self.take("("):
            inside = self.conditional()
            self.need(")")
            return f"({inside})"
        if self.take("["):
            return self.listed()
        if self.take("{"):
            return self.entries("}")
        token = self.tokens[self.place]
        self.place += 1
        if token.kind == "number":
            return token.text
        if token.kind == "string":
            return _quote(_unquoted(token.text))
        if token.kind == "name":
            return self.name(token.text)
        raise NotTranslatable(f"«\u00a0{token.text}\u00a0» n’a pas de sens ici")

    def listed(self) -> str:
        """What stands in square brackets: a list, or Groovy's map."""
        if self.take(":"):
            self.need("]")
            return "{}"
        if self.after(1) == ":" and self.tokens[self.place].kind != "number":
            return self.entries("]")
        return f"[{', '.join(self.arguments(']'))}]"

    def entries(self, end: str) -> str:
        """The entries of a map."""
        found: list[str] = []
        while not self.take(end):
            if found:
                self.need(",")
            token = self.tokens[self.place] if self.place < len(self.tokens) else _Token("", "")
            if token.kind not in {"name", "string"}:
                raise NotTranslatable("une entrée n’a pas de nom")
            self.place += 1
            key = _quote(token.text) if token.kind == "name" else _quote(_unquoted(token.text))
            self.need(":")
            found.append(f"{key}: {self.conditional()}")
        return "{" + ", ".join(found) + "}"

    def after(self, count: int) -> str:
        """The text of a token further on."""
        place = self.place + count
        return self.tokens[place].text if place < len(self.tokens) else ""

    def name(self, name: str) -> str:
        if name in _LITERALS:
            return _LITERALS[name]
        if self.after(2) == "(" and ((name in LIBRARIES and self.sign() == ":") or name == KIE):
            return self.library(name)
        if self.sign() == "(":
            return self.function(name)
        if name in _HOLDERS and self.sign() == ".":
            following = self.after(1)
            if following in _GETTERS:
                self.place += 2
                return self.getter()
            if following == "hasVariable":
                self.place += 2
                return f"({self.getter()} != null)"
            if name in _RUNS:
                raise NotTranslatable(f"«\u00a0{name}.{following}\u00a0» est propre à un autre moteur")
        return self.names.get(name, name)

    def function(self, name: str) -> str:
        """A function of Python's, or none that FEEL has."""
        self.need("(")
        found = call("", name, self.arguments(")"))
        if found is None:
            raise NotTranslatable(f"la fonction «\u00a0{name}\u00a0» n’existe pas en FEEL")
        return found

    def library(self, library: str) -> str:
        """`fn:length(list)`, or `variables:get(x)`, whose first argument names a variable."""
        name = self.after(1)
        self.place += 3
        given = self.arguments(")")
        if library not in {"fn", KIE} and given:
            first = given[0].strip('"')
            given[0] = self.names.get(first, first)
            found = variable_call(name, given) if first.isidentifier() else None
        else:
            found = call(library, name, given)
        if found is None:
            raise NotTranslatable(f"la fonction «\u00a0{library}:{name}\u00a0» n’existe pas en FEEL")
        return found

    def getter(self) -> str:
        """`execution.getVariable('x')` is the variable x."""
        self.need("(")
        token = self.tokens[self.place] if self.place < len(self.tokens) else _Token("", "")
        self.place += 1
        self.need(")")
        name = token.text[1:-1]
        if token.kind != "string" or not name.isidentifier():
            raise NotTranslatable("le nom de la variable lue n’est pas écrit en toutes lettres")
        return self.names.get(name, name)

    def postfix(self, value: str) -> str:
        while True:
            if self.take("."):
                value = self.member(value)
            elif self.take("["):
                value = self.index(value)
            else:
                return value

    def member(self, value: str) -> str:
        token = self.tokens[self.place] if self.place < len(self.tokens) else _Token("", "")
        if token.kind != "name":
            raise NotTranslatable("il manque un nom après le point")
        self.place += 1
        if not self.take("("):
            return property_of(value, token.text)
        given = self.arguments(")")
        if token.text == "get" and len(given) == 1 and given[0].isdigit():
            return f"{value}[{int(given[0]) + 1}]"
        pattern = METHODS.get((token.text, len(given)))
        if pattern is None and not given and (name := getter_of(token.text)):
            return f"{value}.{name}"
        if pattern is None and token.text == "get" and given[0].startswith('"'):
            return f"get value({value}, {given[0]})"
        if pattern is None:
            raise NotTranslatable(f"la méthode «\u00a0{token.text}\u00a0» n’existe pas en FEEL")
        return pattern.format(value, *given)

    def index(self, value: str) -> str:
        inside = self.conditional()
        self.need("]")
        if inside.isdigit():
            return f"{value}[{int(inside) + 1}]"
        if inside.startswith('"') and inside[1:-1].isidentifier():
            return f"{value}.{inside[1:-1]}"
        if re.fullmatch(r"[\w.]+", inside):
            return f"{value}[{inside} + 1]"
        raise NotTranslatable("l’indice est trop compliqué")

    def arguments(self, end: str) -> list[str]:
        found: list[str] = []
        if self.take(end):
            return found
        found.append(self.conditional())
        while self.take(","):
            found.append(self.conditional())
        self.need(end)
        return found


def _tokens(text: str) -> list[_Token]:
    found = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise NotTranslatable(f"«\u00a0{text[place : place + 10].strip()}\u00a0» n’est pas compris")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match.group(kind)))
        place = match.end()
        if len(found) > 2000:
            raise NotTranslatable("l’expression est trop longue")
    return found
