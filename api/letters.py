"""Letters, mails and SMS of a draft as they would leave, for an analyst's own tools."""

from __future__ import annotations

import uuid
from base64 import b64encode
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from api import auth
from api.drafts import READERS
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.demarches import letters, mentions, proofs
from prefecture.demarches.bundle import LARGEST_FILE
from prefecture.demarches.proofs import TRACE, Wanted
from prefecture.kernel import traces
from prefecture.kernel.db import db
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid
from prefecture.notifications.templates import TemplateRefused
from prefecture.studio import folder
from prefecture.studio import queries as studio

blueprint = Blueprint("api-letters", __name__, description="Courriers des brouillons")


class LetterProofRequestSchema(RequestSchema):
    """Which letter, the text not yet saved if there is one, and with which data."""

    path = fields.String(
        required=True, validate=length(1, 200), metadata={"description": "Comme `courriers/refus.html`"}
    )
    content = fields.String(load_default=None, validate=length(0, LARGEST_FILE))
    prefecture = fields.String(load_default="", validate=length(0, 10))
    scenario = fields.String(load_default="", validate=length(0, 200))
    dossier = fields.String(
        load_default="",
        validate=length(0, 40),
        metadata={"description": "Numéro d’un dossier réel : il est masqué, et la consultation est enregistrée"},
    )


class LegalMentionSchema(Schema):
    """A mention that the law wants in this letter."""

    rule = fields.String()
    label = fields.String()
    law = fields.String()
    text = fields.String(metadata={"description": "Un texte à insérer"})
    there = fields.Boolean(metadata={"description": "Vrai quand le courrier la porte"})


class LetterScenarioSchema(Schema):
    """A scenario that sends this letter."""

    path = fields.String()
    title = fields.String()


class LetterProofSchema(Schema):
    """What would leave."""

    kind = fields.String(metadata={"description": "courrier, courriel ou sms"})
    data = fields.String(metadata={"description": "D’où viennent les données"})
    prefecture = fields.String()
    subject = fields.String()
    text = fields.String()
    html = fields.String()
    pdf = fields.String(metadata={"description": "Le PDF d’un courrier, en base64", "format": "byte"})
    length = fields.Integer(metadata={"description": "Longueur d’un SMS, en caractères"})
    parts = fields.Integer(metadata={"description": "Nombre de SMS"})
    warning = fields.String()
    scenarios = fields.List(fields.Nested(LetterScenarioSchema))
    mentions = fields.List(fields.Nested(LegalMentionSchema))


@blueprint.post("/drafts/<uuid:draft_id>/letter-proofs")
@blueprint.arguments(LetterProofRequestSchema)
@blueprint.response(200, LetterProofSchema)
@entry(*READERS)
def prove(body: dict[str, Any], draft_id: uuid.UUID) -> dict[str, Any]:
    """Un courrier, un courriel ou un SMS du brouillon tel qu’il partirait, et les mentions qui lui manquent."""
    actor = auth.caller("incident.read" if body["dossier"].strip() else "demarche.review")
    path = body["path"]
    override = {} if body["content"] is None else {path: body["content"].encode()}
    if override:
        folder.check_path(path)
        folder.check_size(override)
    version = studio.version(draft_id, override)
    wanted = Wanted(body["prefecture"], body["scenario"], body["dossier"].strip())
    try:
        made = proofs.proof(version, path, wanted, actor)
    except TemplateRefused as error:
        raise Invalid({"content": str(error)}) from error
    if made.dossier:
        traces.record(TRACE, made.dossier, actor.id)
    owed = [asdict(one) for one in mentions.judged(version, path)]
    if made.tables:
        owed.append({**asdict(mentions.ALGORITHM), "there": letters.names_tables(version, path)})
    db.session.close()  # no transaction stays open while the letter is printed
    pdf = b64encode(proofs.printed(made)).decode() if made.kind == "courrier" else ""
    scenarios = [{"path": one, "title": title} for one, title in made.scenarios]
    return {**asdict(made), "scenarios": scenarios, "pdf": pdf, "mentions": owed}
