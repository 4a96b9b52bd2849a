"""Reception: who is expected today at each service, who has arrived."""

from __future__ import annotations

import uuid
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.agenda import queries as agenda
from prefecture.dossiers import queries
from prefecture.identity import queries as identity
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import attendance
from web import session
from web.agent.frame import WORKERS, blueprint


@blueprint.get("/accueil")
@entry(*WORKERS)
def reception() -> str:
    """The appointments of a day, by service and hour."""
    actor = session.signed_in()
    zone = identity.prefecture(actor.prefecture or "").zone
    day = _day(request.args.get("jour")) or clock.today(zone)
    services = identity.services(actor.service_ids)
    expected = [
        (service, [(rdv, queries.by_id(rdv.dossier_id)) for rdv in agenda.expected_today(service.id, day)])
        for service in services.values()
    ]
    return render_template("agent/reception.html", day=day, today=clock.today(zone), expected=expected, zone=zone)


@blueprint.post("/accueil/<uuid:rdv_id>/arrivee")
@entry(*WORKERS)
def arrived(rdv_id: uuid.UUID) -> Response:
    """The person is here."""
    with unit_of_work():
        rdv = attendance.arrive(session.signed_in(), rdv_id)
    flash("Arrivée notée." if rdv.status != "en_retard" else "Arrivée notée, en retard.")
    return redirect(url_for("agent.reception"))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
