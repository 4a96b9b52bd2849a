"""Why a démarche cannot be begun now, in a citizen's words: it is closed to new demands, or held for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from prefecture.demarches import retirement, suspension
from prefecture.demarches.queries import VersionView
from prefecture.demarches.version import Version
from web import french

_ON = "Les demandes déjà déposées suivent leur cours."
_WAITING = "Les demandes déjà déposées sont gardées et reprendront avec elle\u00a0; leurs délais continuent de courir."


@dataclass(frozen=True)
class Closed:
    """What is said in place of the button that begins. `for_good`: nobody is asked to come back."""

    title: str
    text: str
    for_good: bool


def closed(version: Version | VersionView) -> Closed | None:
    """Why the démarche, which has this version in force, cannot be begun; None when it can."""
    retired = retirement.retired(version.code, version.id)
    if retired is not None:
        text = " ".join(part for part in (retired.told, _ON) if part)
        return Closed("Cette démarche ne reçoit plus de nouvelles demandes", text, for_good=True)
    held = suspension.whole(version.id)
    if held is None:
        return None
    back = (
        f"Elle devrait reprendre le {french.long_date(held.expected_on)}."
        if held.expected_on
        else "La date de reprise n’est pas encore connue\u00a0: revenez dans quelques jours."
    )
    return Closed("Cette démarche est suspendue le temps d’une vérification", f"{back} {_WAITING}", for_good=False)


def open_ones(versions: Iterable[VersionView]) -> list[VersionView]:
    """Those that are proposed: what is closed for good is not."""
    return [one for one in versions if retirement.retired(one.code, one.id) is None]
