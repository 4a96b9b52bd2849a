"""What the fuzzing found once does not come back, and the fuzzing sees what it must see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import campaign, cases
from tests.fuzz.limits import Hang, bounded

FINDS = sorted((Path(__file__).parent / "finds").glob("*.json"))


@pytest.mark.parametrize("path", FINDS, ids=[one.stem for one in FINDS])
def test_a_find_stays_found(path: Path) -> None:
    cases.play(cases.read(path.read_text()))


def test_a_short_campaign_finds_nothing(tmp_path: Path) -> None:
    finds = tmp_path / "finds"
    assert campaign.run_child(1, 5, finds, tmp_path) >= 1  # a loaded machine tries few cases
    assert [one.read_text() for one in finds.glob("*.json")] == []


def test_a_crash_is_kept_once_with_its_shortest_case(tmp_path: Path) -> None:
    def crash(case: cases.Case) -> None:
        if case.kind == "feel":
            raise LookupError(case.content)

    finds = tmp_path / "finds"
    campaign.run_child(2, 4, finds, tmp_path, crash)
    (kept,) = finds.glob("*.json")
    assert cases.read(kept.read_text()).kind == "feel"


def test_a_hang_is_seen() -> None:
    with pytest.raises(Hang), bounded(0.05):
        while True:
            pass
