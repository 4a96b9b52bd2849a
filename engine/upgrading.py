"""States that earlier releases wrote, brought to the present format one step at a time.

When the format of `engine.state` changes, its number grows by one and `UPGRADES` learns how the content of the last
one becomes the new one's; the recorded states of every release are replayed in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from engine.errors import StateUnreadable

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

# format → what makes the next one of it
UPGRADES: Final[Mapping[int, Upgrade]] = {}


def upgraded(content: dict[str, Any], newest: int, upgrades: Mapping[int, Upgrade] = UPGRADES) -> dict[str, Any]:
    """The content in the newest format. StateUnreadable when it is newer still, or none that is known."""
    found = content.get("format")
    if not isinstance(found, int) or isinstance(found, bool):
        raise StateUnreadable("the state tells no format number")
    if found > newest:
        raise StateUnreadable(
            f"the state has format {found}, and this release reads formats up to {newest}: "
            "a later release wrote it; run that one, or restore the backup made before it"
        )
    for number in range(found, newest):
        if number not in upgrades:
            raise StateUnreadable(f"the state has format {found}, and this release cannot read formats before {newest}")
        content = {**upgrades[number](content), "format": number + 1}
    return content
