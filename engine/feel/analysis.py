"""Static analysis for the studio and the compiler: is it FEEL, which names are unknown, what type comes out,
what could be written next. Nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine.feel import ast, types
from engine.feel.builtins import BUILTINS
from engine.feel.cursor import Cursor
from engine.feel.errors import FeelSyntaxError, Nothing
from engine.feel.expression import BUILTIN_NAMES
from engine.feel.inference import Knowledge, Remark, infer, plain
from engine.feel.lexer import tokens
from engine.feel.members import PROPERTIES
from engine.feel.names import KnownNames, run_of_words
from engine.feel.parser import parse, parse_unary
from engine.feel.types import Type
from engine.feel.values import KINDS

WORDS = (
    "and",
    "between",
    "else",
    "every",
    "false",
    "for",
    "function",
    "if",
    "in",
    "instance of",
    "null",
    "or",
    "return",
    "satisfies",
    "some",
    "then",
    "true",
)


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that could stand at the end of a text: `kind` is variable, entry, property, function or word."""

    name: str
    kind: str
    type: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a text: its error or its remarks, its type as FEEL writes it, what could follow it."""

    error: FeelSyntaxError | None
    unknown: tuple[str, ...]
    remarks: tuple[Remark, ...]
    result: str
    completions: tuple[Completion, ...]


def analyse(text: str, variables: Mapping[str, str | Type], *, unary: bool = False, value: str = "Any") -> Analysis:
    """Look at an expression, or at a unary test of a `value` type; `variables` gives the type of each name."""
    known = {name: as_type(written) for name, written in variables.items()}
    following = tuple(complete(text, known))
    parser_names = BUILTIN_NAMES.more(_all_names(known))
    try:
        tree: ast.Node = parse_unary(text, parser_names) if unary else parse(text, parser_names)
        knowledge = Knowledge({**known, "?": as_type(value)} if unary else known)
        result = infer(tree, knowledge)
    except FeelSyntaxError as error:
        return Analysis(error, (), (), "Any", following)
    except RecursionError:
        return Analysis(FeelSyntaxError("Le texte est trop imbriqué.", text, 0), (), (), "Any", following)
    unknown = dict.fromkeys(remark.name for remark in knowledge.remarks if remark.name)
    return Analysis(None, tuple(unknown), tuple(knowledge.remarks), types.write_type(result), following)


def as_type(written: str | Type) -> Type:
    """A type from its FEEL text (`number`, `list<string>`, `context<nom: string>`); Any when it is none."""
    return _parsed_type(written) if isinstance(written, str) else written


@lru_cache(maxsize=1024)
def _parsed_type(text: str) -> Type:
    try:
        cursor = Cursor(text, KnownNames())
        found = types.resolve(cursor.type())
    except (FeelSyntaxError, Nothing):
        return types.ANY
    return found if cursor.token.kind == "end" else types.ANY


def _all_names(known: Mapping[str, Type]) -> Iterator[str]:
    for name, found in known.items():
        yield name
        yield from _entry_names(found)


def _entry_names(found: Type) -> Iterator[str]:
    found = plain(found)
    if isinstance(found, types.ListOf):
        yield from _entry_names(found.element)
    elif isinstance(found, types.ContextOf):
        for name, entry in found.members:
            yield name
            yield from _entry_names(entry)


def complete(text: str, variables: Mapping[str, Type]) -> Iterator[Completion]:
    """What could be written at the end of a text: entries after a dot, else variables, functions and words."""
    path, prefix = _path_before_end(text, variables)
    if path:
        yield from (found for found in _entries(_type_of_path(path, variables)) if _begins(found, prefix))
        return
    yield from (found for found in _everything(variables) if _begins(found, prefix))


def _begins(found: Completion, prefix: str) -> bool:
    return found.name.lower().startswith(prefix.lower())


def _everything(variables: Mapping[str, Type]) -> Iterator[Completion]:
    for name, found in sorted(variables.items()):
        yield Completion(name, "variable", types.write_type(found))
    for name, builtin in sorted(BUILTINS.items()):
        yield Completion(name, "function", types.write_type(builtin.result), builtin.parameter_names())
    for word in WORDS:
        yield Completion(word, "word", "")


def _entries(found: Type) -> Iterator[Completion]:
    found = plain(found)
    if isinstance(found, types.ListOf):
        yield from _entries(found.element)
    elif isinstance(found, types.ContextOf):
        yield from (Completion(name, "entry", types.write_type(entry)) for name, entry in found.members)
    elif isinstance(found, types.Simple):
        classes = [cls for cls, name in KINDS.items() if name == found.name]
        yield from (Completion(key, "property", "") for cls in classes for key in PROPERTIES.get(cls, {}))


def _path_before_end(text: str, variables: Mapping[str, Type]) -> tuple[list[str], str]:
    """The names before the last dot, and the beginning of the name that is being written."""
    try:
        found = tokens(text)
    except FeelSyntaxError:
        return [], ""
    known = BUILTIN_NAMES.more(_all_names(variables))
    path: list[str] = []
    position = 0
    name = ""
    while found[position].kind != "end":
        length, written = known.longest(found, position)
        words = run_of_words(found, position)
        if words > length:
            length, written = words, " ".join(token.text for token in found[position : position + words])
        if length:
            name = written
        elif found[position].text == "." and name:
            path, name = [*path, name], ""
        else:
            path, name = [], ""
        position += max(length, 1)
    return path, name


def _type_of_path(path: list[str], variables: Mapping[str, Type]) -> Type:
    found: Type = variables.get(path[0], types.ANY)
    for key in path[1:]:
        found = plain(found)
        if isinstance(found, types.ListOf):
            found = plain(found.element)
        found = dict(found.members).get(key, types.ANY) if isinstance(found, types.ContextOf) else types.ANY
    return found
