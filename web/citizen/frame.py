"""What citizens' pages share: the blueprint, the navigation, and the words that say what a dossier waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for

from prefecture.demarches import queries as demarches
from prefecture.dossiers.queries import DossierView, TaskView
from prefecture.identity.permissions import USAGER
from web import session, wording

blueprint = Blueprint("citizen", __name__)

SLOT_FORM = "creneau"  # the form of the task that a booking ends


@dataclass(frozen=True)
class Wanted:
    """The one sentence at the top: what to do now, why, until when; `href` leads to where it is done."""

    title: str
    text: str
    action: tuple[str, str] | None
    mine: bool


@blueprint.app_context_processor
def beside() -> dict[str, Any]:
    """The header's links on every page, for who is signed in as a citizen."""
    actor = session.actor()
    if actor is None or actor.kind != "person":
        return {}
    links = [
        ("citizen.home", "Mon espace"),
        ("citizen.demarches_list", "Démarches"),
        ("account.show", "Mes informations"),
    ]
    return {
        "nav": [
            {"label": label, "href": url_for(endpoint), "current": request.endpoint == endpoint}
            for endpoint, label in links
        ]
    }


def steps_of(dossier: DossierView, notes: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The four steps as the picture draws them, with a note under those that have one."""
    active = demarches.version(dossier.version_id).settings.get("remise", {}).get("active", True)
    return wording.steps(
        dossier.etape,
        finished=dossier.finished_at is not None,
        statut=dossier.statut,
        skipped=() if active else ("remise",),
        notes=notes,
    )


def wanted_of(dossier: DossierView, tasks: Sequence[TaskView], *, booked: bool = False) -> Wanted:
    """What a dossier waits for, in one sentence: the citizen's task before the préfecture's."""
    told = wording.ENDINGS.get(dossier.statut)
    if told and not any(USAGER in (one.lane, one.card.get("actor")) for one in tasks):
        return Wanted(told[0], told[1], None, mine=False)
    mine = next((one for one in tasks if one.lane == USAGER), None)
    if mine is not None:
        return Wanted(mine.card.get("label", mine.name), mine.card.get("meaning", ""), action_of(mine), mine=True)
    shown = next((one for one in tasks if one.card), None)
    if shown is None:
        return Wanted("Vous n’avez rien à faire", wording.WAITING, None, mine=False)
    with_me = shown.card.get("actor") == USAGER
    action = ("Voir mon rendez-vous", url_for("citizen.slots", number=dossier.number)) if with_me and booked else None
    return Wanted(shown.card["label"], shown.card.get("meaning", ""), action, mine=with_me)


def action_of(task: TaskView) -> tuple[str, str]:
    """Where a citizen's task is done, and the word on the button."""
    if task.form == SLOT_FORM:
        return "Choisir un créneau", url_for("citizen.slots", number=task.number)
    label = "Corriger ma demande" if task.form == _filed_form(task) else "Ajouter mes pièces"
    return label, url_for("citizen.task", number=task.number, task_id=task.id)


def _filed_form(task: TaskView) -> str:
    return demarches.current(task.demarche_code).form_id
