"""Regular expressions as FEEL writes them (XPath 3), run by RE2: time is linear in the text, whatever the pattern.

Back-references have no linear algorithm; a pattern that holds one is refused like one that is no pattern.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from engine.feel.budget import Run
from engine.feel.errors import Nothing
from engine.feel.regex_syntax import translate

_MAX_MEMORY = 8 << 20


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return re2.compile(translate(pattern, flags), options)
    except (re2.error, UnicodeEncodeError):
        raise Nothing("cette expression régulière n'est pas admise") from None


def found(text: str, pattern: str, flags: str) -> bool:
    """Whether the pattern is found in the text; Nothing when it is none."""
    compiled = _compiled(pattern, flags)
    match = _first(compiled, text)
    if match is None:
        return False
    # XPath: with flag m, ^ does not match behind a final line break, as RE2's does.
    behind_last_line = "m" in flags and match.start() == match.end() == len(text) > 0 and text[-1] == "\n"
    return not (behind_last_line and "^" in pattern)


def _first(compiled: Any, text: str) -> Any:
    try:
        return compiled.search(text)
    except UnicodeEncodeError:
        raise Nothing("ce texte contient des caractères incomplets") from None


def _matches(text: str, pattern: str, flags: str) -> tuple[Any, Any]:
    compiled = _compiled(pattern, flags)
    if _first(compiled, "") is not None:
        raise Nothing("l'expression régulière accepte un texte vide")
    _first(compiled, text)
    return compiled, compiled.finditer(text)


def replaced(text: str, pattern: str, replacement: str, flags: str, run: Run) -> str:
    """The text with every match replaced; `$1` in the replacement stands for the first group."""
    compiled, matches = _matches(text, pattern, flags)
    parts = [(replacement, 0)] if "q" in flags else _replacement(replacement, compiled.groups)
    pieces: list[str] = []
    position = length = 0
    for match in matches:
        new = "".join(piece or (match.group(group) or "") for piece, group in parts)
        pieces += [text[position : match.start()], new]
        length += len(new)
        run.lettered(length)
        position = match.end()
    return "".join([*pieces, text[position:]])


def split(text: str, pattern: str, run: Run) -> list[str]:
    """The pieces between the matches."""
    _, matches = _matches(text, pattern, "")
    pieces: list[str] = []
    position = 0
    for match in matches:
        pieces.append(text[position : match.start()])
        position = match.end()
    run.sized(len(pieces) + 1)
    return [*pieces, text[position:]]


def _replacement(text: str, groups: int) -> list[tuple[str, int]]:
    """The pieces of a replacement: texts, or (an empty text and) the number of a group."""
    parts: list[tuple[str, int]] = []
    position = 0
    while position < len(text):
        sign = text[position]
        if sign == "\\":
            if text[position + 1 : position + 2] not in ("\\", "$"):
                raise Nothing("dans le remplacement, « \\ » précède « \\ » ou « $ »")
            parts.append((text[position + 1], 0))
            position += 2
        elif sign == "$":
            group, position = _group(text, position + 1, groups)
            parts.append(("", group) if group <= groups else ("", -1))
        else:
            parts.append((sign, 0))
            position += 1
    return [part for part in parts if part[1] >= 0]


def _group(text: str, position: int, groups: int) -> tuple[int, int]:
    """The number of a group as long as it names one, and where it ends."""
    if not text[position : position + 1].isdecimal() or not text[position].isascii():
        raise Nothing("dans le remplacement, « $ » précède un chiffre")
    number, position = int(text[position]), position + 1
    while text[position : position + 1] in tuple("0123456789"):
        longer = number * 10 + int(text[position])
        if longer > groups:
            break
        number, position = longer, position + 1
    return number, position
