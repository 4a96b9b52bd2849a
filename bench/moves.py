"""The dry run of a move: every one of ten thousand running dossiers compared with another version, and told of."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, insert, select

from bench.figures import note, tell
from bench.house import House
from engine import runtime
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.dossiers.held import place
from prefecture.identity.permissions import ANALYSTE, Actor
from prefecture.kernel import clock, keyring, worker
from prefecture.kernel.db import Model, db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import campaigns, moves
from tests.town import PROCESSES, TSE, demande

DOSSIERS = int(os.environ.get("BENCH_MOVES", "10000"))
PORTION = 500
ANA = Actor(uuid.UUID(int=1), "agent", "bench", frozenset({ANALYSTE}), None, frozenset())


def measure(house: House) -> None:
    """Tell how long the dry run of a move of ten thousand dossiers takes, written down dossier by dossier."""
    with house.app.app_context():
        _fill(house)
        target = _next_version()
        with unit_of_work():
            campaign = moves.begin(ANA, TSE, target, {})
        began = time.perf_counter()
        while campaigns.campaign(ANA, campaign).state == "trying":
            worker.drain(house.app, limit=DOSSIERS, max_seconds=60)
            db.session.remove()
        seconds = time.perf_counter() - began
        found = campaigns.campaign(ANA, campaign)
        assert found.dossiers >= DOSSIERS, found.outcomes
        note(f"dry run of {found.dossiers} dossiers: {dict(found.outcomes)}")
        tell("dry_run_10k_s", seconds * 10_000 / found.dossiers, "s")


def _next_version() -> uuid.UUID:
    with TemporaryDirectory() as home:
        folder = shutil.copytree(PROCESSES, Path(home) / "processes") / TSE
        drawing = folder / "processus.bpmn"
        drawing.write_text(drawing.read_text().replace('name="', 'name="Nouveau : ', 1))
        with unit_of_work():
            return publishing.publish(folder, by="bench").id


def _fill(house: House) -> None:
    """Dossiers with a state of their own under a key of their own, at two places of the drawing."""
    version, now, table = demarches.current(TSE), clock.now(), Model.metadata.tables["dossier"]
    begun = [_begun(version.definition, step, now) for step in range(2)]
    states = islice(cycle(begun), DOSSIERS)
    rows: list[dict[str, Any]] = []
    for number, state in enumerate(states):
        rows.append({"id": uuid.uuid4(), "number": f"TSE-94-26-B{number:06}", "state": state})
    for first in range(0, DOSSIERS, PORTION):
        with unit_of_work():
            made = [_row(house, one, version.id, now) for one in rows[first : first + PORTION]]
            db.session.execute(insert(table), made)
    count = db.session.scalar(select(func.count()).select_from(table))
    note(f"{count} dossiers run")


def _begun(definition: Any, step: int, now: Any) -> bytes:
    """A state at the first wait of the drawing, or one further."""
    told = {"demande": demande(), "dossier": {"depose_le": now.date()}, "usager": {"courriel": "amina@example.fr"}}
    advance = runtime.start(definition, data=told, now=now)
    for effect in advance.effects[:1] if step else ():
        advance = runtime.answer(definition, advance.state, effect.id, {}, now=now)
    return advance.state


def _row(house: House, one: dict[str, Any], version: uuid.UUID, now: Any) -> dict[str, Any]:
    key = keyring.new_key(f"dossier:{one['id']}")
    return {
        **one,
        "state": keyring.seal(key, one["state"], place(one["id"])),
        "key_id": key,
        "demarche_code": TSE,
        "version_id": version,
        "service_id": house.service_id,
        "prefecture": "94",
        "zone": "Europe/Paris",
        "statut": "en_instruction",
        "filed_at": now,
        "revision": 1,
        "timers": [],
        "kept_messages": 0,
        "suspended": False,
        "journal_seq": 0,
        "journal_head": b"",
        "unsealed": False,
    }
