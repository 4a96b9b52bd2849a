"""A citizen's appointment from their own space: the pages of `slots`, for the convocation of a dossier of theirs."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import render_template, url_for
from werkzeug.wrappers import Response

from prefecture.agenda import queries as agenda
from prefecture.agenda.queries import ConvocationView
from prefecture.dossiers import queries
from prefecture.identity import queries as identity
from prefecture.identity.permissions import USAGER
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import NotFound
from web import session
from web.citizen import slots as pages
from web.citizen.frame import SLOT_FORM, blueprint
from web.citizen.slots import Place


@blueprint.get("/dossiers/<number>/rendez-vous")
@entry(USAGER)
def slots(number: str) -> Response | str:
    """Choose, see, move or cancel the appointment of one's dossier."""
    dossier = queries.dossier(number, session.signed_in())
    convocation = agenda.convocation_of(dossier.id)
    if convocation is None:
        return render_template(
            "booking/none.html",
            dossier=dossier,
            service=identity.service(dossier.service_id),
            past=[one for one in agenda.appointments_of(dossier.id) if not one.active],
        )
    return pages.calendar_page(convocation, _place(number))


@blueprint.post("/dossiers/<number>/rendez-vous/garder")
@entry(USAGER)
def slots_keep(number: str) -> Response:
    """Keep a time for ten minutes."""
    return pages.keep(_convocation(number), _place(number))


@blueprint.post("/dossiers/<number>/rendez-vous/confirmer")
@entry(USAGER)
def slots_confirm(number: str) -> Response:
    """Book the time that is kept."""
    return pages.confirm(_convocation(number), _place(number))


@blueprint.get("/dossiers/<number>/rendez-vous/annuler")
@entry(USAGER)
def slots_cancel_page(number: str) -> str:
    """Ask before it is cancelled."""
    return pages.cancel_page(_convocation(number), _place(number))


@blueprint.post("/dossiers/<number>/rendez-vous/annuler")
@entry(USAGER)
def slots_cancel(number: str) -> Response:
    """Cancel it."""
    return pages.cancel(_convocation(number), _place(number))


@blueprint.get("/dossiers/<number>/rendez-vous.ics")
@entry(USAGER)
def slots_file(number: str) -> FlaskResponse:
    """The appointment for one's calendar."""
    return pages.calendar_file(_convocation(number))


def _convocation(number: str) -> ConvocationView:
    """The convocation of a dossier of the citizen's; raises NotFound."""
    dossier = queries.dossier(number, session.signed_in())
    found = agenda.convocation_of(dossier.id)
    if found is None:
        raise NotFound("Aucun rendez-vous n’est à prendre pour ce dossier.")
    return found


def _place(number: str) -> Place:
    endpoints = {
        "choisir": "citizen.slots",
        "garder": "citizen.slots_keep",
        "confirmer": "citizen.slots_confirm",
        "annuler": "citizen.slots_cancel_page",
        "agenda": "citizen.slots_file",
    }
    waiting = queries.open_tasks(number, session.signed_in())
    task = next((one for one in waiting if one.form == SLOT_FORM and one.lane == USAGER), None)
    return Place(
        lambda action, **values: url_for(endpoints[action], number=number, **values),
        dossier_href=url_for("citizen.dossier", number=number),
        nothing_fits=url_for("citizen.task", number=number, task_id=task.id) if task else "",
    )
