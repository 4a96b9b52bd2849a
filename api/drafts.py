"""Drafts of démarches: begun, copied, imported, exported, kept, brought back, put away, commented, held."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.problems import named
from api.reading import UPLOAD, Blueprint, sent_file
from prefecture.identity.permissions import Actor
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import importing, service
from prefecture.studio import queries as studio

blueprint = Blueprint("api-drafts", __name__, description="Brouillons de démarches")
WRITER = ("analyste",)
READERS = ("analyste", "recetteur")


class FileSchema(Schema):
    """One file of a draft."""

    path = fields.String()
    revision = fields.Integer()
    size = fields.Integer()
    changed_at = fields.DateTime()
    changed_by = fields.String()
    shared = fields.Boolean(metadata={"description": "Partagé par toutes les démarches : ne se modifie pas ici"})


class LockSchema(Schema):
    """Who writes a draft now."""

    by = fields.String(allow_none=True)
    until = fields.DateTime(allow_none=True)
    mine = fields.Boolean()


class DraftRowSchema(Schema):
    """A draft in a list."""

    id = fields.UUID()
    code = fields.String()
    title = fields.String()
    owner = fields.String()
    based_on = fields.Integer(allow_none=True, metadata={"description": "Version publiée dont il part"})
    created_at = fields.DateTime()
    changed_at = fields.DateTime()
    changed_by = fields.String()
    archived_at = fields.DateTime(allow_none=True)
    comments = fields.Integer(metadata={"description": "Commentaires ouverts"})


class DraftSchema(DraftRowSchema):
    """A draft with its files."""

    revision = fields.Integer()
    files = fields.List(fields.Nested(FileSchema))
    lock = fields.Nested(LockSchema)


class DraftListSchema(Schema):
    """Drafts, the latest changed first."""

    items = fields.List(fields.Nested(DraftRowSchema))


class ImportedSchema(DraftSchema):
    """A draft that received files, and what was not taken as it came."""

    notes = fields.List(fields.String())


class DraftQuerySchema(RequestSchema):
    """Which drafts."""

    code = fields.String(load_default=None, validate=length(1, 80))
    archived = fields.Boolean(load_default=False)


class NewDraftSchema(RequestSchema):
    """What a draft begins from: a version, another draft, else the archetype; a new démarche has code and prefix."""

    title = fields.String(required=True, validate=length(1, 200))
    version_id = fields.UUID(load_default=None)
    draft_id = fields.UUID(load_default=None)
    code = fields.String(load_default=None, validate=length(3, 60))
    prefix = fields.String(load_default=None, validate=length(2, 5))


class TitleSchema(RequestSchema):
    """A draft's name."""

    title = fields.String(required=True, validate=length(1, 200))


class LockRequestSchema(RequestSchema):
    """Whether to take the lock from whoever holds it."""

    take = fields.Boolean(load_default=False)


@blueprint.get("/drafts")
@blueprint.arguments(DraftQuerySchema, location="query")
@blueprint.response(200, DraftListSchema)
@entry(*READERS)
def list_drafts(query: dict[str, Any]) -> dict[str, Any]:
    """Les brouillons, les derniers modifiés d’abord."""
    auth.caller("demarche.review")
    return {"items": studio.drafts(code=query["code"], archived=query["archived"])}


@blueprint.post("/drafts")
@blueprint.arguments(NewDraftSchema)
@blueprint.response(201, DraftSchema)
@entry(*WRITER)
def begin(body: dict[str, Any]) -> Response:
    """Commencer un brouillon : d’une démarche nouvelle, de la suite d’une version, ou d’un autre brouillon."""
    actor = auth.caller("demarche.draft")
    return _answered(actor, lambda: _begun(actor, body), 201)


@blueprint.post("/drafts/import")
@blueprint.response(201, ImportedSchema)
@blueprint.doc(requestBody=UPLOAD)
@entry(*WRITER)
def import_new() -> Response:
    """Commencer un brouillon avec le zip d’un dossier de démarche."""
    actor = auth.caller("demarche.draft")
    _, content = sent_file()
    return _imported(actor, lambda: importing.into_new(actor, content), content, 201)


@blueprint.get("/drafts/<uuid:draft_id>")
@blueprint.response(200, DraftSchema)
@entry(*READERS)
def read(draft_id: uuid.UUID) -> studio.DraftView:
    """Un brouillon et ses fichiers."""
    return studio.draft(draft_id, auth.caller("demarche.review"))


@blueprint.get("/drafts/<uuid:draft_id>/archive")
@blueprint.response(
    200, description="Le dossier en zip : `code/…`, et `_commun/…` à côté", content_type="application/zip"
)
@entry(*READERS)
def export(draft_id: uuid.UUID) -> Response:
    """Le dossier du brouillon en zip."""
    auth.caller("demarche.review")
    name, content = importing.export(draft_id)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/zip", headers=headers)


