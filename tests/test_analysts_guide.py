"""The analysts' guide shows pictures that exist, small enough to be kept, and no picture lies there unshown."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
HEAVIEST = 150_000


def test_every_picture_is_shown_and_every_picture_shown_is_there() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\((captures/[^)]+)\)", (DOCS / "analystes.md").read_text()))
    assert shown == {f"captures/{one.name}" for one in (DOCS / "captures").iterdir()}


def test_pictures_are_light() -> None:
    assert [one.name for one in (DOCS / "captures").iterdir() if one.stat().st_size > HEAVIEST] == []
