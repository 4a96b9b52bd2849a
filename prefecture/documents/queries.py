"""What other rooms may read of documents: frozen views and bytes, never rows.

Who may read is asked before, by the room that knows the dossier (`dossiers.queries`); for a file that belongs to no
dossier yet, `of_owner`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import func, select

from prefecture.documents import shelf
from prefecture.documents.models import PIECE, QUARANTAINE, REFUSE, Document, DocumentPage
from prefecture.documents.signatures import HTML
from prefecture.kernel import keyring
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Gone, NotFound

_UNKNOWN = "Ce document n’existe pas ou n’est plus disponible."
_IN_QUARANTINE = "Ce fichier est en cours d’analyse par l’antivirus. Réessayez dans quelques minutes."
_TO_BE_PRINTED = "Ce courrier est en préparation. Réessayez dans quelques minutes."
_NOT_DRAWN = "Cette page n’est pas encore prête. Réessayez dans quelques secondes, ou téléchargez le document."


@dataclass(frozen=True)
class DocumentView:
    """A document as the pages name it; `pages` is its number of pages, `drawn` how many are ready as pictures."""

    id: uuid.UUID
    owner_id: uuid.UUID | None
    dossier_id: uuid.UUID | None
    kind: str
    code: str | None
    title: str
    filename: str
    media_type: str
    size: int
    pages: int
    drawn: int
    signed: bool
    status: str
    reason: str | None
    created_at: datetime

    @property
    def piece_code(self) -> str | None:
        """The pièce that it answers, None for letters."""
        return self.code if self.kind == PIECE else None


@dataclass(frozen=True)
class Download:
    """A file to hand over as an attachment, never inline."""

    content: bytes
    media_type: str
    filename: str

    @property
    def disposition(self) -> str:
        """The Content-Disposition header: an ASCII name for old clients, the true one beside."""
        plain = self.filename.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "") or "document"
        return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.filename, safe='')}"


@dataclass(frozen=True)
class PageImage:
    """A page as a picture, which may be shown inline."""

    content: bytes
    media_type: str
    width: int
    height: int


def document(document_id: uuid.UUID) -> DocumentView:
    """One document; raises NotFound."""
    return view(_row(document_id))


def of_dossier(dossier_id: uuid.UUID) -> list[DocumentView]:
    """All documents of a dossier, oldest first."""
    return _views(Document.dossier_id == dossier_id)


def of_owner(owner_id: uuid.UUID) -> list[DocumentView]:
    """The files that an account sent and that belong to no dossier yet, oldest first."""
    return _views((Document.owner_id == owner_id) & Document.dossier_id.is_(None))


def by_work_key(work_key: str) -> DocumentView | None:
    """The letter that a piece of work has kept, None if it has not yet."""
    row = db.session.scalar(select(Document).where(Document.work_key == work_key))
    return None if row is None else view(row)


def content(document_id: uuid.UUID) -> bytes:
    """The bytes served of a document; raises NotFound, Conflict (in quarantine) or Gone (refused)."""
    return download(document_id).content


def download(document_id: uuid.UUID) -> Download:
    """A document to hand over; raises as `content`."""
    row = _row(document_id)
    _assert_served(row)
    return Download(shelf.get(row.storage_name, content_key(row)), row.media_type, view(row).filename)


def original(document_id: uuid.UUID) -> bytes:
    """What was sent, active content included: evidence for whoever must prove it, not for the pages."""
    row = _row(document_id)
    _assert_served(row)
    return shelf.get(row.original_name or row.storage_name, content_key(row))


def pages(document_id: uuid.UUID) -> int:
    """How many pages are ready as pictures."""
    return _drawn([document_id]).get(document_id, 0)


def page_image(document_id: uuid.UUID, number: int) -> PageImage:
    """Page `number` (from 1) as a picture; raises NotFound when it does not exist or is not drawn yet."""
    row = _row(document_id)
    _assert_served(row)
    page = db.session.get(DocumentPage, (document_id, number))
    if page is None:
        raise NotFound(_NOT_DRAWN if 1 <= number <= row.pages else _UNKNOWN)
    return PageImage(shelf.get(page.storage_name, content_key(row)), page.media_type, page.width, page.height)


def same_content(document_id: uuid.UUID) -> list[uuid.UUID]:
    """Other documents, of any dossier, for which the very same file was sent; oldest first."""
    digest = select(Document.content_hash).where(Document.id == document_id).scalar_subquery()
    found = select(Document.id).where(Document.content_hash == digest, Document.id != document_id)
    return list(db.session.scalars(found.order_by(Document.created_at)))


def content_key(row: Document) -> bytes:
    """The key that opens the files of a row (this desk only); raises NotFound once it was erased."""
    try:
        return keyring.unwrap(row.key_id, row.wrapped_key, f"document.key:{row.id}")
    except keyring.KeyErased as error:
        raise NotFound(_UNKNOWN) from error


def view(row: Document, drawn: int | None = None) -> DocumentView:
    """The view of a row of this desk; raises NotFound once its key was erased."""
    try:
        told = keyring.unseal_json(row.key_id, row.sealed, f"document:{row.id}")
    except keyring.KeyErased as error:
        raise NotFound(_UNKNOWN) from error
    return DocumentView(
        id=row.id,
        owner_id=row.owner_id,
        dossier_id=row.dossier_id,
        kind=row.kind,
        code=row.code,
        title=told["title"],
        filename=told["filename"],
        media_type=row.media_type,
        size=row.size,
        pages=row.pages,
        drawn=_drawn([row.id]).get(row.id, 0) if drawn is None else drawn,
        signed=row.signed,
        status=row.status,
        reason=row.reason,
        created_at=row.created_at,
    )


def _views(condition: object) -> list[DocumentView]:
    rows = list(db.session.scalars(select(Document).where(condition).order_by(Document.created_at, Document.id)))  # type: ignore[arg-type]
    keyring.preload({row.key_id for row in rows})
    drawn = _drawn([row.id for row in rows])
    return [view(row, drawn.get(row.id, 0)) for row in rows]


def _drawn(ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    counted = select(DocumentPage.document_id, func.count()).where(DocumentPage.document_id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(DocumentPage.document_id))}


def _row(document_id: uuid.UUID) -> Document:
    row = db.session.get(Document, document_id)
    if row is None:
        raise NotFound(_UNKNOWN)
    return row


def _assert_served(row: Document) -> None:
    if row.media_type == HTML:
        raise Conflict(_TO_BE_PRINTED, code="en-preparation")
    if row.status == QUARANTAINE:
        raise Conflict(_IN_QUARANTINE, code="en-quarantaine")
    if row.status == REFUSE:
        raise Gone(row.reason or _UNKNOWN, code="fichier-refuse")
