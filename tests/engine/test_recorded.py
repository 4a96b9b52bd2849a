"""The states that every release recorded are read by this one, and go on as they did then."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path

import pytest

from engine.errors import StateUnreadable
from engine.state import FORMAT, read_data
from tests.engine.recording import FOLDER, Replayer, act, release, told
from tests.engine.stories import STORIES

RECORDED = sorted(FOLDER.glob("*/*.json"))


def test_this_release_has_recorded_its_states() -> None:
    found = {path.stem for path in RECORDED if path.parent.name == release()}
    assert found == {story.name for story in STORIES}, "python -m tests.engine.recording"


def test_every_format_has_its_recordings() -> None:
    assert {int(path.parent.name.partition("-")[0]) for path in RECORDED} == set(range(1, FORMAT + 1))


@pytest.mark.parametrize("path", RECORDED, ids=[f"{one.parent.name}/{one.stem}" for one in RECORDED])
def test_a_recorded_state_is_read_and_goes_on_as_it_did(path: Path) -> None:
    story = json.loads(path.read_text(encoding="utf-8"))
    state = base64.b64decode(story["state"])
    play = Replayer(story["body"], state, datetime.fromisoformat(story["now"]))
    assert told(play.last) == story["open"]
    assert set(read_data(state)) == set(story["open"]["data"])
    for later in story["after"]:
        act(play, later["step"])
        assert told(play.last) == later["open"]


def test_a_recorded_state_of_another_drawing_is_refused() -> None:
    one, other = (json.loads((FOLDER / release() / f"{name}.json").read_text("utf-8")) for name in ("items", "task"))
    with pytest.raises(StateUnreadable):
        Replayer(other["body"], base64.b64decode(one["state"]), datetime.fromisoformat(one["now"]))
