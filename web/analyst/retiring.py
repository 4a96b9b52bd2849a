"""Closing a version, or a whole démarche, to new dossiers, and opening it again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.dossiers import figures
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import promotion, retiring
from web import session
from web.analyst.frame import blueprint

EVERY = "toutes"


@blueprint.get("/demarches/<code>/fermeture")
@entry(ANALYSTE, ADMINISTRATEUR)
def closings(code: str) -> str:
    """What is closed to new dossiers, what was, and the form to close more."""
    return _page(code, {})


@blueprint.post("/demarches/<code>/fermeture")
@entry(ANALYSTE, ADMINISTRATEUR)
def close(code: str) -> Response | tuple[str, int]:
    """Close the démarche, or one version of it."""
    asked = request.form.get("version", "")
    found = next((one for one in demarches.versions(code) if str(one.number) == asked), None)
    try:
        if found is None and asked != EVERY:
            raise Invalid({"version": "Choisissez ce qui se ferme."})
        version_id = found.id if found else None
        with unit_of_work():
            retiring.retire(
                session.signed_in(), code, version_id, request.form.get("motif", ""), request.form.get("usagers", "")
            )
    except (Invalid, Conflict) as error:
        return _page(code, error.fields or {"version": error.message}), error.status
    flash("C’est fermé aux nouveaux dossiers. Ceux qui sont en cours continuent.")
    return redirect(url_for("analyst.closings", code=code))


@blueprint.post("/demarches/<code>/fermeture/<uuid:retirement_id>/reouverture")
@entry(ANALYSTE, ADMINISTRATEUR)
def reopen(code: str, retirement_id: uuid.UUID) -> Response | tuple[str, int]:
    """Let new dossiers begin again."""
    reason = request.form.get("motif", "")
    try:
        with unit_of_work():
            retiring.reopen(session.signed_in(), retirement_id, reason)
    except (Invalid, Conflict) as error:
        field = f"motif-{retirement_id}"
        said = {field: next(iter(error.fields.values()), error.message)}
        return _page(code, said, {field: reason}), error.status
    flash("C’est rouvert\u00a0: de nouveaux dossiers peuvent commencer.")
    return redirect(url_for("analyst.closings", code=code))


def _page(code: str, errors: Mapping[str, str], values: Mapping[str, str] | None = None) -> str:
    version, versions = demarches.current(code), demarches.versions(code)
    running = figures.running_by_version()
    return render_template(
        "analyst/closings.html",
        version=version,
        options=[(EVERY, "toute la démarche"), *((str(one.number), f"version {one.number}") for one in versions)],
        rows=retiring.retirements(code),
        closed=retiring.closed(code),
        running=sum(running.get(one.id, 0) for one in versions),
        writes=promotion.may_seal(session.signed_in()),
        given=request.form.to_dict() if values is None else {},
        values=values or {},
        errors=errors,
    )
