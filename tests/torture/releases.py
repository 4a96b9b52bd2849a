"""R14: two versions of a démarche at once, and what former releases left: their databases are opened, and go on.

`recorded/<release>.tar.xz` holds a SQLite database as that release wrote it, with the secrets of its data folder:
dossiers of the small démarche in the middle of their actions, dossiers of the real one at the end of each chapter. To
record the present release: `python -m tests.torture.record NAME`.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from engine.compile import ActionSpec
from prefecture.demarches import service as demarches
from prefecture.dossiers import journal
from prefecture.dossiers import queries as dossiers
from prefecture.identity import queries as identity
from prefecture.kernel import clock, outbox, schema
from prefecture.kernel.db import Model, db
from prefecture.kernel.unit_of_work import unit_of_work
from tests import town
from tests.torture.quick import quick
from tests.torture.verdict import Size, Verdict
from tests.torture.world import ACTION, FOLDER, STEPS, World, hasten, marker

RECORDED = Path(__file__).parent / "recorded"
CHAPTERS = ("file", "to_slot", "to_visit", "to_decision", "to_title", "to_end")


def r14_two_versions(world: World, size: Size) -> Verdict:
    """A second version is published while dossiers of the first are under way: each ends as it began."""
    first = world.submit(max(2, size.dossiers // 10))
    newer = world.home / "torture"
    shutil.copytree(FOLDER, newer)
    drawing = newer / "processus.bpmn"
    drawing.write_text(drawing.read_text().replace("Marquer 1", "Marquer un"))
    with world.workers(2):
        with world.app.app_context(), unit_of_work():
            demarches.publish(newer, by="tests")
        second = world.submit(len(first))
    settled = world.settle()
    versions = world.statement("SELECT count(DISTINCT version_id) FROM dossier")[0][0]
    return world.judge([*first, *second]).also(stuck=not settled, lost=versions != 2)


def r14_former_releases(world: World, size: Size) -> Verdict:
    """The databases of former releases are brought to this one's schema; every dossier in them ends as it should."""
    verdict, archives = Verdict(), sorted(RECORDED.glob("*.tar.xz"))
    for archive in archives:
        verdict = _gone_on(world, archive, verdict)
    return verdict.also(lost=not archives, notes=f"releases={len(archives)}")


def _gone_on(world: World, archive: Path, verdict: Verdict) -> Verdict:
    home = world.home / archive.name.removesuffix(".tar.xz")
    home.mkdir()
    with tarfile.open(archive) as packed:
        packed.extractall(home, filter="data")
    with _opened(home, None if world.dialect == "sqlite" else world) as old:
        with old.here.app.app_context():
            unfinished, incidents = _numbers(), outbox.counts()["incident"]
        stories = [number for number in unfinished if number.startswith("TSE")]
        told = [_end_story(old, number) for number in stories]  # no context stays open: requests would share its `g`
        with old.here.app.app_context():
            answered, broken = _answered(), journal.verify()[1]
            standing = [dossiers.by_number(number).incident for number in unfinished]
            incidents = outbox.counts()["incident"] - incidents
    small = [number for number in unfinished if number.startswith("TOR")]
    return verdict.also(
        lost=sum(STEPS - answered.get(number, 0) for number in small) + (broken is not None),
        stuck=told.count(False) + sum(map(bool, standing)) + incidents,
        notes=f"{home.name}: dossiers={len(unfinished)} stories={len(told)}",
    )


@dataclass(frozen=True)
class Old:
    """A former release's database under the present one's code."""

    here: town.Town
    settle: Callable[[], object]


@contextmanager
def _opened(home: Path, other: World | None) -> Iterator[Old]:
    """The recorded database, migrated; copied onto `other`'s PostgreSQL if that is given. All that was due is done."""
    hasten()
    names = {"PLANIPREF_SECRET": "demo-secret", "PLANIPREF_MASTER_KEY": "demo-master-key"}
    told = {"PLANIPREF_DEMO": "1", **{name: (home / file).read_text().strip() for name, file in names.items()}}
    app = town.build(home, f"sqlite:///{home / 'planipref.sqlite3'}", **told)
    with app.app_context():
        schema.upgrade()
    if other is not None:
        with app.app_context():
            rows = {table.name: db.session.execute(select(table)).mappings().all() for table in _tables()}
            db.session.remove()
        app = town.build(home, other.url, **told)
        with app.app_context(), db.engine.begin() as connection:
            for table in reversed(_tables()):
                connection.execute(table.delete())
            for table in _tables():
                if rows[table.name]:
                    connection.execute(insert(table), [dict(row) for row in rows[table.name]])
    demarches.register_actions({**demarches.actions(), ACTION: ActionSpec({"pas": "number"}, {"fait": "number"})})
    outbox._handlers[ACTION] = marker(home / "ledger")
    with ExitStack() as times:
        times.enter_context(clock.frozen(_last_seen(app) + timedelta(minutes=5)))
        with app.app_context():
            here = town.Town(app, identity.services_of("94")[0].id, times)
            db.session.remove()
        here.drain()
        yield Old(here, here.drain)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _tables() -> list[object]:
    return list(Model.metadata.sorted_tables)


def _last_seen(app: object) -> datetime:
    with app.app_context():
        found = db.session.execute(select(db.metadata.tables["journal_entry"].c.at)).scalars().all()
        db.session.remove()
    return max(found)


def _numbers() -> list[str]:
    table = db.metadata.tables["dossier"]
    return list(db.session.scalars(select(table.c.number).where(table.c.finished_at.is_(None))))


def _answered() -> dict[str, int]:
    """How many actions of each dossier were answered."""
    entries, rows = db.metadata.tables["journal_entry"], db.metadata.tables["dossier"]
    query = select(rows.c.number).join(entries, entries.c.dossier_id == rows.c.id)
    counts: dict[str, int] = {}
    for number in db.session.scalars(query.where(entries.c.kind == "effect_answered")):
        counts[number] = counts.get(number, 0) + 1
    return counts


def _end_story(old: Old, number: str) -> bool:
    """Tell the rest of a story of the real démarche, from where it stands; whether it ended well."""
    story = quick(old.here)
    story.number = number
    waiting = [one["element"] for one in story.claire.get("/tasks", number=number).json["items"]]
    waiting += [one["element"] for one in story.denis.get("/tasks", number=number).json["items"]]
    for chapter in CHAPTERS[_next_chapter(old.here, waiting, number) :]:
        getattr(story, chapter)()
    shown = story.amina.get(f"/dossiers/{number}").json
    return shown["statut"] == "accepte" and shown["finished_at"] is not None


def _next_chapter(here: town.Town, waiting: list[str], number: str) -> int:
    """Which chapter comes next, by what agents are asked to do; nothing of theirs: a slot is to be chosen."""
    by_task = {"verifier_completude": 1, "recevoir_usager": 3, "instruire_demande": 3, "valider_decision": 4}
    found = [by_task[one] for one in waiting if one in by_task]
    if found:
        return max(found)
    with here.app.app_context():
        return 5 if dossiers.by_number(number).etape == "remise" else 2
