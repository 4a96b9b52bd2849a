"""A file's way through the desk: received, sealed, attached, shown as pages, erased."""

from __future__ import annotations

import io
import os
import uuid
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import text

from prefecture.documents import jobs, printing, queries, service, storage
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring, outbox, settings, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, NotFound, TooLarge, WrongType
from prefecture.kernel.unit_of_work import unit_of_work


def agent() -> Actor:
    return Actor(uuid.uuid4(), "agent", "Guichet", frozenset({"guichet"}), "94", frozenset())


def drain(app: Flask) -> int:
    """Do all due work; the reader that asks next sees what it did."""
    count = worker.run_until_quiet(app)
    db.session.close()
    return count


def photo(colour: str = "red") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(target, "PNG")
    return target.getvalue()


def script_pdf() -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    made.add_blank_page()
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1")
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def receive(owner: Actor, data: bytes, name: str = "Passeport d’Amina.png") -> queries.DocumentView:
    prepared = service.prepare(name, io.BytesIO(data))
    with unit_of_work():
        return service.keep(owner, prepared)


def attach(document: queries.DocumentView, owner: Actor) -> tuple[uuid.UUID, str]:
    dossier_id = uuid.uuid4()
    with unit_of_work():
        key_id = keyring.new_key(f"dossier:{dossier_id}")
        service.attach(document.id, dossier_id, key_id, "passeport", owner, title="Passeport")
    return dossier_id, key_id


def files() -> list[Path]:
    return [path for path in settings.current().storage_folder.rglob("*") if path.is_file()]


def test_a_received_file_lies_encrypted_outside_the_database(app: Flask) -> None:
    document = receive(agent(), photo())
    (stored,) = files()
    assert not stored.read_bytes().startswith(b"\x89PNG")
    assert b"PNG" not in stored.read_bytes()[:100]
    assert queries.content(document.id).startswith(b"\x89PNG")
    with db.engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM document")).all())
    assert str(document.id).replace("-", "") in rows.replace("-", "")
    assert "Passeport" not in rows


def test_a_download_is_an_attachment_with_a_safe_name(app: Flask) -> None:
    given = queries.download(receive(agent(), photo(), 'Bail "é".jpeg').id)
    assert given.media_type == "image/png"
    assert given.disposition == "attachment; filename=\"Bail .png\"; filename*=UTF-8''Bail%20%C3%A9.png"


def test_a_persons_file_is_sealed_with_their_key_until_it_is_attached(app: Flask) -> None:
    with unit_of_work():
        person = identity.create_person("amina@example.org", given_names="Amina", family_name="K.")
    mine, other = receive(person.actor, photo()), receive(person.actor, photo("blue"))
    attach(mine, person.actor)
    with unit_of_work():
        keyring.erase(person.key_id)
    assert queries.content(mine.id).startswith(b"\x89PNG")
    with pytest.raises(NotFound):
        queries.content(other.id)


def test_erasing_the_dossiers_key_erases_its_files(app: Flask) -> None:
    owner = agent()
    document = receive(owner, photo())
    _, key_id = attach(document, owner)
    with unit_of_work():
        keyring.erase(key_id)
    with pytest.raises(NotFound):
        queries.content(document.id)
    with pytest.raises(NotFound):
        queries.document(document.id)


def test_a_key_that_was_made_for_one_file_goes_when_the_dossiers_takes_over(app: Flask) -> None:
    owner = agent()
    document = receive(owner, photo())
    before = _key_ids()
    attach(document, owner)
    assert len(before) == 1
    assert not before & _key_ids()


def _key_ids() -> set[str]:
    with unit_of_work():
        return set(keyring.db.session.scalars(keyring.select(keyring.DataKey.id)))


def test_somebody_elses_file_cannot_be_attached(app: Flask) -> None:
    document = receive(agent(), photo())
    with pytest.raises(NotFound):
        attach(document, agent())


def test_attaching_twice_is_attaching_once_but_not_to_two_dossiers(app: Flask) -> None:
    owner = agent()
    document = receive(owner, photo())
    dossier_id, key_id = attach(document, owner)
    with unit_of_work():
        service.attach(document.id, dossier_id, key_id, "passeport", owner)
    assert [(each.piece_code, each.title) for each in queries.of_dossier(dossier_id)] == [("passeport", "Passeport")]
    with pytest.raises(Conflict):
        attach(document, owner)


def test_the_same_file_is_recognised_elsewhere(app: Flask) -> None:
    first, second, other = receive(agent(), photo()), receive(agent(), photo()), receive(agent(), photo("blue"))
    assert queries.same_content(second.id) == [first.id]
    assert queries.same_content(other.id) == []


def test_the_worker_draws_the_pages_and_the_original_is_kept_beside_the_clean_copy(app: Flask) -> None:
    sent = script_pdf()
    document = receive(agent(), sent, "bail.pdf")
    with pytest.raises(NotFound, match="pas encore prête"):
        queries.page_image(document.id, 1)
    drain(app)
    assert queries.document(document.id).drawn == 2
    page = queries.page_image(document.id, 2)
    assert page.media_type == "image/png"
    assert max(page.width, page.height) <= 1600
    with Image.open(io.BytesIO(page.content)) as image:
        assert image.size == (page.width, page.height)
    with pytest.raises(NotFound, match="existe pas"):
        queries.page_image(document.id, 3)
    assert queries.original(document.id) == sent
    assert b"/JavaScript" not in queries.content(document.id)


def test_pages_drawn_before_the_file_was_attached_still_open(app: Flask) -> None:
    owner = agent()
    document = receive(owner, photo())
    drain(app)
    attach(document, owner)
    assert queries.page_image(document.id, 1).content


