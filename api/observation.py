"""The observation: passages and their durations, a dossier's way, decisions played again, what is held."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.demarches import queries as demarches
from prefecture.demarches import suspension
from prefecture.demarches.queries import VersionView
from prefecture.demarches.version import PARIS
from prefecture.identity import queries as identity
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.statistics import path as paths
from prefecture.statistics import queries as statistics
from prefecture.statistics import replay
from prefecture.statistics.queries import Asked
from prefecture.studio import queries as studio

blueprint = Blueprint("api-observation", __name__, description="Observation")
WATCHERS = ("chef_de_service", "administrateur", "analyste")
USUAL = timedelta(days=89)


class AskedSchema(RequestSchema):
    """Which passages: the last ninety days unless both days are given."""

    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)
    version = fields.Integer(load_default=None, metadata={"description": "Numéro de version ; toutes par défaut"})
    prefecture = fields.String(load_default=None, validate=length(1, 3))
    motif = fields.String(load_default=None, validate=length(1, 60))


class ElementSchema(Schema):
    """An element or a flow; durations in seconds, known within nine per cent, null without any passage."""

    id = fields.String()
    present = fields.Integer(metadata={"description": "Dossiers présents maintenant"})
    passages = fields.Integer()
    again = fields.Integer(metadata={"description": "Passages qui sont un retour du même dossier"})
    interrupted = fields.Integer()
    median = fields.Float(allow_none=True)
    p90 = fields.Float(allow_none=True)


class SaidSchema(Schema):
    """How many times something was counted."""

    kind = fields.String()
    subject = fields.String()
    detail = fields.String()
    count = fields.Integer()


class ObservationSchema(Schema):
    """What a démarche's diagram is told of its dossiers."""

    read_at = fields.DateTime(allow_none=True)
    elements = fields.List(fields.Nested(ElementSchema))
    said = fields.List(fields.Nested(SaidSchema))


class LegSchema(Schema):
    """A stay of a dossier at an element."""

    element = fields.String()
    turn = fields.Integer()
    entered_at = fields.DateTime()
    left_at = fields.DateTime(allow_none=True)
    ending = fields.String(allow_none=True)


class PathSchema(Schema):
    """The way of a dossier, without any name."""

    number = fields.String()
    code = fields.String()
    version_id = fields.UUID()
    statut = fields.String()
    filed_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)
    present = fields.Dict(keys=fields.String(), values=fields.Integer())
    legs = fields.List(fields.Nested(LegSchema))


class SuspensionSchema(Schema):
    """A version, or an element of it (empty: the whole version), held."""

    id = fields.UUID()
    version_id = fields.UUID()
    element = fields.String()
    reason = fields.String()
    since = fields.DateTime()
    by = fields.String()
    ended_at = fields.DateTime(allow_none=True)
    ended_by = fields.String(allow_none=True)
    expected_on = fields.Date(allow_none=True, metadata={"description": "Reprise prévue, que les usagers lisent"})


class SuspendSchema(RequestSchema):
    """What to hold, and why."""

    version = fields.Integer(required=True)
    element = fields.String(load_default="", validate=length(0, 120))
    reason = fields.String(required=True, validate=length(1, 2000))
    expected_on = fields.Date(load_default=None, allow_none=True)


class ReplayOrderSchema(RequestSchema):
    """Whose decisions, through which tables: a version's number, or a draft's id."""

    since = fields.Date(required=True)
    until = fields.Date(required=True)
    version = fields.Integer(load_default=None)
    draft = fields.UUID(load_default=None)


class DecisionSchema(Schema):
    """A decision asked again: counts alone."""

    decision = fields.String()
    same = fields.Integer()
    different = fields.Integer()
    changed = fields.Integer()
    failed = fields.Integer()
    missing = fields.Integer()
    rules = fields.List(fields.List(fields.Raw()))
    fields_ = fields.List(fields.List(fields.Raw()), attribute="fields", data_key="fields")


class ReplaySchema(Schema):
    """A replay: how far it is, and what came of it."""

    id = fields.UUID()
    code = fields.String()
    against = fields.String()
    total = fields.Integer()
    done = fields.Integer()
    asked_at = fields.DateTime()
    ended_at = fields.DateTime(allow_none=True)
    decisions = fields.List(fields.Nested(DecisionSchema))


