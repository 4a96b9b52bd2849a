"""The démarches that one can ask for, and their form."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import jsonify
from flask.wrappers import Response
from marshmallow import Schema, fields

from api.reading import Blueprint
from prefecture.demarches import queries as demarches
from prefecture.demarches import retirement, suspension
from prefecture.demarches.queries import VersionView
from prefecture.demarches.retirement import DemarcheRetired
from prefecture.demarches.suspension import DemarcheSuspended
from prefecture.demarches.version import PARIS
from prefecture.kernel import clock
from prefecture.kernel.entry import PUBLIC, entry

blueprint = Blueprint("api-demarches", __name__, description="Démarches publiées")


class DemarcheSchema(Schema):
    """A published démarche."""

    code = fields.String()
    number = fields.Integer(metadata={"description": "Numéro de la version en vigueur"})
    digest = fields.String()
    title = fields.String()
    published_at = fields.DateTime()
    open = fields.Boolean(metadata={"description": "De nouvelles demandes peuvent être déposées"})
    closed_because = fields.String(metadata={"description": "Pourquoi non, en une phrase ; vide quand c’est ouvert"})


class DemarcheListSchema(Schema):
    """The published démarches."""

    items = fields.List(fields.Nested(DemarcheSchema))


@blueprint.get("/demarches")
@blueprint.response(200, DemarcheListSchema)
@blueprint.doc(security=[])
@entry(PUBLIC)
def list_demarches() -> dict[str, Any]:
    """Les démarches publiées, et si de nouvelles demandes peuvent y être déposées."""
    return {"items": [_told(one) for one in demarches.demarches()]}


@blueprint.get("/demarches/<string:code>/form")
@blueprint.response(200, description="Le formulaire de dépôt : pages, questions, choix, pièces")
@blueprint.doc(security=[])
@entry(PUBLIC)
def form(code: str) -> Response:
    """Le formulaire de dépôt d’une démarche."""
    version = demarches.current(code)
    described = version.form(version.form_id).describe()
    pieces = [
        {
            key: piece.get(key)
            for key in ("code", "libelle", "formats", "indispensable", "original", "aide", "condition")
        }
        for piece in version.settings_at(clock.today(PARIS)).get("pieces", [])
    ]
    return jsonify({**described, "demarche": version.code, "version": version.number, "pieces": pieces})


def _told(one: VersionView) -> dict[str, Any]:
    try:
        retirement.refuse_if_retired(one.code, one.id)
        suspension.refuse_if_held(one.id)
    except (DemarcheRetired, DemarcheSuspended) as closed:
        return {**asdict(one), "open": False, "closed_because": closed.message}
    return {**asdict(one), "open": True, "closed_because": ""}
