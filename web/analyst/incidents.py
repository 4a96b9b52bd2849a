"""What stands still, by cause and on the diagram; tried again, passed over, repaired, one by one or all of a cause."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import diagram
from engine.drawing.places import places
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import incidents as desk
from prefecture.dossiers.incidents import IncidentView
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import path as paths
from prefecture.statistics.path import Path
from web import session
from web.analyst import path as ways
from web.analyst import pictures
from web.analyst.frame import blueprint
from web.analyst.observation import pages_of

CAUSES: Mapping[str, str] = {
    "work": "Une action du système a échoué",
    "process": "Le parcours ne peut pas continuer",
    "message": "Un message n’a été attendu par personne",
}


@dataclass(frozen=True)
class Cause:
    """Incidents of one kind at one place; `id` names it in a form."""

    id: str
    demarche: str
    kind: str
    element: str
    name: str
    code: str
    incidents: list[IncidentView]

    @property
    def told(self) -> str:
        """What happened, in words."""
        return CAUSES.get(self.kind, self.kind)


@blueprint.get("/incidents")
@entry(ANALYSTE)
def incidents() -> str:
    """Every incident by cause; those of a démarche on its diagrams too."""
    wanted = request.args.get("demarche", "")
    found = [one for one in desk.incidents(session.signed_in()) if wanted in ("", one.demarche_code)]
    titles = {one.code: one.title for one in demarches.demarches()}
    version = demarches.current(wanted) if wanted else None
    words = {code: dict(_names(demarches.current(code))) for code in {one.demarche_code for one in found} if code}
    return render_template(
        "analyst/incidents.html",
        causes=list(_causes(found, words)),
        total=len(found),
        titles=titles,
        version=version,
        drawings=list(_drawings(version, found)) if version else [],
        pages=pages_of(wanted, "incidents") if wanted else [],
    )


@blueprint.get("/incidents/<string:incident_id>")
@entry(ANALYSTE)
def incident(incident_id: str) -> str:
    """One incident: where it stands on the dossier's way, and what can be done."""
    return _page(incident_id, {})


@blueprint.post("/incidents/relance")
@entry(ANALYSTE)
def retry_all() -> Response:
    """Try again all the incidents chosen."""
    actor = session.signed_in()
    return _each(lambda one: desk.retry(actor, one), "relancé")


@blueprint.post("/incidents/passage")
@entry(ANALYSTE)
def skip_all() -> Response:
    """Pass over all the incidents chosen, for one reason."""
    actor, reason = session.signed_in(), request.form.get("motif", "")
    if not reason.strip():
        flash("Dites pourquoi ces incidents sont passés outre\u00a0: rien n’a été fait.")
        return _back()
    return _each(lambda one: desk.skip(actor, one, reason), "passé outre")


@blueprint.post("/incidents/<string:incident_id>/relance")
@entry(ANALYSTE)
def retry_incident(incident_id: str) -> Response | tuple[str, int]:
    """Try one again."""
    return _do(incident_id, lambda: desk.retry(session.signed_in(), incident_id), "L’incident est relancé.")


@blueprint.post("/incidents/<string:incident_id>/passage")
@entry(ANALYSTE)
def skip_incident(incident_id: str) -> Response | tuple[str, int]:
    """Go on past one, with a reason and the results that stand for its own."""
    given = request.form

    def act() -> None:
        desk.skip(session.signed_in(), incident_id, given.get("motif", ""), _object(given, "resultats"))

    return _do(incident_id, act, "L’incident est passé outre\u00a0: le dossier continue.")


@blueprint.post("/incidents/<string:incident_id>/donnees")
@entry(ANALYSTE)
def edit_data(incident_id: str) -> Response | tuple[str, int]:
    """Put values in the place of a dossier's own; what they were is journalled and not shown."""
    given = request.form

    def act() -> None:
        actor = session.signed_in()
        values = _object(given, "valeurs")
        if not values:
            raise Invalid({"valeurs": "Donnez au moins une valeur."})
        desk.edit(actor, _number(incident_id), values, given.get("motif_donnees", ""))

    return _do(incident_id, act, "Les données sont corrigées\u00a0; relancez l’incident s’il est encore là.")


@blueprint.post("/incidents/<string:incident_id>/deplacement")
@entry(ANALYSTE)
def move_token(incident_id: str) -> Response | tuple[str, int]:
    """End what stands at one place and begin another."""
    given = request.form

    def act() -> None:
        source, target = given.get("de", ""), given.get("vers", "")
        if not source or not target:
            raise Invalid({"vers": "Choisissez d’où et vers où."})
        desk.move(session.signed_in(), _number(incident_id), {source: target}, given.get("motif_deplacement", ""))

    return _do(incident_id, act, "Le dossier est déplacé.")


