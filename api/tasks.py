"""Tasks, of agents and of citizens: list, read the form, take, complete."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields

from api import auth, keyed
from api.dossiers import FilesField
from api.french import RequestSchema, length, one_of
from api.paging import PageSchema
from api.reading import Blueprint
from api.views import TaskSchema, listed
from prefecture.demarches import queries as demarches
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import InboxFilter
from prefecture.kernel.entry import SIGNED_IN, entry
from prefecture.kernel.errors import Forbidden, NotFound

blueprint = Blueprint("api-tasks", __name__, description="Tâches")


class TaskQuerySchema(PageSchema):
    """What to list; `view` and filters are for agents."""

    view = fields.String(load_default="service", validate=one_of("mine", "service", "unassigned", "late"))
    sort = fields.String(load_default="due", validate=one_of("due", "opened"))
    number = fields.String(load_default=None, validate=length(1, 40))
    demarche = fields.String(load_default=None, validate=length(1, 80))
    etape = fields.String(load_default=None, validate=length(1, 80))
    file = fields.String(load_default=None, validate=length(1, 80))
    text = fields.String(load_default=None, validate=length(1, 100))


class CompletionSchema(RequestSchema):
    """The answers of a task; `revision` is the dossier's as it was read: if it moved meanwhile, 409."""

    answers = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), load_default=dict)
    documents = FilesField()
    revision = fields.Integer(strict=True, load_default=None, allow_none=True)


class OutcomeSchema(Schema):
    """What the completion led to."""

    number = fields.String()
    revision = fields.Integer()
    statut = fields.String()
    finished = fields.Boolean()


@blueprint.get("/tasks")
@blueprint.arguments(TaskQuerySchema, location="query")
@blueprint.response(200, listed(TaskSchema))
@entry(SIGNED_IN)
def list_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """Ce qui m’attend : mes propres tâches, ou celles de mon service."""
    actor = auth.caller("task.read")
    page = {"cursor": query["cursor"], "limit": query["limit"]}
    if actor.kind == "person":
        found = queries.tasks(actor, number=query["number"], **page)
    else:
        filters = InboxFilter(
            demarche=query["demarche"],
            etape=query["etape"],
            file=query["file"],
            text=query["number"] or query["text"],
        )
        found = queries.inbox(actor, query["view"], filters, sort=query["sort"], **page)
    return {"items": found.items, "next_cursor": found.cursor}


@blueprint.get("/tasks/<string:task_id>/form")
@blueprint.response(200, description="Le formulaire de la tâche et ce qui y est déjà répondu")
@entry(SIGNED_IN)
def form(task_id: str) -> Response:
    """Le formulaire d’une tâche."""
    actor = auth.caller("task.read")
    detail = queries.task(task_id, actor)
    if actor.kind == "person" and detail.task.lane != "usager":
        raise NotFound
    described: dict[str, Any] = {"id": None, "title": detail.task.name, "pages": []}
    if detail.task.form:
        described = demarches.version(detail.dossier.version_id).form(detail.task.form).describe()
    return jsonify(
        {
            **described,
            "task": TaskSchema().dump(detail.task),
            "documentation": detail.documentation,
            "answers": detail.answers,
            "revision": detail.dossier.revision,
        }
    )


@blueprint.post("/tasks/<string:task_id>/claim")
@blueprint.response(204)
@entry(SIGNED_IN)
def claim(task_id: str) -> Response:
    """Prendre une tâche."""
    actor = auth.caller("task.claim")

    def work() -> keyed.Answer:
        service.claim_task(actor, task_id)
        return 204, None

    return keyed.once(actor, work)


@blueprint.post("/tasks/<string:task_id>/complete")
@blueprint.arguments(CompletionSchema)
@blueprint.response(200, OutcomeSchema)
@entry(SIGNED_IN)
def complete(body: dict[str, Any], task_id: str) -> Response:
    """Terminer une tâche."""
    actor = auth.caller("task.complete")

    def work() -> keyed.Answer:
        try:
            outcome = service.complete_task(
                actor, task_id, body["answers"], documents=body["documents"], revision=body["revision"]
            )
        except Forbidden as error:
            if actor.kind == "person":  # an agent's task is none of the citizen's
                raise NotFound from error
            raise
        return 200, OutcomeSchema().dump(outcome)

    return keyed.once(actor, work)
