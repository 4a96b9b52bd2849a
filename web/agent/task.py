"""The task page: the pièces, one of them in view, and the form beside; done, then straight to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import forms
from prefecture.demarches import queries as demarches
from prefecture.documents import queries as documents
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import TaskDetail
from prefecture.dossiers.settings import settings_of
from prefecture.identity.permissions import Subject, may, may_do_task
from prefecture.kernel import traces
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Forbidden, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import preview
from web import session
from web.agent.frame import WORKERS, blueprint, filters_asked, place, view_asked
from web.agent.pieces import RECEIVED, Piece, pieces_of
from web.agent.summary import summary

LOOKED_THROUGH = 200
LETTER = "courrier"
# A letter brings its own styles and no script; it is shown in a frame of the task's page only.
LETTER_SECURITY = {
    "content_security_policy": {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
        "sandbox": "",
    },
    "content_security_policy_nonce_in": [],
    "frame_options": "SAMEORIGIN",
}
_SHEET = "<style>html{background:#fff}body{padding:32px 40px!important;max-width:42rem}</style></head>"


@blueprint.get("/taches/<task_id>")
@entry(*WORKERS)
def task(task_id: str) -> str:
    """One task with its dossier."""
    detail = queries.task(task_id, session.signed_in())
    traces.record("tache.ouverte", detail.dossier.id, session.signed_in().id)
    return _page(detail, None, {})


@blueprint.post("/taches/<task_id>")
@entry(*WORKERS)
def complete(task_id: str) -> Response:
    """Complete the task, then open the next of the same view; wrong answers come back as typed."""
    actor = session.signed_in()
    detail = queries.task(task_id, actor)
    following = _neighbours(task_id).following
    form = _form(detail)
    answers = _typed(form)
    if "_voir" in request.form or (form is not None and form.asks_again(request.form)):
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
        return redirect(url_for("agent.task", task_id=following, **place()))
    return redirect(url_for("agent.dossier", number=outcome.number))


@blueprint.route("/taches/<task_id>/courrier", methods=["GET", "POST"])
@entry(*WORKERS)
def letter(task_id: str) -> FlaskResponse:
    """The letter that the answers of the form would lead to, for the frame beside it; nothing is kept."""
    actor = session.signed_in()
    detail = queries.task(task_id, actor)
    form = _form(detail)
    answers: Mapping[str, Any] = detail.answers
    if request.method == "POST" and form is not None:
        answers = form.check(_typed(form), context=detail.data).answers
    found = preview.letter_of(detail, answers, actor)
    page = found.html.replace("</head>", _SHEET, 1) if found else render_template("agent/no_letter.html")
    return FlaskResponse(page)


letter.talisman_view_options = LETTER_SECURITY  # type: ignore[attr-defined]


@blueprint.post("/taches/<task_id>/prendre")
@entry(*WORKERS)
def take(task_id: str) -> Response:
    """Take the task."""
    with unit_of_work():
        service.claim_task(session.signed_in(), task_id)
    flash("Cette tâche est à vous.")
    return redirect(url_for("agent.task", task_id=task_id, **place()))


@blueprint.post("/taches/<task_id>/rendre")
@entry(*WORKERS)
def give_back(task_id: str) -> Response:
    """Give the task back to the service."""
    with unit_of_work():
        service.release_task(session.signed_in(), task_id)
    flash("Cette tâche est de nouveau à prendre.")
    return redirect(url_for("agent.task", task_id=task_id, **place()))


def _page(detail: TaskDetail, typed: Mapping[str, Any] | None, errors: Mapping[str, str], refused: str = "") -> str:
    """The page with what was typed; None: as the task was left the last time."""
    actor, dossier = session.signed_in(), detail.dossier
    form = _form(detail)
    settings = settings_of(dossier)
    history = queries.history(dossier.number, actor)
    held = documents.of_dossier(dossier.id)
    answers = _left(detail.answers, pieces_of(settings, held, history)) if typed is None else typed
    views = [form.view(answers, errors, page.number, context=detail.data) for page in form.pages] if form else []
    judged = _judged(views)
    pieces = pieces_of(settings, held, history, judged)
    is_open = detail.task.status == "open"
    doer = _doer(detail)
    lettered = is_open and doer == "me" and preview.writes_letter(detail)
    return render_template(
        "agent/task.html",
        **summary(dossier, history, detail.data),
        detail=detail,
        task=detail.task,
        open=is_open,
        doer=doer,
        pages=views,
        errors=errors,
        refused=refused,
        revision=dossier.revision,
        pieces=pieces,
        typed=_states(answers),
        lettered=lettered,
        shown=_shown([one.code for one in pieces], letter_first=lettered and not judged, lettered=lettered),
        around=_neighbours(detail.task.id),
    )


def _doer(detail: TaskDetail) -> str:
    """Who does the task: `me`, another `role`, or a `colleague` who has taken it."""
    actor, dossier, task = session.signed_in(), detail.dossier, detail.task
    subject = Subject(dossier.person_id, dossier.service_id, dossier.prefecture)
    if not may_do_task(actor, task.lane, subject):
        return "role"
    taken = task.assignee_id is not None and task.assignee_id != actor.id
    return "colleague" if taken and not may(actor, "task.assign", subject) else "me"


def _form(detail: TaskDetail) -> forms.Form | None:
    name = detail.task.form
    return demarches.version(detail.dossier.version_id).form(name) if name else None


def _typed(form: forms.Form | None) -> dict[str, Any]:
    """What the agent typed, page after page."""
    answers: dict[str, Any] = {}
    if form is not None:
        for page in form.pages:
            answers = form.merge(answers, form.parse_html(request.form, page.number), page.number)
    return answers


def _judged(views: list[Any]) -> list[str]:
    """The pièces that the form asks to judge: a group that answers under `pieces.<code>`, and is not hidden."""
    found = []
    for page in views:
        for view in page.fields:
            parts = view.fields[0].name.split(".") if view.fields else []
            if len(parts) > 2 and parts[0] == "pieces" and not view.hidden:
                found.append(parts[1])
    return found


def _left(answers: Mapping[str, Any], pieces: Sequence[Piece]) -> dict[str, Any]:
    """The answers of the last time; what the citizen has sent since is judged anew, and so is the whole."""
    again = {one.code for one in pieces if one.state == RECEIVED}
    told = answers.get("pieces")
    if not isinstance(told, Mapping) or not again & told.keys():
        return dict(answers)
    return {"pieces": {code: said for code, said in told.items() if code not in again}}


def _states(answers: Mapping[str, Any]) -> dict[str, str]:
    """What the form says of each pièce now."""
    told = answers.get("pieces")
    pairs = told.items() if isinstance(told, Mapping) else ()
    return {code: str(said["etat"]) for code, said in pairs if isinstance(said, Mapping) and said.get("etat")}


def _shown(codes: list[str], *, letter_first: bool, lettered: bool) -> str:
    """What is in view: the pièce (or the letter) that the page was asked for, else the letter or the first pièce."""
    wanted = request.form.get("_voir") or request.values.get("piece", "")
    if wanted in codes or (wanted == LETTER and lettered):
        return wanted
    return LETTER if letter_first or not codes else codes[0]


@dataclass(frozen=True)
class Neighbours:
    """Where a task stands in the view it was opened from; `following` is what comes after it is done."""

    position: int
    total: int
    previous: str | None
    next: str | None
    following: str | None


def _neighbours(task_id: str) -> Neighbours:
    page = queries.inbox(session.signed_in(), view_asked(), filters_asked(), limit=LOOKED_THROUGH)
    ids = [one.id for one in page.items]
    if task_id not in ids:
        return Neighbours(0, len(ids), None, None, ids[0] if ids else None)
    index = ids.index(task_id)
    before, after = ids[:index], ids[index + 1 :]
    return Neighbours(
        position=index + 1,
        total=len(ids),
        previous=before[-1] if before else None,
        next=after[0] if after else None,
        following=next(iter(after or before), None),
    )
