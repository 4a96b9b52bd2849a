"""Managers' and operators' pages: four figures with their limit, and the due work with its incidents."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.dossiers import queries
from prefecture.identity import queries as identity
from prefecture.identity.permissions import ADMINISTRATEUR, CHEF_DE_SERVICE
from prefecture.kernel import outbox
from prefecture.kernel.entry import entry
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import service as statistics
from prefecture.statistics.service import Figures
from web import session, wording
from web.agent.frame import navigation

blueprint = Blueprint("manager", __name__, url_prefix="/pilotage")


@blueprint.get("", strict_slashes=False)
@entry(CHEF_DE_SERVICE)
def overview() -> str:
    """What waits, where, for how long, and what is late, in the head of service's services."""
    actor = session.signed_in()
    figures = statistics.figures(actor)
    services = {one.id: one.name for one in identity.services(actor.service_ids).values()}
    titles = {one.code: one.title for one in demarches.demarches()}
    done = sum(step.done for step in figures.steps)
    return render_template(
        "manager/overview.html",
        figures=figures,
        done=done,
        waiting=[(wording.etape(code), count) for code, count in _by_step(figures).items()],
        slow=_slowest(figures),
        services=services,
        titles=titles,
        place=identity.prefecture(actor.prefecture).name if actor.prefecture else "",
        nav=navigation(queries.counts(actor)),
    )


def _by_step(figures: Figures) -> dict[str, int]:
    """Open tasks by step, in the order of the steps."""
    return {code: sum(step.open for step in figures.steps if step.etape == code) for code in wording.ORDER}


def _slowest(figures: Figures) -> list[tuple[str, float]]:
    """Median days of each step, over the démarches that went through it."""
    found = []
    for code in wording.ORDER:
        days = [step.median_days for step in figures.steps if step.etape == code and step.median_days is not None]
        if days:
            found.append((wording.etape(code), round(max(days), 1)))
    return found


@blueprint.get("/travaux")
@entry(ADMINISTRATEUR)
def due_work() -> str:
    """What is pending and what failed: kinds and counts, never what a dossier says."""
    return render_template("manager/due_work.html", counts=outbox.counts(), incidents=outbox.incidents())


@blueprint.post("/travaux/<uuid:work_id>/reprendre")
@entry(ADMINISTRATEUR)
def retry(work_id: uuid.UUID) -> Response:
    """Put an incident back to work."""
    with unit_of_work():
        again = outbox.retry(work_id)
    flash("Le travail reprend." if again else "Ce travail n’est plus en incident.")
    return redirect(url_for("manager.due_work"))
