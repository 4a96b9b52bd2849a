"""Managers' and operators' pages: four figures with their limit, and the due work with its incidents."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.demarches.version import PARIS
from prefecture.dossiers import incidents
from prefecture.identity import queries as identity
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE, CHEF_DE_SERVICE, Actor
from prefecture.kernel import clock, outbox
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import service as statistics
from prefecture.statistics.service import Figures
from web import french, session, wording
from web.agent.frame import header

blueprint = Blueprint("manager", __name__, url_prefix="/pilotage")

MONTH = timedelta(days=30)
DECIDED_BY = ("completude", "convocation", "decision")
_UNITS = {"D": 1, "W": 7, "M": 30, "Y": 365}


@blueprint.context_processor
def above() -> dict[str, Any]:
    """The header of every page."""
    return header() if session.actor() else {}


@blueprint.get("", strict_slashes=False)
@entry(CHEF_DE_SERVICE, ADMINISTRATEUR, ANALYSTE)
def overview() -> str:
    """What waits, where, for how long, and what is late, within the reader's reach."""
    actor = session.signed_in()
    figures = statistics.figures(actor)
    services = _services(actor, figures)
    titles = {one.code: one.title for one in demarches.demarches()}
    return render_template(
        "manager/overview.html",
        figures=figures,
        recent=_trend(actor),
        delays=_delays(figures, titles),
        waiting=_by_step(figures, "open"),
        late=_by_step(figures, "late"),
        slow=_slowest(figures),
        by_service=_by_service(figures, services),
        services=services,
        titles=titles,
    )


@blueprint.get("/travaux")
@entry(ADMINISTRATEUR)
def due_work() -> str:
    """What is pending and what failed: kinds and counts, never what a dossier says."""
    mine = {one.id for one in incidents.incidents(session.signed_in())}
    failed = [one for one in outbox.incidents() if str(one.id) in mine]
    return render_template("manager/due_work.html", counts=outbox.counts(), incidents=failed)


@blueprint.post("/travaux/<uuid:work_id>/reprendre")
@entry(ADMINISTRATEUR)
def retry(work_id: uuid.UUID) -> Response:
    """Put an incident of one's préfecture back to work; its journal says who did."""
    try:
        with unit_of_work():
            incidents.retry(session.signed_in(), str(work_id))
        flash("Le travail reprend.")
    except Conflict as error:
        flash(error.message)
    return redirect(url_for("manager.due_work"))


def _services(actor: Actor, figures: Figures) -> dict[uuid.UUID, str]:
    """The names of the services that the figures speak of; with their préfecture where there are several."""
    ids = {step.service_id for step in figures.steps} | {one.service_id for one in figures.demarches}
    found = identity.services(ids | actor.service_ids).values()
    several = len({one.prefecture_code for one in found}) > 1
    return {one.id: f"{one.name} ({one.prefecture_code})" if several else one.name for one in found}


def _trend(actor: Actor) -> dict[str, Any]:
    """Steps finished in the last thirty days, and how that compares with the thirty before."""
    now = _done(statistics.figures(actor, window=MONTH))
    before = _done(statistics.figures(actor, window=2 * MONTH)) - now
    if not before:
        return {"done": now, "words": "aucune dans les 30 jours d’avant" if now else ""}
    change = (now - before) / before
    sign = "+" if change > 0 else "\u2212" if change < 0 else "±"
    return {"done": now, "words": f"{sign}{french.percent(abs(change))} par rapport aux 30 jours d’avant"}


def _done(figures: Figures) -> int:
    return sum(step.done for step in figures.steps)


def _delays(figures: Figures, titles: dict[str, str]) -> list[dict[str, Any]]:
    """By démarche: the median days of the steps up to the decision, added up, and the legal limit in days."""
    found = []
    for code, title in titles.items():
        medians = _medians(figures, code)
        if medians:
            silence = demarches.current(code).settings_at(clock.today(PARIS)).get("silence", {})
            days, limit = round(sum(medians), 1), _days_of(str(silence.get("delai", "")))
            found.append({"title": title, "days": days, "limit": limit, "over": bool(limit and days > limit)})
    return sorted(found, key=lambda one: -one["days"])


def _medians(figures: Figures, code: str) -> list[float]:
    """The longest median of each step up to the decision, over the services."""
    found = []
    for etape in DECIDED_BY:
        steps = [one for one in figures.steps if one.demarche_code == code and one.etape == etape]
        days = [one.median_days for one in steps if one.median_days is not None]
        found += [max(days)] if days else []
    return found


def _days_of(period: str) -> int | None:
    """An ISO 8601 period as days, a month counting thirty: near enough for a line on a plot."""
    parts = re.findall(r"(\d+)([YMWD])", period)
    return sum(int(number) * _UNITS[unit] for number, unit in parts) or None


def _by_step(figures: Figures, what: str) -> list[tuple[str, int]]:
    """Open (or late) tasks by step, in the order of the steps."""
    return [
        (wording.etape(code), sum(getattr(step, what) for step in figures.steps if step.etape == code))
        for code in wording.ORDER
    ]


def _by_service(figures: Figures, services: dict[uuid.UUID, str]) -> list[tuple[str, int]]:
    counted = [
        (name, sum(step.open for step in figures.steps if step.service_id == key)) for key, name in services.items()
    ]
    return sorted(counted, key=lambda one: (-one[1], one[0]))


def _slowest(figures: Figures) -> list[tuple[str, float]]:
    """Median days of each step, the longest over the démarches that went through it."""
    found = []
    for code in wording.ORDER:
        days = [step.median_days for step in figures.steps if step.etape == code and step.median_days is not None]
        if days:
            found.append((wording.etape(code), round(max(days), 1)))
    return found
