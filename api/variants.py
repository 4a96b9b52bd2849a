"""Préfectures' own values over national démarches: read, written, conflicts decided."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.demarches import variants
from prefecture.demarches.variants import Variant
from prefecture.identity import queries as identity
from prefecture.kernel import clock
from prefecture.kernel.entry import entry

blueprint = Blueprint("api-variants", __name__, description="Réglages locaux des préfectures")
READERS = ("analyste", "recetteur", "chef_de_service", "administrateur")
WRITERS = ("analyste", "chef_de_service", "administrateur")


class SettingSchema(Schema):
    """One setting: national value when ours was written and now, ours, what stands between."""

    path = fields.String(metadata={"description": "Par exemple informations.acces ou pieces.domicile.aide"})
    label = fields.String()
    kind = fields.String(metadata={"description": "texte ou nombre"})
    before = fields.Raw(allow_none=True)
    national = fields.Raw(allow_none=True)
    ours = fields.Raw(allow_none=True, metadata={"description": "null : la valeur nationale"})
    conflict = fields.String(metadata={"description": "changee, retiree, fermee, type, minimum, ou rien"})
    reason = fields.String()
    acting = fields.Boolean()


class VariantSchema(Schema):
    """A préfecture's values over a démarche."""

    code = fields.String()
    prefecture = fields.String()
    number = fields.Integer(metadata={"description": "Numéro de l’écriture, à redonner pour écrire"})
    since = fields.Date(allow_none=True)
    settings = fields.List(fields.Nested(SettingSchema))


class VariantListSchema(Schema):
    """The préfectures that set something, by code."""

    items = fields.List(fields.Nested(VariantSchema))


class ChosenSchema(RequestSchema):
    """All the values that a préfecture sets; what is not named is national."""

    number = fields.Integer(required=True, strict=True)
    values = fields.Dict(keys=fields.String(validate=length(1, 120)), values=fields.Raw(), required=True)
    since = fields.Date(load_default=None)
    note = fields.String(load_default="", validate=length(0, variants.LONGEST_NOTE))


class LocalDecisionSchema(RequestSchema):
    """How a conflict ends: `keep` ours, or follow the national value."""

    number = fields.Integer(required=True, strict=True)
    path = fields.String(required=True, validate=length(1, 120))
    keep = fields.Boolean(required=True)


@blueprint.get("/demarches/<string:code>/variants")
@blueprint.response(200, VariantListSchema)
@entry(*READERS)
def list_variants(code: str) -> dict[str, Any]:
    """Ce que les préfectures règlent chez elles."""
    mine = auth.caller("demarche.read").prefecture
    return {"items": [one for one in variants.variants(code) if mine in (None, one.prefecture)]}


@blueprint.get("/demarches/<string:code>/variants/<string:prefecture>")
@blueprint.response(200, VariantSchema)
@entry(*READERS)
def read(code: str, prefecture: str) -> Variant:
    """Les réglages d’une préfecture à côté des valeurs nationales, conflits compris."""
    variants.assert_readable(auth.caller("demarche.read"), prefecture)
    return variants.variant(code, prefecture)


@blueprint.put("/demarches/<string:code>/variants/<string:prefecture>")
@blueprint.arguments(ChosenSchema)
@blueprint.response(200, VariantSchema)
@entry(*WRITERS)
def write(body: dict[str, Any], code: str, prefecture: str) -> Response:
    """Régler ce que la démarche laisse à la préfecture, à partir d’aujourd’hui ou d’un jour à venir."""
    actor = auth.caller(variants.VERB)
    since = body["since"] or clock.today(identity.prefecture(prefecture).zone)
    return keyed.once(
        actor,
        lambda: _answer(variants.write(actor, code, prefecture, body["number"], body["values"], since, body["note"])),
    )


@blueprint.post("/demarches/<string:code>/variants/<string:prefecture>/decision")
@blueprint.arguments(LocalDecisionSchema)
@blueprint.response(200, VariantSchema)
@entry(*WRITERS)
def decide(body: dict[str, Any], code: str, prefecture: str) -> Response:
    """Garder la valeur de la préfecture, ou reprendre la nationale."""
    actor = auth.caller(variants.VERB)
    return keyed.once(
        actor,
        lambda: _answer(variants.decide(actor, code, prefecture, body["number"], body["path"], keep=body["keep"])),
    )


def _answer(written: Variant) -> keyed.Answer:
    settings = [{**asdict(one), "reason": one.reason, "acting": one.acting} for one in written.settings]
    return 200, VariantSchema().dump({**asdict(written), "settings": settings})
