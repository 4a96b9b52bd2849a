"""Tokens: a login and password against a bearer token, and its end."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.identity import service as identity
from prefecture.kernel.entry import PUBLIC, SIGNED_IN, entry
from prefecture.kernel.errors import Unauthenticated
from prefecture.kernel.unit_of_work import unit_of_work

blueprint = Blueprint("api-auth", __name__, description="Jetons d’accès")


class CredentialsSchema(RequestSchema):
    """Who asks for a token; `scopes` may ask for less than the roles allow."""

    login = fields.String(required=True, validate=length(1, 200))
    password = fields.String(required=True, validate=length(1, 1000), load_only=True)
    scopes = fields.List(fields.String(validate=length(1, 60)), load_default=None, allow_none=True)


class TokenSchema(Schema):
    """A bearer token, shown once."""

    token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_at = fields.DateTime(required=True)
    scopes = fields.List(fields.String(), required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)


@blueprint.post("/auth/token")
@blueprint.arguments(CredentialsSchema)
@blueprint.response(200, TokenSchema)
@blueprint.doc(security=[])
@entry(PUBLIC)
def issue(credentials: dict[str, Any]) -> Response:
    """Obtenir un jeton."""
    actor = identity.authenticate(credentials["login"], credentials["password"], address=request.remote_addr)

    def work() -> keyed.Answer:
        token = identity.issue_api_token(actor, credentials["scopes"])
        found = identity.granted_by(token)
        if found is None:  # the account was closed meanwhile
            raise Unauthenticated("Identifiant ou mot de passe incorrect.")
        told = {
            "token": token,
            "token_type": "Bearer",
            "expires_at": found.expires_at,
            "scopes": sorted(found.scopes),
            "name": actor.name,
            "roles": sorted(actor.roles),
        }
        return 200, TokenSchema().dump(told)

    return keyed.once(actor, work)


@blueprint.delete("/auth/token")
@blueprint.response(204)
@entry(SIGNED_IN)
def revoke() -> None:
    """Rendre son jeton."""
    carried = auth.token()
    if carried is not None:
        with unit_of_work():
            identity.revoke_api_token(carried)
