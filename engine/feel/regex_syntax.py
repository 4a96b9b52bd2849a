"""XPath's regular expressions rewritten for RE2, sign by sign; what is not XPath, or not linear, is refused."""

from __future__ import annotations

from engine.feel.errors import Nothing
from engine.feel.regex_classes import CATEGORIES, CharacterSet, block, category_set, name_set

_MAX_PATTERN = 2_000
_FLAGS = frozenset("smixq")
_SPACES = " \t\n\r"
_SIMPLE = {"n": "\\n", "r": "\\r", "t": "\\t"}
_LITERAL = frozenset("\\|.-^?*+{}()[]$")


def translate(pattern: str, flags: str) -> str:
    """The same expression for RE2; Nothing when it is not one of XPath's, or looks back."""
    if len(pattern) > _MAX_PATTERN:
        raise Nothing("l'expression régulière est trop longue")
    if not set(flags) <= _FLAGS:
        raise Nothing("ces options d'expression régulière n'existent pas")
    if "q" in flags:
        body = "".join(_quoted(sign) for sign in pattern)
    else:
        body = _Translator(_without_spaces(pattern) if "x" in flags else pattern, flags).alternatives()
    return f"(?i){body}" if "i" in flags else body


def _quoted(sign: str) -> str:
    return sign if sign.isalnum() or sign == "_" or ord(sign) > 127 else f"\\x{{{ord(sign):x}}}"


def _without_spaces(pattern: str) -> str:
    """Flag x: spaces mean nothing, except between square brackets."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for sign in pattern:
        if sign in _SPACES and depth == 0:
            continue
        if not escaped and sign in "[]":
            depth += 1 if sign == "[" else -1
        escaped = sign == "\\" and not escaped
        kept.append(sign)
    return "".join(kept)


class _Translator:
    """One pass over a pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.dot = "(?s:.)" if "s" in flags else "[^\\n\\r]"
        self.caret = "(?m:^)" if "m" in flags else "\\A"
        self.dollar = "(?m:$)" if "m" in flags else "\\z"
        self.depth = 0

    def _peek(self, ahead: int = 0) -> str:
        return self.pattern[self.position + ahead : self.position + ahead + 1]

    def _take(self) -> str:
        sign = self._peek()
        if not sign:
            raise Nothing("l'expression régulière s'arrête trop tôt")
        self.position += 1
        return sign

    def alternatives(self) -> str:
        """The pattern, or what stands in one pair of parentheses."""
        written: list[str] = []
        while sign := self._peek():
            if sign == ")":
                if self.depth:
                    break
                raise Nothing("l'expression régulière ferme une parenthèse de trop")
            written.append("|" if sign == "|" else self._piece())
            if sign == "|":
                self.position += 1
        return "".join(written)

    def _piece(self) -> str:
        atom = self._atom()
        quantifier = self._quantifier()
        return atom + quantifier

    def _atom(self) -> str:
        sign = self._take()
        if sign in "?*+{}]":
            raise Nothing(f"« {sign} » n'a pas de sens ici dans l'expression régulière")
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class().written()
        if sign == "\\":
            return self._escape()
        return {".": self.dot, "^": self.caret, "$": self.dollar}.get(sign) or _quoted(sign)

    def _group(self) -> str:
        opening = "("
        if self._peek() == "?":
            if self._peek(1) != ":":
                raise Nothing("ce groupe d'expression régulière n'existe pas")
            self.position += 2
            opening = "(?:"
        self.depth += 1
        if self.depth > 50:
            raise Nothing("l'expression régulière est trop imbriquée")
        inner = self.alternatives()
        if self._take() != ")":
            raise Nothing("l'expression régulière ne ferme pas une parenthèse")
        self.depth -= 1
        return f"{opening}{inner})"

    def _quantifier(self) -> str:
        sign = self._peek()
        if sign and sign in "?*+":
            self.position += 1
            written = sign
        elif sign == "{":
            end = self.pattern.find("}", self.position)
            written = self.pattern[self.position : end + 1]
            low, _, high = written[1:-1].partition(",")
            if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
                raise Nothing("cette répétition d'expression régulière n'existe pas")
            self.position = end + 1
        else:
            return ""
        if self._peek() == "?":
            self.position += 1
            written += "?"
        return written

    def _escape(self) -> str:
        sign = self._peek()
        if sign in _SIMPLE:
            self.position += 1
            return _SIMPLE[sign]
        if sign and sign in _LITERAL:
            self.position += 1
            return _quoted(sign)
        return self._class_escape().written()

    def _class_escape(self) -> CharacterSet:
        """`\\d`, `\\p{L}` and their like."""
        sign = self._take()
        if sign in "pP":
            found = self._property()
            return found.negated() if sign == "P" else found
        known = name_set(sign)
        if known is None:
            raise Nothing(f"« \\{sign} » n'existe pas dans les expressions régulières")
        return known

    def _property(self) -> CharacterSet:
        end = self.pattern.find("}", self.position)
        if self._take() != "{" or end < 0:
            raise Nothing("« \\p » demande une catégorie entre accolades")
        name = self.pattern[self.position : end]
        self.position = end + 1
        if name.startswith("Is"):
            return block(name[2:])
        if name not in CATEGORIES:
            raise Nothing(f"la catégorie « {name[:20]} » n'existe pas")
        return category_set(name)

    def _class(self) -> CharacterSet:
        """What stands between square brackets, the first of them behind."""
        negated = self._peek() == "^"
        if negated:
            self.position += 1
        found = CharacterSet.empty()
        first = True
        while True:
            sign = self._peek()
            if sign == "]" and not first:
                self.position += 1
                return found.negated() if negated else found
            if sign == "-" and self._peek(1) == "[" and not first:
                return self._subtraction(found.negated() if negated else found)
            found = found.joined(self._range(first=first))
            first = False

    def _subtraction(self, found: CharacterSet) -> CharacterSet:
        self.position += 2
        self.depth += 1
        if self.depth > 20:
            raise Nothing("l'expression régulière est trop imbriquée")
        less = self._class()
        self.depth -= 1
        if self._take() != "]":
            raise Nothing("l'expression régulière ne ferme pas un crochet")
        return found.without(less)

    def _range(self, *, first: bool) -> CharacterSet:
        start = self._member(first=first)
        if isinstance(start, CharacterSet):
            return start
        if self._peek() != "-" or self._peek(1) in ("]", "[", ""):
            return CharacterSet.of((start, start))
        self.position += 1
        end = self._member(first=False)
        if isinstance(end, CharacterSet) or end < start:
            raise Nothing("cet intervalle de caractères est inversé")
        return CharacterSet.of((start, end))

    def _member(self, *, first: bool) -> CharacterSet | int:
        sign = self._take()
        if sign == "\\":
            escaped = self._peek()
            if escaped in _SIMPLE:
                self.position += 1
                return ord({"n": "\n", "r": "\r", "t": "\t"}[escaped])
            if escaped and escaped in _LITERAL:
                self.position += 1
                return ord(escaped)
            return self._class_escape()
        if sign in "[]" or (sign == "-" and not first and self._peek() not in ("]", "-")):
            raise Nothing(f"« {sign} » n'a pas de sens ici entre crochets")
        return ord(sign)
