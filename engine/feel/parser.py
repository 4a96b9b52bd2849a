"""FEEL text to tree: recursive descent for the forms, operator precedence for the operators."""

from __future__ import annotations

from engine.feel import ast
from engine.feel.cursor import Cursor
from engine.feel.errors import FeelSyntaxError, Nothing
from engine.feel.lexer import unescape
from engine.feel.names import OPENING_WORDS, STOPPING_WORDS, KnownNames
from engine.feel.numbers import parse_number

_MAX_CHAIN = 120
_OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER, _INSTANCE = range(1, 8)
_COMPARATORS = ("=", "!=", "<", "<=", ">", ">=")
_OPERATORS = {
    **dict.fromkeys(_COMPARATORS, _COMPARISON),
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "**": _POWER,
}
_WORDS = {"or": _OR, "and": _AND, "between": _COMPARISON, "in": _COMPARISON, "instance": _INSTANCE}
_AFTER_CLOSING = frozenset({")", "]", ",", "}", "=", "!=", "<", "<=", ">", ">=", "+", "*", "/", "**", ".", "..", ":"})


def parse(text: str, known: KnownNames) -> ast.Node:
    """The tree of an expression; FeelSyntaxError when the text is none."""
    return _whole(text, known, unary=False)


def parse_unary(text: str, known: KnownNames) -> ast.UnaryTests:
    """The tree of an input entry; FeelSyntaxError when the text is none."""
    tree = _whole(text, known, unary=True)
    if not isinstance(tree, ast.UnaryTests):
        raise FeelSyntaxError("Ce texte n'est pas un test.", text, 0)
    return tree


def _whole(text: str, known: KnownNames, *, unary: bool) -> ast.Node:
    parser = Parser(text, known.more())
    try:
        tree = parser.unary_tests() if unary else parser.expression()
    except RecursionError:
        raise FeelSyntaxError("Le texte est trop imbriqué.", text, 0) from None
    if parser.token.kind != "end":
        parser.unexpected()
    return tree


