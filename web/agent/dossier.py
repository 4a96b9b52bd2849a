"""The dossier page: the same blocks in the same places whatever the démarche; lists and search of dossiers."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import diagram
from prefecture.agenda import queries as agenda
from prefecture.demarches import queries as demarches
from prefecture.documents import queries as documents
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import DossierView
from prefecture.kernel import traces
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Gone
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications
from web import french, session, wording
from web.agent.frame import WORKERS, blueprint
from web.agent.inbox import person_words
from web.agent.task import document_of, filed_sections

PAGE = 50


@blueprint.get("/dossiers")
@entry(*WORKERS)
def dossiers() -> str:
    """The service's dossiers, the latest first; searched by name, birth date or number."""
    asked = {name: request.args.get(name) or None for name in ("statut", "demarche", "etape")}
    text = request.args.get("q", "").strip()
    page = queries.dossiers_of_service(
        session.signed_in(),
        **asked,
        text=text or None,
        archived=request.args.get("archives") == "oui",
        cursor=request.args.get("suite"),
        limit=PAGE,
    )
    here: dict[str, Any] = {key: value for key, value in request.args.items() if key != "suite" and value}
    return render_template(
        "agent/dossiers.html",
        rows=[_row(one) for one in page.items],
        next_page=url_for("agent.dossiers", **{**here, "suite": page.cursor}) if page.cursor else None,
        text=text,
        asked=asked,
        titles={one.code: one.title for one in demarches.demarches()},
        statuts=[(code, words) for code, words in wording.STATUTS.items() if code != "brouillon"],
        etapes=list(wording.ETAPES.items()),
        first_page="suite" not in request.args,
    )


@blueprint.get("/dossiers/<number>")
@entry(*WORKERS)
def dossier(number: str) -> str:
    """One dossier, whole."""
    actor = session.signed_in()
    found = queries.dossier(number, actor)
    traces.record("dossier.consulte", found.id, actor.id)
    version = demarches.version(found.version_id)
    return render_template(
        "agent/dossier.html",
        dossier=found,
        steps=wording.steps(
            found.etape,
            finished=found.finished_at is not None,
            statut=found.statut,
            skipped=() if version.settings.get("remise", {}).get("active", True) else ("remise",),
        ),
        tasks=queries.open_tasks(number, actor),
        filed=_filed(found, number),
        documents=documents.of_dossier(found.id),
        rdv=agenda.appointments_of(found.id),
        messages=notifications.of_dossier(found.id),
        history=list(reversed(queries.history(number, actor))),
        drawing=_drawing(number, found),
    )


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>")
@entry(*WORKERS)
def document(number: str, document_id: uuid.UUID) -> FlaskResponse:
    """A pièce or a letter, as a download: never shown inline."""
    document_of(number, document_id)
    traces.record("document.telecharge", document_id, session.signed_in().id)
    found = documents.download(document_id)
    headers = {"Content-Disposition": found.disposition, "Content-Security-Policy": "sandbox"}
    return FlaskResponse(found.content, mimetype=found.media_type, headers=headers)


@blueprint.get("/dossiers/<number>/documents/<uuid:document_id>/pages/<int:page>")
@entry(*WORKERS)
def document_page(number: str, document_id: uuid.UUID, page: int) -> FlaskResponse:
    """A page of a document as a picture."""
    document_of(number, document_id)
    image = documents.page_image(document_id, page)
    response = FlaskResponse(image.content, mimetype=image.media_type)
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


@blueprint.post("/dossiers/<number>/renvoyer")
@entry(*WORKERS)
def send_back(number: str) -> Response:
    """Send the dossier back to construction; the citizen is told why."""
    reason = request.form.get("motif", "").strip()
    if not reason:
        flash("Dites à l’usager pourquoi son dossier lui est renvoyé.")
        return redirect(url_for("agent.dossier", number=number))
    with unit_of_work():
        service.return_to_construction(
            session.signed_in(), number, reason, revision=request.form.get("revision", type=int)
        )
    flash("Le dossier est renvoyé à l’usager, qui en est prévenu.")
    return redirect(url_for("agent.dossier", number=number))


@blueprint.post("/dossiers/<number>/archiver")
@entry(*WORKERS)
def archive(number: str) -> Response:
    """Put a finished dossier away."""
    with unit_of_work():
        service.archive(session.signed_in(), number)
    flash("Le dossier est archivé.")
    return redirect(url_for("agent.dossier", number=number))


def _filed(found: DossierView, number: str) -> Any:
    try:
        return filed_sections(found, queries.data(number, session.signed_in()))
    except Gone:
        return ()


def _drawing(number: str, found: DossierView) -> Markup:
    """The démarche's diagram with the dossier's tokens on it."""
    progress = queries.progress(number, session.signed_in())
    content = next(iter(demarches.version(found.version_id).diagrams.values()))
    # The renderer escapes every text of the diagram; what it returns is ours.
    return Markup(diagram.render(content, tokens=progress.tokens, done=progress.done))  # noqa: S704


def _row(one: DossierView) -> dict[str, Any]:
    return {
        "id": one.number,
        "href": url_for("agent.dossier", number=one.number),
        "cells": {
            "number": one.number,
            "person": person_words(one),
            "birth": french.short_date(one.person.birth_date) if one.person and one.person.birth_date else "",
            "demarche": one.title,
            "statut": wording.statut(one.statut),
            "etape": wording.etape(one.etape),
            "filed": french.short_date(one.filed_at, one.zone),
        },
    }
