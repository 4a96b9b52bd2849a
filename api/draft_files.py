"""The files of a draft, what is wrong with them, what is said about them, and how they stood before."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from api import auth, keyed, problems
from api.drafts import READERS, WRITER
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.demarches.bundle import LARGEST_FILE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import folder, layout, service
from prefecture.studio import queries as studio

blueprint = Blueprint("api-draft-files", __name__, description="Fichiers des brouillons")
_CONTENT = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": 'La révision lue, entre guillemets ; `"0"` pour un fichier nouveau',
    "schema": {"type": "string"},
}


class RevisionMissing(DomainError):
    """A write that does not say which revision it read."""

    status = 428
    code = "revision-manquante"


class RevisionSchema(Schema):
    """A file's revision after it was written."""

    revision = fields.Integer()


class FindingSchema(Schema):
    """One thing wrong or doubtful."""

    rule = fields.String()
    severity = fields.String(metadata={"description": "error, warning ou info"})
    file = fields.String()
    element = fields.String()
    element_name = fields.String()
    line = fields.Integer()
    message = fields.String()
    fix = fields.String()
    automatic = fields.Boolean(metadata={"description": "Se corrige de soi-même"})


class FindingListSchema(Schema):
    """Findings, errors first."""

    items = fields.List(fields.Nested(FindingSchema))


class ArrangementRequestSchema(RequestSchema):
    """Which diagram to lay out, and the text not yet saved if there is one."""

    path = fields.String(required=True, validate=length(1, 200), metadata={"description": "Comme `processus.bpmn`"})
    content = fields.String(
        load_default=None,
        validate=length(0, LARGEST_FILE),
        metadata={"description": "Le texte à disposer ; à défaut, celui du brouillon"},
    )


class ArrangementSchema(Schema):
    """A diagram with its drawing made anew."""

    content = fields.String(metadata={"description": "Le fichier entier, à enregistrer par `PUT …/files/…`"})


class CommentSchema(Schema):
    """One comment."""

    id = fields.UUID()
    path = fields.String()
    element = fields.String()
    text = fields.String()
    by = fields.String()
    at = fields.DateTime()
    resolved_at = fields.DateTime(allow_none=True)
    resolved_by = fields.String(allow_none=True)


class CommentListSchema(Schema):
    """Comments, the open ones first."""

    items = fields.List(fields.Nested(CommentSchema))


class NewCommentSchema(RequestSchema):
    """What is said, about which file and which element."""

    text = fields.String(required=True, validate=length(1, 4000))
    path = fields.String(load_default="", validate=length(0, 200))
    element = fields.String(load_default="", validate=length(0, 200))


class ResolutionSchema(RequestSchema):
    """Whether the comment is answered."""

    done = fields.Boolean(load_default=True)


class MilestoneSchema(Schema):
    """One entry of the history."""

    number = fields.Integer()
    kind = fields.String(metadata={"description": "auto, named, ou refused : un texte arrivé trop tard"})
    label = fields.String()
    path = fields.String(allow_none=True)
    by = fields.String()
    at = fields.DateTime()


class MilestoneListSchema(Schema):
    """The history, the latest first."""

    items = fields.List(fields.Nested(MilestoneSchema))


class LabelSchema(RequestSchema):
    """A milestone's name."""

    label = fields.String(required=True, validate=length(1, 200))


class RestoreSchema(RequestSchema):
    """Which milestone, and which file of it alone."""

    number = fields.Integer(required=True, strict=True)
    path = fields.String(load_default=None, validate=length(1, 200))


@blueprint.get("/drafts/<uuid:draft_id>/files/<path:path>")
@blueprint.response(200, description="Le contenu du fichier ; sa révision est l’ETag")
@entry(*READERS)
def read(draft_id: uuid.UUID, path: str) -> Response:
    """Un fichier du brouillon."""
    auth.caller("demarche.review")
    content, revision = studio.content(draft_id, path)
    response = Response(content, mimetype="text/plain")
    response.set_etag(str(revision))
    return response


@blueprint.put("/drafts/<uuid:draft_id>/files/<path:path>")
@blueprint.response(200, RevisionSchema)
@blueprint.doc(requestBody=_CONTENT, parameters=[_IF_MATCH])
@entry(*WRITER)
def save(draft_id: uuid.UUID, path: str) -> Any:
    """Écrire un fichier. Un texte arrivé trop tard n’est pas écrit (409) : il est gardé dans l’historique."""
    actor = auth.caller("demarche.draft")
    request.max_content_length = LARGEST_FILE
    given = request.headers.get("If-Match", "").strip().strip('"')
    if not given.isdecimal() or len(given) > 9:
        raise RevisionMissing("Dites dans If-Match la révision que vous avez lue.")
    with unit_of_work():
        saved = service.save_file(actor, draft_id, path, request.get_data(), int(given))
    if saved.refused is not None:
        kind = "brouillon-tenu" if saved.refused.status == 423 else "conflit"
        return problems.problem(saved.refused.status, saved.refused.message, kind=kind)
    return {"revision": saved.revision}


