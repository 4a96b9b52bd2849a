"""Reception and counter: who is expected today, who is here, whom to receive next."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.agenda import queries as agenda
from prefecture.agenda.queries import RdvView
from prefecture.dossiers import queries
from prefecture.dossiers.queries import DossierView
from prefecture.identity import queries as identity
from prefecture.identity.permissions import CHEF_DE_SERVICE, GUICHET, INSTRUCTEUR, Actor
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import attendance
from prefecture.steps.letters import appointment_code
from web import session
from web.agent.frame import WORKERS, blueprint

HERE = ("arrive", "en_retard")
STATES = (
    ("attendus", "Attendus", ("confirme",)),
    ("arrives", "Arrivés", HERE),
    ("recus", "Reçus", ("honore",)),
    ("absents", "Absents", ("absent",)),
)


@dataclass(frozen=True)
class Expected:
    """An appointment of the day with its dossier; `task` receives the person, where the agent may do it."""

    rdv: RdvView
    dossier: DossierView
    late: bool
    task: str | None = None

    @property
    def name(self) -> str:
        """Who comes."""
        return self.dossier.person.name if self.dossier.person else self.dossier.number


@blueprint.get("/accueil")
@entry(*WORKERS)
def reception() -> str:
    """The appointments of a day, by service and hour."""
    actor, zone = session.signed_in(), _zone()
    today = clock.today(zone)
    day = _day(request.args.get("jour")) or today
    text = request.args.get("q", "").strip()
    wanted = next((one for one in STATES if one[0] == request.args.get("etat")), None)
    expected = {one: _expected(one.id, day) for one in identity.services(actor.service_ids).values()}
    everybody = [one for several in expected.values() for one in several]
    shown = [
        (service, [one for one in several if _matches(one, text) and (not wanted or one.rdv.status in wanted[2])])
        for service, several in expected.items()
    ]
    return render_template(
        "agent/reception.html",
        day=day,
        today=today,
        text=text,
        wanted=wanted[0] if wanted else "",
        states=[(code, label, sum(one.rdv.status in said for one in everybody)) for code, label, said in STATES],
        total=len(everybody),
        services=[(service, several) for service, several in shown if several or not (text or wanted)],
        zone=zone,
    )


@blueprint.post("/accueil/<uuid:rdv_id>/arrivee")
@entry(*WORKERS)
def arrived(rdv_id: uuid.UUID) -> Response:
    """The person is here."""
    with unit_of_work():
        rdv = attendance.arrive(session.signed_in(), rdv_id)
    flash("Arrivée notée." if rdv.status != "en_retard" else "Arrivée notée, en retard.")
    return redirect(url_for("agent.reception", q=request.form.get("q") or None, etat=request.form.get("etat") or None))


@blueprint.get("/guichet")
@entry(GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE)
def counter() -> str:
    """Whom to receive next, in large; then who waits behind them."""
    actor, zone = session.signed_in(), _zone()
    day = clock.today(zone)
    here = [
        _with_task(one, actor)
        for service_id in actor.service_ids
        for one in _expected(service_id, day)
        if one.rdv.status in HERE
    ]
    coming = [
        one for service_id in actor.service_ids for one in _expected(service_id, day) if one.rdv.status == "confirme"
    ]
    waiting = sorted(here, key=lambda one: (one.rdv.status == "en_retard", one.rdv.starts_at))
    return render_template("agent/counter.html", waiting=waiting, coming=_by_hour(coming), zone=zone, day=day)


def _zone() -> ZoneInfo:
    return identity.prefecture(session.signed_in().prefecture or "").zone


def _expected(service_id: uuid.UUID, day: date) -> list[Expected]:
    now = clock.now()
    return [
        Expected(rdv, queries.by_id(rdv.dossier_id), late=rdv.status == "confirme" and rdv.starts_at < now)
        for rdv in agenda.expected_today(service_id, day)
    ]


def _with_task(one: Expected, actor: Actor) -> Expected:
    open_now = queries.open_tasks(one.dossier.number, actor)
    task = next((task.id for task in open_now if task.lane == GUICHET), None)
    return Expected(one.rdv, one.dossier, one.late, task)


def _by_hour(several: Sequence[Expected]) -> list[Expected]:
    return sorted(several, key=lambda one: one.rdv.starts_at)


def _matches(one: Expected, text: str) -> bool:
    """By any part of the name, the number or the code of the convocation."""
    words = f"{one.name} {one.dossier.number} {appointment_code(one.rdv.id)}".casefold()
    return all(word in words for word in text.casefold().split())


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
