"""docs/moteur.md says what the compiler does, no more and no less."""

from __future__ import annotations

from pathlib import Path

from engine.compiling.model import NODES
from engine.compiling.registry import REWRITES, RULES
from engine.compiling.table import ELEMENTS, page

PAGE = Path(__file__).parents[3] / "docs" / "moteur.md"


def test_the_page_is_what_the_compiler_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m engine.compiling.table > docs/moteur.md"


def test_every_flow_node_has_its_line() -> None:
    assert {element for element, _, _ in ELEMENTS} >= NODES


def test_every_rule_and_rewrite_says_what_it_does() -> None:
    assert all(rule.says and rule.check.__doc__ for rule in RULES)
    assert all(one.drawn and one.run and one.apply.__doc__ for one in REWRITES)
