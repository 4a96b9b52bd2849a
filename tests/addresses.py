"""Addresses of the applications under test: they are the same in each, so what builds them is compiled once."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from werkzeug.routing import Rule


class KnownRule(Rule):
    """A rule whose builder of addresses is that of the first rule of the same pattern."""

    _builders: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:  # a builder holds its defaults as this rule's converters write them
            return super()._compile_builder(append_unknown)
        pattern = (self.rule, append_unknown, *self._trace)
        if pattern not in self._builders:
            self._builders[pattern] = super()._compile_builder(append_unknown)
        return self._builders[pattern]
