"""A draft's scenarios for an analyst's own tools: play them, read how they went, have others proposed."""

from __future__ import annotations

import uuid

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed
from api.reading import Blueprint
from engine.errors import DefinitionInvalid
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import suggestions, trials

blueprint = Blueprint("api-trials", __name__, description="Scénarios des brouillons")
READERS = ("analyste", "recetteur")


class ScenarioDifferenceSchema(Schema):
    """One thing that is not as a scenario expects."""

    message = fields.String()
    expected = fields.String()
    got = fields.String()
    awaited = fields.List(fields.String(), metadata={"description": "Éléments où le dossier aurait dû se trouver"})


class ScenarioStopSchema(Schema):
    """Where a scenario went wrong."""

    number = fields.Integer(metadata={"description": "Numéro de l’étape, 0 au début"})
    title = fields.String()
    element = fields.String()
    here = fields.List(fields.String(), metadata={"description": "Les éléments où le dossier se trouve"})
    differences = fields.List(fields.Nested(ScenarioDifferenceSchema))


class TriedScenarioSchema(Schema):
    """One scenario and how it went."""

    file = fields.String()
    title = fields.String()
    passed = fields.Boolean()
    failures = fields.List(fields.String())
    stop = fields.Nested(ScenarioStopSchema, allow_none=True)
    way = fields.List(fields.String(), metadata={"description": "`processus/identifiant` parcourus"})


class TrialSchema(Schema):
    """Every scenario of a draft, and what they pass."""

    current = fields.Boolean(metadata={"description": "Vrai des fichiers tels qu’ils sont"})
    played_at = fields.DateTime()
    passed = fields.Boolean()
    refused = fields.String(metadata={"description": "Pourquoi rien n’a été joué"})
    elements = fields.Float(metadata={"description": "Part des éléments parcourus, de 0 à 1"})
    flows = fields.Float(metadata={"description": "Part des chemins parcourus, de 0 à 1"})
    passes = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "Combien de scénarios parcourent chaque `processus/identifiant`"},
    )
    missed = fields.List(fields.String(), metadata={"description": "`processus/identifiant` jamais parcourus"})
    tried = fields.List(fields.Nested(TriedScenarioSchema))


class SuggestedScenarioSchema(Schema):
    """A scenario that would pass more: the file to add."""

    name = fields.String()
    title = fields.String()
    content = fields.Function(lambda one: one.content.decode())
    adds = fields.List(fields.String())


class ScenarioQuestionSchema(Schema):
    """A way that no answer led to."""

    key = fields.String()
    name = fields.String()
    condition = fields.String()


class SuggestionsSchema(Schema):
    """What may be added, and what is left to find."""

    suggestions = fields.List(fields.Nested(SuggestedScenarioSchema))
    questions = fields.List(fields.Nested(ScenarioQuestionSchema))


@blueprint.get("/drafts/<uuid:draft_id>/trials")
@blueprint.response(200, TrialSchema)
@entry(*READERS)
def read_trials(draft_id: uuid.UUID) -> trials.Trial:
    """Comment sont allés les scénarios, la dernière fois qu’ils ont été joués."""
    auth.caller("demarche.review")
    found = trials.trial(draft_id)
    if found is None:
        raise NotFound("Les scénarios de ce brouillon n’ont pas encore été joués.")
    return found


@blueprint.post("/drafts/<uuid:draft_id>/trials")
@blueprint.response(200, TrialSchema)
@entry(*READERS)
def play_trials(draft_id: uuid.UUID) -> Response:
    """Jouer maintenant tous les scénarios du brouillon."""
    actor = auth.caller("demarche.check")
    playing = trials.play(draft_id)
    return keyed.once(actor, lambda: (200, TrialSchema().dump(trials.keep(actor, playing))))


@blueprint.get("/drafts/<uuid:draft_id>/suggestions")
@blueprint.response(200, SuggestionsSchema)
@entry(*READERS)
def suggest(draft_id: uuid.UUID) -> suggestions.Proposed:
    """Des scénarios pour ce qu’aucun ne parcourt ; les conditions qui restent à remplir."""
    auth.caller("demarche.check")
    try:
        return suggestions.suggested(draft_id)
    except DefinitionInvalid as error:
        raise Invalid({}, trials.NOT_PLAYED) from error
