"""What a citizen and their service write to each other about a dossier."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.problems import named
from api.reading import Blueprint
from prefecture.dossiers import exchanges
from prefecture.identity.service import Actor
from prefecture.kernel.entry import AGENTS, SIGNED_IN, entry
from prefecture.kernel.errors import Invalid

blueprint = Blueprint("api-exchanges", __name__, description="Messages entre l’usager et le service")


class ExchangeSchema(Schema):
    """One message."""

    id = fields.UUID()
    at = fields.DateTime()
    by_citizen = fields.Boolean()
    by = fields.String(metadata={"description": "Le nom de l’agent ; vide pour l’usager"})
    text = fields.String()
    open = fields.Boolean(metadata={"description": "Un message de l’usager auquel personne n’a répondu"})


class ThreadSchema(Schema):
    """What was written, oldest first."""

    items = fields.List(fields.Nested(ExchangeSchema))


class WriteSchema(RequestSchema):
    """What is written."""

    text = fields.String(required=True, validate=length(1, exchanges.LONGEST))


@blueprint.get("/dossiers/<string:number>/exchanges")
@blueprint.response(200, ThreadSchema)
@entry(SIGNED_IN)
def thread(number: str) -> dict[str, Any]:
    """Les messages échangés au sujet du dossier."""
    return {"items": exchanges.thread(number, auth.caller("dossier.read"))}


@blueprint.post("/dossiers/<string:number>/exchanges")
@blueprint.arguments(WriteSchema)
@blueprint.response(201, ThreadSchema)
@entry(SIGNED_IN)
def write(body: dict[str, Any], number: str) -> Response:
    """Écrire au service, ou répondre à l’usager, qui en est prévenu par courriel."""
    actor = auth.caller("message.write")

    def work() -> keyed.Answer:
        try:
            exchanges.write(actor, number, body["text"])
        except Invalid as error:
            raise named(error, texte="text") from error
        return 201, _thread(number, actor)

    return keyed.once(actor, work)


@blueprint.post("/dossiers/<string:number>/exchanges/close")
@blueprint.response(200, ThreadSchema)
@entry(*AGENTS)
def close(number: str) -> Response:
    """Dire que les messages de l’usager ne demandent pas de réponse."""
    actor = auth.caller("message.write")

    def work() -> keyed.Answer:
        exchanges.close(actor, number)
        return 200, _thread(number, actor)

    return keyed.once(actor, work)


def _thread(number: str, actor: Actor) -> Any:
    return ThreadSchema().dump({"items": exchanges.thread(number, actor)})
