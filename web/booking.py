"""Appointments by nominative link: a GET shows a button, the POST exchanges the token for ten minutes without it.

After the exchange no address holds the token: a cookie that scripts cannot read carries the link session.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from prefecture.agenda import queries as agenda
from prefecture.agenda import service
from prefecture.agenda.queries import ConvocationView
from prefecture.kernel import ratelimit
from prefecture.kernel.entry import LINK, PUBLIC, entry
from prefecture.kernel.errors import Gone
from prefecture.kernel.unit_of_work import unit_of_work
from web import session
from web.citizen import slots
from web.citizen.slots import Place

blueprint = Blueprint("booking", __name__, url_prefix="/rendez-vous")

TRIES_OF_AN_ADDRESS = 60
TRIES_WINDOW = timedelta(minutes=15)
OVER = "Ce lien a été ouvert il y a plus de dix minutes. Ouvrez-le de nouveau depuis le message que vous avez reçu."


@blueprint.get("/<token>")
@entry(PUBLIC)
def door(token: str) -> str:
    """The link of the mail: a button and nothing else, so that a program that follows links opens nothing."""
    return render_template("booking/door.html", token=token)


@blueprint.post("/<token>")
@entry(PUBLIC)
def exchange(token: str) -> Response:
    """Exchange the token for a link session, and go where the address does not hold it."""
    ratelimit.hit("booking.link", request.remote_addr or "", TRIES_OF_AN_ADDRESS, TRIES_WINDOW)
    with unit_of_work():
        opened = service.open_link(token)
    response = redirect(url_for("booking.choose"))
    session.keep(response, "lien", opened, session.LINK_LIFE)
    return response


@blueprint.get("", strict_slashes=False)
@entry(LINK)
def choose() -> Response:
    """Choose, see, move or cancel the appointment that the link opens."""
    return slots.calendar_page(_opened(), _place())


@blueprint.post("/garder")
@entry(LINK)
def keep() -> Response:
    """Keep a time for ten minutes."""
    return slots.keep(_opened(), _place())


@blueprint.post("/confirmer")
@entry(LINK)
def confirm() -> Response:
    """Book the time that is kept."""
    return slots.confirm(_opened(), _place())


@blueprint.get("/annuler")
@entry(LINK)
def cancel_page() -> str:
    """Ask before it is cancelled."""
    return slots.cancel_page(_opened(), _place())


@blueprint.post("/annuler")
@entry(LINK)
def cancel() -> Response:
    """Cancel it."""
    return slots.cancel(_opened(), _place())


@blueprint.get("/agenda.ics")
@entry(LINK)
def calendar_file() -> FlaskResponse:
    """The appointment for one's calendar."""
    return slots.calendar_file(_opened())


def _opened() -> ConvocationView:
    """The convocation of this link session; raises Gone once its ten minutes are over."""
    found = agenda.opened_by(session.link_token() or "")
    if found is None:
        raise Gone(OVER)
    return found


def _place() -> Place:
    endpoints = {
        "choisir": "booking.choose",
        "garder": "booking.keep",
        "confirmer": "booking.confirm",
        "annuler": "booking.cancel_page",
        "agenda": "booking.calendar_file",
    }
    return Place(lambda action, **values: url_for(endpoints[action], **values))
