"""A citizen's documents: letters and pièces as downloads, pièces as pictures of their pages."""

from __future__ import annotations

import uuid

from flask import Response, render_template

from prefecture.documents import queries as documents
from prefecture.documents.queries import DocumentView, Download, PageImage
from prefecture.dossiers import queries
from prefecture.identity.permissions import USAGER
from prefecture.kernel import traces
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import NotFound
from web import session
from web.citizen.frame import blueprint

SHOWN = ("piece", "courrier")  # previews of letters are for the agents who write them


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>")
@entry(USAGER)
def paper(number: str, document_id: uuid.UUID) -> str:
    """A document of one's dossier, seen page by page."""
    dossier = queries.dossier(number, session.signed_in())
    return render_template("citizen/paper.html", dossier=dossier, document=document_of(number, document_id))


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>/fichier")
@entry(USAGER)
def paper_file(number: str, document_id: uuid.UUID) -> Response:
    """The document as a download."""
    document_of(number, document_id)
    traces.record("document.telecharge", document_id, session.signed_in().id)
    return handed(documents.download(document_id))


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>/pages/<int:page>")
@entry(USAGER)
def paper_page(number: str, document_id: uuid.UUID, page: int) -> Response:
    """A page of a document as a picture."""
    document_of(number, document_id)
    return pictured(documents.page_image(document_id, page))


@blueprint.get("/mes-fichiers/<uuid:document_id>")
@entry(USAGER)
def own_file(document_id: uuid.UUID) -> Response:
    """A file that one sent and that belongs to no dossier yet."""
    mine = {one.id for one in documents.of_owner(session.signed_in().id)}
    if document_id not in mine:
        raise NotFound
    return handed(documents.download(document_id))


def document_of(number: str, document_id: uuid.UUID) -> DocumentView:
    """A letter or a pièce of a dossier of the citizen's; raises NotFound."""
    dossier = queries.dossier(number, session.signed_in())
    found = documents.document(document_id)
    if found.dossier_id != dossier.id or found.kind not in SHOWN:
        raise NotFound
    return found


def handed(file: Download) -> Response:
    """A file handed over, never shown inline."""
    headers = {"Content-Disposition": file.disposition, "Cache-Control": "private, no-store"}
    return Response(file.content, mimetype=file.media_type, headers=headers)


def pictured(image: PageImage) -> Response:
    """A page shown inline: a picture that the worker drew."""
    response = Response(image.content, mimetype=image.media_type)
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
