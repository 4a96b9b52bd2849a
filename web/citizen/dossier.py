"""The dossier page: what to do now, the four steps, who acts, until when and why, and everything that was exchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.agenda import queries as agenda
from prefecture.agenda.queries import RdvView
from prefecture.demarches import queries as demarches
from prefecture.documents import queries as documents
from prefecture.documents.queries import DocumentView
from prefecture.dossiers import exchanges, queries, service
from prefecture.dossiers.exchanges import MessageView
from prefecture.dossiers.queries import DossierView, HistoryEntry, TaskView
from prefecture.dossiers.settings import settings_of
from prefecture.identity import queries as identity
from prefecture.identity.permissions import USAGER
from prefecture.kernel import traces
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Gone, Invalid, TooMany
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications
from prefecture.notifications.queries import NotificationView
from web import french, local_texts, session, wording
from web.citizen.frame import Wanted, blueprint, steps_of, wanted_of
from web.citizen.papers import SHOWN

# Links are for the mail: the page has its own buttons, and shows no token.
_ADDRESS = re.compile(r"https?://\S+")
_LINES = re.compile(r"^.*https?://\S+.*$", re.MULTILINE)
_BLANKS = re.compile(r"\n{3,}")

# The letters that say how a demand ended, by their codes.
DECISIONS = ("decision_favorable", "refus", "classement")


@blueprint.get("/dossiers/<number>")
@entry(USAGER)
def dossier(number: str) -> str:
    """One dossier, as its owner follows it."""
    actor = session.signed_in()
    traces.record("dossier.consulte", queries.dossier(number, actor).id, actor.id)
    return _page(number)


@blueprint.post("/dossiers/<number>/messages")
@entry(USAGER)
def write(number: str) -> Response:
    """Write to the service; what cannot be sent comes back as typed."""
    text = request.form.get("texte", "")
    try:
        with unit_of_work():
            exchanges.write(session.signed_in(), number, text)
    except (Invalid, TooMany, Gone) as error:
        said = next(iter(error.fields.values()), error.message)
        return make_response(_page(number, refused=said, typed=text), error.status)
    flash("Votre message est envoyé au service.")
    return redirect(url_for("citizen.dossier", number=number) + "#echanges")


def _page(number: str, *, refused: str = "", typed: str = "") -> str:
    actor = session.signed_in()
    found = queries.dossier(number, actor)
    papers = [one for one in documents.of_dossier(found.id) if one.kind in SHOWN]
    history = queries.history(number, actor)
    tasks = queries.open_tasks(number, actor)
    rdv = agenda.appointment_of(found.id)
    booked = rdv is not None and rdv.status == "confirme"
    return render_template(
        "citizen/dossier.html",
        dossier=found,
        house=identity.prefecture(found.prefecture),
        service=identity.service(found.service_id),
        wanted=_with_letter(wanted_of(found, tasks, booked=booked), found, papers),
        due=next((one for one in tasks if one.lane == USAGER and one.due_at), None),
        rdv=rdv if rdv is not None and rdv.active else None,
        steps=steps_of(found, _notes(found, history, rdv)),
        after=wording.AFTER.get(found.etape or ""),
        silence=settings_of(found).get("silence", {}),
        local=local_texts.of_dossier(found),
        letters=[one for one in papers if one.kind == "courrier"],
        pieces=[one for one in papers if one.kind == "piece"],
        filed=_filed(found, papers, tasks),
        messages=[_message(one, found) for one in notifications.of_dossier(found.id) if one.kind != "courrier"],
        history=list(_told(history)),
        thread=[_written(one, found) for one in exchanges.thread(number, actor)],
        may_write=found.erased_at is None,
        refused=refused,
        typed=typed,
        may_withdraw=found.finished_at is None and found.statut not in wording.ENDINGS,
    )


@blueprint.get("/dossiers/<number>/retrait")
@entry(USAGER)
def withdrawal(number: str) -> str:
    """Ask before a demand is taken back."""
    return render_template("citizen/withdrawal.html", dossier=queries.dossier(number, session.signed_in()), refused="")


@blueprint.post("/dossiers/<number>/retrait")
@entry(USAGER)
def withdraw(number: str) -> Response:
    """Take one's demand back."""
    actor = session.signed_in()
    try:
        with unit_of_work():
            service.withdraw(actor, number, request.form.get("motif", "").strip()[:1000])
    except Conflict as error:
        found = queries.dossier(number, actor)
        page = render_template("citizen/withdrawal.html", dossier=found, refused=error.message)
        return make_response(page, error.status)
    flash("Votre demande est retirée. Un courriel vous le confirme.")
    return redirect(url_for("citizen.dossier", number=number))


