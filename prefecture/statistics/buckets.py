"""Durations as a histogram on a logarithmic scale: two of them are merged by adding, and quantiles are read from it.

A bucket is a quarter of an octave wide, so that a quantile is known within nine per cent, from a second to centuries.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

PER_OCTAVE = 4
LAST = 32 * PER_OCTAVE  # 2^32 seconds: longer than any dossier


def bucket_of(seconds: float) -> int:
    """The bucket of a duration; 0 is less than a second."""
    if seconds < 1:
        return 0
    return min(int(math.log2(seconds) * PER_OCTAVE) + 1, LAST)


def bounds(bucket: int) -> tuple[float, float]:
    """The seconds from which and below which a duration falls into the bucket."""
    if bucket == 0:
        return 0.0, 1.0
    return 2 ** ((bucket - 1) / PER_OCTAVE), 2 ** (bucket / PER_OCTAVE)


def quantile(histogram: Mapping[int, int], share: float) -> float | None:
    """The seconds below which that share of the durations lies, read between the bounds of its bucket; None if empty.

    What took less than a second took none.
    """
    total = sum(histogram.values())
    if total <= 0:
        return None
    wanted, seen = share * total, 0
    for bucket in sorted(histogram):
        count = histogram[bucket]
        if count and seen + count >= wanted:
            low, high = bounds(bucket)
            return 0.0 if bucket == 0 else low + (high - low) * (wanted - seen) / count
        seen += count
    return bounds(max(histogram))[1]
