"""Versions carried between installations: sealed here, received from elsewhere, and whose seals are believed."""

from __future__ import annotations

import base64
import uuid
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.problems import named
from api.publication import ConditionSchema, PublishedVersionSchema
from api.reading import UPLOAD, Blueprint, sent_file
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid
from prefecture.studio import promotion, publication, reception, signoff, trust
from prefecture.studio.reception import Reception

blueprint = Blueprint("api-promotion", __name__, description="Versions d’une installation à l’autre")
NATIONAL = "administrateur"


class KeySchema(Schema):
    """A public key, and the fingerprint that people compare."""

    key = fields.String()
    fingerprint = fields.String()


class TrustedKeySchema(KeySchema):
    """A key that is trusted, or was until `removed_at`."""

    id = fields.UUID()
    name = fields.String()
    added_at = fields.DateTime()
    added_by = fields.String()
    removed_at = fields.DateTime(allow_none=True)
    removed_by = fields.String(allow_none=True)


class KeysSchema(Schema):
    """Our own key, and those of the other installations."""

    own = fields.Nested(KeySchema)
    items = fields.List(fields.Nested(TrustedKeySchema))


class NewKeySchema(RequestSchema):
    """A key to be trusted: whose it is, and how its fingerprint was compared."""

    key = fields.String(required=True, validate=length(1, 200))
    name = fields.String(required=True, validate=length(1, trust.LONGEST_NAME))
    reason = fields.String(required=True, validate=length(publication.SHORTEST_REASON, signoff.LONGEST))


class WhySchema(RequestSchema):
    """Why; the journal keeps it."""

    reason = fields.String(required=True, validate=length(publication.SHORTEST_REASON, signoff.LONGEST))


class PassOverSchema(RequestSchema):
    """Why conditions that are not met are passed over, where any is missing."""

    reason = fields.String(load_default="", validate=length(0, signoff.LONGEST))


class SealedSchema(KeySchema):
    """A sealed version. `file`: its bytes in base64, to be kept or sent as they are."""

    code = fields.String()
    number = fields.Integer()
    digest = fields.String()
    signature = fields.String()
    file = fields.String()


class ArrivalSchema(Schema):
    """What arrived, what is asked of it here, and where it stands."""

    arrival_id = fields.UUID()
    code = fields.String()
    sealed_as = fields.Integer(metadata={"description": "Son numéro là d’où elle vient"})
    digest = fields.String()
    installation = fields.String(metadata={"description": "Le nom donné à la clé qui l’a scellée"})
    fingerprint = fields.String()
    told = fields.Dict(keys=fields.String(), values=fields.String())
    published = fields.Boolean(metadata={"description": "Ces fichiers sont déjà en vigueur ici"})
    replaces = fields.Integer(allow_none=True, metadata={"description": "La version en vigueur ici"})
    conditions = fields.List(fields.Nested(ConditionSchema))


@blueprint.get("/publications/keys")
@blueprint.response(200, KeysSchema)
@entry(NATIONAL)
def keys() -> dict[str, Any]:
    """Notre clé, et celles des installations de confiance."""
    publication.assert_governs(auth.caller("demarche.govern"))
    own = promotion.public_key()
    return {"own": {"key": own, "fingerprint": trust.fingerprint(own)}, "items": trust.known()}


@blueprint.post("/publications/keys")
@blueprint.arguments(NewKeySchema)
@blueprint.response(201, TrustedKeySchema)
@entry(NATIONAL)
def add_key(body: dict[str, Any]) -> Response:
    """Ajouter une clé de confiance, dont on a comparé l’empreinte."""
    actor = auth.caller("demarche.govern")

    def work() -> keyed.Answer:
        try:
            added = trust.add(actor, body["key"], body["name"], body["reason"])
        except Invalid as error:
            raise named(error, cle="key", nom="name", motif="reason") from error
        return 201, TrustedKeySchema().dump(added)

    return keyed.once(actor, work)


@blueprint.post("/publications/keys/<uuid:key_id>/removal")
@blueprint.arguments(WhySchema)
@blueprint.response(200, TrustedKeySchema)
@entry(NATIONAL)
def remove_key(body: dict[str, Any], key_id: uuid.UUID) -> Response:
    """Retirer la confiance à une clé ; ce qui est publié le reste."""
    actor = auth.caller("demarche.govern")
    return keyed.once(actor, lambda: (200, TrustedKeySchema().dump(trust.remove(actor, key_id, body["reason"]))))


@blueprint.post("/versions/<uuid:version_id>/seal")
@blueprint.response(201, SealedSchema)
@entry("analyste", NATIONAL)
def seal(version_id: uuid.UUID) -> Response:
    """Sceller une version publiée, pour qu’une autre installation la reçoive ; le journal garde qui l’a emportée."""
    actor = auth.caller("demarche.read")

    def work() -> keyed.Answer:
        content = promotion.seal(actor, version_id)
        said = promotion.opened(content)
        told = {name: getattr(said, name) for name in ("code", "number", "digest", "key", "fingerprint", "signature")}
        return 201, {**told, "file": base64.b64encode(content).decode()}

    return keyed.once(actor, work)


@blueprint.post("/publications/arrivals")
@blueprint.response(201, ArrivalSchema)
@blueprint.doc(requestBody=UPLOAD)
@entry(NATIONAL)
def arrive() -> Response:
    """Recevoir un fichier scellé : il est vérifié et gardé, sans être publié ; deux fois le même n’en font qu’un."""
    actor = auth.caller("demarche.govern")
    _, content = sent_file()

    def work() -> keyed.Answer:
        try:
            arrival_id = reception.arrive(actor, content)
        except Invalid as error:
            raise named(error, fichier="file") from error
        return 201, _arrival(reception.reception(actor, arrival_id))

    return keyed.once(actor, work, content=content)


@blueprint.get("/publications/arrivals/<uuid:arrival_id>")
@blueprint.response(200, ArrivalSchema)
@entry(NATIONAL)
def arrival(arrival_id: uuid.UUID) -> dict[str, Any]:
    """Ce qui est arrivé, et ce qui est demandé ici."""
    return _arrival(reception.reception(auth.caller("demarche.govern"), arrival_id))


@blueprint.post("/publications/arrivals/<uuid:arrival_id>/publication")
@blueprint.arguments(PassOverSchema)
@blueprint.response(201, PublishedVersionSchema)
@entry(NATIONAL)
def publish(body: dict[str, Any], arrival_id: uuid.UUID) -> Response:
    """Publier ce qui est arrivé : les nouveaux dossiers le suivent. Déjà en vigueur, rien ne change."""
    actor = auth.caller("demarche.govern")

    def work() -> keyed.Answer:
        told = asdict(reception.publish(actor, arrival_id, body["reason"]))
        return 201, {"version_id": told.pop("id"), **told}

    return keyed.once(actor, work)


def _arrival(found: Reception) -> dict[str, Any]:
    told = {
        "arrival_id": found.id,
        "code": found.sealed.code,
        "sealed_as": found.sealed.number,
        "digest": found.sealed.digest,
        "installation": found.trusted_as,
        "fingerprint": found.sealed.fingerprint,
        "told": found.sealed.told,
        "published": found.published,
        "replaces": found.before.number if found.before else None,
        "conditions": found.conditions,
    }
    dumped: dict[str, Any] = ArrivalSchema().dump(told)
    return dumped
