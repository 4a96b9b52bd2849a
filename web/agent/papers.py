"""Pièces and letters of a dossier: looked at page by page, or downloaded; never served inline."""

from __future__ import annotations

import uuid

from flask import Response as FlaskResponse
from flask import render_template

from prefecture.documents import queries as documents
from prefecture.dossiers import queries
from prefecture.dossiers.queries import DossierView
from prefecture.dossiers.settings import settings_of
from prefecture.kernel import traces
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import NotFound
from web import session
from web.agent.frame import WORKERS, blueprint


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>/voir")
@entry(*WORKERS)
def look(number: str, document_id: uuid.UUID) -> str:
    """A document page by page, the others one click away."""
    dossier, found = _of_dossier(number, document_id)
    traces.record("document.consulte", document_id, session.signed_in().id)
    labels = piece_labels(dossier)
    return render_template(
        "agent/document.html",
        dossier=dossier,
        shown=found,
        documents=documents.of_dossier(dossier.id),
        title_of=lambda one: labels.get(one.piece_code or "", "") or one.title or one.filename,
    )


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>")
@entry(*WORKERS)
def document(number: str, document_id: uuid.UUID) -> FlaskResponse:
    """A pièce or a letter, as a download: never shown inline."""
    _of_dossier(number, document_id)
    traces.record("document.telecharge", document_id, session.signed_in().id)
    found = documents.download(document_id)
    headers = {"Content-Disposition": found.disposition}
    return FlaskResponse(found.content, mimetype=found.media_type, headers=headers)


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>/pages/<int:page>")
@entry(*WORKERS)
def document_page(number: str, document_id: uuid.UUID, page: int) -> FlaskResponse:
    """A page of a document as a picture."""
    _of_dossier(number, document_id)
    image = documents.page_image(document_id, page)
    response = FlaskResponse(image.content, mimetype=image.media_type)
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def piece_labels(dossier: DossierView) -> dict[str, str]:
    """What the démarche calls each pièce."""
    return {str(one["code"]): str(one["libelle"]) for one in settings_of(dossier).get("pieces", ())}


def _of_dossier(number: str, document_id: uuid.UUID) -> tuple[DossierView, documents.DocumentView]:
    """A dossier that the agent may see and a document of it; raises NotFound."""
    dossier = queries.dossier(number, session.signed_in())
    found = documents.document(document_id)
    if found.dossier_id != dossier.id:
        raise NotFound
    return dossier, found
