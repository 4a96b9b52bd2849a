"""The heat map over a million rows of journal: the rows are made from the ways of five real dossiers, then read."""

from __future__ import annotations

import json
import os
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.figures import median, note, tell, timed
from bench.house import House
from prefecture.demarches import queries as demarches
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import Model, db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import observing, queries
from prefecture.statistics.queries import Asked
from tests.town import TSE
from web.analyst import pictures

ROWS = int(os.environ.get("BENCH_JOURNAL_ROWS", "1000000"))
PREFECTURES = 20
CHUNK = 500
YEAR = timedelta(days=365)
WAYS = json.loads((Path(__file__).parent / "ways.json").read_text())

Row = dict[str, Any]


def measure(house: House) -> None:
    """Tell how long the heat map of a year takes, its slowest question; and how fast journals are read."""
    with house.app.app_context():
        rows = _fill([house.service_id, *_services()])
        seconds = timed(lambda: observing.observe(everything=True, chunk=CHUNK))
        note(f"{rows} rows of journal read in {seconds:.0f} s")
        tell("observe_rows_per_s", rows / seconds, "per_s")
        tell("heatmap_ms", max(_heat(asked) for asked in _asked(house.service_id)) * 1000, "ms")


def _asked(service_id: uuid.UUID) -> Iterator[Asked]:
    """All of a year whose ends are no months' ends, one service of it, one version and one service."""
    until = clock.now().date()
    since = until - YEAR
    yield Asked(since, until)
    yield Asked(since, until, service_ids=(service_id,))
    yield Asked(since, until, version_id=demarches.current(TSE).id, service_ids=(service_id,))


def _heat(asked: Asked) -> float:
    version = demarches.current(TSE)

    def once() -> None:
        found = pictures.sheets(version, "mediane", queries.heat(Actor.system(), TSE, asked))
        assert any(row.now.passages for sheet in found for row in sheet.rows)
        db.session.rollback()

    once()
    return median(timed(once) for _ in range(5))


def _services() -> list[uuid.UUID]:
    found = []
    with unit_of_work():
        for number in range(PREFECTURES - 1):
            code = f"{30 + number}"
            identity.create_prefecture(
                code,
                f"Préfecture {code}",
                address="1, place de la République",
                postal_code=f"{code}000",
                city="Ville",
                email=f"p{code}@example.fr",
                phone="01 00 00 00 00",
            )
            found.append(identity.create_service(code, "Bureau des étrangers", email="e@example.fr").id)
    return found


def _fill(services: list[uuid.UUID]) -> int:
    """Dossiers all over the year, each with the journal of one of the ways; how many rows their journals have."""
    dice = random.Random(1)  # the same rows at each measure
    version, tables = demarches.current(TSE).id, Model.metadata.tables
    begun, made = clock.now() - YEAR, 0
    while made < ROWS:
        dossiers: list[Row] = []
        entries: list[Row] = []
        while len(entries) < min(20_000, ROWS - made):
            filed = begun + YEAR * dice.random()
            way = dice.choice(WAYS)
            dossier = _dossier(dice, filed, version, dice.choice(services))
            told = list(_entries(dossier["id"], way, filed, stretch=dice.uniform(0.3, 2.0)))
            dossiers.append({**dossier, "journal_seq": len(told)})
            entries += told
        with unit_of_work():
            db.session.execute(insert(tables["dossier"]), dossiers)
            db.session.execute(insert(tables["journal_entry"]), entries)
        made += len(entries)
    return made


def _dossier(dice: random.Random, filed: datetime, version: uuid.UUID, service: uuid.UUID) -> Row:
    told = {"statut": "en_instruction", "prefecture": "94", "zone": "Europe/Paris", "filed_at": filed}
    none = {"revision": 0, "kept_messages": 0, "suspended": False, "journal_head": b"", "unsealed": True, "timers": []}
    number = f"TSE-94-26-{dice.getrandbits(60):x}"
    whose = {"demarche_code": TSE, "version_id": version, "service_id": service}
    return {"id": uuid.UUID(int=dice.getrandbits(128)), "number": number, **whose, **told, **none}


def _entries(dossier: uuid.UUID, way: list[Any], filed: datetime, stretch: float) -> Iterator[Row]:
    latest = datetime.now(UTC)
    for seq, (seconds, kind, element, name, trail) in enumerate(way, 1):
        at = filed + timedelta(seconds=seconds * stretch)
        if at > latest:
            return
        yield {
            "dossier_id": dossier,
            "seq": seq,
            "at": at,
            "actor_kind": "system",
            "actor_id": uuid.UUID(int=0),
            "actor_name": "PlaniPref",
            "kind": kind,
            "element": element,
            "name": name,
            "trail": trail,
            "previous": b"",
            "hash": b"",
        }
