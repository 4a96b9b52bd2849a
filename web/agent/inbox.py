"""The worklist: views with counts, filters, search, taking several tasks at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import TaskView
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work
from web import french, session, wording
from web.agent.frame import WORKERS, blueprint, counted, filters_asked, kept, place, view_asked

PAGE = 50


@blueprint.get("", strict_slashes=False)
@entry(*WORKERS)
def inbox() -> str:
    """One page of the worklist, the most urgent first."""
    actor = session.signed_in()
    filters, sort = filters_asked(), "opened" if request.args.get("tri") == "opened" else "due"
    page = queries.inbox(
        actor,
        view_asked(),
        filters,
        cursor=request.args.get("suite"),
        limit=PAGE,
        sort=sort,  # type: ignore[arg-type]
    )
    here = place()
    titles = {one.code: one.title for one in demarches.demarches()}
    return render_template(
        "agent/inbox.html",
        columns=_columns(sort),
        rows=[_row(task, here) for task in page.items],
        next_page=url_for("agent.inbox", **{**kept(), "suite": page.cursor}) if page.cursor else None,
        filters=filters,
        titles=titles,
        etapes=list(wording.ETAPES.items()),
        chips=_chips(titles),
        counts=counted(actor),
        first_page="suite" not in request.args,
    )


@blueprint.post("/taches/prendre")
@entry(*WORKERS)
def take_several() -> Response:
    """Take the chosen tasks; each that a colleague has is told, the others are taken."""
    actor = session.signed_in()
    taken, refused = 0, 0
    for task_id in request.form.getlist("ligne"):
        try:
            with unit_of_work():
                service.claim_task(actor, task_id)
            taken += 1
        except DomainError:
            refused += 1
    if not taken and not refused:
        flash("Choisissez au moins une tâche.")
    else:
        told = f"{taken} tâche{'s' if taken > 1 else ''} prise{'s' if taken > 1 else ''}."
        flash(told + (f" {refused} déjà prise{'s' if refused > 1 else ''} par un collègue." if refused else ""))
    return redirect(url_for("agent.inbox", **place()))


def _columns(sort: str) -> list[dict[str, Any]]:
    def sorting(name: str) -> dict[str, Any]:
        return {"sort_href": url_for("agent.inbox", **{**kept(), "tri": name}), "sorted": sort == name and "ascending"}

    return [
        {"key": "number", "label": "Numéro"},
        {"key": "person", "label": "Personne"},
        {"key": "task", "label": "À faire"},
        {"key": "due", "label": "Échéance", **sorting("due")},
        {"key": "opened", "label": "Depuis le", **sorting("opened")},
        {"key": "who", "label": "Qui"},
    ]


def _row(task: TaskView, here: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": task.id,
        "href": url_for("agent.task", task_id=task.id, **here),
        "late": "due" if task.late else None,
        "cells": {
            "number": task.number,
            "person": _over(person_words(task), _born(task)),
            "task": _over(task.name, f"{task.title} · {wording.etape(task.etape)}" if task.etape else task.title),
            "due": _whole(wording.due(task.due_at, task.zone)),
            "opened": _whole(french.short_day(task.opened_at, task.zone)),
            "who": _who(task),
        },
    }


def _over(first: str, second: str) -> Markup:
    """Two lines of a cell, the second softer."""
    below = Markup('<span class="table__sub">{}</span>').format(french.typo(second)) if second else ""
    return Markup("{}{}").format(first, below)


def _whole(text: str) -> str:
    """A text that stays on one line."""
    return text.replace(" ", french.NBSP)


def _born(task: TaskView) -> str:
    born = task.person.birth_date if task.person else None
    return f"né(e)\u00a0le\u00a0{french.short_date(born)}" if born else ""


def _who(task: TaskView) -> str:
    if task.assignee_id is None:
        return "à\u00a0prendre"
    return "moi" if task.assignee_id == session.signed_in().id else task.assignee or ""


def person_words(item: Any) -> str:
    """Whose it is, for a list."""
    return f"{item.person.family_name} {item.person.given_names}" if item.person else "dossier effacé"


def _chips(titles: dict[str, str]) -> Sequence[dict[str, str]]:
    """The filters in force; each chip takes its own away."""
    words: dict[str, Callable[[str], str]] = {
        "demarche": lambda code: titles.get(code, code),
        "etape": wording.etape,
        "file": wording.queue,
        "q": lambda text: f"«\u00a0{text}\u00a0»",
    }
    now = kept()
    return [
        {
            "label": say(now[name]),
            "href": url_for("agent.inbox", **{key: value for key, value in now.items() if key != name}),
        }
        for name, say in words.items()
        if name in now
    ]
