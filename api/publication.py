"""Publication: what is asked before it, the sign-off, the publication, the way back, what differs, the journal."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.demarches import queries as demarches
from prefecture.demarches.queries import VersionView
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import NotFound
from prefecture.studio import acts, publication, signoff
from prefecture.studio import queries as studio
from prefecture.studio.comparison import Compared, compare

blueprint = Blueprint("api-publication", __name__, description="Publication des démarches")
READERS = ("analyste", "recetteur", "administrateur")
PUBLISHERS = ("analyste", "administrateur")


class ConditionSchema(Schema):
    """One thing asked before a publication."""

    key = fields.String()
    label = fields.String()
    met = fields.Boolean()
    message = fields.String()
    firm = fields.Boolean(metadata={"description": "Personne ne peut passer outre"})


class SignOffSchema(Schema):
    """Where the sign-off stands."""

    status = fields.String(metadata={"description": "none, asked, accepted, refused ou stale (fichiers changés)"})
    by = fields.String()
    at = fields.DateTime(allow_none=True)
    note = fields.String()


class GateSchema(Schema):
    """Everything asked of a draft before its publication."""

    digest = fields.String(metadata={"description": "Empreinte des fichiers, à redonner pour recetter ou publier"})
    open = fields.Boolean()
    threshold = fields.Integer()
    conditions = fields.List(fields.Nested(ConditionSchema))
    signoff = fields.Nested(SignOffSchema)


class ElementChangeSchema(Schema):
    """An element or a flow that differs."""

    id = fields.String()
    name = fields.String()
    kind = fields.String(metadata={"description": "added, removed, changed ou moved"})
    details = fields.List(fields.String())


class FileChangeSchema(Schema):
    """A file that differs."""

    path = fields.String()
    kind = fields.String()
    sentences = fields.List(fields.String())
    lines = fields.List(fields.String())
    elements = fields.List(fields.Nested(ElementChangeSchema))


class ComparisonSchema(Schema):
    """What differs between two versions, by section."""

    sections = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FileChangeSchema)))


class ActSchema(Schema):
    """One act of the journal of publications."""

    number = fields.Integer()
    at = fields.DateTime()
    by = fields.String()
    act = fields.String()
    said = fields.String()
    code = fields.String()
    digest = fields.String()
    reason = fields.String()


class ActListSchema(Schema):
    """The journal, the latest first."""

    items = fields.List(fields.Nested(ActSchema))


class PublishedVersionSchema(Schema):
    """A published version."""

    version_id = fields.UUID()
    code = fields.String()
    number = fields.Integer()
    digest = fields.String()
    title = fields.String()
    published_at = fields.DateTime()
    published_by = fields.String()


class NoteSchema(RequestSchema):
    """A word for whoever signs off."""

    note = fields.String(load_default="", validate=length(0, signoff.LONGEST))


class AnswerSchema(NoteSchema):
    """A sign-off of these files, or its refusal with a note."""

    digest = fields.String(required=True, validate=length(64, 64))
    accepted = fields.Boolean(required=True)


class PublishSchema(RequestSchema):
    """Which files are published; why conditions that are not met are passed over (national administrator)."""

    digest = fields.String(required=True, validate=length(64, 64))
    reason = fields.String(load_default="", validate=length(0, signoff.LONGEST))


class ReturnSchema(RequestSchema):
    """The version that new dossiers follow again, and why."""

    version_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=length(publication.SHORTEST_REASON, signoff.LONGEST))


class ThresholdSchema(RequestSchema):
    """The share of the elements that scenarios must pass, in per cent, and why."""

    percent = fields.Integer(required=True)
    reason = fields.String(required=True, validate=length(publication.SHORTEST_REASON, signoff.LONGEST))


class AskedShareSchema(Schema):
    """The share of the elements that scenarios must pass, in per cent."""

    percent = fields.Integer()


class VersionsQuerySchema(RequestSchema):
    """Two versions by their numbers."""

    before = fields.Integer(required=True)
    after = fields.Integer(required=True)


@blueprint.get("/drafts/<uuid:draft_id>/publication")
@blueprint.response(200, GateSchema)
@entry(*READERS)
def read_gate(draft_id: uuid.UUID) -> publication.Gate:
    """Ce qui est demandé avant de publier le brouillon, rempli ou non."""
    auth.caller("demarche.read")
    return publication.gate(draft_id)


@blueprint.post("/drafts/<uuid:draft_id>/publication")
@blueprint.arguments(PublishSchema)
@blueprint.response(201, PublishedVersionSchema)
@entry(*PUBLISHERS)
def publish(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Publier ces fichiers : les nouveaux dossiers les suivent."""
    actor = auth.caller("demarche.govern" if body["reason"].strip() else "demarche.publish")
    return keyed.once(
        actor, lambda: (201, _version(publication.publish(actor, draft_id, body["digest"], body["reason"])))
    )


