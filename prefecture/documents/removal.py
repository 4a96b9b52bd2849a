"""Taking documents out of the house: rows and keys in the caller's unit of work, files once that is committed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from prefecture.documents import planning
from prefecture.documents.models import Document, DocumentPage
from prefecture.kernel import keyring
from prefecture.kernel.db import db


def delete_rows(rows: Iterable[Document]) -> None:
    """Delete documents with their pages and, where they have one, their own key; their files follow by due work."""
    for row in rows:
        pages = db.session.scalars(select(DocumentPage.storage_name).where(DocumentPage.document_id == row.id)).all()
        planning.plan_deletion(row.storage_name, row.original_name, *pages)
        db.session.execute(delete(DocumentPage).where(DocumentPage.document_id == row.id))
        if row.own_key:
            keyring.erase(row.key_id)
        db.session.delete(row)
    db.session.flush()


def delete_unattached(before: datetime) -> None:
    """Delete files that were sent before an instant and never joined to a dossier."""
    forgotten = select(Document).where(Document.dossier_id.is_(None), Document.created_at < before)
    delete_rows(db.session.scalars(forgotten).all())
