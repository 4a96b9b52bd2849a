"""Forms of a draft tried with answers, for an analyst's own tools."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from api import auth
from api.drafts import READERS
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.demarches.bundle import LARGEST_FILE
from prefecture.kernel.entry import entry
from prefecture.studio import folder, form_trials
from prefecture.studio import queries as studio

blueprint = Blueprint("api-forms", __name__, description="Formulaires des brouillons")


class FormTrialRequestSchema(RequestSchema):
    """Which form, the text not yet saved if there is one, and the answers."""

    path = fields.String(required=True, validate=length(1, 200), metadata={"description": "Comme `forms/demande.json`"})
    content = fields.String(load_default=None, validate=length(0, LARGEST_FILE))
    answers = fields.Dict(
        keys=fields.String(),
        load_default=None,
        metadata={"description": "Par nom de donnée ; sans elles, celles du scénario"},
    )
    scenario = fields.String(
        load_default="", validate=length(0, 200), metadata={"description": "Comme `scenarios/nominal.toml`"}
    )
    invent = fields.Boolean(load_default=False, metadata={"description": "Inventer ce qui manque"})


class FormTrialSchema(Schema):
    """What the form says."""

    who = fields.String(metadata={"description": "Qui le verra : usager ou agent"})
    given = fields.Dict(metadata={"description": "Les réponses essayées"})
    answers = fields.Dict(
        metadata={"description": "Ce que le processus recevrait ; vide tant qu’une réponse est refusée"}
    )
    refused = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "Par réponse, ce qui ne va pas"}
    )
    pages = fields.List(fields.String(), metadata={"description": "Les pages que ces réponses laissent voir"})
    pieces = fields.List(fields.String(), metadata={"description": "Les pièces demandées"})


@blueprint.post("/drafts/<uuid:draft_id>/form-trials")
@blueprint.arguments(FormTrialRequestSchema)
@blueprint.response(200, FormTrialSchema)
@entry(*READERS)
def try_form(body: dict[str, Any], draft_id: uuid.UUID) -> dict[str, Any]:
    """Ce que dirait un formulaire du brouillon de ces réponses, et ce que le processus en recevrait."""
    auth.caller("demarche.review")
    override = {} if body["content"] is None else {body["path"]: body["content"].encode()}
    if override:
        folder.check_path(body["path"])
        folder.check_size(override)
    version = studio.version(draft_id, override)
    tried = form_trials.tried(version, body["path"], body["answers"], example=body["scenario"], invent=body["invent"])
    return asdict(tried)