class Parser(Cursor):
    """The rules of FEEL's grammar, one method each."""

    def unary_tests(self) -> ast.Node:
        """`-`, tests separated by commas, or not(tests)."""
        at = self.token.start
        if self.is_op("-") and self.ahead(1).kind == "end":
            self.take()
            return ast.UnaryTests(at, (), negated=False)
        if self.is_word("not") and self.ahead(1).text == "(" and self._closes_at_end():
            self.position += 2
            tests = self._tests()
            self.need_op(")")
            return ast.UnaryTests(at, tests, negated=True)
        return ast.UnaryTests(at, self._tests(), negated=False)

    def _closes_at_end(self) -> bool:
        depth = 0
        for index in range(self.position + 1, len(self.tokens)):
            token = self.tokens[index]
            if token.kind == "op" and token.text in ("(", ")"):
                depth += 1 if token.text == "(" else -1
                if depth == 0:
                    return self.tokens[index + 1].kind == "end"
        return False

    def _tests(self) -> tuple[ast.Node, ...]:
        tests = [self.test()]
        while self.skip_op(","):
            tests.append(self.test())
        return tuple(tests)

    def test(self) -> ast.Node:
        """A comparison without left side, or an expression."""
        if not self.is_op(*_COMPARATORS):
            return self.expression()
        at, operator = self.token.start, self.take().text
        return ast.UnaryComparison(at, operator, self.expression(_SUM))

    def expression(self, power: int = _OR) -> ast.Node:
        """An expression whose operators bind at least that strongly."""
        self.go_deeper()
        tree = self.onwards(self.prefix(), power)
        self.depth -= 1
        return tree

    def onwards(self, left: ast.Node, power: int) -> ast.Node:
        """What follows an operand, as far as the operators bind at least that strongly."""
        chain = 0
        while True:
            strength = self._strength()
            if strength < power:
                return left
            chain += 1
            if chain > _MAX_CHAIN:
                self.fail("L'expression enchaîne trop d'opérations.")
            left = self._infix(left, strength)

    def _strength(self) -> int:
        token = self.token
        if token.kind == "op":
            return _OPERATORS.get(token.text, 0)
        if token.kind != "name":
            return 0
        if token.text == "instance" and self.ahead(1).text != "of":
            return 0
        return _WORDS.get(token.text, 0)

    def _infix(self, left: ast.Node, strength: int) -> ast.Node:
        token = self.token
        if strength in (_OR, _AND):
            return self._logic(left, token.text, strength)
        if token.text == "between":
            return self._between(left)
        if token.text == "in":
            return self._in(left)
        if token.text == "instance":
            self.position += 2
            return ast.InstanceOf(token.start, left, self.type())
        self.take()
        right = self.expression(strength + 1)
        if strength == _COMPARISON:
            return ast.Comparison(token.start, token.text, left, right)
        return ast.Arithmetic(token.start, token.text, left, right)

    def _logic(self, left: ast.Node, word: str, strength: int) -> ast.Node:
        at = self.token.start
        parts = [left]
        while self.is_word(word):
            self.take()
            parts.append(self.expression(strength + 1))
        return ast.Logic(at, word, tuple(parts))

    def _between(self, left: ast.Node) -> ast.Node:
        at = self.take().start
        low = self.expression(_SUM)
        self.need_word("and")
        return ast.Between(at, left, low, self.expression(_SUM))

    def _in(self, left: ast.Node) -> ast.Node:
        at = self.take().start
        if not self.is_op("("):
            test = self.test() if self.is_op(*_COMPARATORS) else self.expression(_SUM)
            return ast.In(at, left, (test,))
        self.go_deeper()
        opened = self.take().start
        tests = self._tests()
        if len(tests) == 1 and self.is_op(".."):
            tests = (self._interval(opened, tests[0], start_included=False),)
        else:
            self.need_op(")")
        if len(tests) == 1 and not isinstance(tests[0], ast.UnaryComparison):
            tests = (self.onwards(self.postfix(tests[0]), _SUM),)
        self.depth -= 1
        return ast.In(at, left, tests)

    def prefix(self) -> ast.Node:
        """An operand with its signs, calls, filters and paths."""
        if self.is_op("-"):
            at = self.take().start
            self.go_deeper()
            value = self.prefix()
            self.depth -= 1
            return ast.Negation(at, value)
        return self.postfix(self._primary())

    def postfix(self, base: ast.Node) -> ast.Node:
        """What is attached to an operand: `.key`, `[filter]`, `(arguments)`."""
        chain = 0
        while self.is_op(".", "[", "("):
            chain += 1
            if chain > _MAX_CHAIN:
                self.fail("L'expression enchaîne trop d'opérations.")
            if self.is_op("[") and self._ends_interval():
                return base
            base = self._attached(base)
        return base

    def _ends_interval(self) -> bool:
        after = self.ahead(1)
        if after.kind == "end":
            return True
        if after.kind == "op":
            return after.text in _AFTER_CLOSING
        return after.kind == "name" and (
            after.text in STOPPING_WORDS or (after.text == "instance" and self.ahead(2).text == "of")
        )

    def _attached(self, base: ast.Node) -> ast.Node:
        token = self.take()
        if token.text == ".":
            return ast.Path(token.start, base, self._key())
        if token.text == "[":
            condition = self.test()
            self.need_op("]")
            return ast.Filter(token.start, base, condition)
        return self._arguments(token.start, base)

    def _key(self) -> str:
        name = self.name()
        if name is not None:
            return name
        if self.token.kind != "name":
            self.unexpected()
        return self.take().text

    def _arguments(self, at: int, function: ast.Node) -> ast.Node:
        names: list[str] = []
        arguments: list[ast.Node] = []
        while not self.is_op(")"):
            name = self.label()
            if name is not None:
                names.append(name)
            arguments.append(self.test())
            if not self.skip_op(","):
                break
        self.need_op(")")
        if names and (len(names) != len(arguments) or len(set(names)) != len(names)):
            self.fail("Les arguments sont tous nommés, chacun une fois, ou aucun ne l'est.", at)
        return ast.Call(at, function, tuple(arguments), tuple(names) if names else None)

    def _primary(self) -> ast.Node:
        token = self.token
        if token.kind == "op":
            return self._bracketed()
        if token.kind == "number":
            return self._number()
        if token.kind == "string":
            return ast.Literal(self.take().start, unescape(token.text))
        if token.kind == "at":
            self.take()
            return ast.AtLiteral(token.start, unescape(token.text[1:].lstrip(" \t")))
        if token.kind == "name":
            return self._word()
        return self.unexpected()

    def _number(self) -> ast.Node:
        token = self.take()
        try:
            return ast.Literal(token.start, parse_number(token.text))
        except Nothing:
            self.fail("Ce nombre est hors limites.", token.start)

    def _word(self) -> ast.Node:
        at, word = self.token.start, self.token.text
        length, _ = self.known.longest(self.tokens, self.position)
        if word in OPENING_WORDS and length == 0:
            return self._opening_word(word)
        name = self.name()
        if name is None:
            self.unexpected()
        return ast.Name(at, name)

    def _opening_word(self, word: str) -> ast.Node:
        if word == "if":
            return self._if()
        if word == "for":
            return self._for()
        if word in ("some", "every"):
            return self._quantified()
        if word == "function":
            return self._function()
        constants = {"null": None, "true": True, "false": False}
        return ast.Literal(self.take().start, constants[word])

    def _bracketed(self) -> ast.Node:
        if self.is_op("("):
            return self._parentheses()
        if self.is_op("["):
            return self._list_or_interval()
        if self.is_op("{"):
            return self._context()
        if self.is_op("]"):
            at = self.take().start
            return self._interval(at, self.expression(_SUM), start_included=False)
        return self.unexpected()

    def _parentheses(self) -> ast.Node:
        at = self.take().start
        inner = self.test()
        if self.is_op(".."):
            return self._interval(at, inner, start_included=False)
        self.need_op(")")
        return inner

    def _interval(self, at: int, start: ast.Node, *, start_included: bool) -> ast.Node:
        self.need_op("..")
        end = self.expression(_SUM)
        if not self.is_op("]", ")", "["):
            self.fail("L'intervalle n'est pas fermé.")
        return ast.Interval(at, start, end, start_included, self.take().text == "]")

    def _list_or_interval(self) -> ast.Node:
        at = self.take().start
        items: list[ast.Node] = []
        while not self.is_op("]"):
            items.append(self.test())
            if len(items) == 1 and self.is_op(".."):
                return self._interval(at, items[0], start_included=True)
            if not self.skip_op(","):
                break
        self.need_op("]")
        return ast.ListOf(at, tuple(items))

    def _context(self) -> ast.Node:
        at = self.take().start
        entries: list[tuple[str, ast.Node]] = []
        while not self.is_op("}"):
            entries.append((self._entry_key(), self.expression()))
            if not self.skip_op(","):
                break
        self.need_op("}")
        return ast.ContextOf(at, tuple(entries))

    def _entry_key(self) -> str:
        if self.token.kind == "string":
            key = unescape(self.take().text)
            self.need_op(":")
            self.known.add(key)
            return key
        label = self.label()
        if label is None:
            self.fail("Un nom suivi de « : » est attendu dans ce contexte.")
        return label

    def _if(self) -> ast.Node:
        at = self.take().start
        condition = self.expression()
        self.need_word("then")
        yes = self.expression()
        self.need_word("else")
        return ast.If(at, condition, yes, self.expression())

    def _for(self) -> ast.Node:
        at = self.take().start
        iterators = self._iterators()
        self.need_word("return")
        return ast.For(at, iterators, self.expression())

    def _quantified(self) -> ast.Node:
        token = self.take()
        iterators = self._iterators()
        self.need_word("satisfies")
        return ast.Quantified(token.start, token.text, iterators, self.expression())

    def _iterators(self) -> tuple[ast.Iterator, ...]:
        found: list[ast.Iterator] = []
        while True:
            at, name = self.token.start, self.need_name()
            kind = self.type() if self.skip_op(":") else None
            self.need_word("in")
            source = self.expression()
            end = self.expression() if self.skip_op("..") else None
            found.append(ast.Iterator(at, name, source, end, kind))
            if not self.skip_op(","):
                return tuple(found)

    def _function(self) -> ast.Node:
        at = self.take().start
        self.need_op("(")
        parameters: list[ast.Parameter] = []
        while not self.is_op(")"):
            name = self.label()
            if name is not None:
                parameters.append(ast.Parameter(name, self.type()))
            else:
                parameters.append(ast.Parameter(self.need_name(), None))
            if not self.skip_op(","):
                break
        self.need_op(")")
        external = self.is_word("external")
        if external:
            self.take()
        return ast.FunctionOf(at, tuple(parameters), self.expression(), external)
