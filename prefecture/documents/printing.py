"""Printing letters: now, or, where many are written at once (a demonstration, a migration), later by the worker.

A letter that waits for its printing is kept as its page, sealed like any file; its row says so by its media type.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import select

from prefecture.documents import pdf, planning, queries, shelf
from prefecture.documents.models import Document
from prefecture.documents.shelf import Shelved, Unprinted
from prefecture.documents.signatures import PDF
from prefecture.kernel import keyring, outbox
from prefecture.kernel.db import db
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work

_later: ContextVar[bool] = ContextVar("print_later", default=False)


@contextmanager
def later() -> Iterator[None]:
    """Within the block, letters are kept as pages and printed by due work of low urgency."""
    token = _later.set(True)
    try:
        yield
    finally:
        _later.reset(token)


def print_letter(page: str, *, title: str) -> Shelved:
    """The letter of an HTML page, on the shelf; no door may be open. Raises what `pdf.render_letter` raises."""
    if not _later.get():
        return shelf.shelve(pdf.render_letter(page, title=title))
    return Unprinted(**vars(shelf.shelve(page.encode())))


@outbox.handler("documents.print")
def print_kept(work: Work) -> None:
    """Print a letter that was kept as its page, once."""
    document_id = uuid.UUID(work.key.split(":", 1)[1])
    row = db.session.get(Document, document_id)
    if row is None or row.media_type == PDF or not keyring.exists(row.key_id):
        return
    title = queries.view(row).title
    page = shelf.get(row.storage_name, queries.content_key(row)).decode()
    db.session.close()  # no transaction stays open while the letter is printed
    printed = shelf.shelve(pdf.render_letter(page, title=title))
    with unit_of_work():
        _replace(document_id, printed)
        work.done()


def _replace(document_id: uuid.UUID, printed: Shelved) -> None:
    row = db.session.scalar(select(Document).where(Document.id == document_id).with_for_update())
    if row is None or row.media_type == PDF:
        return
    planning.plan_deletion(row.storage_name)
    row.storage_name, row.size, row.content_hash = printed.name, printed.size, printed.content_hash
    row.wrapped_key = keyring.wrap(row.key_id, printed.content_key, f"document.key:{row.id}")
    row.media_type = PDF
    planning.plan_pages(row.id)
