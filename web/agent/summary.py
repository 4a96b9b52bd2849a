"""What stands beside a task and on the dossier's own page alike: the request, appointments, messages, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prefecture.agenda import queries as agenda
from prefecture.demarches import queries as demarches
from prefecture.dossiers import exchanges, queries
from prefecture.dossiers.exchanges import MessageView
from prefecture.dossiers.queries import DossierView, HistoryEntry
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Gone
from prefecture.notifications import queries as notifications
from web import french


def summary(dossier: DossierView, history: Sequence[HistoryEntry], data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The variables of `agent/summary.html`. `data` None: the dossier was erased."""
    written = exchanges.thread(dossier.number, Actor.system())  # who reads the page may read the dossier
    return {
        "thread": [_written(one, dossier) for one in written],
        "unanswered": any(one.open for one in written),
        "dossier": dossier,
        "filed": filed_sections(dossier, data) if data is not None else (),
        "rdv": agenda.appointments_of(dossier.id),
        "messages": list(reversed(notifications.of_dossier(dossier.id))),
        "history": list(reversed(history)),
    }


def _written(one: MessageView, dossier: DossierView) -> dict[str, Any]:
    """A message as agents read it; `new` until somebody answers it."""
    who = "L’usager" if one.by_citizen else one.by
    date = french.short_moment(one.at, dossier.zone)
    return {
        "who": who,
        "date": date,
        "iso": one.at.isoformat(),
        "text": one.text,
        "mine": not one.by_citizen,
        "new": one.open,
    }


def data_of(dossier: DossierView, actor: Actor) -> Mapping[str, Any] | None:
    """The variables of the dossier's process; None after erasure."""
    try:
        return queries.data(dossier.number, actor)
    except Gone:
        return None


def filed_sections(dossier: DossierView, data: Mapping[str, Any]) -> Any:
    """What the citizen filed, question by question."""
    version = demarches.version(dossier.version_id)
    context = {name: data.get(name, {}) for name in ("usager", "dossier")}
    return version.form(version.form_id).read_back(data.get("demande", {}), context=context)
