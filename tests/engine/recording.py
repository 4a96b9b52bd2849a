"""Recording running instances for later releases: `python -m tests.engine.recording` writes this release's.

A recording holds the drawing, the bytes of the state, what is open in it, and what each later step opens. It is never
changed afterwards: later releases must read it, whatever their own format is.
"""

from __future__ import annotations

import base64
import configparser
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import runtime
from engine.definition import Definition
from engine.model import Advance
from engine.state import FORMAT
from tests.engine.player import Player, definition
from tests.engine.stories import BLOCK, HEAD, STORIES, Step, Story

FOLDER = Path(__file__).parent / "recorded"
_SETUP = Path(__file__).parents[2] / "setup.cfg"


def release() -> str:
    """The name of this release's folder: format and version."""
    setup = configparser.ConfigParser()
    setup.read(_SETUP, encoding="utf-8")
    return f"{FORMAT}-{setup['metadata']['version']}"


def drawing(body: str) -> Definition:
    """The definition of a recorded drawing."""
    return definition(body, ("bloc", BLOCK), head=HEAD)


def told(advance: Advance) -> dict[str, Any]:
    """What is open, in JSON."""
    return {
        "tasks": sorted(task.element for task in advance.open_tasks),
        "waiting": sorted(advance.waiting),
        "timers": sorted([timer.element, timer.due.isoformat()] for timer in advance.timers),
        "incidents": sorted(incident.code for incident in advance.incidents),
        "data": json.loads(json.dumps(dict(advance.data), default=str)),
        "finished": advance.finished,
    }


class Replayer(Player):
    """A player that begins from a state."""

    def __init__(self, body: str, state: bytes, now: datetime) -> None:
        self.definition, self.now, self.events = drawing(body), now, []
        self._took(runtime.inspect(self.definition, state, now=now))


def act(play: Player, step: Step) -> None:
    """Do one step of a story."""
    word = next(key for key in step if key != "data")
    what, data = step[word], step.get("data", {})
    if word == "do":
        play.do(what, **data)
    elif word == "answer":
        play.answer(play.last.pending_effects[0], **data)
    elif word == "set":
        play.set(**what)
    else:
        doing: dict[str, Callable[[str], Player]] = {"after": play.after, "send": play.send, "signal": play.signal}
        doing.get(word, play.retry)(what)


def recorded(story: Story) -> dict[str, Any]:
    """The recording of a story."""
    play = Player(drawing(story.body), data=story.data)
    for step in story.before:
        act(play, step)
    found: dict[str, Any] = {
        "body": story.body,
        "now": play.now.isoformat(),
        "state": base64.b64encode(play.last.state).decode(),
        "open": told(play.last),
        "after": [],
    }
    for step in story.after:
        act(play, step)
        found["after"].append({"step": step, "open": told(play.last)})
    return found


def record() -> Path:
    """Write this release's recordings; those that are there already stay as they are."""
    folder = FOLDER / release()
    folder.mkdir(parents=True, exist_ok=True)
    for story in STORIES:
        path = folder / f"{story.name}.json"
        if not path.exists():
            text = json.dumps(recorded(story), indent=1, ensure_ascii=False, sort_keys=True)
            path.write_text(text + "\n", encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.stdout.write(f"{record()}\n")
