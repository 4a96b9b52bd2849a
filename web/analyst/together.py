"""Several people on one draft: the edit lock, and comments on files and elements."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from flask import Response, request

from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service, trials
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS, REVIEWERS, answering, sent, text_of, told


@blueprint.post("/brouillons/<uuid:draft_id>/edition")
@entry(ANALYSTE)
@answering
def edit(draft_id: uuid.UUID) -> Response:
    """Hold the edit lock two minutes more; `{"prendre": true}` takes it from whoever holds it."""
    take = sent().get("prendre") is True
    with unit_of_work():
        lock = service.edit(session.signed_in(), draft_id, take=take)
        return told(asdict(lock))


@blueprint.delete("/brouillons/<uuid:draft_id>/edition")
@entry(ANALYSTE)
@answering
def release(draft_id: uuid.UUID) -> Response:
    """Let go of the edit lock."""
    with unit_of_work():
        service.release(session.signed_in(), draft_id)
    return told({})


@blueprint.get("/brouillons/<uuid:draft_id>/nouvelles")
@entry(*READERS)
@answering
def news(draft_id: uuid.UUID) -> Response:
    """What may have changed while the editor is open: the files, how many comments wait, whether all was played."""
    draft, found = studio.draft(draft_id), trials.trial(draft_id)
    return told(
        {
            "files": [{"path": one.path, "revision": one.revision, "shared": one.shared} for one in draft.files],
            "comments": draft.comments,
            "played": found.digest if found is not None else None,
            "current": found is not None and found.current,
        }
    )


@blueprint.get("/brouillons/<uuid:draft_id>/commentaires")
@entry(*READERS)
@answering
def comments(draft_id: uuid.UUID) -> Response:
    """What was said about the draft, the open ones first; `chemin` and `element` narrow it."""
    path, element = request.args.get("chemin"), request.args.get("element")
    found = [
        one
        for one in studio.comments(draft_id)
        if (path is None or one.path == path) and (element is None or one.element == element)
    ]
    return told({"comments": [asdict(one) for one in found]})


@blueprint.post("/brouillons/<uuid:draft_id>/commentaires")
@entry(*REVIEWERS)
@answering
def comment(draft_id: uuid.UUID) -> Response:
    """Say something: `{"text", "path", "element"}`."""
    body = sent()
    path, element = text_of(body, "path", ""), text_of(body, "element", "")
    with unit_of_work():
        said = service.comment(session.signed_in(), draft_id, text_of(body, "text", ""), path=path, element=element)
    return told({"id": said}, 201)


@blueprint.post("/brouillons/<uuid:draft_id>/commentaires/<uuid:comment_id>/resolution")
@entry(*REVIEWERS)
@answering
def resolve(draft_id: uuid.UUID, comment_id: uuid.UUID) -> Response:
    """Say that a comment is answered; `{"fait": false}` opens it again."""
    done = sent().get("fait") is not False
    with unit_of_work():
        service.resolve(session.signed_in(), draft_id, comment_id, done=done)
    return told({})
