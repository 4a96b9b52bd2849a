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
_SIGNS = frozenset({".", "/", "-", "'", "’", "+", "*", "**", "->"})


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
    if any(part in STOPPING_WORDS or part in _SIGNS or _is_fraction(part) for part in parts):
        return False
    return " ".join(parts) == name


def _is_fraction(part: str) -> bool:
    """Whether it is a number that ends a run of words (`annexe 2.1`), as a whole one does not."""
    return part[0] in "0123456789." and not part.isdigit()


def telling(names: Iterable[str]) -> frozenset[str]:
    """Those of the names that the parser must be told: they hold signs or words of the language."""
    return frozenset(name for name in names if not is_plain_name(name))


class KnownNames:
    """The names that the parser may recognise, longest first; those of a base, and more."""

    __slots__ = ("_base", "_by_first")

    def __init__(self, names: Iterable[str] = (), base: KnownNames | None = None) -> None:
        self._base = base
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

    def more(self, names: Iterable[str] = ()) -> KnownNames:
        """These names and others; the ones here stay as they are."""
        return KnownNames(names, self)

    def longest(self, found: Sequence[Token], position: int) -> tuple[int, str]:
        """How many tokens the longest known name takes at that position, and the name (0 tokens: none)."""
        best = self._base.longest(found, position) if self._base is not None else (0, "")
        for parts, name in self._by_first.get(found[position].text, ()):
            if len(parts) <= best[0]:
                break
            if _stands(parts, found, position):
                return len(parts), name
        return best


def _stands(parts: Sequence[str], found: Sequence[Token], position: int) -> bool:
    window = found[position : position + len(parts)]
    return len(window) == len(parts) and all(
        token.text == part and token.kind != "string" for token, part in zip(window, parts, strict=True)
    )


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