@blueprint.delete("/drafts/<uuid:draft_id>/files/<path:path>")
@blueprint.response(204)
@entry(*WRITER)
def delete(draft_id: uuid.UUID, path: str) -> Response:
    """Retirer un fichier ; l’historique le garde."""
    actor = auth.caller("demarche.draft")
    with unit_of_work():
        service.delete_file(actor, draft_id, path)
    return Response(status=204)


@blueprint.post("/drafts/<uuid:draft_id>/arrangements")
@blueprint.arguments(ArrangementRequestSchema)
@blueprint.response(200, ArrangementSchema)
@entry(*READERS)
def arrange(body: dict[str, Any], draft_id: uuid.UUID) -> dict[str, Any]:
    """Disposer un diagramme : le même fichier, son dessin refait. Rien n’est enregistré."""
    auth.caller("demarche.review")
    path, content = body["path"], body["content"]
    if content is None:
        return {"content": layout.laid_out(path, studio.content(draft_id, path)[0])}
    studio.draft(draft_id)
    written = {path: content.encode()}
    folder.check_size(written)
    return {"content": layout.laid_out(path, written[path])}


@blueprint.get("/drafts/<uuid:draft_id>/findings")
@blueprint.response(200, FindingListSchema)
@entry(*READERS)
def findings(draft_id: uuid.UUID) -> dict[str, Any]:
    """Ce qui est faux ou douteux dans le brouillon, scénarios non joués."""
    auth.caller("demarche.check")
    return {"items": studio.findings(draft_id)}


@blueprint.get("/drafts/<uuid:draft_id>/comments")
@blueprint.response(200, CommentListSchema)
@entry(*READERS)
def comments(draft_id: uuid.UUID) -> dict[str, Any]:
    """Les commentaires."""
    auth.caller("demarche.review")
    return {"items": studio.comments(draft_id)}


@blueprint.post("/drafts/<uuid:draft_id>/comments")
@blueprint.arguments(NewCommentSchema)
@blueprint.response(201, CommentSchema)
@entry(*READERS)
def comment(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Commenter le brouillon, un fichier ou un élément."""
    actor = auth.caller("demarche.review")

    def work() -> keyed.Answer:
        said = service.comment(actor, draft_id, body["text"], path=body["path"], element=body["element"])
        view = next(one for one in studio.comments(draft_id) if one.id == said)
        return 201, CommentSchema().dump(view)

    return keyed.once(actor, work)


@blueprint.post("/drafts/<uuid:draft_id>/comments/<uuid:comment_id>/resolve")
@blueprint.arguments(ResolutionSchema)
@blueprint.response(204)
@entry(*READERS)
def resolve(body: dict[str, Any], draft_id: uuid.UUID, comment_id: uuid.UUID) -> Response:
    """Dire qu’un commentaire a sa réponse, ou le rouvrir."""
    actor = auth.caller("demarche.review")

    def work() -> keyed.Answer:
        service.resolve(actor, draft_id, comment_id, done=body["done"])
        return 204, None

    return keyed.once(actor, work)


@blueprint.get("/drafts/<uuid:draft_id>/milestones")
@blueprint.response(200, MilestoneListSchema)
@entry(*READERS)
def milestones(draft_id: uuid.UUID) -> dict[str, Any]:
    """L’historique, le dernier jalon d’abord."""
    auth.caller("demarche.review")
    return {"items": studio.milestones(draft_id)}


@blueprint.post("/drafts/<uuid:draft_id>/milestones")
@blueprint.arguments(LabelSchema)
@blueprint.response(201, MilestoneSchema)
@entry(*WRITER)
def keep(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Garder le brouillon tel qu’il est."""
    actor = auth.caller("demarche.draft")

    def work() -> keyed.Answer:
        number = service.milestone(actor, draft_id, body["label"])
        view = next(one for one in studio.milestones(draft_id) if one.number == number)
        return 201, MilestoneSchema().dump(view)

    return keyed.once(actor, work)


@blueprint.post("/drafts/<uuid:draft_id>/restore")
@blueprint.arguments(RestoreSchema)
@blueprint.response(204)
@entry(*WRITER)
def restore(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Revenir à un jalon, ou y reprendre un seul fichier ; ce qui était là est gardé avant."""
    actor = auth.caller("demarche.draft")

    def work() -> keyed.Answer:
        service.restore(actor, draft_id, body["number"], body["path"])
        return 204, None

    return keyed.once(actor, work)