@blueprint.post("/drafts/<uuid:draft_id>/import")
@blueprint.response(200, ImportedSchema)
@blueprint.doc(requestBody=UPLOAD)
@entry(*WRITER)
def import_into(draft_id: uuid.UUID) -> Response:
    """Remplacer les fichiers du brouillon par ceux d’un zip, ou un seul d’entre eux."""
    actor = auth.caller("demarche.draft")
    name, content = sent_file()

    def take() -> importing.Imported:
        if name.lower().endswith(".zip"):
            return importing.into_draft(actor, draft_id, content)
        return importing.file_into_draft(actor, draft_id, name, content)

    return _imported(actor, take, content, 200)


@blueprint.post("/drafts/<uuid:draft_id>/rename")
@blueprint.arguments(TitleSchema)
@blueprint.response(200, DraftSchema)
@entry(*WRITER)
def rename(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Renommer le brouillon."""
    actor = auth.caller("demarche.draft")
    return _done(actor, draft_id, lambda: service.rename(actor, draft_id, body["title"]))


@blueprint.post("/drafts/<uuid:draft_id>/archive")
@blueprint.response(200, DraftSchema)
@entry(*WRITER)
def put_away(draft_id: uuid.UUID) -> Response:
    """Archiver le brouillon."""
    actor = auth.caller("demarche.draft")
    return _done(actor, draft_id, lambda: service.archive(actor, draft_id))


@blueprint.post("/drafts/<uuid:draft_id>/unarchive")
@blueprint.response(200, DraftSchema)
@entry(*WRITER)
def bring_back(draft_id: uuid.UUID) -> Response:
    """Restaurer un brouillon archivé."""
    actor = auth.caller("demarche.draft")
    return _done(actor, draft_id, lambda: service.unarchive(actor, draft_id))


@blueprint.post("/drafts/<uuid:draft_id>/refresh")
@blueprint.response(200, DraftSchema)
@entry(*WRITER)
def refresh(draft_id: uuid.UUID) -> Response:
    """Prendre les fichiers communs d’ici à la place de ceux du brouillon."""
    actor = auth.caller("demarche.draft")
    return _done(actor, draft_id, lambda: service.refresh_shared(actor, draft_id))


@blueprint.post("/drafts/<uuid:draft_id>/lock")
@blueprint.arguments(LockRequestSchema)
@blueprint.response(200, LockSchema)
@entry(*WRITER)
def hold(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Tenir le brouillon deux minutes de plus, ou le prendre à qui le tient."""
    actor = auth.caller("demarche.draft")

    def work() -> keyed.Answer:
        return 200, LockSchema().dump(asdict(service.edit(actor, draft_id, take=body["take"])))

    return keyed.once(actor, work)


@blueprint.delete("/drafts/<uuid:draft_id>/lock")
@blueprint.response(204)
@entry(*WRITER)
def let_go(draft_id: uuid.UUID) -> Response:
    """Rendre le brouillon."""
    actor = auth.caller("demarche.draft")
    with unit_of_work():
        service.release(actor, draft_id)
    return Response(status=204)


def _begun(actor: Actor, body: dict[str, Any]) -> uuid.UUID:
    title, code, prefix = body["title"], body["code"], body["prefix"]
    if body["draft_id"] is not None:
        return service.from_draft(actor, body["draft_id"], title)
    if body["version_id"] is not None and code is None:
        return service.from_version(actor, body["version_id"], title)
    if code is None or prefix is None:
        missing = {"code": code, "prefix": prefix}
        raise Invalid({name: "Une démarche nouvelle en a besoin." for name, value in missing.items() if value is None})
    if body["version_id"] is not None:
        return service.duplicate(actor, body["version_id"], code, title, prefix)
    return service.from_archetype(actor, code, title, prefix)


def _answered(actor: Actor, act: Callable[[], uuid.UUID], status: int) -> Response:
    def work() -> keyed.Answer:
        return status, DraftSchema().dump(studio.draft(act(), actor))

    return keyed.once(actor, work)


def _done(actor: Actor, draft_id: uuid.UUID, act: Callable[[], object]) -> Response:
    def then() -> uuid.UUID:
        act()
        return draft_id

    return _answered(actor, then, 200)


def _imported(actor: Actor, take: Callable[[], importing.Imported], content: bytes, status: int) -> Response:
    def work() -> keyed.Answer:
        try:
            imported = take()
        except Invalid as error:
            raise named(error, fichier="file") from error
        told = DraftSchema().dump(studio.draft(imported.draft_id, actor))
        return status, {**told, "notes": list(imported.notes)}

    return keyed.once(actor, work, content=content)
