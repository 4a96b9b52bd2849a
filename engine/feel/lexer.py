"""FEEL text to tokens. Names come as single words: which words make one name is the parser's question."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.feel.errors import FeelSyntaxError

MAX_TEXT = 100_000
_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_START = (
    "A-Z_a-z?\xb5\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u167f\u1681-\u180d\u180f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\xb7\u0300-\u036f\u203f\u2040\u2600-\u27bf\ufe0f"
_TOKEN = re.compile(
    rf"(?P<skip>[{_SPACE}]+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"
    rf"|(?P<name>[{_START}][{_PART}]*)"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<at>@[ \t]*\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<op>\*\*|\.\.|!=|<=|>=|->|[-+*/<>=(){}\[\],:.'’])",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))",
    re.DOTALL,
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: `kind` is name, number, string, at, op or end; `start` and `end` are its place."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens of a FEEL text, the last of kind `end`; FeelSyntaxError where it has none."""
    if len(text) > MAX_TEXT:
        raise FeelSyntaxError("Le texte est trop long.", text, MAX_TEXT)
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FeelSyntaxError(_complaint(text[position]), text, position)
        kind = match.lastgroup or "op"
        if kind != "skip":
            found.append(Token(kind, match[0], position, match.end()))
        position = match.end()
    found.append(Token("end", "", len(text), len(text)))
    return found


def _complaint(character: str) -> str:
    if character in '"@':
        return "Un guillemet n'est pas fermé."
    return f"Le caractère « {character} » n'a pas de sens ici."


def unescape(literal: str) -> str:
    """The text that a literal between quotes writes; an unknown escape stays as it is written."""
    return _ESCAPE.sub(_escaped, literal[1:-1]) if "\\" in literal else literal[1:-1]


def _escaped(match: re.Match[str]) -> str:
    if match[1]:
        high, low = int(match[1], 16), int(match[2], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    code = match[3] or match[4]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _SIMPLE.get(match[5], match[0])