@blueprint.get("/demarches/<string:code>/observation")
@blueprint.arguments(AskedSchema, location="query")
@blueprint.response(200, ObservationSchema)
@entry(*WATCHERS)
def observation(query: dict[str, Any], code: str) -> dict[str, Any]:
    """Passages, durées et dossiers présents, par élément et par chemin."""
    actor = auth.caller("statistics.read")
    asked = _asked(code, query)
    heat = statistics.heat(actor, code, asked)
    elements = [{"id": key, **vars(one)} for key, one in sorted(heat.measures.items())]
    return {"read_at": heat.read_at, "elements": elements, "said": statistics.said(actor, code, asked)}


@blueprint.get("/dossiers/<string:number>/path")
@blueprint.response(200, PathSchema)
@entry(*WATCHERS)
def path(number: str) -> paths.Path:
    """Le parcours d’un dossier, sans nom."""
    return paths.path(auth.caller("incident.read"), number)


@blueprint.get("/demarches/<string:code>/suspensions")
@blueprint.response(200, SuspensionSchema(many=True))
@entry("analyste")
def suspensions(code: str) -> list[suspension.SuspensionView]:
    """Ce qui est suspendu ou l’a été."""
    auth.caller("demarche.publish")
    demarches.current(code)
    return suspension.suspensions(code)


@blueprint.post("/demarches/<string:code>/suspensions")
@blueprint.arguments(SuspendSchema)
@blueprint.response(201, SuspensionSchema)
@entry("analyste")
def suspend(body: dict[str, Any], code: str) -> Response:
    """Suspendre une version, ou une de ses étapes."""
    actor = auth.caller("demarche.publish")
    version = _numbered(code, body["version"])

    def work() -> keyed.Answer:
        held = suspension.suspend(actor, version.id, body["reason"], body["element"], body["expected_on"])
        return 201, SuspensionSchema().dump(held)

    return keyed.once(actor, work)


@blueprint.post("/suspensions/<uuid:suspension_id>/resume")
@blueprint.response(200, SuspensionSchema)
@entry("analyste")
def resume(suspension_id: uuid.UUID) -> Response:
    """Reprendre."""
    actor = auth.caller("demarche.publish")
    return keyed.once(actor, lambda: (200, SuspensionSchema().dump(suspension.resume(actor, suspension_id))))


@blueprint.post("/demarches/<string:code>/replays")
@blueprint.arguments(ReplayOrderSchema)
@blueprint.response(201, ReplaySchema)
@entry("analyste")
def play_again(body: dict[str, Any], code: str) -> Response:
    """Rejouer des décisions passées avec d’autres tables."""
    actor = auth.caller("demarche.check")
    demarches.current(code)
    since, until = _instant(body["since"]), _instant(body["until"] + timedelta(days=1))
    if body["draft"] is not None:
        draft = studio.draft(body["draft"])
        if draft.code != code:
            raise NotFound("Ce brouillon est celui d’une autre démarche.")
        against, told = studio.version(draft.id), f"brouillon «\u00a0{draft.title}\u00a0»"
    else:
        against, told = demarches.version(_numbered(code, body["version"]).id), f"version {body['version']}"

    def work() -> keyed.Answer:
        order = replay.order(actor, code, against, told, since, until)
        return 201, ReplaySchema().dump(replay.replay(actor, order))

    return keyed.once(actor, work)


@blueprint.get("/replays/<uuid:replay_id>")
@blueprint.response(200, ReplaySchema)
@entry("analyste")
def replay_result(replay_id: uuid.UUID) -> replay.ReplayView:
    """Où en est un rejeu, et ce qui diffère."""
    return replay.replay(auth.caller("statistics.read"), replay_id)


def _asked(code: str, query: dict[str, Any]) -> Asked:
    today = clock.today(PARIS)
    since, until = query["since"] or today - USUAL, query["until"] or today
    if since > until:
        raise Invalid({"until": "La fin vient avant le début."})
    version = _numbered(code, query["version"]).id if query["version"] is not None else None
    demarches.current(code)
    services = None
    if query["prefecture"]:
        services = tuple(one.id for one in identity.services_of(query["prefecture"]))
    return Asked(since, until, version, services, query["motif"])


def _numbered(code: str, number: int | None) -> VersionView:
    found = next((one for one in demarches.versions(code) if one.number == number), None)
    if found is None:
        raise NotFound("Cette version de la démarche n’existe pas.")
    return found


def _instant(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS)
