"""Holding a version of a démarche, or one of its steps, and resuming it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.drawing.places import places
from prefecture.demarches import queries as demarches
from prefecture.demarches import suspension
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from web import session
from web.analyst.frame import blueprint
from web.analyst.observation import pages_of


@blueprint.get("/demarches/<code>/suspensions")
@entry(ANALYSTE)
def suspensions(code: str) -> str:
    """What is held, what was, and the form to hold more."""
    return _page(code, {})


@blueprint.post("/demarches/<code>/suspensions")
@entry(ANALYSTE)
def suspend(code: str) -> Response | tuple[str, int]:
    """Hold a version, or one element of it."""
    number, element = request.form.get("version", ""), request.form.get("etape", "")
    found = next((one for one in demarches.versions(code) if str(one.number) == number), None)
    try:
        if found is None:
            raise Invalid({"version": "Choisissez une version."})
        with unit_of_work():
            reason, expected_on = request.form.get("motif", ""), _day()
            suspension.suspend(session.signed_in(), found.id, reason, element, expected_on)
    except Invalid as error:
        return _page(code, error.fields), 422
    except DomainError as error:
        return _page(code, {"etape": error.message}), error.status
    flash("C’est suspendu\u00a0: plus rien n’y avance jusqu’à la reprise.")
    return redirect(url_for("analyst.suspensions", code=code))


@blueprint.post("/demarches/<code>/suspensions/<uuid:suspension_id>/reprise")
@entry(ANALYSTE)
def resume(code: str, suspension_id: uuid.UUID) -> Response:
    """End a suspension."""
    try:
        with unit_of_work():
            suspension.resume(session.signed_in(), suspension_id)
        flash("C’est repris\u00a0: ce qui attendait part dans les cinq minutes.")
    except Conflict as error:
        flash(error.message)
    return redirect(url_for("analyst.suspensions", code=code))


def _day() -> date | None:
    """When it is hoped to go on; raises Invalid."""
    text = request.form.get("reprise", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid({"reprise": "Écrivez un jour, par exemple 2027-01-12."}) from error


def _page(code: str, errors: Mapping[str, str]) -> str:
    version, versions = demarches.current(code), demarches.versions(code)
    return render_template(
        "analyst/suspensions.html",
        version=version,
        numbers={one.id: one.number for one in versions},
        versions=[(str(one.number), f"Version {one.number}") for one in versions],
        steps=_steps(version),
        names=dict(_steps(version)),
        suspensions=suspension.suspensions(code),
        given=request.form.to_dict(),
        errors=errors,
        problems=[{"message": message, "target": f"champ-{name}"} for name, message in errors.items()],
        pages=pages_of(code, "suspensions"),
    )


def _steps(version: Version) -> list[tuple[str, str]]:
    """What can be held by itself: what somebody does, what the system does, what waits."""
    kinds = ("Task", "task", "callActivity", "subProcess", "CatchEvent", "boundaryEvent")
    found = (one for content in version.diagrams.values() for one in places(content) if one.kind.endswith(kinds))
    return [(one.id, one.name) for one in found]
