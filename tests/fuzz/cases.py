"""Hostile cases: how they are made (hypothesis, with our own texts and models as seeds) and how one is played.

A case is a kind, a content and a number that decides what is random in playing it, so that it can be played again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from engine import runtime
from engine.compile import Source, apply_fixes, compile
from engine.compiling.xml import XmlRefused
from engine.definition import Definition
from engine.diagram import render
from engine.feel import Budget, FeelError, analyse, compile_expression, unary
from engine.feel.dmn import Decisions, load
from engine.model import Advance
from engine.provenance import tables_behind
from tests.engine.compiling.test_fuzz import SEEDS, spoil
from tests.engine.feel.test_fuzz import EXPRESSIONS, SOUP, VARIABLES
from tests.fuzz.limits import bounded

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
BUDGET = Budget(seconds=1.0)
STEPS = 12
TEXTS = [
    line
    for line in (ROOT / "tests/engine/differential/expressions.feel").read_text().splitlines()
    if line and not line.startswith("//")
]
DRAWINGS = [path.read_bytes() for path in sorted((ROOT / "processes").rglob("*.bpmn"))]
TABLES = [path.read_bytes() for path in sorted((ROOT / "processes").rglob("*.dmn"))]
ODD = ["", "null", "[]", "(((", "1e6000", '"', "@", "..", "-", "?", "for i in 1..1000000 return i", "x x x", "é" * 300]
HOLDS = [None, True, 0, -1, 2, Decimal("0.5"), "", "oui", "2026-01-31", [], [1, None], {"a": 1}, NOW]


@dataclass(frozen=True)
class Case:
    """Something to play; `kind` is feel, dmn or bpmn."""

    kind: str
    content: str
    number: int

    def text(self) -> str:
        """The case as a file of finds/ holds it."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> Case:
    """A case from a file of finds/."""
    return Case(**json.loads(text))


def strategy() -> st.SearchStrategy[Case]:
    """Every kind of case."""
    numbers = st.integers(0, 2**32)
    feel = st.one_of(EXPRESSIONS, SOUP, st.text(max_size=60), st.builds(cut, st.sampled_from(TEXTS), numbers))
    dmn = st.builds(spoilt_table, st.sampled_from(TABLES), numbers)
    bpmn = st.builds(spoilt_drawing, st.sampled_from([*SEEDS, *SEEDS, *DRAWINGS]), numbers)
    return st.one_of(
        st.builds(Case, st.just("feel"), feel, numbers),
        st.builds(Case, st.just("dmn"), dmn, numbers),
        st.builds(Case, st.just("bpmn"), bpmn, numbers),
    )


def cut(text: str, number: int) -> str:
    """A text with pieces of itself and of others left out, doubled, nested or put elsewhere."""
    chance = random.Random(number)
    for _ in range(chance.randint(1, 4)):
        start, end = sorted(chance.choices(range(len(text) + 1), k=2))
        piece = text[start:end]
        new = chance.choice(["", piece * 2, piece * 50, f"({piece})", f"[{piece}]", chance.choice(TEXTS), *ODD])
        text = (text[:start] + new + text[end:])[:4_000]
    return text


def spoilt_drawing(seed: bytes, number: int) -> str:
    """A BPMN file with random changes, some of them in its expressions."""
    chance = random.Random(number)
    root = etree.fromstring(spoil(seed, chance, chance.randint(1, 8)))
    texts = [e for e in root.iter() if isinstance(e.tag, str) and e.text and e.text.strip()]
    for element in chance.choices(texts, k=chance.randint(0, 2)) if texts else []:
        element.text = _written(cut(element.text or "", chance.randrange(2**32)))
    return etree.tostring(root, encoding="unicode")


