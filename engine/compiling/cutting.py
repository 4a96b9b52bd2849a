"""Cutting the text of a program or an expression, whatever its language: at signs, and at what brackets hold."""

from __future__ import annotations

_OPENED, _CLOSED = "([{", ")]}"


class Unclosed(Exception):
    """A bracket stays open."""


def enclosed(text: str) -> tuple[str, str]:
    """What stands in the brackets with which the text begins, and the rest; Unclosed when they stay open."""
    depth, quoted = 0, ""
    for place, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted and text[place - 1] != "\\" else quoted
            continue
        quoted = sign if sign in "'\"" else ""
        depth += (sign in _OPENED) - (sign in _CLOSED)
        if depth == 0:
            return text[1:place], text[place + 1 :]
    raise Unclosed


def parts(script: str, signs: str = ",") -> list[str]:
    """The text cut at those signs, except inside texts and brackets."""
    found, begin, depth, quoted = [], 0, 0, ""
    for place, sign in enumerate(script):
        if quoted:
            quoted = "" if sign == quoted and script[place - 1] != "\\" else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in _OPENED:
            depth += 1
        elif sign in _CLOSED:
            depth -= 1
        elif sign in signs and depth <= 0:
            found.append(script[begin:place])
            begin = place + 1
    found.append(script[begin:])
    return [text for one in found if (text := one.strip())]