def test_drawing_twice_keeps_the_pages_once(app: Flask) -> None:
    document = receive(agent(), photo())
    drain(app)
    before = queries.page_image(document.id, 1).content
    work = outbox.Work(uuid.uuid4(), "documents.pages", f"documents.pages:{document.id}", {}, None, None, 1, "x")
    with pytest.raises(outbox.LeaseLost):
        jobs.draw_pages(work)
    assert queries.pages(document.id) == 1
    assert queries.page_image(document.id, 1).content == before


def test_a_letter_is_kept_once_for_its_work(app: Flask) -> None:
    dossier_id = uuid.uuid4()
    with unit_of_work():
        key_id = keyring.new_key(f"dossier:{dossier_id}")
    letter = service.shelve(script_pdf())
    for _ in range(2):
        with unit_of_work():
            kept = service.store_letter(dossier_id, key_id, "attestation", "Attestation n. 3", letter, "d:depot:1")
    assert [each.id for each in queries.of_dossier(dossier_id)] == [kept.id]
    assert (kept.kind, kept.code, kept.piece_code, kept.filename) == (
        "courrier",
        "attestation",
        None,
        "Attestation n. 3.pdf",
    )
    found = queries.by_work_key("d:depot:1")
    assert found is not None
    assert found.id == kept.id


def test_a_letter_may_be_printed_later_and_is_not_served_before(app: Flask) -> None:
    dossier_id = uuid.uuid4()
    with unit_of_work():
        key_id = keyring.new_key(f"dossier:{dossier_id}")
    with printing.later():
        page = printing.print_letter("<h1>Convocation</h1>", title="Convocation")
    with unit_of_work():
        kept = service.store_letter(dossier_id, key_id, "convocation", "Convocation", page, "d:convocation:1")
    with pytest.raises(Conflict, match="en préparation"):
        queries.download(kept.id)
    drain(app)
    given = queries.download(kept.id)
    assert (given.media_type, given.filename) == ("application/pdf", "Convocation.pdf")
    assert given.content.startswith(b"%PDF-")
    assert queries.page_image(kept.id, 1).media_type == "image/png"
    assert len(files()) == 2  # the letter and its picture: the page that it was made of is gone


def test_erasing_a_dossier_deletes_rows_and_files(app: Flask) -> None:
    owner = agent()
    document = receive(owner, script_pdf(), "bail.pdf")
    dossier_id, _ = attach(document, owner)
    drain(app)
    assert len(files()) == 4  # clean copy, original, two pages
    with unit_of_work():
        service.erase_for(dossier_id)
    drain(app)
    assert files() == []
    assert queries.of_dossier(dossier_id) == []


def test_an_upload_may_be_forgotten_by_its_owner_until_it_is_attached(app: Flask) -> None:
    owner = agent()
    gone, kept = receive(owner, photo()), receive(owner, photo("blue"))
    attach(kept, owner)
    with pytest.raises(NotFound), unit_of_work():
        service.forget(gone.id, agent())
    with unit_of_work():
        service.forget(gone.id, owner)
    with pytest.raises(Conflict), unit_of_work():
        service.forget(kept.id, owner)
    assert queries.of_owner(owner.id) == []


def test_the_sweep_deletes_what_no_row_names_after_a_day(app: Flask) -> None:
    document = receive(agent(), photo())
    orphan = service.prepare("perdu.png", io.BytesIO(photo("blue"))).shelved.name
    assert jobs.sweep_orphans() == 0
    yesterday = (clock.now() - timedelta(hours=25)).timestamp()
    for path in files():
        os.utime(path, (yesterday, yesterday))
    assert jobs.sweep_orphans() == 1
    with pytest.raises(storage.NotStored):
        storage.current().get(orphan)
    assert queries.content(document.id)


def test_whoever_stores_a_file_plans_the_sweep_of_the_next_day(app: Flask) -> None:
    with clock.frozen(clock.now()):
        receive(agent(), photo())
        receive(agent(), photo())
        drain(app)
        assert drain(app) == 0
        clock.move(timedelta(hours=26))
        assert drain(app) == 1


def test_an_upload_that_was_never_used_is_deleted_after_all_drafts_are(app: Flask) -> None:
    owner = agent()
    with clock.frozen(clock.now()):
        unused, used = receive(owner, photo()), receive(owner, photo("blue"))
        attach(used, owner)
        clock.move(timedelta(days=199))
        drain(app)
        receive(owner, photo("green"))
        clock.move(timedelta(days=2))
        drain(app)
        with pytest.raises(NotFound):
            queries.document(unused.id)
        assert queries.content(used.id)
        assert len(queries.of_owner(owner.id)) == 1


def test_a_refused_file_leaves_nothing_behind(app: Flask) -> None:
    for data, error in ((b"MZ programme", WrongType), (bytes(settings.current().upload_limit + 1), TooLarge)):
        with pytest.raises(error):
            service.prepare("bail.pdf", io.BytesIO(data))
    assert files() == []


def test_an_upload_whose_door_fails_leaves_no_row(app: Flask) -> None:
    owner = agent()
    prepared = service.prepare("a.png", io.BytesIO(photo()))
    with pytest.raises(ZeroDivisionError), unit_of_work():
        service.keep(owner, prepared)
        1 / 0  # noqa: B018
    assert queries.of_owner(owner.id) == []


def test_a_storage_name_is_never_a_path(tmp_path: Path) -> None:
    shelf = storage.FolderStorage(tmp_path)
    for name in ("../x", "a" * 31, "A" * 32, "/etc/passwd"):
        with pytest.raises(ValueError, match="not a storage name"):
            shelf.get(name)
