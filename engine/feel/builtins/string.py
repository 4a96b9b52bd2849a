"""Functions of texts."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import regex
from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.types import BOOLEAN, NUMBER, STRING, ListOf
from engine.feel.values import Value


@builtin("substring", "string, start position, length?", STRING)
def substring(run: Run, string: Value, start_position: Value, *length: Value) -> Value:
    """The characters from a position counted from 1, or from the end when negative."""
    text = arguments.text(string, "string")
    start = arguments.index(start_position, len(text), "start position")
    if not length:
        return text[start:]
    count = arguments.whole(length[0], "length")
    if count < 1:
        raise Nothing("« length » est au moins 1")
    return text[start : start + count]


@builtin("string length", "string", NUMBER)
def string_length(run: Run, string: Value) -> Value:
    """How many characters."""
    return Decimal(len(arguments.text(string, "string")))


@builtin("upper case", "string", STRING)
def upper_case(run: Run, string: Value) -> Value:
    """The text in capitals."""
    return _made(arguments.text(string, "string").upper(), run)


@builtin("lower case", "string", STRING)
def lower_case(run: Run, string: Value) -> Value:
    """The text in small letters."""
    return _made(arguments.text(string, "string").lower(), run)


@builtin("substring before", "string, match", STRING)
def substring_before(run: Run, string: Value, match: Value) -> Value:
    """What stands before the first match; nothing when there is none."""
    text, sought = arguments.text(string, "string"), arguments.text(match, "match")
    return text.partition(sought)[0] if sought and sought in text else ""


@builtin("substring after", "string, match", STRING)
def substring_after(run: Run, string: Value, match: Value) -> Value:
    """What stands after the first match; nothing when there is none."""
    text, sought = arguments.text(string, "string"), arguments.text(match, "match")
    return text.partition(sought)[2] if sought else text


@builtin("contains", "string, match", BOOLEAN)
def contains(run: Run, string: Value, match: Value) -> Value:
    """Whether the text holds the other."""
    return arguments.text(match, "match") in arguments.text(string, "string")


@builtin("starts with", "string, match", BOOLEAN)
def starts_with(run: Run, string: Value, match: Value) -> Value:
    """Whether the text begins with the other."""
    return arguments.text(string, "string").startswith(arguments.text(match, "match"))


@builtin("ends with", "string, match", BOOLEAN)
def ends_with(run: Run, string: Value, match: Value) -> Value:
    """Whether the text ends with the other."""
    return arguments.text(string, "string").endswith(arguments.text(match, "match"))


@builtin("matches", "input, pattern, flags?", BOOLEAN)
def matches(run: Run, input_text: Value, pattern: Value, flags: Value = None) -> Value:
    """Whether the pattern is found in the text."""
    text = arguments.text(input_text, "input")
    run.spend(1 + len(text) // 16)
    return regex.found(text, arguments.text(pattern, "pattern"), _flags(flags))


@builtin("replace", "input, pattern, replacement, flags?", STRING)
def replace(run: Run, input_text: Value, pattern: Value, replacement: Value, flags: Value = None) -> Value:
    """The text with every match of the pattern replaced."""
    text = arguments.text(input_text, "input")
    run.spend(1 + len(text) // 16)
    new = arguments.text(replacement, "replacement")
    return regex.replaced(text, arguments.text(pattern, "pattern"), new, _flags(flags), run)


@builtin("split", "string, delimiter", ListOf(STRING))
def split(run: Run, string: Value, delimiter: Value) -> Value:
    """The pieces between the matches of the pattern."""
    text = arguments.text(string, "string")
    run.spend(1 + len(text) // 16)
    return regex.split(text, arguments.text(delimiter, "delimiter"), run)


@builtin("string join", "list, delimiter?", STRING)
def string_join(run: Run, parts: Value, delimiter: Value = None) -> Value:
    """The texts of a list one after the other; null counts for nothing."""
    texts = [arguments.text(part, "list") for part in arguments.items(parts) if part is not None]
    between = "" if delimiter is None else arguments.text(delimiter, "delimiter")
    run.lettered(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _flags(flags: Value) -> str:
    return "" if flags is None else arguments.text(flags, "flags")


def _made(text: str, run: Run) -> str:
    run.lettered(len(text))
    return text
