"""Managers' and operators' pages: four figures with their limit, and the due work with its incidents."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from prefecture.identity import queries as identity
from prefecture.identity.permissions import ADMINISTRATEUR, CHEF_DE_SERVICE
from prefecture.kernel import outbox
from prefecture.kernel.entry import entry
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import service as statistics
from web import session

blueprint = Blueprint("manager", __name__, url_prefix="/pilotage")


@blueprint.get("", strict_slashes=False)
@entry(CHEF_DE_SERVICE)
def overview() -> str:
    """What waits, where, for how long, and what is late, in the head of service's services."""
    actor = session.signed_in()
    return render_template(
        "manager/overview.html",
        figures=statistics.overview(actor),
        services=list(identity.services(actor.service_ids).values()),
        place=identity.prefecture(actor.prefecture).name if actor.prefecture else "",
    )


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
