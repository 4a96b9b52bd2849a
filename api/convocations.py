"""Appointments by nominative link: free slots, booking, moving, cancelling. The link's token is the key."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from flask import Response, jsonify, request
from marshmallow import fields

from api import keyed
from api.french import RequestSchema
from api.problems import named
from api.reading import Blueprint
from prefecture.agenda import queries as agenda
from prefecture.agenda.queries import RdvView
from prefecture.identity.service import Actor
from prefecture.kernel import ratelimit
from prefecture.kernel.entry import PUBLIC, entry
from prefecture.kernel.errors import Invalid
from prefecture.steps import appointments

blueprint = Blueprint("api-convocations", __name__, description="Rendez-vous par lien nominatif")

TRIES, WINDOW = 60, timedelta(minutes=10)


class BookingSchema(RequestSchema):
    """The start chosen, as `slots` gave it."""

    starts_at = fields.AwareDateTime(required=True)


class SlotQuerySchema(RequestSchema):
    """Which days."""

    first = fields.Date(load_default=None)
    last = fields.Date(load_default=None)


@blueprint.get("/convocations/<string:token>/slots")
@blueprint.arguments(SlotQuerySchema, location="query")
@blueprint.response(200, description="Les créneaux libres, par jour, et le rendez-vous déjà pris")
@blueprint.doc(security=[])
@entry(PUBLIC)
def slots(query: dict[str, Any], token: str) -> Response:
    """Les créneaux libres d’une convocation."""
    _limit(token)
    convocation = agenda.convocation(token)
    found = agenda.free_slots(token, query["first"], query["last"])
    return jsonify(
        {
            "label": convocation.label,
            "purpose": convocation.purpose,
            "expires_at": convocation.expires_at.isoformat(),
            "booking": _shown(convocation.rdv) if convocation.rdv else None,
            "days": [
                {
                    "day": one.day.isoformat(),
                    "count": one.count,
                    "slots": [
                        {"starts_at": slot.starts_at.isoformat(), "local": slot.local.isoformat()}
                        for slot in (*one.morning, *one.afternoon)
                    ],
                }
                for one in found
            ],
        }
    )


@blueprint.post("/convocations/<string:token>/booking")
@blueprint.arguments(BookingSchema)
@blueprint.response(201, description="Le rendez-vous pris ou déplacé")
@blueprint.doc(security=[])
@entry(PUBLIC)
def book(body: dict[str, Any], token: str) -> Response:
    """Prendre ou déplacer son rendez-vous."""
    _limit(token)

    def work() -> keyed.Answer:
        try:
            return 201, _shown(appointments.book(token, body["starts_at"]))
        except Invalid as error:
            raise named(error, debut="starts_at") from error

    return keyed.once(_bearer(token), work)


@blueprint.delete("/convocations/<string:token>/booking")
@blueprint.response(200, description="Le rendez-vous annulé ; un autre peut être pris")
@blueprint.doc(security=[])
@entry(PUBLIC)
def cancel(token: str) -> Response:
    """Annuler son rendez-vous."""
    _limit(token)
    return keyed.once(_bearer(token), lambda: (200, _shown(appointments.cancel(token))))


def _limit(token: str) -> None:
    ratelimit.hit("convocation.address", request.remote_addr or "", TRIES * 10, WINDOW)
    ratelimit.hit("convocation.link", token, TRIES, WINDOW)


def _bearer(token: str) -> Actor:
    """Who holds the link: a name for idempotency keys, derived from the token; it has no role."""
    digest = hashlib.sha256(token.encode()).digest()
    return Actor(uuid.UUID(bytes=digest[:16]), "person", "", frozenset(), None, frozenset())


def _shown(rdv: RdvView) -> dict[str, Any]:
    return {
        "id": str(rdv.id),
        "status": rdv.status,
        "purpose": rdv.purpose,
        "starts_at": rdv.starts_at.isoformat(),
        "local": rdv.local.isoformat(),
        "local_end": rdv.local_end.isoformat(),
    }
