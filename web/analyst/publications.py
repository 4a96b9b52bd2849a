"""What was published: a démarche's journal and the way back to a former version; the whole journal, the threshold."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prefecture.demarches import queries as demarches
from prefecture.dossiers import figures
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, promotion, publication, retiring, signoff
from prefecture.studio import queries as studio
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS


@blueprint.get("/demarches/<code>/publications")
@entry(*READERS)
def publications(code: str) -> str:
    """A démarche's versions, which of them new dossiers follow, and who published what."""
    return _demarche(code, {})


@blueprint.post("/demarches/<code>/publications")
@entry(ANALYSTE, ADMINISTRATEUR)
def go_back(code: str) -> AnyResponse:
    """Have new dossiers follow a former version."""
    try:
        with unit_of_work():
            version = publication.go_back(
                session.signed_in(), code, _uuid(request.form.get("version", "")), request.form.get("motif", "")
            )
    except (Invalid, Conflict) as error:
        return make_response(_demarche(code, error.fields or {"version": error.message}), error.status)
    flash(f"Les nouveaux dossiers suivent la version {version.number}.")
    return redirect(url_for("analyst.publications", code=code), 303)


@blueprint.get("/publications")
@entry(*READERS)
def journal() -> str:
    """Everything that was asked, signed, published; what waits for a sign-off; the threshold."""
    return _journal({})


@blueprint.post("/publications")
@entry(ADMINISTRATEUR)
def set_threshold() -> AnyResponse:
    """Say what share of the elements scenarios must pass."""
    percent = request.form.get("seuil", "").strip()
    try:
        with unit_of_work():
            asked = int(percent) if percent.isdecimal() and len(percent) < 4 else -1
            publication.set_threshold(session.signed_in(), asked, request.form.get("motif", ""))
    except Invalid as error:
        return make_response(_journal(error.fields), error.status)
    flash("Le seuil est fixé.")
    return redirect(url_for("analyst.journal"), 303)


def _demarche(code: str, errors: Mapping[str, str]) -> str:
    return render_template(
        "analyst/publications.html",
        version=demarches.current(code),
        versions=demarches.versions(code),
        closed=retiring.closed(code),
        running=figures.running_by_version(),
        acts=acts.acts(code=code),
        writes=promotion.may_seal(session.signed_in()),
        errors=errors,
        values=request.form,
    )


def _journal(errors: Mapping[str, str]) -> str:
    actor = session.signed_in()
    return render_template(
        "analyst/journal.html",
        acts=acts.acts(),
        verified=acts.verify(),
        waiting=signoff.waiting(),
        threshold=publication.threshold(),
        governs=publication.governs(actor),
        drafts=studio.drafts() if publication.governs(actor) else [],
        errors=errors,
        values=request.form,
    )


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound("Cette version de la démarche n’existe pas.") from error