def spoilt_table(seed: bytes, number: int) -> str:
    """A DMN file with elements moved, doubled or left out, and entries replaced."""
    chance = random.Random(number)
    root = etree.fromstring(seed)
    for _ in range(chance.randint(1, 8)):
        elements = [e for e in root.iter() if isinstance(e.tag, str) and e is not root]
        element = chance.choice(elements)
        parent = element.getparent()
        what = chance.randrange(5)
        if what == 0:
            element.text = _written(chance.choice([cut(element.text or "", chance.randrange(2**32)), *TEXTS]))
        elif what == 1 and element.attrib:
            name = chance.choice(list(element.attrib))
            element.set(
                name, chance.choice(["", "UNIQUE", "COLLECT", "ANY", "SUM", "number", "#x", element.get(name) or ""])
            )
        elif what == 2 and element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        elif what == 3 and parent is not None:
            parent.remove(element)
        else:
            element.addnext(etree.fromstring(etree.tostring(element)))
    return etree.tostring(root, encoding="unicode")


def _written(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe"))


def play(case: Case) -> None:
    """Play a case; only what the rooms document may come out, and each call is bounded."""
    _PLAYERS[case.kind](case.content, random.Random(case.number))


def _feel(text: str, chance: random.Random) -> None:
    with bounded():
        analyse(text, {"x": "number", "liste": "list<Any>", "contexte": "context<a: number>"})
    with bounded(), suppress(FeelError):
        unary(text).matches(chance.choice(HOLDS), VARIABLES, budget=BUDGET)
    with bounded(), suppress(FeelError):
        compile_expression(text).evaluate(VARIABLES, budget=BUDGET)


def _dmn(text: str, chance: random.Random) -> None:
    for decisions in _loaded(text):
        for key in decisions.names:
            given = {name: chance.choice(HOLDS) for name in decisions.inputs(key)}
            with bounded(), suppress(FeelError):
                decisions.decide(key, given, now=NOW, budget=BUDGET)


def _loaded(text: str) -> Iterator[Decisions]:
    with bounded(), suppress(FeelError):
        yield load(text.encode())


def _bpmn(text: str, chance: random.Random) -> None:
    content = text.encode()
    with bounded():
        compiled = compile([Source("m.bpmn", content)], None, foreign=chance.random() < 0.7)
    with bounded():
        fixed = apply_fixes(content)
    with bounded():
        if apply_fixes(fixed) != fixed:
            raise AssertionError("a corrected file is corrected again")
    with bounded(), suppress(XmlRefused):
        render(content)
    if compiled.definition is not None:
        with bounded():
            tables_behind(compiled.definition, {})
        _walk(compiled.definition, chance)


def _walk(definition: Definition, chance: random.Random) -> None:
    """Start, then do at random what is open."""
    now = NOW
    with bounded():
        advance = runtime.start(definition, data={"x": chance.choice(HOLDS)}, now=now)
    for _ in range(STEPS):
        if advance.finished:
            return
        now += timedelta(hours=chance.choice([0, 1, 30]))
        with bounded():
            advance = _step(definition, advance, chance, now)


def _step(definition: Definition, advance: Advance, chance: random.Random, now: datetime) -> Advance:
    data: dict[str, Any] = {chance.choice("abx"): chance.choice(HOLDS)}
    state = advance.state
    what = chance.randrange(6)
    if what == 0 and advance.pending_effects:
        return runtime.answer(definition, state, chance.choice(advance.pending_effects), data, now=now)
    if what == 1 and advance.pending_effects:
        return runtime.fail(definition, state, chance.choice(advance.pending_effects), "E", "échec", now=now)
    if what == 2 and advance.messages:
        return runtime.send(definition, state, chance.choice(advance.messages).message, data, now=now)
    if what == 3:
        return runtime.set_variables(definition, state, data, now=now)
    if what == 4 and advance.incidents:
        return runtime.retry(definition, state, chance.choice(advance.incidents).id, now=now)
    if what == 5 and advance.timers:
        return runtime.fire(definition, state, now=now)
    if advance.open_tasks:
        return runtime.complete(definition, state, chance.choice(advance.open_tasks).id, data, now=now)
    return runtime.signal(definition, state, "s", data, now=now)


_PLAYERS = {"feel": _feel, "dmn": _dmn, "bpmn": _bpmn}
