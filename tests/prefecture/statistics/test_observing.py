"""The journals of real dossiers read on and counted: once, whoever reads, on both databases."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from prefecture.dossiers import service
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Forbidden
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import jobs, observing, queries
from prefecture.statistics.models import Passage, Rollup
from prefecture.statistics.queries import Asked, Heat
from tests.api.caller import Caller
from tests.town import (  # noqa: F401 (fixtures)
    PIECES,
    TSE,
    Town,
    any_town,
    postgresql_copy,
    postgresql_town,
    sqlite_town,
    town,
)

SYSTEM = Actor.system()


def filed(town: Town, **answers: object) -> str:  # noqa: F811
    number = Caller(town.app, "amina").file(**answers)
    town.drain()
    return number


def judged(town: Town, number: str, domicile: str = "valide") -> None:  # noqa: F811
    states = dict.fromkeys(PIECES, "valide") | {"domicile": domicile}
    told: dict[str, object] = {code: {"etat": state} for code, state in states.items()}
    answers: dict[str, object] = {"conclusion": "complet", "pieces": told}
    if domicile == "refusee":
        told["domicile"] = {"etat": "refusee", "motif": "perime"}
        answers |= {"conclusion": "complement", "delai_jours": 30}
    answer = Caller(town.app, "claire").complete(number, "verifier_completude", answers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    town.drain()


def seen(town: Town, **asked: object) -> Heat:  # noqa: F811
    today = clock.now().date()
    with town.app.app_context():
        return queries.heat(SYSTEM, TSE, Asked(today - timedelta(days=400), today, **asked))  # type: ignore[arg-type]


def observe(town: Town, **how: bool) -> int:  # noqa: F811
    with town.app.app_context():
        return observing.observe(**how)


def test_a_dossiers_way_is_counted_once_however_often_it_is_read(any_town: Town) -> None:  # noqa: F811
    number = filed(any_town)
    assert observe(any_town) == 1
    standing = seen(any_town).of("verifier_completude")
    assert (standing.present, standing.passages) == (1, 0)
    any_town.later(days=4)
    judged(any_town, number)
    assert observe(any_town) == 1
    assert observe(any_town) == 0
    once = seen(any_town)
    assert observe(any_town, everything=True) == 0
    assert seen(any_town).measures == once.measures
    left = once.of("verifier_completude")
    assert (left.present, left.passages) == (0, 1)
    assert left.median == pytest.approx(4 * 86_400, rel=0.19)
    taken = once.of("flux_verifier_completude__dossier_complet")
    assert taken.passages == 1
    assert taken.median == pytest.approx(4 * 86_400, rel=0.19)
    assert once.of("autoriser_convocation").present == 1


def test_a_sealed_journal_is_read_too(town: Town) -> None:  # noqa: F811
    filed(town)
    with town.app.app_context(), unit_of_work():
        from_the_seal = text("UPDATE dossier SET unsealed = false")
        db.session.execute(from_the_seal)
        db.session.execute(text("INSERT INTO journal_seal VALUES (1, '2026-11-23 10:00:00', 1, x'', x'')"))
        head = "INSERT INTO journal_seal_head SELECT 1, id, journal_seq, journal_head FROM dossier"
        db.session.execute(text(head))
    assert observe(town) == 1


def test_months_and_days_add_up_to_the_same(town: Town) -> None:  # noqa: F811
    for _ in range(3):
        number = filed(town)
        town.later(days=20)
        judged(town, number)
    observe(town)
    today = clock.now().date()
    first = today - timedelta(days=80)
    with town.app.app_context():
        whole = queries.heat(SYSTEM, TSE, Asked(first, today)).of("verifier_completude")
        parts = [
            queries.heat(SYSTEM, TSE, Asked(first + timedelta(days=n), first + timedelta(days=n))) for n in range(81)
        ]
        own = queries.heat(SYSTEM, TSE, Asked(first, today, service_ids=(town.service_id,))).of("verifier_completude")
    assert whole.passages == sum(one.of("verifier_completude").passages for one in parts) == 3
    assert own == whole


@pytest.mark.parametrize("tens", [True, False])
@pytest.mark.parametrize("since", [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 21), date(2026, 2, 28)])
@pytest.mark.parametrize("days", [0, 1, 9, 10, 31, 59, 364])
def test_a_period_is_cut_into_parts_that_cover_each_of_its_days_once(tens: bool, since: date, days: int) -> None:
    until = since + timedelta(days=days)
    covered = []
    for grain, first, last in queries._spans(since, until, tens=tens):
        covered += [first + timedelta(days=n) for n in range((last - first).days + 1)]
        assert grain != "m" or (first.day, (last + timedelta(days=1)).day) == (1, 1)
        assert grain != "t" or {first.day, (last + timedelta(days=1)).day} <= {1, 11, 21}
    assert sorted(covered) == [since + timedelta(days=n) for n in range(days + 1)]


def test_counts_are_cut_by_version_service_and_motif(town: Town) -> None:  # noqa: F811
    number = filed(town, titre_nature="vie_privee_familiale")
    judged(town, number)
    observe(town)
    assert seen(town, service_ids=(town.service_id,)).of("verifier_completude").passages == 1
    assert seen(town, service_ids=(uuid.uuid4(),)).measures == {}
    assert seen(town, version_id=uuid.uuid4()).measures == {}
    with town.app.app_context():
        assert queries.motifs(TSE) == ["vie_privee_familiale"]
    assert seen(town, motif="vie_privee_familiale").of("verifier_completude").passages == 1
    assert seen(town, motif="etudiant").measures == {}


def test_refused_pieces_and_their_motives_are_counted_by_code(town: Town) -> None:  # noqa: F811
    judged(town, filed(town), domicile="refusee")
    observe(town)
    today = clock.now().date()
    with town.app.app_context():
        said = queries.said(SYSTEM, TSE, Asked(today, today))
    told = {(one.kind, one.subject, one.detail): one.count for one in said}
    assert told["piece", "domicile", "refusee"] == told["piece_motif", "domicile", "perime"] == 1
    assert told["piece", "passeport", "valide"] == 1


def test_dossiers_that_wait_are_held_against_their_legal_limit(town: Town) -> None:  # noqa: F811
    filed(town)
    observe(town)
    today = clock.now().date()
    with town.app.app_context():
        assert queries.late_now(SYSTEM, TSE, Asked(today, today)) == queries.Late(1, 0, 0)
        with clock.frozen(clock.now() + timedelta(days=110)):
            assert queries.late_now(SYSTEM, TSE, Asked(today, today)) == queries.Late(1, 0, 1)
        with clock.frozen(clock.now() + timedelta(days=150)):
            assert queries.late_now(SYSTEM, TSE, Asked(today, today)).late == 1


def test_a_head_of_service_counts_their_services_and_an_instructing_agent_nothing(town: Town) -> None:  # noqa: F811
    judged(town, filed(town))
    observe(town)
    today = clock.now().date()
    asked = Asked(today, today)
    denis, omar, ines = town.actor("denis"), town.actor("omar"), town.actor("ines")
    with town.app.app_context():
        assert queries.heat(denis, TSE, asked).of("verifier_completude").passages == 1
        assert queries.heat(omar, TSE, asked).measures == {}
        with pytest.raises(Forbidden):
            queries.heat(ines, TSE, asked)


def test_after_an_erasure_nobody_finds_the_motif_beside_the_dossier(town: Town) -> None:  # noqa: F811
    number = filed(town)
    observe(town)
    amina = town.actor("amina")
    with town.app.app_context():
        with unit_of_work():
            view = service.withdraw(amina, number, "Je pars.")
        town.drain()
        with unit_of_work():
            service.erase(view.id)
    observe(town)
    with town.app.app_context():
        motifs = db.session.scalars(select(Passage.motif).where(Passage.dossier_id == view.id)).all()
        assert set(motifs) == {""}
        assert db.session.scalar(select(func.sum(Rollup.passages)).where(Rollup.motif == "vie_privee_familiale"))


def test_the_reading_comes_back_by_the_clock(town: Town) -> None:  # noqa: F811
    filed(town)
    with town.app.app_context(), unit_of_work():
        jobs.plan()
    town.later(minutes=20)
    assert seen(town).of("verifier_completude").present == 1
