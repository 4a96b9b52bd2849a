"""Closing a version, or a whole démarche, to new dossiers, and opening it again."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.problems import named
from api.reading import Blueprint
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid
from prefecture.studio import publication, retiring, signoff

blueprint = Blueprint("api-retiring", __name__, description="Démarches fermées aux nouveaux dossiers")
WHO = ("analyste", "administrateur")


class RetirementSchema(Schema):
    """A closing: of a version, or of the whole démarche (`number` is null)."""

    id = fields.UUID()
    number = fields.Integer(allow_none=True)
    reason = fields.String()
    told = fields.String(metadata={"description": "Ce que les usagers lisent"})
    since = fields.DateTime()
    by = fields.String()
    ended_at = fields.DateTime(allow_none=True)
    ended_by = fields.String(allow_none=True)


class RetirementListSchema(Schema):
    """What is closed, then what was; `closed`: no new dossier begins on the version in force."""

    closed = fields.Boolean()
    items = fields.List(fields.Nested(RetirementSchema))


class CloseSchema(RequestSchema):
    """What is closed (the whole démarche without `version_id`), why, and what citizens read."""

    version_id = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(required=True, validate=length(publication.SHORTEST_REASON, signoff.LONGEST))
    told = fields.String(load_default="", validate=length(0, retiring.LONGEST_TOLD))


class ReopenSchema(RequestSchema):
    """Why it opens again."""

    reason = fields.String(required=True, validate=length(publication.SHORTEST_REASON, signoff.LONGEST))


@blueprint.get("/demarches/<string:code>/retirements")
@blueprint.response(200, RetirementListSchema)
@entry(*WHO)
def retirements(code: str) -> dict[str, Any]:
    """Ce qui est fermé aux nouveaux dossiers, ou l’a été."""
    auth.caller("demarche.read")
    return {"items": retiring.retirements(code), "closed": retiring.closed(code) is not None}


@blueprint.post("/demarches/<string:code>/retirements")
@blueprint.arguments(CloseSchema)
@blueprint.response(201, RetirementSchema)
@entry(*WHO)
def close(body: dict[str, Any], code: str) -> Response:
    """Fermer une version, ou toute la démarche, aux nouveaux dossiers ; ceux qui sont en cours continuent."""
    actor = auth.caller("demarche.read")

    def work() -> keyed.Answer:
        try:
            made = retiring.retire(actor, code, body["version_id"], body["reason"], body["told"])
        except Invalid as error:
            raise named(error, motif="reason", usagers="told") from error
        return 201, _of(code, made.id)

    return keyed.once(actor, work)


@blueprint.post("/demarches/<string:code>/retirements/<uuid:retirement_id>/end")
@blueprint.arguments(ReopenSchema)
@blueprint.response(200, RetirementSchema)
@entry(*WHO)
def reopen(body: dict[str, Any], code: str, retirement_id: uuid.UUID) -> Response:
    """Rouvrir aux nouveaux dossiers."""
    actor = auth.caller("demarche.read")

    def work() -> keyed.Answer:
        retiring.reopen(actor, retirement_id, body["reason"])
        return 200, _of(code, retirement_id)

    return keyed.once(actor, work)


def _of(code: str, retirement_id: uuid.UUID) -> Any:
    found = next(one for one in retiring.retirements(code) if one.id == retirement_id)
    return RetirementSchema().dump(found)