@blueprint.post("/drafts/<uuid:draft_id>/signoff/request")
@blueprint.arguments(NoteSchema)
@blueprint.response(200, GateSchema)
@entry("analyste")
def ask(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Demander la recette du brouillon tel qu’il est."""
    actor = auth.caller("demarche.draft")

    def work() -> tuple[int, Any]:
        signoff.ask(actor, draft_id, body["note"])
        return 200, _gate(draft_id)

    return keyed.once(actor, work)


@blueprint.post("/drafts/<uuid:draft_id>/signoff")
@blueprint.arguments(AnswerSchema)
@blueprint.response(200, GateSchema)
@entry("recetteur")
def answer(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Donner la recette de ces fichiers, ou la refuser avec une note."""
    actor = auth.caller("demarche.sign")

    def work() -> tuple[int, Any]:
        signoff.answer(actor, draft_id, body["digest"], body["accepted"], body["note"])
        return 200, _gate(draft_id)

    return keyed.once(actor, work)


@blueprint.get("/drafts/<uuid:draft_id>/differences")
@blueprint.response(200, ComparisonSchema)
@entry(*READERS)
def draft_differences(draft_id: uuid.UUID) -> Compared:
    """Ce que le brouillon change à la version en vigueur."""
    auth.caller("demarche.read")
    return compare(publication.in_force(studio.draft(draft_id).code), studio.version(draft_id))


@blueprint.get("/demarches/<string:code>/differences")
@blueprint.arguments(VersionsQuerySchema, location="query")
@blueprint.response(200, ComparisonSchema)
@entry(*READERS)
def differences(query: dict[str, Any], code: str) -> Compared:
    """Ce qui diffère entre deux versions publiées."""
    auth.caller("demarche.read")
    known = {one.number: one.id for one in demarches.versions(code)}
    sides = [known.get(query[name]) for name in ("before", "after")]
    if sides[0] is None or sides[1] is None:
        raise NotFound("Cette version de la démarche n’existe pas.")
    return compare(demarches.version(sides[0]), demarches.version(sides[1]))


@blueprint.post("/demarches/<string:code>/in-force")
@blueprint.arguments(ReturnSchema)
@blueprint.response(200, PublishedVersionSchema)
@entry("analyste")
def go_back(body: dict[str, Any], code: str) -> Response:
    """Faire suivre aux nouveaux dossiers une version publiée auparavant."""
    actor = auth.caller("demarche.publish")
    return keyed.once(
        actor, lambda: (200, _version(publication.go_back(actor, code, body["version_id"], body["reason"])))
    )


@blueprint.get("/publications")
@blueprint.response(200, ActListSchema)
@entry(*READERS)
def journal() -> dict[str, Any]:
    """Le journal des publications."""
    auth.caller("demarche.read")
    return {"items": acts.acts()}


@blueprint.get("/publications/threshold")
@blueprint.response(200, AskedShareSchema)
@entry(*READERS)
def read_threshold() -> dict[str, int]:
    """La part des éléments que les scénarios doivent parcourir."""
    auth.caller("demarche.read")
    return {"percent": publication.threshold()}


@blueprint.post("/publications/threshold")
@blueprint.arguments(ThresholdSchema)
@blueprint.response(200, ThresholdSchema)
@entry("administrateur")
def set_threshold(body: dict[str, Any]) -> Response:
    """Fixer la part des éléments que les scénarios doivent parcourir."""
    actor = auth.caller("demarche.govern")

    def work() -> tuple[int, Any]:
        publication.set_threshold(actor, body["percent"], body["reason"])
        return 200, body

    return keyed.once(actor, work)


def _gate(draft_id: uuid.UUID) -> Any:
    return GateSchema().dump(publication.gate(draft_id))


def _version(view: VersionView) -> dict[str, Any]:
    told = asdict(view)
    return {"version_id": told.pop("id"), **told}
