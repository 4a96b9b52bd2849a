"""Where the parser stands: the tokens, the names it knows, and how deep it is."""

from __future__ import annotations

from typing import NoReturn

from engine.feel.ast import (
    ContextType,
    FunctionType,
    ListType,
    NamedType,
    RangeType,
    TypeNode,
)
from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, tokens
from engine.feel.names import KnownNames, run_of_words

MAX_DEPTH = 48
_LONG_TYPES = (
    ("days", "and", "time", "duration"),
    ("years", "and", "months", "duration"),
    ("date", "and", "time"),
)


class Cursor:
    """A walk over the tokens of one text, with the reading of names and types that all rules share."""

    def __init__(self, text: str, known: KnownNames) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.position = 0
        self.known = known
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.position]

    def ahead(self, distance: int) -> Token:
        """A later token; the last one when there are not that many."""
        return self.tokens[min(self.position + distance, len(self.tokens) - 1)]

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        """Refuse the text here."""
        raise FeelSyntaxError(message, self.text, self.token.start if at is None else at)

    def is_op(self, *signs: str) -> bool:
        """Whether one of these signs comes next."""
        token = self.tokens[self.position]
        return token.kind == "op" and token.text in signs

    def is_word(self, word: str) -> bool:
        """Whether this word comes next."""
        token = self.tokens[self.position]
        return token.kind == "name" and token.text == word

    def take(self) -> Token:
        """The next token, which is then behind."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def skip_op(self, *signs: str) -> bool:
        """Take one of these signs if it comes next."""
        if self.is_op(*signs):
            self.position += 1
            return True
        return False

    def need_op(self, sign: str) -> None:
        """Take this sign or refuse the text."""
        if not self.skip_op(sign):
            self.fail(f"« {sign} » est attendu ici{self._found()}.")

    def need_word(self, word: str) -> None:
        """Take this word or refuse the text."""
        if not self.is_word(word):
            self.fail(f"« {word} » est attendu ici{self._found()}.")
        self.position += 1

    def _found(self) -> str:
        return ", mais le texte s'arrête" if self.token.kind == "end" else f", pas « {self.token.text[:30]} »"

    def unexpected(self) -> NoReturn:
        """Refuse the next token."""
        if self.token.kind == "end":
            self.fail("Le texte s'arrête trop tôt.")
        self.fail(f"« {self.token.text[:30]} » n'est pas attendu ici.")

    def go_deeper(self) -> None:
        """Enter a nested part; refuse texts nested beyond reason."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("Les parenthèses et expressions imbriquées sont trop nombreuses.")

    def name(self) -> str | None:
        """The name that comes next, which is then behind; None when no name does."""
        length, name = self.known.longest(self.tokens, self.position)
        words = run_of_words(self.tokens, self.position)
        if words > length:
            name = " ".join(token.text for token in self.tokens[self.position : self.position + words])
            length = words
        if not length:
            return None
        self.position += length
        return name

    def need_name(self) -> str:
        """The name that comes next, or refuse the text."""
        name = self.name()
        if name is None:
            self.fail(f"Un nom est attendu ici{self._found()}.")
        self.known.add(name)
        return name

    def label(self) -> str | None:
        """The name before a colon (an entry's key, a named argument), both then behind; None when none is there."""
        end = self.position
        while self._in_label(self.tokens[end]):
            end += 1
        last = self.tokens[end]
        if end == self.position or last.kind != "op" or last.text != ":" or self.token.kind != "name":
            return None
        name = self._written(end)
        self.position = end + 1
        self.known.add(name)
        return name

    def _written(self, end: int) -> str:
        """The text up to a token, every space between two words as one and none around signs."""
        length, known = self.known.longest(self.tokens, self.position)
        if length == end - self.position:
            return known
        text = ""
        for index in range(self.position, end):
            token = self.tokens[index]
            words = index > self.position and token.kind != "op" and self.tokens[index - 1].kind != "op"
            text += f" {token.text}" if words else token.text
        return text

    @staticmethod
    def _in_label(token: Token) -> bool:
        return token.kind in ("name", "number") or token.text in (".", "/", "-", "'", "’", "+", "*", "**")

    def type(self) -> TypeNode:
        """The type that comes next."""
        self.go_deeper()
        found = self._type()
        self.depth -= 1
        return found

    def _type(self) -> TypeNode:
        if self.token.kind == "name" and self.ahead(1).text == "<":
            word = self.token.text
            if word in ("list", "range"):
                self.position += 2
                element = self.type()
                self._close_angle()
                return ListType(element) if word == "list" else RangeType(element)
            if word == "context":
                self.position += 2
                return self._context_type()
            if word == "function":
                self.position += 2
                return self._function_type()
        return NamedType(self._type_name())

    def _context_type(self) -> TypeNode:
        members: list[tuple[str, TypeNode]] = []
        while not self.is_op(">"):
            name = self.label()
            if name is None:
                self.fail("Un nom suivi de « : » est attendu dans ce type.")
            members.append((name, self.type()))
            if not self.skip_op(","):
                break
        self._close_angle()
        return ContextType(tuple(members))

    def _function_type(self) -> TypeNode:
        parameters: list[TypeNode] = []
        while not self.is_op(">"):
            parameters.append(self.type())
            if not self.skip_op(","):
                break
        self._close_angle()
        result: TypeNode = NamedType("Any")
        if self.skip_op("->"):
            result = self.type()
        return FunctionType(tuple(parameters), result)

    def _close_angle(self) -> None:
        token = self.token
        if token.text == ">=" and token.kind == "op":
            self.tokens[self.position : self.position + 1] = [
                Token("op", ">", token.start, token.start + 1),
                Token("op", "=", token.start + 1, token.end),
            ]
        self.need_op(">")

    def _type_name(self) -> str:
        for words in _LONG_TYPES:
            window = self.tokens[self.position : self.position + len(words)]
            if tuple(token.text for token in window) == words:
                self.position += len(words)
                return " ".join(words)
        name = self.token.text if self.is_word("function") or self.is_word("Null") else ""
        if name:
            self.position += 1
            return name
        name = self.name() or ""
        if not name:
            self.fail("Un type est attendu ici.")
        while self.is_op(".") and self.ahead(1).kind == "name":
            self.position += 1
            name += f".{self.need_name()}"
        return name
