"""A citizen's home: what there is to do first, then dossiers, dates, documents and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for

from prefecture.agenda import queries as agenda
from prefecture.agenda.queries import RdvView
from prefecture.demarches import queries as demarches
from prefecture.documents import queries as documents
from prefecture.dossiers import queries
from prefecture.dossiers.queries import DossierView
from prefecture.identity.permissions import USAGER, Actor
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Gone, NotFound
from web import session, wording
from web.citizen.closed import open_ones
from web.citizen.frame import action_of, blueprint, steps_of, wanted_of

MOST_DOCUMENTS = 8
MOST_EVENTS = 12


@blueprint.get("/mon-espace")
@entry(USAGER)
def home() -> str:
    """Where a citizen's day begins."""
    actor = session.signed_in()
    dossiers = queries.dossiers_of_person(actor)
    chosen = request.args.get("dossier", "")
    return render_template(
        "citizen/home.html",
        todo=_todo(actor),
        dossiers=[_line(one, actor) for one in dossiers],
        drafts=_drafts(actor),
        dates=_dates(dossiers, actor),
        documents=_documents(dossiers),
        events=_events([one for one in dossiers if chosen in ("", one.number)], actor),
        numbers=[(one.number, f"{one.title}, {one.number}") for one in dossiers],
        chosen=chosen,
        open_demarches=open_ones(demarches.demarches()),
    )


def _todo(actor: Actor) -> list[dict[str, Any]]:
    """What the citizen has to do, the most urgent first."""
    return [
        {
            "title": one.card.get("label", one.name),
            "dossier": one.title,
            "number": one.number,
            "due": one.due_at,
            "late": one.late,
            "zone": one.zone,
            "action": action_of(one),
        }
        for one in queries.tasks(actor).items
    ]


def _line(dossier: DossierView, actor: Actor) -> dict[str, Any]:
    wanted = wanted_of(dossier, queries.open_tasks(dossier.number, actor))
    return {"dossier": dossier, "steps": steps_of(dossier), "wanted": wanted}


def _drafts(actor: Actor) -> list[dict[str, Any]]:
    """Demands begun; what is kept of a task stands with the task."""
    found = []
    for one in queries.drafts(actor):
        if ":" in one.demarche_code:
            continue
        try:
            version = demarches.current(one.demarche_code)
        except NotFound:
            continue
        pages = len(version.form(version.form_id).pages)
        found.append({"draft": one, "title": version.title, "pages": pages})
    return found


def _dates(dossiers: Sequence[DossierView], actor: Actor) -> list[dict[str, Any]]:
    """Appointments to come, answers to wait for, titles that expire."""
    found: list[dict[str, Any]] = []
    for one in dossiers:
        if one.finished_at is not None:
            continue
        rdv = agenda.appointment_of(one.id)
        if rdv is not None and rdv.active and rdv.ends_at > clock.now():
            found.append(_of_rdv(one, rdv))
        if one.silence_at is not None:
            label = "Réponse au plus tard" + (" (délai suspendu)" if one.suspended else "")
            found.append({"label": label, "dossier": one, "at": one.silence_at, "zone": one.zone})
        found += [
            {"label": label, "dossier": one, "text": said, "at": None, "zone": one.zone}
            for label, said in _expiries(one, actor)
        ]
    return found


def _of_rdv(dossier: DossierView, rdv: RdvView) -> dict[str, Any]:
    href = url_for("citizen.slots", number=dossier.number)
    label = f"Rendez-vous\u00a0: {rdv.label}"
    return {"label": label, "dossier": dossier, "rdv": rdv.starts_at, "zone": rdv.zone, "href": href}


def _expiries(dossier: DossierView, actor: Actor) -> list[tuple[str, str]]:
    """The answers that say until when a title is valid, each under the page that asked it."""
    version = demarches.version(dossier.version_id)
    try:
        answers = queries.data(dossier.number, actor).get("demande", {})
    except Gone:
        return []
    return [
        (f"{section.title}\u00a0: {row.question.lower()}", row.answer)
        for section in version.form(version.form_id).read_back(answers)
        for row in section.rows
        if row.answered and row.path.endswith("expire_le")
    ]


def _documents(dossiers: Sequence[DossierView]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"document": document, "dossier": one}
        for one in dossiers
        for document in documents.of_dossier(one.id)
        if document.kind in ("courrier", "piece")
    ]
    letters = [one for one in found if one["document"].kind == "courrier"]
    pieces = [one for one in found if one["document"].kind == "piece"]
    newest = sorted(letters, key=lambda one: one["document"].created_at, reverse=True)
    return (newest + pieces)[:MOST_DOCUMENTS]


def _events(dossiers: Sequence[DossierView], actor: Actor) -> list[dict[str, Any]]:
    """What happened lately, in all dossiers or one: what the citizen did, and what came of it."""
    found: list[dict[str, Any]] = [
        {"entry": fact, "dossier": one, "words": wording.told(fact)}
        for one in dossiers
        for fact in queries.history(one.number, actor)
        if wording.told(fact) and (fact.kind != "task_done" or fact.actor_kind == "person")
    ]
    return sorted(found, key=lambda one: one["entry"].at, reverse=True)[:MOST_EVENTS]
