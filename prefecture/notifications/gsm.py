"""What an SMS may hold: the GSM 7-bit alphabet, counted in septets as a telephone network does (3GPP TS 23.038)."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 160

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape, then the character: two septets

# What French typography writes otherwise than the alphabet does.
_WRITTEN = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "\u2011": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "·": "-",
        "°": "o",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)


def septets(text: str) -> int | None:
    """How many septets `text` takes, None if a character is not in the alphabet."""
    count = 0
    for letter in text:
        if letter in _BASIC:
            count += 1
        elif letter in _EXTENDED:
            count += 2
        else:
            return None
    return count


def written(text: str) -> str:
    """`text` in the alphabet: French quotes and spaces written plainly, accents that it lacks dropped (ê → e).

    A character that has no plain form stays, so that `septets` tells of it.
    """
    plain = re.sub(r"«\s*|\s*»", '"', text).translate(_WRITTEN)
    return "".join(letter if _has(letter) else _without_accent(letter) for letter in plain)


def _has(letter: str) -> bool:
    return letter in _BASIC or letter in _EXTENDED


def _without_accent(letter: str) -> str:
    base = "".join(each for each in unicodedata.normalize("NFD", letter) if not unicodedata.combining(each))
    return base if base and all(_has(each) for each in base) else letter
