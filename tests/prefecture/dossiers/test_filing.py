"""Filing: numbers, pièces, drafts, keys of idempotency; and nothing partial."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from prefecture.demarches.version import evaluate, in_zone
from prefecture.documents import queries as documents
from prefecture.dossiers import housekeeping, numbers, queries, service
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work


def count(table: str) -> int:
    db.session.rollback()
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def test_numbers_run_by_prefecture_and_year_and_check_themselves(world: Any) -> None:
    first, second = world.submit(), world.submit()
    assert [view.number[:16] for view in (first, second)] == ["ESS-94-26-000001", "ESS-94-26-000002"]
    assert numbers.is_valid(first.number)
    clock.move(datetime(2026, 12, 31, 23, 30, tzinfo=UTC) - clock.now())
    assert world.submit().number.startswith("ESS-94-27-000001")


def test_a_wrong_sign_or_two_exchanged_break_the_letter() -> None:
    good = f"TSE-94-26-004817-{numbers.check_letter('TSE-94-26-004817')}"
    assert numbers.is_valid(good)
    body, letter = good[:-2], good[-1]
    for place, sign in enumerate(body):
        for other in "0123456789":
            if sign.isdigit() and other != sign:
                assert not numbers.is_valid(f"{body[:place]}{other}{body[place + 1 :]}-{letter}")
    assert not numbers.is_valid(f"TSE-94-26-008417-{letter}")
    assert not numbers.is_valid("TSE-94-26-4817")


def test_filings_at_once_get_numbers_of_their_own(any_world: Any) -> None:
    found: list[str] = []

    def file() -> None:
        with any_world.app.app_context():
            for _ in range(5):
                found.append(any_world.submit().number)
            db.session.remove()

    threads = [threading.Thread(target=file) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 20


def test_a_refused_form_leaves_neither_dossier_nor_number(any_world: Any) -> None:
    with pytest.raises(Invalid) as refused:
        any_world.submit(objet="", le="hier")
    assert set(refused.value.fields) == {"objet", "le"}
    assert (count("dossier"), count("dossier_counter"), count("journal_entry"), count("due_work")) == (0, 0, 0, 0)
    assert any_world.submit().number.startswith("ESS-94-26-000001")


def test_anothers_document_is_refused_and_nothing_is_stored(world: Any) -> None:
    stolen = world.document(world.boris)
    with pytest.raises(NotFound):
        world.submit(passeport=stolen)
    assert (count("dossier"), count("data_key")) == (0, 2)
    mine = world.document(world.amina)
    view = world.submit(passeport=mine)
    (document,) = documents.of_dossier(view.id)
    assert (str(document.id), document.code) == (mine, "passeport")
    with pytest.raises(Conflict):
        world.submit(passeport=mine)


def test_documents_may_be_given_by_piece_but_only_those_asked(world: Any) -> None:
    document = world.document(world.amina)
    answers = {"objet": "Renouveler", "le": "2026-11-01"}
    with unit_of_work():
        view = service.submit(world.amina, "essai", answers, {"passeport": [document]}, service_id=world.service_id)
    assert len(documents.of_dossier(view.id)) == 1
    with pytest.raises(Invalid) as refused, unit_of_work():
        service.submit(world.amina, "essai", answers, {"bail": [document]}, service_id=world.service_id)
    assert list(refused.value.fields) == ["documents.bail"]


def test_the_prefecture_finds_the_demarches_service(world: Any) -> None:
    answers = {"objet": "Renouveler", "le": "2026-11-01"}
    with unit_of_work():
        assert service.submit(world.amina, "essai", answers, prefecture="94").service_id == world.service_id
    with pytest.raises(Invalid), unit_of_work():
        service.submit(world.amina, "essai", answers)
    with pytest.raises(NotFound), unit_of_work():
        service.submit(world.amina, "autre", answers, prefecture="94")


def test_an_agent_files_for_a_person_who_stands_before_them(world: Any) -> None:
    answers = {"objet": "Renouveler", "le": "2026-11-01"}
    with unit_of_work():
        view = service.submit(world.claire, "essai", answers, service_id=world.service_id, person_id=world.amina.id)
    assert [one.number for one in queries.dossiers_of_person(world.amina)] == [view.number]
    assert queries.data(view.number, world.claire)["dossier"]["canal"] == "guichet"
    with pytest.raises(Forbidden), unit_of_work():
        service.submit(world.boris, "essai", answers, service_id=world.service_id, person_id=world.amina.id)
    with pytest.raises(Forbidden), unit_of_work():
        service.submit(world.foreign, "essai", answers, service_id=world.service_id, person_id=world.amina.id)


def test_what_the_process_finds_at_its_start(world: Any) -> None:
    view = world.submit()
    data = queries.data(view.number, world.claire)
    assert data["dossier"] == {
        "numero": view.number,
        "depose_le": clock.now().date(),
        "prefecture": "94",
        "service": "Bureau des étrangers",
        "canal": "teleservice",
    }
    assert data["usager"]["nom"] == "El Kébir"
    assert data["demarche"]["silence"] == {"delai": "P4M"}
    assert "donnees" not in data["demarche"]


def test_a_draft_is_kept_replaced_and_gone_once_filed(world: Any) -> None:
    for page in (1, 2):
        with unit_of_work():
            service.save_draft(world.amina, "essai", {"objet": f"page {page}"}, page)
    draft = queries.draft(world.amina, "essai")
    assert draft is not None
    assert (draft.answers, draft.page) == ({"objet": "page 2"}, 2)
    assert queries.draft(world.boris, "essai") is None
    assert "page 2" not in str(db.session.execute(text("SELECT answers FROM draft")).all())
    keys = count("data_key")
    world.submit()
    assert queries.drafts(world.amina) == []
    assert count("data_key") == keys  # the draft's key went, the dossier's came


def test_an_old_draft_is_forgotten(world: Any) -> None:
    with unit_of_work():
        service.save_draft(world.amina, "essai", {"objet": "x"})
        housekeeping.plan()
    clock.move(timedelta(days=2))
    world.drain()
    assert len(queries.drafts(world.amina)) == 1
    clock.move(timedelta(days=100))
    world.drain()
    assert queries.drafts(world.amina) == []


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(any_world: Any) -> None:
    with unit_of_work():
        assert service.remembered(any_world.amina, "clé-1", b"one") is None
        service.remember(any_world.amina, "clé-1", b"one", 201, b'{"number": "X"}')
    with unit_of_work():
        found = service.remembered(any_world.amina, "clé-1", b"one")
        assert found is not None
        assert (found.status, found.body) == (201, b'{"number": "X"}')
        assert service.remembered(any_world.boris, "clé-1", b"one") is None
    with pytest.raises(Invalid), unit_of_work():
        service.remembered(any_world.amina, "clé-1", b"two")
    assert b"number" not in db.session.execute(text("SELECT answer FROM idempotency")).scalar_one()


def test_a_key_is_remembered_with_the_work_or_not_at_all(world: Any) -> None:
    with pytest.raises(Invalid), unit_of_work():
        service.remember(world.amina, "clé-2", b"one", 201, b"{}")
        raise Invalid({"objet": "x"})
    assert count("idempotency") == 0


def test_remembered_answers_are_forgotten_after_two_days(world: Any) -> None:
    with unit_of_work():
        service.remember(world.amina, "clé-3", b"one", 201, b"{}")
        housekeeping.plan()
    clock.move(timedelta(days=4))
    world.drain()
    assert count("idempotency") == 0


def test_two_requests_at_once_under_one_key_file_one_dossier(any_world: Any) -> None:
    answered: list[bytes] = []
    start = threading.Barrier(4)

    def file() -> None:
        with any_world.app.app_context():
            start.wait()
            with unit_of_work():
                found = service.remembered(any_world.amina, "clé", b"digest")
                if found is None:
                    told = {"objet": "Renouveler", "le": "2026-11-01"}
                    view = service.submit(any_world.amina, "essai", told, service_id=any_world.service_id)
                    service.remember(any_world.amina, "clé", b"digest", 201, view.number.encode(), dossier_id=view.id)
                    answered.append(view.number.encode())
                else:
                    answered.append(found.body)
            db.session.remove()

    threads = [threading.Thread(target=file) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) == 4
    assert len(set(answered)) == 1
    assert count("dossier") == 1


def test_today_is_the_prefectures_own() -> None:
    """Half past midnight in Paris is the evening before in Fort-de-France."""
    with clock.frozen(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)):
        with in_zone(ZoneInfo("America/Martinique")):
            assert evaluate({})("today()").isoformat() == "2026-11-23"
        assert evaluate({})("today()").isoformat() == "2026-11-24"
