"""The real démarche under torture: a préfecture with its renewal of residence permits, told from filing to hand-over.

R3 again, with every action and every kind of due work that the démarche brings: each dies before its commit, between
effect and acknowledgement, and after its commit. What is left must be what an undisturbed run leaves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from prefecture.documents import queries as documents
from prefecture.dossiers import housekeeping
from prefecture.dossiers import queries as dossiers
from prefecture.identity import queries as identity
from prefecture.kernel import clock, outbox, schema, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests import town
from tests.api.caller import COMPLETE, GRANTED, JUDGED
from tests.flows.story import Story
from tests.flows.told import begin
from tests.torture.crashes import KILLED, POINTS, die, next_kind
from tests.torture.verdict import Size, Verdict
from tests.torture.world import World, hasten

ASKED = {
    "conclusion": "complement",
    "delai_jours": 30,
    "pieces": {**JUDGED, "domicile": {"etat": "refusee", "motif": "illisible"}},
    "message": "Merci.",
}
# Due work of the démarche that its two stories bring about; an ordeal that met fewer has proved too little.
LEAST_KINDS = 20
WHOLE = 20  # tries from which every kind dies at each point; else at one


def build(home: Path, url: str | None, first: datetime, **environment: str) -> World:
    """The préfecture of the tests' town on `url`, by default a SQLite file in `home`, its counter open from `first`."""
    hasten()
    url = url or f"sqlite:///{home / 'planipref.sqlite3'}"
    app = town.build(home, url, PLANIPREF_DEMO="1", **environment)
    with app.app_context():
        schema.upgrade()
        here = identity.services_of("94")[0].id if identity.prefectures() else town.found(first.date())
        amina, claire = (town.Town(app, here).actor(name) for name in ("amina", "claire"))
        db.session.remove()
        db.engine.dispose()
    return World(app, home, url, here, amina, claire)


def r3_real_demarche(world: World, size: Size) -> Verdict:
    """Every kind of due work of the real démarche dies at each point; two stories end as undisturbed ones do."""
    crashed: set[tuple[str, str]] = set()
    with clock.frozen(town.START), ExitStack() as times:
        here = town.Town(world.app, world.service_id, times)
        tellings = (_granted, _asked_and_silent)[: 2 if size.tries >= WHOLE else 1]
        wanted = [_left(here, tell(here, here.drain)) for tell in tellings]
        times.pop_all().close()
        with world.app.app_context(), unit_of_work():
            housekeeping.plan()
        points = POINTS if size.tries >= WHOLE else None
        found = [_left(here, tell(here, lambda: _crash_everywhere(world, crashed, points))) for tell in tellings]
        with world.app.app_context():
            incidents = outbox.counts()["incident"]
    kinds = {kind for kind, _ in crashed}
    missing = [f"{kind} {point}" for kind in sorted(kinds) for point in points or () if (kind, point) not in crashed]
    return Verdict(
        lost=sum((one - other).total() for one, other in zip(wanted, found, strict=True)),
        duplicated=sum((other - one).total() for one, other in zip(wanted, found, strict=True)),
        stuck=incidents + len(missing) + (points is not None and len(kinds) < LEAST_KINDS),
        notes=f"crashes={len(crashed)} kinds={len(kinds)} {'; '.join(missing)}",
    )


def _story(here: town.Town, settle: Callable[[], object]) -> Story:
    """A story in which whatever is due is done by `settle`, when time passes too."""
    story = begin(here)
    story.settle = settle

    def arrive(starts: str) -> None:
        _at(here, settle, datetime.fromisoformat(starts))
        for one in (story.amina, story.claire, story.denis):
            one.sign_in()

    story.arrive = arrive
    return story


def _at(here: town.Town, settle: Callable[[], object], moment: datetime) -> None:
    here.times.enter_context(clock.frozen(max(moment, clock.now())))
    settle()


def _granted(here: town.Town, settle: Callable[[], object]) -> str:
    """From filing to hand-over."""
    story = _story(here, settle)
    story.tell()
    return story.number


def _asked_and_silent(here: town.Town, settle: Callable[[], object]) -> str:
    """A complement is asked for, recalled, given; the decision waits until silence has spoken; then it is granted."""
    story = _story(here, settle)
    story.file()
    story.do(story.claire, "verifier_completude", ASKED)
    _later(here, story, settle, timedelta(days=24))
    given = {"documents": {"domicile": [story.amina.upload().json["id"]]}}
    answered = story.amina.post(f"/dossiers/{story.number}/complement", given)
    if answered.status_code >= 400:
        raise RuntimeError(f"the complement is refused: {answered.json}")
    settle()
    story.do(story.claire, "verifier_completude", COMPLETE)
    story.do(story.claire, "autoriser_convocation", {"venue": "dispense"})
    _later(here, story, settle, timedelta(days=150))
    story.do(story.claire, "instruire_demande", GRANTED)
    story.do(story.denis, "valider_decision", {"accord": True})
    return story.number


def _later(here: town.Town, story: Story, settle: Callable[[], object], span: timedelta) -> None:
    """Time passes day by day, so that what falls due on the way is done on its day."""
    end = clock.now() + span
    while clock.now() < end:
        _at(here, settle, min(end, clock.now() + timedelta(days=10)))
    for one in (story.amina, story.claire, story.denis):
        one.sign_in()


def _crash_everywhere(world: World, crashed: set[tuple[str, str]], points: Sequence[str] | None) -> None:
    """Do all that is due now, each kind first dying at each point; by turns at one of them if none is given."""
    with world.app.app_context():
        while (kind := next_kind()) is not None:
            turn = () if any(kind == met for met, _ in crashed) else (POINTS[len(crashed) % len(POINTS)],)
            for point in points or turn:
                if (kind, point) in crashed or next_kind() != kind:
                    continue
                child = world.fork(lambda kind=kind, point=point: die(world, kind, point))
                if child.wait() == KILLED:
                    crashed.add((kind, point))
                clock.move(outbox.LEASE * 2)
            worker.drain(world.app, limit=1)
            db.session.rollback()


def _left(here: town.Town, number: str) -> Counter[Any]:
    """What a story leaves: history, letters that can be read, messages, tasks; without its own numbers and instants."""
    with here.app.app_context():
        view = dossiers.by_number(number)
        entries = db.metadata.tables["journal_entry"]
        rows = db.session.execute(
            select(entries.c.kind, entries.c.element, entries.c.name).where(entries.c.dossier_id == view.id)
        )
        left: Counter[Any] = Counter(("journal", *row) for row in rows)
        left.update(("mail", _plain(one)) for one in town.sent(number))
        left.update(("sms", _plain(one)) for one in town.sent(number, "sms"))
        for one in documents.of_dossier(view.id):
            left[one.kind, one.code, len(documents.content(one.id)) > 0] += 1
        left["end", view.statut, view.finished_at is not None] += 1
        return left


def _plain(text: str) -> str:
    """What a message says, without numbers, times and links."""
    return re.sub(r"[\s#h.]+$", "", re.sub(r"\S*\d\S*|https?:\S+", "#", text))
