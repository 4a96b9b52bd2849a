"""The task page: the pièces, one of them in view, and the form beside; done, then straight to the next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import forms
from prefecture.demarches import queries as demarches
from prefecture.documents import queries as documents
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import TaskDetail
from prefecture.identity.permissions import Subject, may_do_task
from prefecture.kernel import traces
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from web import session
from web.agent.frame import WORKERS, blueprint, filters_asked, kept, view_asked

LOOKED_THROUGH = 200


@blueprint.get("/taches/<task_id>")
@entry(*WORKERS)
def task(task_id: str) -> str:
    """One task with its dossier."""
    detail = queries.task(task_id, session.signed_in())
    traces.record("tache.ouverte", detail.dossier.id, session.signed_in().id)
    return _page(detail, detail.answers, {})


@blueprint.post("/taches/<task_id>")
@entry(*WORKERS)
def complete(task_id: str) -> Response:
    """Complete the task, then open the next of the same view; wrong answers come back as typed."""
    actor = session.signed_in()
    detail = queries.task(task_id, actor)
    following = _neighbours(task_id)[2]
    form = _form(detail)
    answers: dict[str, Any] = {}
    if form is not None:
        for page in form.pages:
            answers = form.merge(answers, form.parse_html(request.form, page.number), page.number)
        if form.asks_again(request.form):
            return make_response(_page(detail, answers, {}))
    revision = request.form.get("revision", type=int)
    try:
        with unit_of_work():
            outcome = service.complete_task(actor, task_id, answers, revision=revision)
    except Invalid as error:
        return make_response(_page(detail, answers, error.fields), 422)
    except (Conflict, Forbidden) as error:
        fresh = queries.task(task_id, actor)
        return make_response(_page(fresh, answers, {}, refused=error.message), error.status)
    flash(f"Tâche terminée\u00a0: {detail.task.name}, dossier {outcome.number}.")
    if following and request.form.get("ensuite") != "dossier":
        return redirect(url_for("agent.task", task_id=following, **kept()))
    return redirect(url_for("agent.dossier", number=outcome.number))


@blueprint.post("/taches/<task_id>/prendre")
@entry(*WORKERS)
def take(task_id: str) -> Response:
    """Take the task."""
    with unit_of_work():
        service.claim_task(session.signed_in(), task_id)
    flash("Cette tâche est à vous.")
    return redirect(url_for("agent.task", task_id=task_id, **kept()))


@blueprint.post("/taches/<task_id>/rendre")
@entry(*WORKERS)
def give_back(task_id: str) -> Response:
    """Give the task back to the service."""
    with unit_of_work():
        service.release_task(session.signed_in(), task_id)
    flash("Cette tâche est de nouveau à prendre.")
    return redirect(url_for("agent.task", task_id=task_id, **kept()))


def _page(detail: TaskDetail, answers: Mapping[str, Any], errors: Mapping[str, str], refused: str = "") -> str:
    actor, dossier = session.signed_in(), detail.dossier
    form = _form(detail)
    pieces = [one for one in documents.of_dossier(dossier.id) if one.kind == "piece"]
    position, total, following = _neighbours(detail.task.id)
    subject = Subject(dossier.person_id, dossier.service_id, dossier.prefecture)
    context = detail.data
    return render_template(
        "agent/task.html",
        detail=detail,
        task=detail.task,
        dossier=dossier,
        open=detail.task.status == "open",
        may=may_do_task(actor, detail.task.lane, subject),
        pages=[form.view(answers, errors, page.number, context=context) for page in form.pages] if form else [],
        errors=errors,
        refused=refused,
        revision=dossier.revision,
        pieces=pieces,
        shown=_shown(pieces),
        filed=filed_sections(dossier, detail.data),
        history=list(reversed(queries.history(dossier.number, actor)))[:30],
        position=position,
        total=total,
        following=following,
    )


def _form(detail: TaskDetail) -> forms.Form | None:
    name = detail.task.form
    return demarches.version(detail.dossier.version_id).form(name) if name else None


def filed_sections(dossier: Any, data: Mapping[str, Any]) -> Any:
    """What the citizen filed, question by question."""
    version = demarches.version(dossier.version_id)
    return version.form(version.form_id).read_back(data.get("demande", {}), context={"usager": data.get("usager", {})})


def _shown(pieces: list[documents.DocumentView]) -> dict[str, Any] | None:
    """The pièce in view: the one that the address names, else the first."""
    if not pieces:
        return None
    wanted = request.args.get("piece", "")
    index = next((number for number, one in enumerate(pieces) if str(one.id) == wanted), 0)
    return {
        "piece": pieces[index],
        "previous": pieces[index - 1].id if index else None,
        "next": pieces[index + 1].id if index + 1 < len(pieces) else None,
    }


def _neighbours(task_id: str) -> tuple[int, int, str | None]:
    """Where the task stands in the view it was opened from, how many are there, and which follows."""
    page = queries.inbox(session.signed_in(), view_asked(), filters_asked(), limit=LOOKED_THROUGH)
    ids = [one.id for one in page.items]
    if task_id not in ids:
        return 0, len(ids), ids[0] if ids else None
    index = ids.index(task_id)
    after = ids[index + 1 :] or ids[:index]
    return index + 1, len(ids), after[0] if after else None


def document_of(number: str, document_id: uuid.UUID) -> documents.DocumentView:
    """A document of a dossier that the agent may see; raises NotFound."""
    dossier = queries.dossier(number, session.signed_in())
    found = documents.document(document_id)
    if found.dossier_id != dossier.id:
        raise NotFound
    return found
