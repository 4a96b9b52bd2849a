"""What a publication means for préfectures that set values of their own: the conflicts that it would begin."""

from __future__ import annotations

from dataclasses import dataclass

from prefecture.demarches import variants
from prefecture.demarches.variants import Setting
from prefecture.demarches.version import PARIS, Version
from prefecture.identity import queries as identity
from prefecture.kernel import clock


@dataclass(frozen=True)
class Touched:
    """One value of a préfecture that the new version conflicts with."""

    prefecture: str
    name: str
    setting: Setting


def touched(code: str, new: Version) -> tuple[Touched, ...]:
    """The values that would wait for a decision once `new` is in force. Raises ValueError: it cannot be read."""
    names = {one.code: one.name for one in identity.prefectures()}
    return tuple(
        Touched(one.prefecture, names.get(one.prefecture, one.prefecture), setting)
        for one in variants.variants(code, new.settings_at(clock.today(PARIS)))
        for setting in one.conflicts
    )
