"""Names with spaces and signs in them: which words and signs at a place of the text are one name.

Two words side by side mean nothing else in FEEL, so a run of words is one name, known or not. Names that hold
signs (`pré-accueil`) or words of the language (`date and time`) are recognised only when they are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, tokens

OPENING_WORDS = frozenset({"for", "if", "some", "every", "function", "null", "true", "false"})
STOPPING_WORDS = frozenset({"return", "in", "then", "else", "satisfies", "between", "and", "or"})
_SIGNS = frozenset({".", "/", "-", "'", "+", "*", "**", "->"})


@lru_cache(maxsize=4096)
def pieces(name: str) -> tuple[str, ...]:
    """The words and signs of a name; empty when it cannot be written without quotes."""
    try:
        found = tokens(name)[:-1]
    except FeelSyntaxError:
        return ()
    usable = all(token.kind in ("name", "number") or token.text in _SIGNS for token in found)
    if not found or found[0].kind != "name" or not usable:
        return ()
    return tuple(token.text for token in found)


def is_plain_name(name: str) -> bool:
    """Whether the name can stand in a text without being declared: words that are none of the language's."""
    parts = pieces(name)
    if not parts or parts[0] in OPENING_WORDS or parts[0] == "not":
        return False
    return " ".join(parts) == name and not any(part in STOPPING_WORDS or part in _SIGNS for part in parts)


class KnownNames:
    """The names that the parser may recognise, longest first."""

    __slots__ = ("_by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make one more name known."""
        parts = pieces(name)
        if len(parts) < 2:
            return
        known = self._by_first.setdefault(parts[0], [])
        if (parts, name) not in known:
            known.append((parts, name))
            known.sort(key=lambda entry: -len(entry[0]))

    def copy(self) -> KnownNames:
        """The same names, to which others can be added."""
        twin = KnownNames()
        twin._by_first = {first: list(known) for first, known in self._by_first.items()}
        return twin

    def longest(self, found: Sequence[Token], position: int) -> tuple[int, str]:
        """How many tokens the longest known name takes at that position, and the name (0 tokens: none)."""
        for parts, name in self._by_first.get(found[position].text, ()):
            window = found[position : position + len(parts)]
            if len(window) == len(parts) and all(
                token.text == part and token.kind != "string" for token, part in zip(window, parts, strict=True)
            ):
                return len(parts), name
        return 0, ""


def run_of_words(found: Sequence[Token], position: int) -> int:
    """How many tokens the name takes that begins at that position, judged by its words alone."""
    first = found[position]
    if first.kind != "name" or first.text in STOPPING_WORDS or first.text in OPENING_WORDS:
        return 0
    length = 1
    while _continues(found, position + length):
        length += 1
    return length


def _continues(found: Sequence[Token], position: int) -> bool:
    token = found[position]
    if token.kind == "number":
        return token.text.isdigit()
    if token.kind != "name" or token.text in STOPPING_WORDS:
        return False
    return not (token.text == "instance" and found[position + 1].text == "of")
