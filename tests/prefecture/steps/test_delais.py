from __future__ import annotations

from datetime import date

import pytest

from prefecture.steps.delais import AUCUN, SVA, SVR, Deadline, Request, after, deadline, suspended_days

LATER = date(2027, 1, 1)
ASKED = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        (date(2026, 1, 31), "P4M", date(2026, 5, 31)),
        (date(2026, 12, 31), "P2M", date(2027, 2, 28)),
        (date(2026, 3, 10), "P90D", date(2026, 6, 8)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2026, 3, 10), "P1W", date(2026, 3, 17)),
    ],
)
def test_months_end_where_they_end(day: date, period: str, expected: date) -> None:
    assert after(day, period) == expected


@pytest.mark.parametrize("text", ["", "P", "4M", "PT1H", "P-1D"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        after(ASKED, text)


def test_an_answered_request_moves_a_refusal_by_the_days_it_took() -> None:
    request = Request(ASKED, 30, date(2026, 4, 11))
    assert deadline(date(2026, 3, 10), SVR, "P4M", [request], LATER) == Deadline(date(2026, 7, 20))


def test_an_unanswered_request_moves_a_refusal_by_the_delay_given() -> None:
    request = Request(ASKED, 30)
    assert deadline(date(2026, 3, 10), SVR, "P4M", [request], LATER) == Deadline(date(2026, 8, 9))


def test_an_answer_after_the_limit_counts_as_the_limit() -> None:
    request = Request(ASKED, 30, date(2026, 6, 1))
    assert deadline(date(2026, 3, 10), SVR, "P4M", [request], LATER).day == date(2026, 8, 9)


def test_while_a_request_is_open_the_clock_stands_still() -> None:
    found = deadline(date(2026, 3, 10), SVR, "P4M", [Request(ASKED, 30)], date(2026, 4, 20))
    assert found == Deadline(date(2026, 8, 9), suspended=True)


def test_days_on_which_two_requests_ran_count_once() -> None:
    both = [Request(ASKED, 10), Request(date(2026, 4, 6), 10)]
    assert suspended_days(both) == 15


def test_an_acceptance_runs_from_the_last_piece() -> None:
    answered = Request(ASKED, 30, date(2026, 4, 11))
    assert deadline(date(2026, 3, 10), SVA, "P2M", [answered], LATER) == Deadline(date(2026, 6, 11))
    assert deadline(date(2026, 3, 10), SVA, "P2M", [], LATER) == Deadline(date(2026, 5, 10))


def test_an_acceptance_does_not_run_while_a_piece_is_missing() -> None:
    assert deadline(date(2026, 3, 10), SVA, "P2M", [Request(ASKED, 30)], date(2026, 4, 2)) == Deadline(None, True)


def test_without_effect_nothing_runs() -> None:
    assert deadline(date(2026, 3, 10), AUCUN, "P2M", [Request(ASKED, 30)], LATER) == Deadline(None)
