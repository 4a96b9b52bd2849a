"""Answers of a form: cleaned or refused by field, and the documents that they name joined to the dossier."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from forms import Form
from prefecture.demarches.version import in_zone
from prefecture.documents import queries as documents_queries
from prefecture.documents import service as documents_desk
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Invalid

Documents = Mapping[str, Sequence[Any]]
NO_DOCUMENTS: Documents = {}


def clean(
    form: Form, answers: Mapping[str, Any], documents: Documents, *, context: Mapping[str, Any], zone: ZoneInfo
) -> dict[str, Any]:
    """The clean, typed answers; Invalid names every wrong field, and every pièce given that nobody asked."""
    with in_zone(zone):
        checked = form.check(answers, context=context, documents=documents, zone=zone)
    errors = dict(checked.errors)
    if documents:
        asked = {piece.code for piece in form.pieces(checked.answers, context=context, zone=zone)}
        errors |= {f"documents.{code}": "Cette pièce n’est pas demandée." for code in documents if code not in asked}
    if errors:
        raise Invalid(errors)
    return checked.answers


def attach(
    form: Form,
    answers: Mapping[str, Any],
    *,
    context: Mapping[str, Any],
    dossier_id: uuid.UUID,
    key_id: str,
    owner: Actor,
) -> None:
    """Join every document that the clean answers name; another person's is refused, and nothing is stored.

    What belongs to this dossier already stays as it is, whoever brought it.
    """
    known = {one.id for one in documents_queries.of_dossier(dossier_id)}
    for piece in form.pieces(answers, context=context):
        for document_id in _named(answers, piece.path):
            if document_id not in known:
                documents_desk.attach(document_id, dossier_id, key_id, piece.code, owner)


def _named(answers: Mapping[str, Any], path: str) -> Iterator[uuid.UUID]:
    value: Any = answers
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else (value or {}).get(part)
    for one in value if isinstance(value, list) else [value] if value else []:
        try:
            yield uuid.UUID(str(one))
        except ValueError:
            raise Invalid({path: "Ce document n’existe pas."}) from None
