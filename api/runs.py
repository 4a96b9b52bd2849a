"""A draft played step by step by an analyst's own tools: begun, looked at, moved on, taken back, kept as a scenario."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields, validates_schema

from api import auth, keyed
from api.french import RequestSchema, length
from api.reading import Blueprint
from engine.errors import DefinitionInvalid
from prefecture.identity.permissions import Actor
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.studio import run_steps, runs
from prefecture.studio.playing import Run
from prefecture.studio.trials import NOT_PLAYED

blueprint = Blueprint("api-runs", __name__, description="Essais à la main des brouillons")
WRITER = ("analyste",)
READERS = ("analyste", "recetteur")
_ONE = "Une seule chose à la fois\u00a0: task, message, action, wait ou until."
_FAILURE = "Une action répond ou échoue\u00a0: answers ou failure."


class RunTaskSchema(Schema):
    """An open task."""

    element = fields.String()
    name = fields.String()
    lane = fields.String(allow_none=True)
    form = fields.String(allow_none=True, metadata={"description": "Son formulaire\u00a0: …/run/tasks/<element>/form"})


class RunActionSchema(Schema):
    """An action that waits for an answer by hand."""

    action = fields.String()
    name = fields.String()
    element = fields.String()
    proposed = fields.Dict(metadata={"description": "Ce que répond l’exemple enregistré"})
    errors = fields.List(fields.String(), metadata={"description": "Codes d’échec que le diagramme connaît"})


class RunTimerSchema(Schema):
    """What the run waits for by itself."""

    element = fields.String()
    name = fields.String()
    at = fields.DateTime()


class RunDoneSchema(Schema):
    """One step of the run, and what came of it."""

    number = fields.Integer()
    title = fields.String()
    tasks = fields.List(fields.String())
    statut = fields.String()
    sent = fields.List(fields.String())
    actions = fields.List(fields.String())
    stopped = fields.Boolean(metadata={"description": "Un incident est ouvert"})


class RunSchema(Schema):
    """Where a run stands."""

    revision = fields.Integer(metadata={"description": "À renvoyer avec chaque étape"})
    now = fields.DateTime()
    statut = fields.String()
    finished = fields.Boolean()
    data = fields.Dict()
    tasks = fields.List(fields.Nested(RunTaskSchema))
    asked = fields.List(fields.Nested(RunActionSchema))
    messages = fields.List(fields.String())
    timers = fields.List(fields.Nested(RunTimerSchema))
    incidents = fields.List(fields.String())
    done = fields.List(fields.Nested(RunDoneSchema))
    here = fields.List(fields.String(), metadata={"description": "Éléments où quelque chose attend"})
    fault = fields.String(metadata={"description": "L’étape qui ne va plus depuis que le brouillon a changé"})


class RunBeginSchema(RequestSchema):
    """What a run begins with."""

    scenario = fields.String(load_default="", metadata={"description": "Un scénario dont on prend la demande"})
    held = fields.List(
        fields.String(), load_default=list, metadata={"description": "Actions auxquelles on répond soi-même"}
    )


class RunFailureSchema(RequestSchema):
    """How an action fails."""

    code = fields.String(load_default="", validate=length(0, 80))
    message = fields.String(load_default="", validate=length(0, 500))


class RunStepSchema(RequestSchema):
    """One thing more: a task, a message or an action with its `answers`, an action that fails, or time."""

    revision = fields.Integer(required=True, strict=True)
    task = fields.String()
    message = fields.String()
    action = fields.String()
    wait = fields.String(metadata={"description": "Une durée ISO 8601"})
    until = fields.DateTime()
    answers = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True))
    failure = fields.Nested(RunFailureSchema)

    @validates_schema
    def one_thing(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse two things at once."""
        if len(data.keys() & {"task", "message", "action", "wait", "until"}) != 1:
            raise ValidationError(_ONE)
        if "failure" in data and ("action" not in data or "answers" in data):
            raise ValidationError(_FAILURE)


class RunRevisionSchema(RequestSchema):
    """The run as it was read."""

    revision = fields.Integer(required=True, strict=True)


class RunRequestSchema(RunRevisionSchema):
    """Another request of the invented citizen."""

    answers = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)


class RunSaveSchema(RequestSchema):
    """The scenario that the run becomes."""

    name = fields.String(required=True, validate=length(1, 80))
    title = fields.String(required=True, validate=length(1, 200))


class RunSavedSchema(Schema):
    """The file that was written."""

    path = fields.String()
    revision = fields.Integer()


@blueprint.get("/drafts/<uuid:draft_id>/run")
@blueprint.response(200, RunSchema)
@entry(*READERS)
def read_run(draft_id: uuid.UUID) -> Run:
    """Où en est mon essai."""
    return _stands(auth.caller("demarche.check"), draft_id)


