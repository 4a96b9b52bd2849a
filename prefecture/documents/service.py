"""The public face of documents for writes. Everything but `prepare` and `shelve` joins the caller's unit of work.

Opening, cleaning, scanning and storing a file takes a tenth of a second to seconds: do it before the door.

    prepared = documents.prepare(upload.filename, upload.stream)      # no door open
    with unit_of_work():
        view = documents.keep(actor, prepared)
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from prefecture.documents import antivirus, content, examination, planning, queries, removal, shelf
from prefecture.documents import jobs as _jobs  # noqa: F401 (who posts this desk's work also knows how to do it)
from prefecture.documents import printing as _printing  # noqa: F401 (the same)
from prefecture.documents.models import (
    APERCU,
    COURRIER,
    PIECE,
    QUARANTAINE,
    REFUSE,
    SAIN,
    Document,
)
from prefecture.documents.planning import INFECTED
from prefecture.documents.queries import DocumentView
from prefecture.documents.refusals import invalid
from prefecture.documents.shelf import Shelved, Unprinted
from prefecture.documents.signatures import HTML, PDF
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, keyring, settings
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Invalid, NotFound

_NOT_YOURS = "Ce document n’existe pas ou n’est plus disponible."
_ELSEWHERE = "Ce document est déjà joint à un autre dossier. Ajoutez-le à nouveau pour celui-ci."


@dataclass(frozen=True)
class Prepared:
    """A file that was examined and stored, and waits for its row."""

    filename: str
    media_type: str
    pages: int
    signed: bool
    status: str
    shelved: Shelved


def prepare(filename: str, stream: BinaryIO) -> Prepared:
    """Examine, clean, scan and store what somebody sends; no door may be open.

    Raises TooLarge, WrongType or Invalid with a sentence that says why and what to do; StorageFull.
    """
    limit = settings.current().upload_limit
    data = stream.read(limit + 1)
    content.check_size(len(data), limit)
    found = examination.examine(data, limit)
    status = _scanned(data)
    return Prepared(
        filename=content.safe_name(filename, found.media_type),
        media_type=found.media_type,
        pages=found.pages,
        signed=found.signed,
        status=status,
        shelved=shelf.shelve(found.data, original=found.original),
    )


def keep(owner: Actor, prepared: Prepared) -> DocumentView:
    """Give a prepared file to `owner`; it belongs to no dossier yet."""
    document_id = new_id()
    key_id, own_key = _key_of(owner, document_id)
    row = _new_row(
        document_id,
        prepared.shelved,
        key_id=key_id,
        own_key=own_key,
        names={"filename": prepared.filename, "title": prepared.filename},
        owner_id=owner.id,
        kind=PIECE,
        media_type=prepared.media_type,
        pages=prepared.pages,
        signed=prepared.signed,
        status=prepared.status,
    )
    planning.plan_next(row)
    planning.plan_sweep()
    return queries.view(row, drawn=0)


def receive(owner: Actor, filename: str, stream: BinaryIO) -> DocumentView:
    """`prepare` and `keep` at once, inside the caller's door: for commands and tests, where nobody waits behind it."""
    return keep(owner, prepare(filename, stream))


def attach(
    document_id: uuid.UUID,
    dossier_id: uuid.UUID,
    key_id: str,
    piece_code: str,
    owner: Actor,
    *,
    title: str | None = None,
) -> DocumentView:
    """Join `owner`'s file to a dossier as one of its pièces; its key is wrapped anew by the dossier's `key_id`.

    Doing it twice is doing it once. Raises NotFound (not the owner's), Conflict (another dossier has it), Invalid
    (refused by the antivirus).
    """
    row = db.session.scalar(select(Document).where(Document.id == document_id).with_for_update())
    if row is None or (row.owner_id != owner.id and owner.kind != "system"):
        raise NotFound(_NOT_YOURS)
    if row.status == REFUSE:
        raise Invalid({piece_code: row.reason or INFECTED})
    if row.dossier_id is not None and row.dossier_id != dossier_id:
        raise Conflict(_ELSEWHERE, code="document-joint")
    if row.dossier_id is None:
        _rewrap(row, key_id, title)
    row.dossier_id, row.code = dossier_id, piece_code
    db.session.flush()
    return queries.view(row)