def _page(incident_id: str, errors: Mapping[str, str]) -> str:
    actor = session.signed_in()
    found = desk.incident(actor, incident_id)
    way = paths.path(actor, found.number) if found.number else None
    version = demarches.version(way.version_id) if way else None
    names = dict(_names(version)) if version else {}
    return render_template(
        "analyst/incident.html",
        incident=found,
        told=CAUSES.get(found.kind, found.kind),
        path=way,
        drawings=_where(version, way, found.element or "") if version and way else [],
        here=[(one, names.get(one, one)) for one in (way.present if way else ())],
        places=list(names.items()),
        name=found.name or names.get(found.element or "", found.element or ""),
        given=request.form.to_dict(),
        errors=errors,
        problems=[{"message": message, "target": f"champ-{name}"} for name, message in errors.items()],
    )


def _do(incident_id: str, act: Callable[[], None], said: str) -> Response | tuple[str, int]:
    """Do it in one door; what is refused is told on the incident's page, with what was typed."""
    try:
        with unit_of_work():
            act()
    except Invalid as error:
        reason = {"data": "motif_donnees", "move": "motif_deplacement"}
        where = "data" if "valeurs" in request.form else "move" if "vers" in request.form else ""
        fields = {reason.get(where, "motif") if name == "reason" else name: one for name, one in error.fields.items()}
        return _page(
            incident_id, {"resultats" if name == "results" else name: one for name, one in fields.items()}
        ), 422
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        flash(error.message)
        return redirect(url_for("analyst.incidents"))
    flash(said)
    return redirect(url_for("analyst.incidents"))


def _each(act: Callable[[str], None], done: str) -> Response:
    """One door an incident: what cannot be done keeps nothing else from being done."""
    count, refused = 0, Counter[str]()
    for one in request.form.getlist("incident"):
        try:
            with unit_of_work():
                act(one)
            count += 1
        except DomainError as error:
            refused[error.message] += 1
    plural = "s" if count > 1 else ""
    flash(f"{count} incident{plural} {done}{plural}." if count else "Aucun incident n’a changé.")
    for message, number in refused.items():
        flash(f"{number}\u00a0× {message}")
    return _back()


def _back() -> Response:
    return redirect(url_for("analyst.incidents", demarche=request.form.get("demarche") or None))


def _number(incident_id: str) -> str:
    """The dossier of an incident."""
    found = desk.incident(session.signed_in(), incident_id)
    if found.number is None:
        raise Invalid({"motif": "Cet incident n’est celui d’aucun dossier."})
    return found.number


def _object(given: Mapping[str, str], name: str) -> dict[str, Any]:
    """The JSON object that somebody typed; nothing for nothing."""
    text = given.get(name, "").strip()
    if not text:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid({name: f"Ce n’est pas du JSON\u00a0: {error}."}) from error
    if not isinstance(found, dict):
        raise Invalid({name: 'Donnez un objet, par exemple {"montant": 25}.'})
    return found


def _causes(found: list[IncidentView], words: Mapping[str, Mapping[str, str]]) -> Iterator[Cause]:
    groups: dict[tuple[str, str, str, str], list[IncidentView]] = {}
    for one in found:
        key = (one.demarche_code or "", one.kind, one.element or "", one.code)
        groups.setdefault(key, []).append(one)
    for (demarche, kind, element, code), incidents_ in sorted(groups.items(), key=lambda one: -len(one[1])):
        name = next((one.name for one in incidents_ if one.name), words.get(demarche, {}).get(element, element))
        identity = hashlib.sha256("|".join((demarche, kind, element, code)).encode()).hexdigest()[:8]
        yield Cause(identity, demarche, kind, element, name, code, incidents_)


def _drawings(version: Version, found: list[IncidentView]) -> Iterator[ways.Drawn]:
    """The diagrams in which something stands still, the hotter the more does."""
    counts = Counter(one.element for one in found if one.element)
    for file, content in version.diagrams.items():
        here = {one.id: counts[one.id] for one in places(content) if counts[one.id]}
        if here:
            figures = {one: f"{count} incident{'s' if count > 1 else ''}" for one, count in here.items()}
            # The renderer escapes every text of the diagram; what it returns is ours.
            svg = Markup(diagram.render(content, heat=dict(here), figures=figures))  # noqa: S704
            yield ways.Drawn(file, pictures.title_of(content, file), svg)


def _where(version: Version, way: Path, element: str) -> list[ways.Drawn]:
    """The diagram on which the incident stands, or the way's first."""
    drawn = list(ways.drawings(version, way))
    inside = [one for one in drawn if any(place.id == element for place in places(version.diagrams[one.file]))]
    return inside[:1] or drawn[:1]


def _names(version: Version) -> Iterator[tuple[str, str]]:
    for content in version.diagrams.values():
        yield from ((one.id, one.name) for one in places(content) if not one.flow)
