"""What is told of a decision table before anyone asks it, held against the engine's own answers."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel.budget import Run
from engine.feel.convert import to_feel
from engine.feel.dmn import Decisions
from engine.feel.dmn.cells import read_cell
from engine.feel.dmn.judging import GAPS_TOLD, OVERLAPS, REACH, Judgement, judge
from engine.feel.dmn.regions import Axis
from engine.feel.dmn.trying import Trial
from engine.feel.dmn.wording import entered
from engine.feel.expression import unary
from engine.feel.scope import Scope
from engine.feel.temporal import MonthsDuration
from engine.feel.values import Value
from tests.engine.feel.dmn.tables import Column, table

AGE, MOTIF, COMPLET, LE = (
    Column("age", "number"),
    Column("motif", "string"),
    Column("complet", "boolean"),
    Column("le", "date"),
)
CLOSED = Column("motif", "string", '"a","b","c"')
CELLS: dict[str, list[str]] = {
    "age": [
        "-", "< 2", "<= 2", "[1..3]", "(1..3)", "> 3", ">= 4", "1,3", "not(2)", "not(1,2)", "null", "? > 1 and ? < 4",
        "< 0", "not(< 2)", "]2..4[", "? = null or ? > 2", "[3..1]", "(!= 2)", "not([1..2])", '"a"', "-1",
    ],
    "motif": [
        "-", '"a"', '"b"', '"a","b"', 'not("a")', 'not("a","c")', "null", '? = "c"', "not(null)", "? != null",
    ],
    "complet": ["-", "true", "false", "not(true)", "null", "1"],
    "le": [
        "-", '< date("2026-01-02")', '>= date("2026-01-02")', '[date("2026-01-01")..date("2026-01-03")]',
        '@"2026-01-04"', 'not(date("2026-01-02"))', "< 3", '> @"P1D"',
    ],
    "heure": [
        "-", 'time("10:00:00")', '< time("10:00:00")', '[time("08:00:00")..time("12:00:00")]', "null",
        'not(time("09:30:00"))', '>= time("23:59:59")',
    ],
    "moment": [
        "-", '> date and time("2020-01-01T00:00:00")', 'date and time("2020-01-01T12:00:00")', "null",
        '[date and time("2019-12-31T00:00:00")..date and time("2020-01-01T00:00:00"))',
    ],
    "duree": [
        "-", '@"PT5H"', '< duration("P1D")', '>= duration("P1D")', '(duration("-P2D")..duration("P2D"))', "null",
        '[duration("P60D")..duration("P61D")]', 'not(duration("P0D"))',
    ],
    "mois": ["-", '> @"P1M"', '@"P3M"', '<= duration("P1Y")', "null"],
}  # fmt: skip
FEEL_KINDS = {
    "age": "number", "motif": "string", "complet": "boolean", "le": "date", "heure": "time", "moment": "date and time",
    "duree": "days and time duration", "mois": "years and months duration",
}  # fmt: skip
MOMENTS = ("2019-12-30 00:00", "2019-12-31 00:00", "2020-01-01 00:00", "2020-01-01 01:00", "2020-01-01 12:00")
DOMAINS: dict[str, list[Any]] = {
    "age": [None, *(Decimal(one) / 2 for one in range(-3, 12))],
    "motif": [None, "a", "b", "c", "zzz"],
    "complet": [None, True, False],
    "le": [None, *(date(2026, 1, day) for day in range(1, 6)), date(2025, 12, 31)],
    "heure": [None, *(time(*one) for one in ((0,), (8,), (9, 30), (9, 30, 1), (10,), (12,), (12, 0, 1), (23, 59, 59)))],
    "moment": [None, *(entered(one, "date and time") for one in MOMENTS)],
    "duree": [None, *(timedelta(hours=one) for one in (-72, -48, -24, 0, 4, 5, 23, 24, 48, 1440, 1441, 1464, 1465))],
    "mois": [None, *(MonthsDuration(one) for one in (-1, 0, 1, 2, 3, 4, 12, 13))],
}


def told(judgement: Judgement) -> tuple[int, int, int, int]:
    """How many overlaps, gaps, empty columns, unreachable rules."""
    return len(judgement.overlaps), len(judgement.gaps), len(judgement.empty), len(judgement.unreachable)


def judged(columns: Sequence[Column], rules: Sequence[Sequence[str]], policy: str = "UNIQUE", **more: str) -> Judgement:
    return judge(table(columns, rules, policy, **more), "essai")


def applying(decisions: Decisions, values: Sequence[Value]) -> tuple[int, ...]:
    return Trial(decisions, "essai").play(values).applying


def test_a_whole_table_has_nothing_wrong() -> None:
    judgement = judged([AGE, COMPLET], [("< 18", "-", "1"), (">= 18", "true", "2"), (">= 18", "false", "3")])
    assert told(judgement)[:2] == (0, 0)
    assert judgement.unreachable == judgement.skipped == judgement.given_up == ()
    assert [judgement.columns[at].label for at in judgement.empty] == ["Age", "Complet"]


def test_a_gap_is_told_by_an_example_and_the_columns_that_matter() -> None:
    judgement = judged([AGE, CLOSED], [("< 18", '"a"', "1"), (">= 18", "-", "2"), ("< 18", '"c"', "3")])
    (gap,) = judgement.gaps
    assert gap.example == (Decimal(17), "b")
    assert (gap.matters, gap.unlikely) == ((0, 1), False)


def test_a_gap_that_takes_a_fraction_is_unlikely() -> None:
    (gap,) = judged([AGE], [("<= 17", "1"), (">= 18", "2")]).gaps
    assert (gap.example, gap.unlikely) == ((Decimal("17.5"),), True)


def test_two_days_that_follow_each_other_leave_no_gap() -> None:
    rules = [('<= date("2026-01-31")', "1"), ('>= date("2026-02-01")', "2")]
    assert judged([LE], rules).gaps == ()


def test_values_that_the_table_does_not_allow_are_no_gap() -> None:
    rules = [('"a"', "1"), ('"b","c"', "2")]
    assert judged([CLOSED], rules).gaps == ()
    assert judged([MOTIF], rules).gaps[0].example == ("autre",)


def test_values_that_the_form_does_not_offer_are_no_gap_and_make_a_rule_useless() -> None:
    decisions = table([MOTIF], [('"a"', "1"), ('"b"', "2"), ('"aa"', "3")])
    judgement = judge(decisions, "essai", {"motif": ("a", "b", "c")})
    assert [gap.example for gap in judgement.gaps] == [("c",)]
    assert [(one.rule, one.column) for one in judgement.unreachable] == [(3, 0)]
    assert judgement.columns[0].closed
    assert judge(decisions, "essai", {"motif": ("a", "b")}).gaps == ()
    assert judge(decisions, "essai").unreachable == ()


def test_a_default_answer_closes_every_gap() -> None:
    assert judged([AGE], [("< 18", "1")], default="0").gaps == ()
    assert judged([AGE], [("< 18", "1")], "COLLECT").gaps == ()


def test_rules_of_a_unique_table_that_apply_together_are_told() -> None:
    overlaps = judged([AGE], [("<= 18", "1"), (">= 18", "2"), ("> 30", "3")]).overlaps
    assert [(one.rules, one.always) for one in overlaps] == [((1, 2), False), ((2, 3), True)]
    assert overlaps[0].example == (Decimal(18),)


def test_rules_of_an_any_table_may_overlap_when_they_agree() -> None:
    assert judged([AGE], [("<= 18", "1 + 1"), (">= 18", "2")], "ANY").overlaps == ()
    (one,) = judged([AGE], [("<= 18", "1"), (">= 18", "2")], "ANY").overlaps
    assert one.certain
    (doubtful,) = judged([AGE], [("<= 18", "1"), (">= 18", "age")], "ANY").overlaps
    assert not doubtful.certain


def test_a_rule_behind_others_that_take_all_its_cases_never_answers() -> None:
    rules = [("< 18", "1"), (">= 18", "2"), ("[10..30]", "3"), ("-", "4")]
    (one,) = judged([AGE], rules, "FIRST").unreachable
    assert (one.rule, one.by) == (3, (1, 2))
    (alone,) = judged([AGE], [("-", "1"), ("> 3", "2")], "FIRST").unreachable
    assert (alone.rule, alone.by) == (2, (1,))


def test_a_rule_whose_answer_always_comes_after_anothers_never_answers() -> None:
    rules = [("> 3", '"bas"'), ("-", '"haut"')]
    assert [one.rule for one in judged([AGE], rules, "PRIORITY", values='"haut","bas"').unreachable] == [1]
    assert judged([AGE], rules, "PRIORITY", values='"bas","haut"').unreachable == ()


def test_a_cell_that_nothing_fits_makes_its_rule_useless() -> None:
    found = judged([AGE, CLOSED], [("[5..1]", "-", "1"), ("-", '"d"', "2"), ("-", '"a"', "3")]).unreachable
    assert [(one.rule, one.column) for one in found] == [(1, 0), (2, 1)]


def test_what_rests_on_other_data_is_said_to_be_skipped_and_never_guessed() -> None:
    judgement = judged([AGE, COMPLET], [("> seuil", "-", "1"), ("<= seuil", "-", "2"), ("-", "true", "3")])
    assert [(one.rule, one.column, one.text) for one in judgement.skipped] == [(1, 0, "> seuil"), (2, 0, "<= seuil")]
    assert told(judgement) == (0, 0, 0, 0)


def test_columns_that_ask_the_same_are_one() -> None:
    rules = [("< 18", "-", "1"), ("-", ">= 18", "2")]
    assert told(judged([AGE, AGE], rules))[:2] == (0, 0)


@pytest.mark.parametrize(("kind", "cells"), CELLS.items())
def test_a_cell_answers_for_a_region_as_the_engine_does_for_each_of_its_values(kind: str, cells: list[str]) -> None:
    read = [read_cell(text, frozenset()) for text in cells]
    axis = Axis(FEEL_KINDS[kind], [one for cell in read for one in cell.constants], lambda value: True)
    for text, cell in zip(cells, read, strict=True):
        assert cell.foreseen
        answers = axis.answers(cell)
        for place, region in enumerate(axis.regions):
            expected = unary(text).passes(region.value, Scope({}, None, Run()))
            assert bool(answers >> place & 1) is expected, (text, region.value)


rules_of = st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(
        st.just(names),
        st.lists(
            st.tuples(*(st.sampled_from(CELLS[one]) for one in names), st.sampled_from(["1", "2"])),
            min_size=1,
            max_size=6,
        ),
    )
)
KINDS = {
    "age": "number", "motif": "string", "complet": "boolean", "le": "date", "heure": "time", "moment": "dateTime",
    "duree": "dayTimeDuration", "mois": "yearMonthDuration",
}  # fmt: skip


@given(rules_of, st.sampled_from(["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER"]))
@settings(max_examples=100, deadline=None)
def test_what_is_told_is_what_the_engine_does(written: tuple[list[str], list[tuple[str, ...]]], policy: str) -> None:
    names, rules = written
    columns = [Column(one, KINDS[one]) for one in names]
    decisions = table(columns, rules, policy, values="2,1" if policy == "PRIORITY" else "")
    judgement = judge(decisions, "essai")
    assert judgement.skipped == judgement.given_up == ()
    for gap in judgement.gaps:
        assert applying(decisions, gap.example) == ()
    for overlap in judgement.overlaps:
        assert set(overlap.rules) <= set(applying(decisions, overlap.example))
    trial = Trial(decisions, "essai")
    domain = [tuple(map(to_feel, point)) for point in itertools.product(*(DOMAINS[one] for one in names))]
    played = {point: trial.play(point) for point in domain}
    never = {one.rule for one in judgement.unreachable}
    assert not never & {number for one in played.values() for number in one.answering}
    _nothing_is_missed(judgement, names, rules, policy, played)


def _nothing_is_missed(
    judgement: Judgement, names: list[str], rules: list[tuple[str, ...]], policy: str, played: dict[Any, Any]
) -> None:
    """No false clean: what the sampled domain shows was told."""
    for at in judgement.empty:
        without = [one for point, one in played.items() if point[at] is None and point.count(None) == 1]
        assert any(not one.applying for one in without)
    given_ = {point: one for point, one in played.items() if None not in point}
    if any(not one.applying for one in given_.values()):
        assert judgement.gaps
    if policy in ("UNIQUE", "ANY"):
        pairs = {pair for one in played.values() for pair in itertools.combinations(one.applying, 2)}
        wrong = {(a, b) for a, b in pairs if policy == "UNIQUE" or rules[a - 1][-1] != rules[b - 1][-1]}
        assert wrong <= {tuple(sorted(one.rules)) for one in judgement.overlaps}
    if policy in ("FIRST", "PRIORITY"):
        told_ = {one.rule for one in judgement.unreachable}
        answering = {number for one in played.values() for number in one.answering}
        assert {*range(1, len(rules) + 1)} - answering <= told_


@given(rules_of, st.sampled_from(["UNIQUE", "FIRST", "PRIORITY"]))
@settings(max_examples=60, deadline=None)
def test_the_example_of_a_rule_makes_it_answer_unless_it_never_does(
    written: tuple[list[str], list[tuple[str, ...]]], policy: str
) -> None:
    names, rules = written
    decisions = table(
        [Column(one, KINDS[one]) for one in names], rules, policy, values="2,1" if policy == "PRIORITY" else ""
    )
    judgement = judge(decisions, "essai")
    never = {one.rule for one in judgement.unreachable}
    for row in Trial(decisions, "essai").rows():
        if policy == "UNIQUE":
            assert row.played is None or row.rule in row.played.applying
        else:
            assert row.answers is (row.rule not in never)


def large(rules: int, inputs: int, seed: int, *, closing: bool = True) -> Decisions:
    """A table of intervals, texts and dashes; the last rule takes what is left."""
    draw = random.Random(seed)

    def cell(column: int) -> str:
        if draw.random() < 0.35:
            return "-"
        if column % 2:
            return ",".join(f'"v{draw.randrange(12)}"' for _ in range(draw.randrange(1, 3)))
        low = draw.randrange(200)
        return f"[{low}..{low + draw.randrange(1, 60)}]"

    columns = [Column(f"x{at}", "string" if at % 2 else "number") for at in range(inputs)]
    written = [(*(cell(at) for at in range(inputs)), str(number)) for number in range(rules - closing)]
    return table(columns, [*written, *([("-",) * inputs + ("0",)] if closing else [])], "FIRST")


@pytest.mark.parametrize("closing", [True, False])
def test_a_large_table_is_judged_while_one_types(closing: bool) -> None:
    decisions = large(200, 10, 7, closing=closing)
    began = process_time()
    judgement = judge(decisions, "essai")
    spent = process_time() - began
    assert judgement.rules == 200
    assert spent < 0.6, spent  # 100 to 200 ms; the limit leaves room for a slower machine
    assert bool(judgement.gaps) is not closing


def test_a_table_that_takes_too_long_is_said_to_be_unfinished() -> None:
    decisions = large(120, 8, 3, closing=False)
    judgement = judge(decisions, "essai", work=50)
    assert set(judgement.given_up) <= {OVERLAPS, GAPS_TOLD, REACH}
    assert judgement.given_up
