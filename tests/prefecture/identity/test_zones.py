"""The zones of the départements."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prefecture.identity.zones import ZONES, zone_of


def test_there_are_101_departements() -> None:
    assert len(ZONES) == 101
    assert "20" not in ZONES
    assert {"01", "2A", "2B", "95", "971", "976"} <= ZONES.keys()


@pytest.mark.parametrize("code", sorted(ZONES))
def test_every_departement_has_a_clock(code: str) -> None:
    assert datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(zone_of(code)).utcoffset() is not None


def test_noon_in_paris_is_early_morning_in_martinique() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=zone_of("94"))
    assert noon.astimezone(zone_of("972")).hour == 6


def test_there_is_no_departement_96() -> None:
    with pytest.raises(KeyError):
        zone_of("96")
