"""Moves of running dossiers onto another version: tried, ordered, paused, resumed, taken back, told of one by one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.dossiers.migration_comparison import Choice
from prefecture.identity.permissions import Actor
from prefecture.kernel.entry import entry
from prefecture.studio import campaigns, moves
from prefecture.studio.campaigns import CampaignView

blueprint = Blueprint("api-moves", __name__, description="Déplacements de dossiers en cours vers une autre version")
WHO = ("analyste",)
VERB = campaigns.VERB


class CampaignFilterSchema(RequestSchema):
    """Which running dossiers: all of them, unless something is said."""

    version_id = fields.UUID(load_default=None, allow_none=True)
    prefecture = fields.String(load_default="", validate=length(0, 3))
    service_id = fields.UUID(load_default=None, allow_none=True)
    place = fields.String(load_default="", validate=length(0, 250))
    filed_from = fields.AwareDateTime(load_default=None, allow_none=True)
    filed_before = fields.AwareDateTime(load_default=None, allow_none=True)
    numbers = fields.List(fields.String(validate=length(1, 40)), load_default=list)


class CampaignRequestSchema(RequestSchema):
    """A démarche, the version or the draft to try, where those who cannot follow go on, and who is meant."""

    demarche = fields.String(required=True, validate=length(1, 80))
    target = fields.UUID(required=True)
    mapping = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    filter = fields.Nested(CampaignFilterSchema, load_default=None, allow_none=True)


class CampaignOrderSchema(RequestSchema):
    """When, and whether what gets worse for citizens has been read."""

    at = fields.AwareDateTime(load_default=None, allow_none=True)
    accepted = fields.Boolean(load_default=False)


class CampaignTargetsSchema(RequestSchema):
    """The targets of one dossier; none leaves it on its version."""

    mapping = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


class CampaignQuerySchema(RequestSchema):
    """Of which démarche."""

    demarche = fields.String(load_default=None)


class CampaignReportQuerySchema(RequestSchema):
    """Which dossiers of a report: of one outcome, after a number."""

    outcome = fields.String(load_default="", validate=length(0, 20))
    after = fields.String(load_default="", validate=length(0, 40))
    limit = fields.Integer(load_default=campaigns.PAGE)


class CampaignSchema(Schema):
    """A move: its state, how many dossiers stand how."""

    id = fields.UUID()
    demarche = fields.String(attribute="code")
    target = fields.String(attribute="told")
    state = fields.String(metadata={"description": ", ".join(campaigns.STATES)})
    total = fields.Integer()
    done = fields.Integer()
    mapping = fields.Dict(keys=fields.String(), values=fields.String())
    outcomes = fields.Dict(keys=fields.String(), values=fields.Integer())
    incidents = fields.Integer()
    starts_at = fields.DateTime(allow_none=True)
    asked_at = fields.DateTime()
    asked_by = fields.String()
    warnings = fields.Function(lambda one: _worse(one))


class CampaignListSchema(Schema):
    """The moves, the latest first."""

    items = fields.List(fields.Nested(CampaignSchema))


class CampaignDossierSchema(Schema):
    """What became of one dossier."""

    number = fields.String()
    version = fields.Integer()
    outcome = fields.String(metadata={"description": ", ".join(campaigns.OUTCOMES)})
    places = fields.List(fields.List(fields.String()))
    needs = fields.List(fields.String())
    reasons = fields.List(fields.String())
    mapping = fields.Dict(keys=fields.String(), values=fields.String())
    at = fields.DateTime(allow_none=True)


class CampaignDossierListSchema(Schema):
    """A part of a report, by number."""

    items = fields.List(fields.Nested(CampaignDossierSchema))


@blueprint.get("/moves")
@blueprint.arguments(CampaignQuerySchema, location="query")
@blueprint.response(200, CampaignListSchema)
@entry(*WHO)
def list_moves(query: dict[str, Any]) -> dict[str, Any]:
    """Les déplacements."""
    return {"items": campaigns.campaigns(auth.caller(VERB), query["demarche"])}


@blueprint.post("/moves")
@blueprint.arguments(CampaignRequestSchema)
@blueprint.response(201, CampaignSchema)
@entry(*WHO)
def try_move(body: dict[str, Any]) -> Response:
    """Essayer à blanc un déplacement ; rien n’est déplacé."""
    actor, told = auth.caller(VERB), body["filter"] or {}
    choice = Choice(**{**told, "numbers": tuple(told.get("numbers", ()))})

    def work() -> keyed.Answer:
        made = moves.begin(actor, body["demarche"], body["target"], body["mapping"], choice)
        return 201, _told(actor, made)

    return keyed.once(actor, work)


@blueprint.get("/moves/<uuid:campaign_id>")
@blueprint.response(200, CampaignSchema)
@entry(*WHO)
def move(campaign_id: uuid.UUID) -> CampaignView:
    """Un déplacement : où il en est, combien de dossiers comment."""
    return campaigns.campaign(auth.caller(VERB), campaign_id)


@blueprint.get("/moves/<uuid:campaign_id>/report")
@blueprint.arguments(CampaignReportQuerySchema, location="query")
@blueprint.response(200, CampaignDossierListSchema)
@entry(*WHO)
def report(query: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Ce qu’est devenu chaque dossier, par numéro."""
    limit = min(max(query["limit"], 1), 500)
    found = campaigns.rows(auth.caller(VERB), campaign_id, outcome=query["outcome"], after=query["after"], limit=limit)
    return {"items": found}


