"""Incidents: list, try again, go on without. Whoever repairs a dossier does not thereby read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed, paging
from api.french import RequestSchema, length
from api.paging import PageSchema
from api.reading import Blueprint
from api.views import listed
from prefecture.dossiers import incidents as desk
from prefecture.identity.service import Actor
from prefecture.kernel.entry import entry

blueprint = Blueprint("api-incidents", __name__, description="Incidents")
WHO = ("chef_de_service", "analyste", "administrateur")


class IncidentSchema(Schema):
    """Something that stands still until somebody looks."""

    id = fields.String()
    kind = fields.String(
        metadata={
            "description": "work (travail en échec), process (déroulement arrêté) ou message (attendu par personne)"
        }
    )
    number = fields.String(allow_none=True)
    demarche_code = fields.String(allow_none=True)
    element = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()
    since = fields.DateTime(allow_none=True)
    attempts = fields.Integer()


class IncidentQuerySchema(PageSchema):
    """What to list."""

    number = fields.String(load_default=None, validate=length(1, 40))


class SkipSchema(RequestSchema):
    """Why an incident is skipped, and what stands for its result."""

    reason = fields.String(required=True, validate=length(1, 2000))
    results = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), load_default=dict)


class EditSchema(RequestSchema):
    """Variables of a process that are put right, and why."""

    reason = fields.String(required=True, validate=length(1, 2000))
    values = fields.Dict(keys=fields.String(validate=length(1, 120)), values=fields.Raw(allow_none=True), required=True)


class MoveSchema(RequestSchema):
    """Where a process stands, element by element, and where it is to go on; an element onto itself begins again."""

    reason = fields.String(required=True, validate=length(1, 2000))
    mapping = fields.Dict(
        keys=fields.String(validate=length(1, 120)), values=fields.String(validate=length(1, 120)), required=True
    )


@blueprint.get("/incidents")
@blueprint.arguments(IncidentQuerySchema, location="query")
@blueprint.response(200, listed(IncidentSchema))
@entry(*WHO)
def list_incidents(query: dict[str, Any]) -> dict[str, Any]:
    """Ce qui est arrêté dans mon service, ma préfecture ou mes démarches."""
    actor = auth.caller("incident.read")
    after = paging.decode(query["cursor"], str)
    left = [one for one in desk.incidents(actor, number=query["number"]) if after is None or [one.id] > after]
    return paging.page(left, query["limit"], lambda one: (one.id,))


@blueprint.post("/incidents/<string:incident_id>/retry")
@blueprint.response(204)
@entry(*WHO)
def retry(incident_id: str) -> Response:
    """Relancer."""
    actor = auth.caller("incident.repair")
    return _done(lambda: desk.retry(actor, incident_id), actor)


@blueprint.post("/incidents/<string:incident_id>/skip")
@blueprint.arguments(SkipSchema)
@blueprint.response(204)
@entry(*WHO)
def skip(body: dict[str, Any], incident_id: str) -> Response:
    """Passer outre, avec un motif."""
    actor = auth.caller("incident.repair")
    return _done(lambda: desk.skip(actor, incident_id, body["reason"], body["results"]), actor)


@blueprint.post("/dossiers/<string:number>/data")
@blueprint.arguments(EditSchema)
@blueprint.response(204)
@entry(*WHO)
def edit(body: dict[str, Any], number: str) -> Response:
    """Corriger des données du déroulement, avec un motif."""
    actor = auth.caller("incident.repair")
    return _done(lambda: desk.edit(actor, number, body["values"], body["reason"]), actor)


@blueprint.post("/dossiers/<string:number>/move")
@blueprint.arguments(MoveSchema)
@blueprint.response(204)
@entry(*WHO)
def move(body: dict[str, Any], number: str) -> Response:
    """Déplacer le déroulement d’une étape à une autre, avec un motif."""
    actor = auth.caller("incident.repair")
    return _done(lambda: desk.move(actor, number, body["mapping"], body["reason"]), actor)


def _done(act: Callable[[], None], actor: Actor) -> Response:
    def work() -> keyed.Answer:
        act()
        return 204, None

    return keyed.once(actor, work)
