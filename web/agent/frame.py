"""What agents' pages share: the blueprint, who may enter, the views of the worklist and what is beside every page."""

from __future__ import annotations

from typing import Any, Literal

from flask import Blueprint, g, request, url_for

from prefecture.demarches import variants
from prefecture.dossiers import queries
from prefecture.dossiers.queries import Counts, InboxFilter
from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import (
    ACCUEIL,
    ADMINISTRATEUR,
    ANALYSTE,
    CHEF_DE_SERVICE,
    GUICHET,
    INSTRUCTEUR,
    RECETTEUR,
    Actor,
)
from web import session

blueprint = Blueprint("agent", __name__, url_prefix="/agent")

WORKERS = (ACCUEIL, GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE)
MANAGERS = frozenset({CHEF_DE_SERVICE, ADMINISTRATEUR, ANALYSTE})
View = Literal["mine", "service", "unassigned", "late"]
VIEWS: tuple[tuple[View, str], ...] = (
    ("service", "Mon service"),
    ("mine", "Mes tâches"),
    ("unassigned", "À prendre"),
    ("late", "En retard"),
)
_PUBLISHERS = frozenset({ANALYSTE, RECETTEUR, ADMINISTRATEUR})
_PUBLISHING = (
    *("analyst.publish_page", "analyst.publish", "analyst.sign", "analyst.ask_sign_off", "analyst.publications"),
    *("analyst.go_back", "analyst.set_threshold", "analyst.compare_draft", "analyst.compare_versions"),
    *("analyst.arrivals", "analyst.arrive", "analyst.arrival", "analyst.publish_arrival"),
    *("analyst.closings", "analyst.close", "analyst.reopen"),
    *("analyst.keys", "analyst.add_key", "analyst.remove_key"),
)
_LOCAL = ("analyst.variant", "analyst.set_variant", "analyst.decide_variant", "analyst.demarche_variants")
_INCIDENTS = ("analyst.incidents", "analyst.incident")
_FILTERS = ("demarche", "etape", "file")


def view_asked() -> View:
    """The view that the address names, the service's by default."""
    asked = request.values.get("vue", "service")
    return next((name for name, _ in VIEWS if name == asked), "service")


def filters_asked() -> InboxFilter:
    """The filters that the address names."""
    demarche, etape, file = (request.values.get(name) or None for name in _FILTERS)
    text = request.values.get("q", "").strip() or None
    return InboxFilter(demarche=demarche, etape=etape, file=file, text=text)


def kept() -> dict[str, Any]:
    """The view and filters of the address, to be carried to the next page."""
    names = ("vue", "q", "tri", *_FILTERS)
    return {name: request.values[name] for name in names if request.values.get(name)}


def place() -> dict[str, Any]:
    """`kept` and the page of the list: where the way back leads."""
    suite = request.values.get("suite")
    return {**kept(), "suite": suite} if suite else kept()


@blueprint.context_processor
def beside() -> dict[str, Any]:
    """The navigation of every page, with the counts of the agent's views."""
    actor = session.actor()
    if actor is None or actor.kind != "agent":
        return {}
    counts = counted(actor)
    return {
        **header(counts),
        "views": views(counts),
        "kept": kept(),
        "back": place(),
    }


def counted(actor: Actor) -> Counts:
    """The counts of the agent's views, read once a request."""
    if "counts" not in g:
        g.counts = queries.counts(actor)
    found: Counts = g.counts
    return found


def header(counts: Counts | None = None) -> dict[str, Any]:
    """The variables of the header: the links and the préfecture's name."""
    actor = session.signed_in()
    return {
        "nav": navigation(counts or counted(actor)),
        "sets_locally": _sets_locally(),
        "place": identity.prefecture(actor.prefecture).name if actor.prefecture else "",
    }


def navigation(counts: Counts) -> list[dict[str, Any]]:
    """The header's links, by role; the page's own is marked, and so is the section that it belongs to."""
    here = request.endpoint or ""
    # Whatever an analyst's page is about, it is about démarches, unless it stands in a section of its own.
    elsewhere = {"analyst.journal", "analyst.local_settings", *_PUBLISHING, *_LOCAL, *_INCIDENTS}
    studio = (here,) if here.startswith("analyst.") and here not in elsewhere else ()
    roles, national = session.signed_in().roles, permissions.is_national(session.signed_in())
    links = [
        *([("agent.inbox", "Tâches", counts.service, ("agent.task",))] if roles & set(WORKERS) else []),
        *([("agent.dossiers", "Dossiers", None, ("agent.dossier", "agent.look"))] if roles & set(WORKERS) else []),
        *([("agent.reception", "Accueil", None, ())] if roles & set(WORKERS) else []),
        *([("agent.counter", "Guichet", None, ())] if roles & {GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE} else []),
        *([("manager.overview", "Pilotage", None, ())] if roles & MANAGERS else []),
        *([("manager.due_work", "Travaux", None, ())] if ADMINISTRATEUR in roles and not national else []),
        *([("analyst.home", "Démarches", None, studio)] if roles & {ANALYSTE, RECETTEUR} or national else []),
        *([("analyst.journal", "Publications", None, _PUBLISHING)] if roles & _PUBLISHERS else []),
        *([("analyst.local_settings", "Réglages", local_conflicts(), _LOCAL)] if _shows_local(here) else []),
        *([("analyst.incidents", "Incidents", None, _INCIDENTS)] if ANALYSTE in roles else []),
    ]
    return [
        {"label": label, "href": url_for(endpoint), "current": here in (endpoint, *inside), "count": count}
        for endpoint, label, count, inside in links
    ]


def _sets_locally() -> bool:
    """Whether the agent's préfecture may set something for itself by their hand."""
    actor = session.signed_in()
    return actor.prefecture is not None and variants.may_write(actor, actor.prefecture)


def _shows_local(here: str) -> bool:
    """Whether that link stands in the header: always for who has room for it, else when something is to be decided.

    The overview leads there too.
    """
    near = here in ("analyst.local_settings", *_LOCAL) or not session.signed_in().roles & set(WORKERS)
    return _sets_locally() and (near or local_conflicts() is not None)


def local_conflicts() -> int | None:
    """How many of the préfecture's own values wait for a decision; None where there are none."""
    prefecture = session.signed_in().prefecture or ""
    return len(variants.to_decide(prefecture)) or None


def views(counts: Counts) -> list[dict[str, Any]]:
    """The saved views beside the worklist."""
    numbers = {"service": counts.service, "mine": counts.mine, "unassigned": counts.unassigned, "late": counts.late}
    current = view_asked()
    return [
        {"label": label, "href": url_for("agent.inbox", vue=name), "current": name == current, "count": numbers[name]}
        for name, label in VIEWS
    ]
