"""The files of a draft as the editor reads and writes them: a revision with every answer, none written over another."""

from __future__ import annotations

import uuid

from flask import Response, request

from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS, answering, sent, text_of, told


class RevisionMissing(DomainError):
    """A write that does not say which revision it read."""

    status = 428
    code = "revision-manquante"


@blueprint.get("/brouillons/<uuid:draft_id>/fichiers/<path:path>")
@entry(*READERS)
@answering
def file(draft_id: uuid.UUID, path: str) -> Response:
    """A file's content; its revision is the ETag."""
    content, revision = studio.content(draft_id, path)
    response = Response(content, mimetype="text/plain")  # as text, never run or shown as a page of ours
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(str(revision))
    response.make_conditional(request)
    return response


@blueprint.put("/brouillons/<uuid:draft_id>/fichiers/<path:path>")
@entry(ANALYSTE)
@answering
def save(draft_id: uuid.UUID, path: str) -> Response:
    """Write a file read at the revision of If-Match (`"0"`: a new one)."""
    revision = _revision()
    with unit_of_work():
        saved = service.save_file(session.signed_in(), draft_id, path, request.get_data(), revision)
    if saved.refused is not None:
        refused = saved.refused
        body = {"message": refused.message, "by": refused.by, "milestone": refused.milestone}
        return told({**body, "revision": saved.revision}, refused.status)
    response = told({"revision": saved.revision})
    response.set_etag(str(saved.revision))
    return response


@blueprint.delete("/brouillons/<uuid:draft_id>/fichiers/<path:path>")
@entry(ANALYSTE)
@answering
def delete(draft_id: uuid.UUID, path: str) -> Response:
    """Take a file out of the draft; the history keeps it."""
    with unit_of_work():
        service.delete_file(session.signed_in(), draft_id, path)
    return told({})


@blueprint.post("/brouillons/<uuid:draft_id>/noms")
@entry(ANALYSTE)
@answering
def rename(draft_id: uuid.UUID) -> Response:
    """Give a file another path: `{"path", "to"}`."""
    body = sent()
    with unit_of_work():
        service.rename_file(session.signed_in(), draft_id, text_of(body, "path"), text_of(body, "to"))
    return told({})


def _revision() -> int:
    given = request.headers.get("If-Match", "").strip().strip('"')
    if not given.isdecimal() or len(given) > 9:
        raise RevisionMissing("Dites dans If-Match la révision que vous avez lue.")
    return int(given)
