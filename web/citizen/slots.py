"""Choosing a slot, signed in or by a nominative link: the same page, the same steps, no JavaScript needed.

Days as a list with counts, then times; a time chosen is kept ten minutes, then confirmed; what is booked may be moved
or cancelled. Whoever calls knows by what right: here the convocation is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from prefecture.agenda import queries as agenda
from prefecture.agenda import service as desk
from prefecture.agenda.booking import NOTICE
from prefecture.agenda.queries import ConvocationView
from prefecture.agenda.slots import DaySlots, FreeSlot
from prefecture.identity import queries as identity
from prefecture.kernel import clock
from prefecture.kernel.errors import Conflict, DomainError, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import appointments
from web import french

DAYS_SHOWN = 10


@dataclass(frozen=True)
class Place:
    """Where the pages of one convocation stand: `address(action)` is that of `choisir`, `garder`, `confirmer`…"""

    address: Callable[..., str]
    dossier_href: str = ""
    nothing_fits: str = ""


def calendar_page(convocation: ConvocationView, place: Place, *, error: str = "", status: int = 200) -> Response:
    """The appointment as it stands, and the days that are free."""
    rdv = convocation.rdv
    days = agenda.free_slots(convocation.id)
    first = _first(days)
    shown = days[first : first + DAYS_SHOWN]
    day = _day_asked(days)
    service = identity.service(convocation.service_id)
    page = render_template(
        "booking/calendar.html",
        convocation=convocation,
        rdv=rdv,
        held=rdv if rdv is not None and rdv.status == "retenu" else None,
        booked=rdv if rdv is not None and rdv.status != "retenu" else None,
        changing=request.args.get("changer") == "oui",
        may_change=_may_change(convocation),
        where=place,
        days=[_day_line(one, place, day) for one in shown],
        periods=_periods(day) if day else (),
        day_label=french.long_date(day.day) if day else "",
        earlier=_at(place, days, first - DAYS_SHOWN) if first > 0 else "",
        later=_at(place, days, first + DAYS_SHOWN) if first + DAYS_SHOWN < len(days) else "",
        whose_hour=french.whose_hour(clock.now(), convocation.zone).strip(" ()"),
        service=service,
        house=identity.prefecture(service.prefecture_code),
        error=error,
    )
    return make_response(page, status)


def keep(convocation: ConvocationView, place: Place) -> Response:
    """Keep the time that was chosen for ten minutes; something booked already is moved there at once."""
    booked = convocation.rdv is not None and convocation.rdv.status != "retenu"
    try:
        starts_at = _start_asked()
        with unit_of_work():
            if booked:
                appointments.move(convocation.id, starts_at)
            else:
                desk.hold(convocation.id, starts_at)
    except (Conflict, Invalid) as error:
        return _refused(convocation, place, error)
    if booked:
        flash("Votre rendez-vous est déplacé. Une nouvelle convocation vous est envoyée.")
    return redirect(place.address("choisir"))


def confirm(convocation: ConvocationView, place: Place) -> Response:
    """Book what was kept; confirming twice is confirming once."""
    rdv = convocation.rdv
    if rdv is None:
        return _refused(convocation, place, Conflict("Les 10 minutes sont passées. Choisissez de nouveau une heure."))
    if rdv.status == "retenu":
        try:
            with unit_of_work():
                appointments.book(convocation.id, rdv.starts_at)
        except (Conflict, Invalid) as error:
            return _refused(convocation, place, error)
    flash("Votre rendez-vous est pris. La convocation vous est envoyée par courriel.")
    return redirect(place.address("choisir"))


def cancel_page(convocation: ConvocationView, place: Place) -> str:
    """Ask before an appointment is given back."""
    if convocation.rdv is None or not _may_change(convocation):
        raise NotFound("Il n’y a pas de rendez-vous à annuler, ou il est trop proche\u00a0: téléphonez au service.")
    return render_template("booking/cancel.html", convocation=convocation, rdv=convocation.rdv, where=place)


def cancel(convocation: ConvocationView, place: Place) -> Response:
    """Give the slot back; another one can be chosen."""
    kept = convocation.rdv is not None and convocation.rdv.status == "retenu"
    try:
        with unit_of_work():
            appointments.cancel(convocation.id)
    except Conflict as error:
        return _refused(convocation, place, error)
    flash("L’heure gardée est libérée." if kept else "Votre rendez-vous est annulé. Choisissez une autre date.")
    return redirect(place.address("choisir"))


def calendar_file(convocation: ConvocationView) -> FlaskResponse:
    """The appointment for a telephone's or a mail program's calendar; raises NotFound."""
    if convocation.rdv is None or convocation.rdv.status == "retenu":
        raise NotFound("Il n’y a pas encore de rendez-vous.")
    headers = {"Content-Disposition": 'attachment; filename="rendez-vous.ics"', "Cache-Control": "private, no-store"}
    return FlaskResponse(agenda.ics(convocation.rdv.id), mimetype="text/calendar", headers=headers)


def _refused(convocation: ConvocationView, place: Place, error: DomainError) -> Response:
    """The calendar as it is now, and why the choice was not kept."""
    fresh = agenda.convocation(convocation.id)
    said = " ".join(error.fields.values()) or error.message
    return calendar_page(fresh, place, error=said, status=error.status)


def _may_change(convocation: ConvocationView) -> bool:
    rdv = convocation.rdv
    return (
        rdv is not None
        and rdv.status == "confirme"
        and convocation.moves_left > 0
        and clock.now() <= rdv.starts_at - NOTICE
    )


def _first(days: Sequence[DaySlots]) -> int:
    """Where the list of days begins: at the day that the address names, or at the chosen one's page."""
    wanted = _date(request.args.get("du", "")) or _date(request.args.get("jour", ""))
    index = next((number for number, one in enumerate(days) if wanted and one.day >= wanted), 0)
    return index if request.args.get("du") else index - index % DAYS_SHOWN


def _day_asked(days: Sequence[DaySlots]) -> DaySlots | None:
    wanted = _date(request.values.get("jour", ""))
    return next((one for one in days if one.day == wanted), None)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_line(one: DaySlots, place: Place, current: DaySlots | None) -> dict[str, Any]:
    begin = request.args.get("du")
    changing = request.args.get("changer")
    return {
        "label": french.long_date(one.day).rpartition(french.NBSP)[0],
        "count": len(one.morning) + len(one.afternoon),
        "href": place.address("choisir", jour=one.day.isoformat(), du=begin, changer=changing) + "#heures",
        "current": current is not None and one.day == current.day,
    }


def _periods(day: DaySlots) -> list[dict[str, Any]]:
    named = (("Le matin", day.morning), ("L’après-midi", day.afternoon))
    return [{"title": title, "slots": [_slot(one) for one in slots]} for title, slots in named if slots]


def _slot(one: FreeSlot) -> dict[str, Any]:
    return {"value": one.starts_at.isoformat(), "label": french.hour(one.local.time())}


def _at(place: Place, days: Sequence[DaySlots], index: int) -> str:
    return place.address("choisir", du=days[max(0, index)].day.isoformat(), changer=request.args.get("changer"))


def _start_asked() -> datetime:
    try:
        return datetime.fromisoformat(request.form["creneau"])
    except (KeyError, ValueError):
        raise Invalid({"creneau": "Choisissez une heure dans la liste."}) from None
