"""What the compiler asks of FEEL: does a text parse, and which names it uses."""

from __future__ import annotations

from engine.feel import FeelSyntaxError, compile_expression, unary


def error_of(text: str) -> str | None:
    """Why a text is not FEEL (French), or None when it is."""
    try:
        compile_expression(text)
    except FeelSyntaxError as error:
        return error.message.rstrip(".")
    return None


def names_of(text: str) -> frozenset[str]:
    """The free names of a FEEL text; none when it does not parse."""
    try:
        return frozenset(compile_expression(text).names)
    except FeelSyntaxError:
        return frozenset()


def tested_names(text: str) -> frozenset[str]:
    """The free names of an input entry; none when it does not parse."""
    try:
        return frozenset(unary(text).names)
    except FeelSyntaxError:
        return frozenset()
