"""Past decisions through other tables: what differs is counted, by rule and by part of the answer, and nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from prefecture.demarches import bundle, queries
from prefecture.demarches.version import SETTINGS, Version
from prefecture.dossiers import incidents
from prefecture.dossiers.models import Dossier, JournalEntry
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Forbidden, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import replay
from prefecture.statistics.replay import ReplayView
from tests.api.caller import Caller
from tests.town import TSE, Town, sqlite_town, town  # noqa: F401 (fixtures)

TABLES = "regles.dmn"


def draft(town: Town, *changes: tuple[str, str], file: str = TABLES) -> Version:  # noqa: F811
    """The version in force, with other words in its tables, or in another of its files."""
    with town.app.app_context():
        files = dict(queries.current(TSE).files)
    text = files[file].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Version(bundle.of_files({**files, file: text.encode()}), version_id=uuid.uuid4(), code=TSE, number=0)


def played(town: Town, against: Version) -> ReplayView:  # noqa: F811
    ana = town.actor("ana")
    with town.app.app_context():
        with unit_of_work():
            now = clock.now()
            order = replay.order(ana, TSE, against, "un brouillon", now - timedelta(days=30), now + timedelta(days=1))
        town.drain()
        return replay.replay(ana, order)


def filed(town: Town, count: int = 1) -> list[str]:  # noqa: F811
    numbers = [Caller(town.app, "amina").file() for _ in range(count)]
    town.drain()
    return numbers


def test_the_same_tables_answer_the_same(town: Town) -> None:  # noqa: F811
    filed(town, 2)
    found = played(town, draft(town))
    assert (found.total, found.done) == (2, 2)
    assert found.ended_at == clock.now()
    told = {one.decision: (one.same, one.different, one.changed) for one in found.decisions}
    assert told["delai_silence"] == (2, 0, 0)


def test_a_longer_delay_shows_as_a_difference_by_rule_and_by_part(town: Town) -> None:  # noqa: F811
    filed(town, 2)
    found = played(town, draft(town, ("demarche.silence.delai", '"P6M"')))
    silence = next(one for one in found.decisions if one.decision == "delai_silence")
    assert (silence.same, silence.different) == (0, 2)
    assert sum(count for _, count in silence.rules) == 2
    assert silence.fields
    assert "P6M" not in repr(silence)  # which part differs is told, not what it says


def test_a_longer_delay_of_the_dated_data_shows_too_from_its_day_on(town: Town) -> None:  # noqa: F811
    filed(town, 2)
    longer = draft(town, ('delai = "P4M"', 'delai = "P6M"'), file=SETTINGS)
    silence = next(one for one in played(town, longer).decisions if one.decision == "delai_silence")
    assert (silence.same, silence.different, silence.fields) == (0, 2, (("delai", 2),))
    row = '\n[[changements]]\nreglage = "silence.delai"\ndepuis = 2027-01-01\nvaleur = "P6M"\nsource = "x"\n'
    later = draft(town, ("# ---- Sources", f"{row}\n# ---- Sources"), file=SETTINGS)
    silence = next(one for one in played(town, later).decisions if one.decision == "delai_silence")
    assert (silence.same, silence.different) == (2, 0)


def test_it_goes_on_portion_by_portion(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(replay, "PORTION", 1)
    filed(town, 3)
    with town.app.app_context(), unit_of_work():  # a dossier that asked no table anything is passed over, not the end
        first = select(Dossier.id).order_by(Dossier.id).limit(1).scalar_subquery()
        db.session.execute(update(JournalEntry).where(JournalEntry.dossier_id == first).values(kind="step"))
    found = played(town, draft(town))
    assert (found.done, found.total) == (3, 3)
    assert found.ended_at is not None
    assert next(one.same for one in found.decisions if one.decision == "delai_silence") == 2


def test_data_that_changed_since_are_told_apart(town: Town) -> None:  # noqa: F811
    (number,) = filed(town)
    with town.app.app_context(), unit_of_work():
        demande = {"titre_nature": "etudiant", "titre_expire_le": "2020-01-01"}
        incidents.edit(Actor.system(), number, {"demande": demande, "dossier": {}}, "Pour voir.")
    found = played(town, draft(town, ("demarche.silence.delai", '"P6M"')))
    assert sum(one.changed + one.different for one in found.decisions) >= 1
    assert any(one.changed for one in found.decisions)


def test_tables_that_lack_a_decision_say_so(town: Town) -> None:  # noqa: F811
    filed(town)
    found = played(town, draft(town, ('id="delai_silence"', 'id="autre_delai"')))
    assert next(one for one in found.decisions if one.decision == "delai_silence").missing == 1


def test_only_analysts_ask_and_only_of_tables_that_can_be_read(town: Town) -> None:  # noqa: F811
    ana, claire = town.actor("ana"), town.actor("claire")
    now = clock.now()
    broken = Version(bundle.of_files({TABLES: b"<definitions/>"}), version_id=uuid.uuid4(), code=TSE, number=0)
    empty = Version(bundle.of_files({}), version_id=uuid.uuid4(), code=TSE, number=0)
    against = draft(town)
    with town.app.app_context():
        with pytest.raises(Forbidden), unit_of_work():
            replay.order(claire, TSE, against, "x", now, now)
        for one in (broken, empty):
            with pytest.raises(Invalid), unit_of_work():
                replay.order(ana, TSE, one, "x", now, now)
        with pytest.raises(NotFound):
            replay.replay(ana, uuid.uuid4())
        with pytest.raises(Forbidden):
            replay.replays(claire, TSE)