def shelve(pdf: bytes) -> Shelved:
    """Store a letter before the door that keeps it; if that door fails, the sweep deletes it."""
    return shelf.shelve(pdf)


def store_letter(
    dossier_id: uuid.UUID, key_id: str, kind: str, title: str, pdf: bytes | Shelved, work_key: str
) -> DocumentView:
    """Keep a letter of a dossier; a second call with the same `work_key` returns the first one's letter.

    kind: the letter's code (`attestation_depot`…), or `apercu` for a preview. pdf: its bytes, or better what `shelve`
    stored before the door.
    """
    known = db.session.scalar(select(Document).where(Document.work_key == work_key))
    if known is not None:
        return queries.view(known)
    shelved = pdf if isinstance(pdf, Shelved) else shelve(pdf)
    row = _new_row(
        new_id(),
        shelved,
        key_id=key_id,
        own_key=False,
        names={"filename": content.safe_name(f"{title}.pdf", PDF), "title": title},
        dossier_id=dossier_id,
        kind=APERCU if kind == APERCU else COURRIER,
        code=kind,
        media_type=HTML if isinstance(shelved, Unprinted) else PDF,
        pages=1,
        status=SAIN,
        work_key=work_key,
    )
    if isinstance(shelved, Unprinted):
        planning.plan_printing(row.id)
    else:
        planning.plan_next(row)
    planning.plan_sweep()
    return queries.view(row, drawn=0)


def forget(document_id: uuid.UUID, owner: Actor) -> None:
    """Delete a file that `owner` sent and that belongs to no dossier; raises NotFound or Conflict."""
    row = db.session.get(Document, document_id)
    if row is None or row.owner_id != owner.id:
        raise NotFound(_NOT_YOURS)
    if row.dossier_id is not None:
        raise Conflict("Ce document est joint à un dossier\u00a0: il ne peut plus être retiré.", code="document-joint")
    removal.delete_rows([row])


def erase_for(dossier_id: uuid.UUID) -> None:
    """Delete every document of a dossier; the files follow by due work, unreadable once the dossier's key is erased."""
    removal.delete_rows(db.session.scalars(select(Document).where(Document.dossier_id == dossier_id)).all())


def erase_of_owner(owner_id: uuid.UUID) -> None:
    """Delete every file that an account sent and that belongs to no dossier (erasure of the account)."""
    mine = select(Document).where(Document.owner_id == owner_id, Document.dossier_id.is_(None))
    removal.delete_rows(db.session.scalars(mine).all())


def _scanned(data: bytes) -> str:
    """The status of a file that was just sent: one that the scanner could not look at goes into quarantine."""
    address = settings.current().clamav
    if address is None:
        return SAIN
    try:
        if antivirus.infection(data, address) is not None:
            raise invalid(INFECTED, "fichier-infecte")
    except antivirus.ScannerDown:
        return QUARANTAINE
    return SAIN


def _key_of(owner: Actor, document_id: uuid.UUID) -> tuple[str, bool]:
    """The data key that seals an unattached file: the person's own; agents have none, so one for this file alone."""
    if owner.kind == "person":
        return identity.person(owner.id).key_id, False
    return keyring.new_key(f"document:{document_id}"), True


def _new_row(
    document_id: uuid.UUID, shelved: Shelved, *, key_id: str, own_key: bool, names: dict[str, str], **told: object
) -> Document:
    row = Document(
        id=document_id,
        key_id=key_id,
        own_key=own_key,
        wrapped_key=keyring.wrap(key_id, shelved.content_key, f"document.key:{document_id}"),
        sealed=keyring.seal_json(key_id, names, f"document:{document_id}"),
        storage_name=shelved.name,
        original_name=shelved.original_name,
        content_hash=shelved.content_hash,
        size=shelved.size,
        created_at=clock.now(),
        **told,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _rewrap(row: Document, key_id: str, title: str | None) -> None:
    """Wrap the file's key by `key_id` instead, so that erasing that key erases the file."""
    content_key = queries.content_key(row)
    names = keyring.unseal_json(row.key_id, row.sealed, f"document:{row.id}")
    if title is not None:
        names["title"] = title
    if row.own_key:
        keyring.erase(row.key_id)
    row.key_id, row.own_key = key_id, False
    row.wrapped_key = keyring.wrap(key_id, content_key, f"document.key:{row.id}")
    row.sealed = keyring.seal_json(key_id, names, f"document:{row.id}")
