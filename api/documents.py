"""Uploads: a file is sent first, then named in the dossier or the task that it belongs to."""

from __future__ import annotations

from io import BytesIO

from flask import Response

from api import auth, keyed
from api.problems import named
from api.reading import UPLOAD, Blueprint, sent_file
from api.views import DocumentSchema
from prefecture.documents import service as documents
from prefecture.kernel.entry import AGENTS, entry
from prefecture.kernel.errors import Invalid

blueprint = Blueprint("api-documents", __name__, description="Envoi de fichiers")


@blueprint.post("/documents")
@blueprint.response(201, DocumentSchema)
@blueprint.doc(requestBody=UPLOAD)
@entry("usager", *AGENTS)
def upload() -> Response:
    """Envoyer un fichier (PDF, JPEG, PNG, HEIC) ; son identifiant sert ensuite à le joindre."""
    actor = auth.caller("document.add")
    filename, content = sent_file()
    try:
        prepared = documents.prepare(filename, BytesIO(content))  # stored before any door is open
    except Invalid as error:
        raise named(error, fichier="file") from error

    def work() -> keyed.Answer:
        kept = documents.keep(actor, prepared)
        return 201, DocumentSchema().dump(kept)

    return keyed.once(actor, work, content=content)
