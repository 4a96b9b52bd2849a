"""What a draft says of itself: its name, what it is for, who may ask, for an analyst's own tools."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed, problems
from api.drafts import READERS, WRITER
from api.french import RequestSchema
from api.reading import Blueprint
from prefecture.kernel.entry import entry
from prefecture.studio import presentation

blueprint = Blueprint("api-presentation", __name__, description="Présentation des démarches en brouillon")


class PresentedSchema(Schema):
    """One setting."""

    name = fields.String(metadata={"description": "Son nom dans demarche.toml"})
    label = fields.String()
    kind = fields.String(metadata={"description": "texte, paragraphe, oui_non ou choix"})
    hint = fields.String()
    value = fields.Raw(metadata={"description": "Un texte, ou vrai et faux"})
    choices = fields.List(fields.List(fields.String()), metadata={"description": "Valeur et libellé"})
    needed = fields.Boolean()
    later = fields.Boolean(metadata={"description": "Vrai quand les données datées le changent aussi à un jour donné"})


class PresentationSchema(Schema):
    """The settings of a draft, and the revision of the file that holds them."""

    revision = fields.Integer()
    items = fields.List(fields.Nested(PresentedSchema))


class PresentationRequestSchema(RequestSchema):
    """Other values, and the revision that was read."""

    revision = fields.Integer(required=True, strict=True)
    values = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "Par nom ; ce qui n’est pas donné reste"},
    )


@blueprint.get("/drafts/<uuid:draft_id>/presentation")
@blueprint.response(200, PresentationSchema)
@entry(*READERS)
def read(draft_id: uuid.UUID) -> dict[str, Any]:
    """Le nom de la démarche, sa présentation, et les autres réglages d’une seule valeur."""
    auth.caller("demarche.review")
    return _told(draft_id)


@blueprint.post("/drafts/<uuid:draft_id>/presentation")
@blueprint.arguments(PresentationRequestSchema)
@blueprint.response(200, PresentationSchema)
@entry(*WRITER)
def write(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Donner d’autres valeurs ; le reste de demarche.toml ne bouge pas. Rien n’est écrit sur le travail d’un autre."""
    actor = auth.caller("demarche.draft")

    def work() -> keyed.Answer:
        refused = presentation.write(actor, draft_id, body["revision"], body["values"]).saved.refused
        if refused is not None:
            kind = "brouillon-tenu" if refused.status == 423 else "conflit"
            return refused.status, problems.problem(refused.status, refused.message, kind=kind).get_json()
        return 200, PresentationSchema().dump(_told(draft_id))

    return keyed.once(actor, work)


def _told(draft_id: uuid.UUID) -> dict[str, Any]:
    card = presentation.of_draft(draft_id)
    return {"revision": card.revision, "items": card.fields}