@blueprint.post("/moves/<uuid:campaign_id>/order")
@blueprint.arguments(CampaignOrderSchema)
@blueprint.response(200, CampaignSchema)
@entry(*WHO)
def order(body: dict[str, Any], campaign_id: uuid.UUID) -> Response:
    """Déplacer les dossiers qui suivent, maintenant ou à une date."""
    actor = auth.caller(VERB)
    return _acted(actor, campaign_id, lambda: moves.order(actor, campaign_id, at=body["at"], accepted=body["accepted"]))


@blueprint.post("/moves/<uuid:campaign_id>/pause")
@blueprint.response(200, CampaignSchema)
@entry(*WHO)
def pause(campaign_id: uuid.UUID) -> Response:
    """Mettre en pause."""
    actor = auth.caller(VERB)
    return _acted(actor, campaign_id, lambda: moves.pause(actor, campaign_id))


@blueprint.post("/moves/<uuid:campaign_id>/resume")
@blueprint.response(200, CampaignSchema)
@entry(*WHO)
def resume(campaign_id: uuid.UUID) -> Response:
    """Reprendre."""
    actor = auth.caller(VERB)
    return _acted(actor, campaign_id, lambda: moves.resume(actor, campaign_id))


@blueprint.post("/moves/<uuid:campaign_id>/undo")
@blueprint.response(200, CampaignSchema)
@entry(*WHO)
def undo(campaign_id: uuid.UUID) -> Response:
    """Remettre sur leur version les dossiers qui n’ont pas avancé depuis."""
    actor = auth.caller(VERB)
    return _acted(actor, campaign_id, lambda: moves.undo(actor, campaign_id))


@blueprint.post("/moves/<uuid:campaign_id>/drop")
@blueprint.response(200, CampaignSchema)
@entry(*WHO)
def drop(campaign_id: uuid.UUID) -> Response:
    """Abandonner ce qui n’a pas commencé."""
    actor = auth.caller(VERB)
    return _acted(actor, campaign_id, lambda: moves.drop(actor, campaign_id))


@blueprint.post("/moves/<uuid:campaign_id>/by-hand/<string:reference>")
@blueprint.arguments(CampaignTargetsSchema)
@blueprint.response(200, CampaignSchema)
@entry(*WHO)
def by_hand(body: dict[str, Any], campaign_id: uuid.UUID, reference: str) -> Response:
    """Donner à un dossier (par son numéro) ses propres cibles, ou le laisser sur sa version."""
    actor = auth.caller(VERB)

    def work() -> None:
        if body["mapping"]:
            moves.by_hand(actor, campaign_id, reference, body["mapping"])
        else:
            moves.leave(actor, campaign_id, reference)

    return _acted(actor, campaign_id, work)


def _acted(actor: Actor, campaign_id: uuid.UUID, act: Callable[[], object]) -> Response:
    def work() -> keyed.Answer:
        act()
        return 200, _told(actor, campaign_id)

    return keyed.once(actor, work)


def _told(actor: Actor, campaign_id: uuid.UUID) -> Any:
    return CampaignSchema().dump(campaigns.campaign(actor, campaign_id))


def _worse(one: CampaignView) -> list[dict[str, Any]]:
    return [{"version": number, "worse": [each.message for each in told]} for number, told in one.warnings]
