"""Stories told in one process: due work is done on demand, and time is moved to each appointment."""

from __future__ import annotations

from datetime import datetime

from tests.api.caller import Caller
from tests.flows.story import Story
from tests.town import Town


def begin(town: Town) -> Story:
    """A story whose actors are signed in."""
    amina, claire, denis = (Caller(town.app, name) for name in ("amina", "claire", "denis"))

    def arrive(starts: str) -> None:
        town.at(datetime.fromisoformat(starts))
        for one in (amina, claire, denis):  # their tokens are over by then
            one.sign_in()

    return Story(amina, claire, denis, Caller(town.app), town.drain, town.link_of, arrive)
