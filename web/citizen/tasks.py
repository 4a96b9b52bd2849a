"""A citizen's task: pièces asked again, answers to correct. What was typed or sent is kept until it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import TaskDetail
from prefecture.identity.permissions import USAGER
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from web import session
from web.citizen import filling
from web.citizen.filling import Filling
from web.citizen.frame import SLOT_FORM, blueprint

KEPT_AS = "tache:"  # what is kept of a task, beside the drafts of demands


@blueprint.get("/dossiers/<number>/taches/<task_id>")
@entry(USAGER)
def task(number: str, task_id: str) -> Response | str:
    """What is asked: why, until when, and the form; page by page if it has several."""
    detail = _detail(number, task_id)
    if detail.task.status != "open":
        return render_template("citizen/task_closed.html", detail=detail, dossier=detail.dossier)
    if detail.task.form is None:
        return redirect(url_for("citizen.dossier", number=number))
    form = _filling(detail)
    shown = [one.number for one in form.pages()]
    page = request.args.get("etape", shown[0], type=int)
    return _page(detail, form, page if page in shown else shown[0], {})


@blueprint.post("/dossiers/<number>/taches/<task_id>")
@entry(USAGER)
def task_post(number: str, task_id: str) -> Response:
    """Keep the page; after the last one, do the task."""
    actor = session.signed_in()
    detail = _detail(number, task_id)
    if detail.task.status != "open" or detail.task.form is None:
        return redirect(url_for("citizen.task", number=number, task_id=task_id))
    form = _filling(detail)
    page = request.args.get("etape", form.pages()[0].number, type=int)
    if page not in {one.number for one in form.form.pages}:
        raise NotFound
    taken = filling.take(form, page, actor, lambda answers: service.save_draft(actor, KEPT_AS + task_id, answers, page))
    kept = Filling(form.form, form.context, taken.answers, _files(detail))
    if taken.leave:
        flash("C’est enregistré. Rien n’est encore envoyé à la préfecture.")
        return redirect(url_for("citizen.dossier", number=number))
    errors = taken.refused if taken.again else {**kept.errors_of(page), **taken.refused}
    if taken.again or errors:
        return make_response(_page(detail, kept, page, errors), 422 if errors else 200)
    following = [one.number for one in kept.pages() if one.number > page]
    if following:
        return redirect(url_for("citizen.task", number=number, task_id=task_id, etape=following[0]))
    return _complete(detail, kept)


@blueprint.post("/dossiers/<number>/taches/<task_id>/fichiers")
@entry(USAGER)
def task_upload(number: str, task_id: str) -> Response:
    """A file that the page sends while it is being filled in."""
    actor = session.signed_in()
    detail = _detail(number, task_id)
    if detail.task.status != "open" or detail.task.form is None:
        raise Conflict("Cette étape est déjà faite\u00a0: le fichier n’est plus attendu.")
    view = filling.receive(
        _filling(detail), actor, lambda answers: service.save_draft(actor, KEPT_AS + task_id, answers)
    )
    return jsonify(id=str(view.id), name=view.filename, size=view.size)


def _complete(detail: TaskDetail, form: Filling) -> Response:
    actor, number = session.signed_in(), detail.dossier.number
    try:
        with unit_of_work():
            service.complete_task(actor, detail.task.id, form.answers)
            service.delete_draft(actor, KEPT_AS + detail.task.id)
    except Invalid as error:
        pages = {row.path: section.page for section in form.read_back() for row in section.rows}
        first = min((pages[path] for path in error.fields if path in pages), default=form.pages()[0].number)
        return make_response(_page(detail, form, first, error.fields), 422)
    except Conflict:
        flash("C’est déjà fait\u00a0: la préfecture l’a reçu, ou n’en a plus besoin.")
        return redirect(url_for("citizen.dossier", number=number))
    flash("C’est envoyé. La préfecture en est prévenue.")
    return redirect(url_for("citizen.dossier", number=number))


def _detail(number: str, task_id: str) -> TaskDetail:
    """The task, if it is this citizen's to do in that dossier; raises NotFound."""
    detail = queries.task(task_id, session.signed_in())
    if detail.dossier.number != number or detail.task.lane != USAGER:
        raise NotFound
    return detail


def _filling(detail: TaskDetail) -> Filling:
    held = queries.draft(session.signed_in(), KEPT_AS + detail.task.id)
    answers: Mapping[str, Any] = held.answers if held else detail.answers
    form = demarches.version(detail.dossier.version_id).form(str(detail.task.form))
    return Filling(form, detail.data, answers, _files(detail))


def _files(detail: TaskDetail) -> Mapping[str, filling.Sent]:
    return filling.files_of(session.signed_in(), detail.dossier.id, detail.dossier.number)


def _page(detail: TaskDetail, form: Filling, page: int, errors: Mapping[str, str]) -> str:
    number, task_id = detail.dossier.number, detail.task.id
    pages = form.pages()
    back = [one.number for one in pages if one.number < page]
    here = url_for("citizen.task", number=number, task_id=task_id, etape=back[-1]) if back else None
    asked = detail.data.get("complement_demande") if detail.task.form != SLOT_FORM else None
    return render_template(
        "citizen/task.html",
        detail=detail,
        task=detail.task,
        dossier=detail.dossier,
        page=form.view(page, errors),
        pages=pages,
        asked=asked.get("pieces", []) if isinstance(asked, Mapping) and len(pages) == 1 else [],
        action=url_for("citizen.task_post", number=number, task_id=task_id, etape=page),
        upload_url=url_for("citizen.task_upload", number=number, task_id=task_id),
        previous=here or url_for("citizen.dossier", number=number),
        last=page == pages[-1].number,
    )
