"""Durations in a histogram: known within nine per cent, merged by adding."""

from __future__ import annotations

import random
from collections import Counter
from statistics import quantiles

import pytest

from prefecture.statistics.buckets import LAST, bounds, bucket_of, quantile


@pytest.mark.parametrize("seconds", [1, 59, 3600, 86_400, 86_401.5, 120 * 86_400, 10**9])
def test_a_duration_falls_between_the_bounds_of_its_bucket(seconds: float) -> None:
    low, high = bounds(bucket_of(seconds))
    assert low <= seconds < high * 1.000001
    assert high / low < 1.2


def test_what_took_no_time_took_none_and_what_took_for_ever_is_the_last() -> None:
    assert bucket_of(0) == bucket_of(0.9) == 0
    assert bucket_of(10**30) == LAST
    assert quantile({0: 9, 100: 1}, 0.5) == 0.0


def test_the_median_and_the_ninth_decile_are_known_within_nine_per_cent() -> None:
    dice = random.Random(7)
    days = [dice.lognormvariate(2, 1) * 86_400 for _ in range(5_000)]
    histogram = Counter(map(bucket_of, days))
    deciles = quantiles(days, n=10)
    assert quantile(histogram, 0.5) == pytest.approx(deciles[4], rel=0.09)
    assert quantile(histogram, 0.9) == pytest.approx(deciles[8], rel=0.09)


def test_two_histograms_added_are_the_histogram_of_both() -> None:
    few, many = [86_400.0] * 3, [10 * 86_400.0] * 7
    added = Counter(map(bucket_of, few)) + Counter(map(bucket_of, many))
    assert quantile(added, 0.5) == pytest.approx(10 * 86_400, rel=0.19)
    assert quantile({}, 0.5) is None
