"""The dossier page: the same blocks in the same places whatever the démarche; lists and search of dossiers."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.documents import queries as documents
from prefecture.dossiers import exchanges, queries, service
from prefecture.dossiers.queries import DossierView
from prefecture.dossiers.settings import settings_of
from prefecture.identity.permissions import Actor, Subject, may
from prefecture.kernel import traces
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Forbidden, Gone, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from web import french, local_texts, session, wording
from web.agent.drawings import drawings_of
from web.agent.frame import WORKERS, blueprint
from web.agent.inbox import person_words
from web.agent.pieces import pieces_of
from web.agent.summary import data_of, summary

PAGE = 50


@blueprint.get("/dossiers")
@entry(*WORKERS)
def dossiers() -> str:
    """The service's dossiers, the latest first; searched by name, birth date or number."""
    asked = {name: request.args.get(name) or None for name in ("statut", "demarche", "etape")}
    text = request.args.get("q", "").strip()
    archived = request.args.get("archives") == "oui"
    page = queries.dossiers_of_service(
        session.signed_in(),
        **asked,
        text=text or None,
        archived=archived,
        cursor=request.args.get("suite"),
        limit=PAGE,
    )
    here: dict[str, Any] = {key: value for key, value in request.args.items() if key != "suite" and value}
    return render_template(
        "agent/dossiers.html",
        rows=[_row(one) for one in page.items],
        next_page=url_for("agent.dossiers", **{**here, "suite": page.cursor}) if page.cursor else None,
        here=here,
        text=text,
        asked=asked,
        archived=archived,
        titles={one.code: one.title for one in demarches.demarches()},
        statuts=[(code, words) for code, words in wording.STATUTS.items() if code != "brouillon"],
        etapes=list(wording.ETAPES.items()),
        first_page="suite" not in request.args,
        waiting=exchanges.waiting(session.signed_in()),
    )


@blueprint.get("/dossiers/<number>")
@entry(*WORKERS)
def dossier(number: str) -> str:
    """One dossier, whole."""
    found = queries.dossier(number, session.signed_in())
    traces.record("dossier.consulte", found.id, session.signed_in().id)
    return _page(found)


@blueprint.post("/dossiers/<number>/renvoyer")
@entry(*WORKERS)
def send_back(number: str) -> Response | tuple[str, int]:
    """Send the dossier back to construction; the citizen is told why."""
    actor, reason = session.signed_in(), request.form.get("motif", "").strip()
    found = queries.dossier(number, actor)
    if not reason:
        return _page(found, error="Dites à l’usager ce qu’il doit corriger."), 422
    try:
        with unit_of_work():
            service.return_to_construction(actor, number, reason, revision=request.form.get("revision", type=int))
    except (Conflict, Forbidden) as error:
        return _page(queries.dossier(number, actor), refused=error.message, reason=reason), error.status
    flash("Le dossier est renvoyé à l’usager, qui en est prévenu.")
    return redirect(url_for("agent.dossier", number=number))


@blueprint.post("/dossiers/<number>/messages")
@entry(*WORKERS)
def write(number: str) -> Response | tuple[str, int]:
    """Answer the citizen; what cannot be sent comes back as typed."""
    actor, text = session.signed_in(), request.form.get("texte", "")
    try:
        with unit_of_work():
            exchanges.write(actor, number, text)
    except (Invalid, Gone) as error:
        said = next(iter(error.fields.values()), error.message)
        return _page(queries.dossier(number, actor), unsent=said, typed=text), error.status
    flash("Votre message est sur la page de l’usager, qui en est prévenu.")
    return redirect(url_for("agent.dossier", number=number))


@blueprint.post("/dossiers/<number>/messages/lus")
@entry(*WORKERS)
def close_messages(number: str) -> Response:
    """Say that the citizen's messages ask for no answer."""
    try:
        with unit_of_work():
            exchanges.close(session.signed_in(), number)
        flash("C’est noté : ces messages ne demandent pas de réponse.")
    except Conflict as error:
        flash(error.message)
    return redirect(url_for("agent.dossier", number=number))


@blueprint.post("/dossiers/<number>/archiver")
@entry(*WORKERS)
def archive(number: str) -> Response:
    """Put a finished dossier away."""
    with unit_of_work():
        service.archive(session.signed_in(), number)
    flash("Le dossier est archivé.")
    return redirect(url_for("agent.dossier", number=number))


@blueprint.post("/dossiers/<number>/incident")
@entry(*WORKERS)
def retry_incident(number: str) -> Response:
    """Try again where the dossier stands still."""
    actor = session.signed_in()
    element = (queries.dossier(number, actor).incident or "").partition(":")[0]
    with unit_of_work():
        service.retry_incident(actor, number, element)
    flash("Le parcours reprend là où il s’était arrêté.")
    return redirect(url_for("agent.dossier", number=number))


def _page(
    found: DossierView, *, error: str = "", refused: str = "", reason: str = "", unsent: str = "", typed: str = ""
) -> str:
    actor = session.signed_in()
    history = queries.history(found.number, actor)
    version = demarches.version(found.version_id)
    held = documents.of_dossier(found.id)
    return render_template(
        "agent/dossier.html",
        **summary(found, history, data_of(found, actor)),
        steps=wording.steps(
            found.etape,
            finished=found.finished_at is not None,
            statut=found.statut,
            skipped=() if version.settings.get("remise", {}).get("active", True) else ("remise",),
        ),
        tasks=queries.open_tasks(found.number, actor),
        pieces=pieces_of(settings_of(found), held, history),
        local=local_texts.of_dossier(found),
        letters=[one for one in reversed(held) if one.kind == "courrier"],
        early=queries.kept_messages(found.number, actor),
        drawings=drawings_of(found, actor) if found.erased_at is None else [],
        incident=_incident(found, actor, history),
        allowed=_allowed(found, actor),
        error=error,
        refused=refused,
        reason=reason,
        unsent=unsent,
        typed=typed,
    )


def _allowed(found: DossierView, actor: Actor) -> dict[str, bool]:
    """What the agent may do with the dossier as a whole."""
    subject = Subject(found.person_id, found.service_id, found.prefecture)
    moves = may(actor, "dossier.move", subject)
    return {
        "send_back": moves and found.statut == "en_instruction" and found.finished_at is None,
        "archive": moves and found.finished_at is not None and found.archived_at is None,
        "write": may(actor, exchanges.VERB, subject) and found.erased_at is None,
        "repair": may(actor, "incident.repair", subject) and found.incident is not None,
    }


def _incident(found: DossierView, actor: Actor, history: list[queries.HistoryEntry]) -> str:
    """Why the dossier stands still, for who may know it."""
    subject = Subject(found.person_id, found.service_id, found.prefecture)
    if found.incident is None or not may(actor, "incident.read", subject):
        return ""
    last = next((one for one in reversed(history) if one.kind == "incident"), None)
    told = (last.values or {}).get("message") if last else None
    return str(told or found.incident)


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
