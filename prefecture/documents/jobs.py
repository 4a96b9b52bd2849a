"""Due work of the documents desk: draw pages, scan again, delete files, sweep. Payloads are empty: keys say what."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import func, select

from prefecture.documents import antivirus, examination, planning, queries, removal, shelf, storage
from prefecture.documents.models import QUARANTAINE, REFUSE, SAIN, Document, DocumentPage
from prefecture.documents.pictures import Picture
from prefecture.kernel import clock, outbox, settings
from prefecture.kernel.db import db
from prefecture.kernel.errors import DomainError, NotFound
from prefecture.kernel.outbox import PermanentFailure, Work
from prefecture.kernel.unit_of_work import unit_of_work

ORPHANS_AFTER = timedelta(hours=24)
UNATTACHED_FOR = timedelta(days=200)  # longer than any draft is kept


@outbox.handler("documents.pages")
def draw_pages(work: Work) -> None:
    """Draw every page of a document as a picture and keep them, once."""
    document_id = _subject(work)
    row = db.session.get(Document, document_id)
    if row is None or row.status != SAIN:
        return
    try:
        content_key = queries.content_key(row)
    except NotFound:  # erased meanwhile
        return
    name, media_type = row.storage_name, row.media_type
    db.session.close()  # no transaction stays open while a child draws
    try:
        pictures = examination.draw(shelf.get(name, content_key), media_type)
    except DomainError as error:
        raise PermanentFailure(f"the pages cannot be drawn: {error.code}") from error
    names = [shelf.put(picture.data, content_key) for picture in pictures]
    with unit_of_work():
        _keep_pages(document_id, list(zip(names, pictures, strict=True)))
        work.done()


@outbox.handler("documents.scan")
def scan_again(work: Work) -> None:
    """Ask the scanner about a file in quarantine; while it does not answer, the file stays there."""
    document_id = _subject(work)
    row = db.session.get(Document, document_id)
    if row is None or row.status != QUARANTAINE:
        return
    try:
        content_key = queries.content_key(row)
    except NotFound:
        return
    data = shelf.get(row.original_name or row.storage_name, content_key)
    db.session.close()  # no transaction stays open while the scanner looks
    address = settings.current().clamav
    if address is None:
        raise antivirus.ScannerDown("no scanner is configured any more; set PLANIPREF_CLAMAV")
    virus = antivirus.infection(data, address)
    with unit_of_work():
        _settle(document_id, virus)
        work.done()


@outbox.handler("documents.delete")
def delete_file(work: Work) -> None:
    """Delete a file whose row is gone."""
    storage.current().delete(work.key.split(":", 1)[1])


@outbox.handler("documents.sweep")
def sweep(work: Work) -> None:
    """Delete the files that no row names, and the uploads that were never joined to a dossier."""
    sweep_orphans()
    with unit_of_work():
        removal.delete_unattached(clock.now() - UNATTACHED_FOR)
        work.done()


def sweep_orphans() -> int:
    """Delete files without a row, left by a transaction that was rolled back or by a crash; how many there were."""
    shelf_now = storage.current()
    count = 0
    for name in shelf_now.names(older_than=clock.now() - ORPHANS_AFTER):
        if not _is_named(name):
            shelf_now.delete(name)
            count += 1
    return count


def _is_named(name: str) -> bool:
    mine = select(Document.id).where((Document.storage_name == name) | (Document.original_name == name))
    page = select(DocumentPage.number).where(DocumentPage.storage_name == name)
    return db.session.scalar(mine) is not None or db.session.scalar(page) is not None


def _keep_pages(document_id: uuid.UUID, drawn: list[tuple[str, Picture]]) -> None:
    row = db.session.scalar(select(Document).where(Document.id == document_id).with_for_update())
    count = db.session.scalar(select(func.count()).where(DocumentPage.document_id == document_id))
    if row is None or count:  # erased, or drawn by an earlier attempt: these files are swept
        return
    row.pages = len(drawn)
    for number, (name, picture) in enumerate(drawn, start=1):
        db.session.add(
            DocumentPage(
                document_id=document_id,
                number=number,
                storage_name=name,
                media_type=picture.media_type,
                width=picture.width,
                height=picture.height,
                size=len(picture.data),
            )
        )


def _settle(document_id: uuid.UUID, virus: str | None) -> None:
    """End the quarantine of a document, if it still is in it."""
    row = db.session.scalar(select(Document).where(Document.id == document_id).with_for_update())
    if row is None or row.status != QUARANTAINE:
        return
    if virus is None:
        row.status = SAIN
        planning.plan_pages(document_id)
        return
    row.status, row.reason = REFUSE, planning.INFECTED
    planning.plan_deletion(row.storage_name, row.original_name)


def _subject(work: Work) -> uuid.UUID:
    return uuid.UUID(work.key.split(":", 1)[1])
