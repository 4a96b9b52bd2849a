"""The history of a draft: kept as it stands, looked at as it stood, brought back; for the editor and for the pages."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prefecture.demarches import bundle as bundles
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import service
from web import session
from web.analyst.contents import Contents
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS, answering, sent, text_of, told


@blueprint.get("/brouillons/<uuid:draft_id>/historique")
@entry(*READERS)
@answering
def milestones(draft_id: uuid.UUID) -> Response:
    """The history, the latest first, for the editor."""
    return told({"milestones": [asdict(one) for one in studio.milestones(draft_id)]})


@blueprint.post("/brouillons/<uuid:draft_id>/historique")
@entry(ANALYSTE)
@answering
def keep(draft_id: uuid.UUID) -> Response:
    """Keep the draft as it stands: `{"label"}`."""
    label = text_of(sent(), "label", "")
    with unit_of_work():
        number = service.milestone(session.signed_in(), draft_id, label)
    return told({"number": number}, 201)


@blueprint.post("/brouillons/<uuid:draft_id>/historique/<int:jalon>/retour")
@entry(ANALYSTE)
@answering
def bring_back(draft_id: uuid.UUID, jalon: int) -> Response:
    """Bring the draft back to a milestone, or one file of it: `{"path"}`."""
    body = sent()
    path = text_of(body, "path") if "path" in body else None
    with unit_of_work():
        service.restore(session.signed_in(), draft_id, jalon, path)
    return told({})


@blueprint.get("/brouillons/<uuid:draft_id>/jalons/<int:jalon>")
@entry(*READERS)
def milestone(draft_id: uuid.UUID, jalon: int) -> str:
    """The folder as it stood at a milestone, and which files differ from today's."""
    files = studio.milestone_files(draft_id, jalon)
    found = next(one for one in studio.milestones(draft_id) if one.number == jalon)
    view = studio.draft(draft_id, session.signed_in())
    today = studio.files(draft_id)
    version = Version(bundles.of_files(files), version_id=draft_id, code=view.code, number=0)
    return render_template(
        "analyst/milestone.html",
        draft=view,
        milestone=found,
        folder=Contents(version),
        differing=sorted(path for path in files.keys() | today.keys() if files.get(path) != today.get(path)),
        there=files,
        writes=ANALYSTE in session.signed_in().roles,
    )


@blueprint.post("/brouillons/<uuid:draft_id>/jalons")
@entry(ANALYSTE)
def keep_named(draft_id: uuid.UUID) -> AnyResponse:
    """Keep the draft as it stands, under the name that the form gives."""
    with unit_of_work():
        number = service.milestone(session.signed_in(), draft_id, request.form.get("nom", ""))
    flash(f"Le jalon {number} est gardé.")
    return redirect(url_for("analyst.draft", draft_id=draft_id))


@blueprint.post("/brouillons/<uuid:draft_id>/jalons/<int:jalon>/retour")
@entry(ANALYSTE)
def restore(draft_id: uuid.UUID, jalon: int) -> AnyResponse:
    """Bring the draft, or the file that the form names, back to a milestone."""
    path = request.form.get("fichier") or None
    with unit_of_work():
        service.restore(session.signed_in(), draft_id, jalon, path)
    flash(f"Retour au jalon {jalon} fait. Ce qui était là est gardé dans l’historique.")
    return redirect(url_for("analyst.draft", draft_id=draft_id))
