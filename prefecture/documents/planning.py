"""The due work that the documents desk posts: drawing pages, scanning again, deleting files, sweeping. Payloads are
empty: the key says what, and names nobody."""

from __future__ import annotations

import uuid
from datetime import timedelta

from prefecture.documents.models import QUARANTAINE, Document
from prefecture.kernel import clock, outbox

INFECTED = (
    "Ce fichier contient un virus et n’a pas été conservé. Analysez votre appareil, "
    "puis ajoutez le document numérisé ou photographié à nouveau."
)
_PRIORITY_OF_PAGES = 7  # a page to look at may wait behind a letter to send
_PRIORITY_OF_CLEANING = 9
_SWEEP_AFTER = timedelta(hours=25)


def plan_next(row: Document) -> None:
    """What a new file needs: a scan if it is in quarantine, its pages drawn otherwise."""
    if row.status == QUARANTAINE:
        outbox.post("documents.scan", f"documents.scan:{row.id}", {}, key_id=None)
    else:
        plan_pages(row.id)


def plan_pages(document_id: uuid.UUID) -> None:
    """Have the pages of a document drawn by the worker."""
    outbox.post("documents.pages", f"documents.pages:{document_id}", {}, key_id=None, priority=_PRIORITY_OF_PAGES)


def plan_printing(document_id: uuid.UUID) -> None:
    """Have a letter that was kept as its page printed by the worker."""
    outbox.post("documents.print", f"documents.print:{document_id}", {}, key_id=None, priority=_PRIORITY_OF_PAGES)


def plan_deletion(*names: str | None) -> None:
    """Have stored files deleted once the caller's unit of work is committed."""
    for name in filter(None, names):
        key = f"documents.delete:{name}"
        outbox.post("documents.delete", key, {}, key_id=None, priority=_PRIORITY_OF_CLEANING)


def plan_sweep() -> None:
    """Have files without a row deleted tomorrow: one sweep a day, planned by whatever stores a file that day."""
    run_at = clock.now() + _SWEEP_AFTER
    key = f"documents.sweep:{run_at:%Y-%m-%d}"
    outbox.post("documents.sweep", key, {}, key_id=None, run_at=run_at, priority=_PRIORITY_OF_CLEANING)