def _with_letter(wanted: Wanted, found: DossierView, papers: Sequence[DocumentView]) -> Wanted:
    """Once decided, the way to the letter that says so."""
    letters = [one for one in papers if one.kind == "courrier" and one.code in DECISIONS]
    if found.statut not in wording.ENDINGS or wanted.action or not letters:
        return wanted
    href = url_for("citizen.paper", number=found.number, document_id=letters[-1].id)
    return replace(wanted, action=("Lire le courrier", href))


def _filed(found: DossierView, papers: Sequence[DocumentView], tasks: Sequence[TaskView]) -> Any:
    """The answers as they stand, corrections included, or nothing once they were erased."""
    version = demarches.version(found.version_id)
    actor = session.signed_in()
    try:
        # A correction is seen by the step that asked for it before the whole process takes it up.
        data = queries.task(tasks[0].id, actor).data if tasks else queries.data(found.number, actor)
    except Gone:
        return ()
    names: dict[str, list[dict[str, str]]] = {}
    for one in papers:
        if one.piece_code:
            names.setdefault(one.piece_code, []).append({"id": str(one.id), "name": one.filename})
    context = {name: data.get(name, {}) for name in ("usager", "dossier")}
    return version.form(version.form_id).read_back(data.get("demande", {}), context=context, documents=names)


def _told(history: Sequence[HistoryEntry]) -> Iterator[tuple[HistoryEntry, str, str]]:
    """The history, newest first: each fact with its words, and what is to be known of it."""
    for one in reversed(history):
        if one.kind == "decision":
            yield one, f"Calcul automatique\u00a0: {one.name}", _calculated(one)
        elif words := wording.told(one):
            yield one, words, ""


def _calculated(fact: HistoryEntry) -> str:
    """Which rules decided, and how to get them (CRPA, art. L.311-3-1)."""
    rules = (fact.values or {}).get("rules") or []
    named = ", ".join(_rule(one) for one in rules)
    applied = f"Règle{'s appliquées' if len(rules) > 1 else ' appliquée'}\u00a0: {named}. " if rules else ""
    return (
        f"{applied}Ce résultat vient d’un traitement algorithmique. Vous pouvez demander au service les règles qui le "
        "définissent et ses principales caractéristiques (CRPA, art. L.311-3-1)."
    )


def _rule(one: Mapping[str, Any]) -> str:
    note = f" ({one['note']})" if one.get("note") else ""
    return f"n°\u00a0{one['number']}{note}"


def _notes(found: DossierView, history: Sequence[HistoryEntry], rdv: RdvView | None) -> dict[str, str]:
    """The day under each step that is behind, and where the citizen is."""
    became = {one.name: one.at for one in history if one.kind == "statut"}
    decided = next((became[name] for name in wording.ENDINGS if name in became), None)
    days: dict[str, datetime | None] = {
        "completude": became.get("en_instruction"),
        "convocation": rdv.changed_at if rdv is not None and rdv.status == "honore" else None,
        "decision": decided,
        "remise": found.finished_at,
    }
    notes = {name: french.short_date(at, found.zone) for name, at in days.items() if at}
    if found.finished_at is None and found.etape:
        notes[found.etape] = "vous êtes ici"
    return notes


def _written(one: MessageView, found: DossierView) -> dict[str, Any]:
    """A message as the citizen reads it."""
    date = french.short_moment(one.at, found.zone)
    who = "Vous" if one.by_citizen else f"{one.by}, pour la préfecture"
    return {"who": who, "date": date, "iso": one.at.isoformat(), "text": one.text, "mine": one.by_citizen}


def _message(one: NotificationView, found: DossierView) -> dict[str, Any]:
    """A message as it was sent, without the links that it carried."""
    kinds = {"mail": "Courriel", "sms": "SMS"}
    files = [
        (documents.document(each).title, url_for("citizen.paper", number=found.number, document_id=each))
        for each in one.attachments
    ]
    body = _LINES.sub("", one.text) if one.kind == "mail" else _ADDRESS.sub("…", one.text)
    body = _BLANKS.sub("\n\n", body.partition(f"\nDossier n° {found.number}")[0]).strip()
    text = "\n\n".join(part for part in (one.subject, body) if part)
    date = french.short_moment(one.created_at, found.zone)
    return {"who": kinds[one.kind], "date": date, "iso": one.created_at.isoformat(), "text": text, "files": files}
