"""Sets of characters for regular expressions, as sorted ranges of code points."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from engine.feel.errors import Nothing

_LAST = sys.maxunicode
_MAJOR = {
    "L": "ultmo",
    "M": "nce",
    "N": "dlo",
    "P": "cdseifo",
    "Z": "slp",
    "S": "mcko",
    "C": "cfon",
}
CATEGORIES = frozenset(_MAJOR) | {major + minor for major, minors in _MAJOR.items() for minor in minors}
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Bengali": (0x980, 0x9FF),
    "Thai": (0xE00, 0xE7F),
    "Georgian": (0x10A0, 0x10FF),
    "HangulJamo": (0x1100, 0x11FF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "BlockElements": (0x2580, 0x259F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF),
    "Dingbats": (0x2700, 0x27BF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
    "AlphabeticPresentationForms": (0xFB00, 0xFB4F),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "Specials": (0xFFF0, 0xFFFF),
}


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """Ranges of code points, in order and apart from one another."""

    ranges: tuple[tuple[int, int], ...]

    @staticmethod
    def empty() -> CharacterSet:
        """No character."""
        return CharacterSet(())

    @staticmethod
    def of(*ranges: tuple[int, int]) -> CharacterSet:
        """The characters of these ranges."""
        return CharacterSet(_merged(ranges))

    def joined(self, other: CharacterSet) -> CharacterSet:
        """The characters of both."""
        return CharacterSet(_merged([*self.ranges, *other.ranges]))

    def negated(self) -> CharacterSet:
        """All other characters."""
        gaps: list[tuple[int, int]] = []
        start = 0
        for low, high in self.ranges:
            if low > start:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= _LAST:
            gaps.append((start, _LAST))
        return CharacterSet(tuple(gaps))

    def without(self, other: CharacterSet) -> CharacterSet:
        """The characters that the other does not have."""
        return self.negated().joined(other).negated()

    def written(self) -> str:
        """The set for RE2; the shorter of itself and its contrary, as case folding looks at what is written."""
        if not self.ranges:
            return "[^\\x{0}-\\x{10ffff}]"
        contrary = self.negated().ranges
        if contrary and self.ranges[-1][1] == _LAST:
            return f"[^{_written(contrary)}]"
        return f"[{_written(self.ranges)}]"


def _written(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in ranges)


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


@lru_cache(maxsize=1)
def _by_category() -> dict[str, list[tuple[int, int]]]:
    """The ranges of each two-letter category, found once in Python's own tables."""
    found: dict[str, list[tuple[int, int]]] = {}
    start, current = 0, unicodedata.category("\0")
    for point in range(1, _LAST + 1):
        category = unicodedata.category(chr(point))
        if category != current:
            found.setdefault(current, []).append((start, point - 1))
            start, current = point, category
    found.setdefault(current, []).append((start, _LAST))
    return found


@lru_cache(maxsize=64)
def category_set(name: str) -> CharacterSet:
    """The characters of a Unicode category, of one letter or two."""
    table = _by_category()
    return CharacterSet(_merged(span for category in table if category.startswith(name) for span in table[category]))


def block(name: str) -> CharacterSet:
    """The characters of a Unicode block; Nothing when it is unknown."""
    if name not in _BLOCKS:
        raise Nothing(f"le bloc de caractères « {name[:30]} » est inconnu")
    return CharacterSet((_BLOCKS[name],))


_SPACE = CharacterSet.of((0x9, 0xA), (0xD, 0xD), (0x20, 0x20))
_NAME_START = CharacterSet.of(
    (0x3A, 0x3A),
    (0x41, 0x5A),
    (0x5F, 0x5F),
    (0x61, 0x7A),
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x2FF),
    (0x370, 0x37D),
    (0x37F, 0x1FFF),
    (0x200C, 0x200D),
    (0x2070, 0x218F),
    (0x2C00, 0x2FEF),
    (0x3001, 0xD7FF),
    (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD),
    (0x10000, 0xEFFFF),
)
_NAME_PART = _NAME_START.joined(
    CharacterSet.of((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
)


def name_set(letter: str) -> CharacterSet | None:
    """The characters of `\\d`, `\\s`, `\\w`, `\\i`, `\\c` (their contrary in capitals); None for other letters."""
    found = _named(letter.lower())
    return found.negated() if found is not None and letter.isupper() else found


def _named(letter: str) -> CharacterSet | None:
    if letter == "s":
        return _SPACE
    if letter == "i":
        return _NAME_START
    if letter == "c":
        return _NAME_PART
    if letter == "d":
        return category_set("Nd")
    if letter == "w":
        return category_set("P").joined(category_set("Z")).joined(category_set("C")).negated()
    return None
