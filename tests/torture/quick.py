"""A story whose appointments are the next ones, so that several of them fit into the time that a link is good for."""

from __future__ import annotations

from tests.flows.story import Story
from tests.flows.told import begin
from tests.town import Town


class QuickStory(Story):
    """The same story, told in days."""

    def book(self, day: int = 0, slot: int = 0) -> str:
        return super().book(day, slot)


def quick(town: Town) -> QuickStory:
    """A quick story whose actors are signed in."""
    return QuickStory(**vars(begin(town)))