@blueprint.get("/drafts/<uuid:draft_id>/run/tasks/<string:element>/form")
@blueprint.response(200, description="Le formulaire de la tâche")
@entry(*READERS)
def run_form(draft_id: uuid.UUID, element: str) -> Response:
    """Le formulaire d’une tâche ouverte de l’essai."""
    stands = _stands(auth.caller("demarche.check"), draft_id)
    form = run_steps.form_of(stands.version, stands.task(element).form)
    if form is None:
        raise NotFound("Cette tâche n’a pas de formulaire.")
    return jsonify(form.describe())


@blueprint.post("/drafts/<uuid:draft_id>/run")
@blueprint.arguments(RunBeginSchema)
@blueprint.response(201, RunSchema)
@entry(*READERS)
def begin_run(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Commencer un essai avec un usager inventé, à la place du mien s’il y en a un."""
    actor = auth.caller("demarche.check")
    return _moved(actor, draft_id, lambda: runs.begin(actor, draft_id, body["scenario"], tuple(body["held"])), 201)


@blueprint.delete("/drafts/<uuid:draft_id>/run")
@blueprint.response(204)
@entry(*READERS)
def end_run(draft_id: uuid.UUID) -> Response:
    """Oublier mon essai."""
    actor = auth.caller("demarche.check")

    def work() -> keyed.Answer:
        runs.end(actor, draft_id)
        return 204, None

    return keyed.once(actor, work)


@blueprint.post("/drafts/<uuid:draft_id>/run/steps")
@blueprint.arguments(RunStepSchema)
@blueprint.response(200, RunSchema)
@entry(*READERS)
def step_run(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Faire une chose de plus ; ce qui ne se peut pas ne change rien."""
    actor = auth.caller("demarche.check")

    def act() -> None:
        runs.step(actor, draft_id, body["revision"], _step(_stands(actor, draft_id), body))

    return _moved(actor, draft_id, act)


@blueprint.post("/drafts/<uuid:draft_id>/run/undo")
@blueprint.arguments(RunRevisionSchema)
@blueprint.response(200, RunSchema)
@entry(*READERS)
def undo_run(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Reprendre la dernière étape."""
    actor = auth.caller("demarche.check")
    return _moved(actor, draft_id, lambda: runs.undo(actor, draft_id, body["revision"]))


@blueprint.post("/drafts/<uuid:draft_id>/run/request")
@blueprint.arguments(RunRequestSchema)
@blueprint.response(200, RunSchema)
@entry(*READERS)
def ask_run(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Changer la demande de l’usager inventé : l’essai reprend au début."""
    actor = auth.caller("demarche.check")

    def act() -> None:
        asked = run_steps.request(_stands(actor, draft_id), body["answers"])
        runs.give(actor, draft_id, body["revision"], asked)

    return _moved(actor, draft_id, act)


@blueprint.post("/drafts/<uuid:draft_id>/run/scenario")
@blueprint.arguments(RunSaveSchema)
@blueprint.response(201, RunSavedSchema)
@entry(*WRITER)
def save_run(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Garder l’essai comme un scénario du brouillon."""
    actor = auth.caller("demarche.draft")

    def work() -> keyed.Answer:
        saved = runs.save(actor, draft_id, body["name"], body["title"])
        if saved.refused is not None:  # the run stays: nothing is lost
            raise Conflict(saved.refused.message)
        return 201, {"path": runs.path_of(body["name"]), "revision": saved.revision}

    return keyed.once(actor, work)


def _step(stands: Run, body: Mapping[str, Any]) -> dict[str, Any]:
    answers = body.get("answers", {})
    if "task" in body:
        return run_steps.task(stands, body["task"], answers)
    if "message" in body:
        return run_steps.message(stands, body["message"], answers)
    if "failure" in body:
        return run_steps.failure(stands, body["action"], body["failure"]["code"], body["failure"]["message"])
    if "action" in body:
        return run_steps.answer(stands, body["action"], answers)
    return run_steps.wait(stands, body["wait"]) if "wait" in body else run_steps.until(stands, body["until"])


def _moved(actor: Actor, draft_id: uuid.UUID, act: Callable[[], None], status: int = 200) -> Response:
    def work() -> keyed.Answer:
        act()
        return status, RunSchema().dump(_stands(actor, draft_id))

    return keyed.once(actor, work)


def _stands(actor: Actor, draft_id: uuid.UUID) -> Run:
    try:
        found = runs.run(actor, draft_id)
    except DefinitionInvalid as error:
        raise Invalid({}, NOT_PLAYED) from error
    if found is None:
        raise NotFound("Il n’y a pas d’essai en cours.")
    return found
