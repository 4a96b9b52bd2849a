"""States of other formats: earlier ones are brought to the present one, later ones are refused with a reason."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import zstandard

from engine.errors import StateUnreadable
from engine.state import FORMAT, loads
from engine.upgrading import UPGRADES, upgraded

STEPS = {
    1: lambda content: {**content, "names": [content["name"]]},
    2: lambda content: {key: value for key, value in content.items() if key != "name"},
}


def test_an_earlier_format_goes_through_every_step() -> None:
    assert upgraded({"format": 1, "name": "a"}, 3, STEPS) == {"format": 3, "names": ["a"]}
    assert upgraded({"format": 2, "name": "a"}, 3, STEPS) == {"format": 3}
    assert upgraded({"format": 3, "name": "a"}, 3, STEPS) == {"format": 3, "name": "a"}


def test_a_later_format_is_refused_and_says_what_to_do() -> None:
    state = zstandard.ZstdCompressor().compress(orjson.dumps({"format": FORMAT + 1}))
    with pytest.raises(StateUnreadable, match=rf"format {FORMAT + 1}, .* up to {FORMAT}: a later release"):
        loads(state)


def test_a_format_that_nothing_upgrades_is_refused() -> None:
    with pytest.raises(StateUnreadable, match="cannot read formats before 3"):
        upgraded({"format": 0}, 3, STEPS)


@pytest.mark.parametrize("number", [None, "1", True, 1.5])
def test_what_tells_no_format_is_refused(number: Any) -> None:
    with pytest.raises(StateUnreadable, match="no format number"):
        upgraded({"format": number}, 3, STEPS)


def test_every_format_since_the_first_can_be_upgraded() -> None:
    assert sorted(UPGRADES) == list(range(1, FORMAT))
