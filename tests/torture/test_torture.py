"""Every ordeal at a short size; `make torture` runs them at theirs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.torture.ordeals import ORDEALS, Ordeal, run
from tests.torture.verdict import SHORT
from tests.torture.world import database

# The long ones run on one database here, on both by `make torture`; who restarts a server needs one of its own.
SHORTENED = {
    "r4_database_faults": ("postgresql",),
    "r5_postgresql_restarted": (),
    "r6_redis_lost": ("sqlite",),
    "r12_timers_after_an_outage": ("sqlite",),
    "r3_real_demarche": ("sqlite",),
    "r14_former_releases": ("sqlite",),
    "r15_restored": ("postgresql",),
    "r17_dossiers": ("sqlite",),
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
CASES = [
    pytest.param(
        one,
        where,
        id=f"{one.name}-{where}",
        marks=[getattr(pytest.mark, name) for name in (where, *one.needs) if name in ("postgresql", "redis")],
    )
    for one in ORDEALS
    for where in SHORTENED.get(one.name, one.databases)
]


@pytest.mark.parametrize(("ordeal", "where"), CASES)
def test_nothing_is_lost_doubled_or_left_standing(
    ordeal: Ordeal, where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    founded = "town" not in ordeal.needs  # the real town founds itself in an empty database
    if where == "sqlite":
        if founded:
            shutil.copy(request.getfixturevalue("sqlite_furnished"), tmp_path / "planipref.sqlite3")
        verdict = run(ordeal, None, SHORT, tmp_path, migrated=founded)
    else:
        server = request.getfixturevalue("postgresql_url")
        with database(server, request.getfixturevalue("postgresql_furnished") if founded else None) as url:
            verdict = run(ordeal, url, SHORT, tmp_path, migrated=founded)
    assert verdict.green, f"{verdict.line(ordeal.name)} {verdict.notes}"
