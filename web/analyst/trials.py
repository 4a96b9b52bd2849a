"""The scenarios of a draft: how they go, what they pass on the diagrams, each in plain words and open to correction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from engine import scenarios as reading
from engine.errors import DefinitionInvalid
from engine.simulation import Stop
from prefecture.demarches import scenarios
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import coverage, suggestions, trials, wording
from prefecture.studio import queries as studio
from prefecture.studio.trials import Attempt, Trial, Tried
from web import session
from web.analyst.frame import blueprint
from web.analyst.pictures import title_of
from web.analyst.scripts import READERS, REVIEWERS, answering, told

EXAMPLE = """titre = "Un dossier complet"
le = 2026-03-10T10:00:00

[etant_donne.dossier]
depose_le = 2026-03-10
canal = "teleservice"

[etant_donne.demande]

[[etapes]]
quand = "la demande vient d’être déposée"
alors = { taches = ["verifier_completude"] }
"""


@blueprint.get("/brouillons/<uuid:draft_id>/essais")
@entry(*READERS)
def tried(draft_id: uuid.UUID) -> str:
    """How the scenarios went, and what they pass."""
    found = trials.trial(draft_id)
    version = studio.version(draft_id)
    sheets = _sheets(version, found) if found is not None and not found.refused else []
    return render_template(
        "analyst/trials.html",
        draft=studio.draft(draft_id, session.signed_in()),
        trial=found,
        sheets=sheets,
        drawn=Markup,
        count=sum(map(scenarios.is_scenario, version.files)),
        writes=ANALYSTE in session.signed_in().roles,
    )


@blueprint.post("/brouillons/<uuid:draft_id>/essais")
@entry(*REVIEWERS)
def try_now(draft_id: uuid.UUID) -> AnyResponse:
    """Play all scenarios now."""
    playing = trials.play(draft_id)
    with unit_of_work():
        found = trials.keep(session.signed_in(), playing)
    flash("Les scénarios sont joués." if not found.refused else found.refused)
    return redirect(url_for("analyst.tried", draft_id=draft_id))


@blueprint.get("/brouillons/<uuid:draft_id>/essais/resultats")
@entry(*READERS)
@answering
def results(draft_id: uuid.UUID) -> Response:
    """The same for the editor: each scenario, and what no scenario passes, by file and id."""
    found = trials.trial(draft_id)
    if found is None:
        studio.draft(draft_id)
        return told({"played": False})
    return told({"played": True, **_as_json(found, studio.version(draft_id).diagrams)})


@blueprint.post("/brouillons/<uuid:draft_id>/essais/resultats")
@entry(*REVIEWERS)
@answering
def play_for_editor(draft_id: uuid.UUID) -> Response:
    """Play all scenarios now, for the editor."""
    playing = trials.play(draft_id)
    with unit_of_work():
        trials.keep(session.signed_in(), playing)
    return results(draft_id)


@blueprint.get("/brouillons/<uuid:draft_id>/scenarios/<path:path>")
@entry(*READERS)
def scenario(draft_id: uuid.UUID, path: str) -> str:
    """One scenario in words, played now: the step where it goes wrong, on the diagram too."""
    return _scenario_page(draft_id, trials.attempt(draft_id, path), None, {})


@blueprint.post("/brouillons/<uuid:draft_id>/scenarios/<path:path>")
@entry(ANALYSTE)
def save_scenario(draft_id: uuid.UUID, path: str) -> AnyResponse:
    """Save a scenario's text; what cannot be read comes back as typed."""
    text, revision = request.form.get("texte", ""), request.form.get("revision", 0, type=int)
    stands = trials.attempt(draft_id, path)
    try:
        with unit_of_work():
            saved = trials.write(session.signed_in(), draft_id, path, text, revision)
    except Invalid as error:
        return make_response(_scenario_page(draft_id, stands, text, error.fields), 422)
    if saved.refused is not None:
        said = {"texte": saved.refused.message}
        return make_response(_scenario_page(draft_id, stands, text, said), saved.refused.status)
    flash("Le scénario est enregistré, et rejoué.")
    return redirect(url_for("analyst.scenario", draft_id=draft_id, path=path))


@blueprint.get("/brouillons/<uuid:draft_id>/scenarios")
@entry(ANALYSTE)
def new_scenario(draft_id: uuid.UUID) -> str:
    """The form of a new scenario, begun as the first one there is."""
    files = studio.files(draft_id)
    first = next(filter(scenarios.is_scenario, sorted(files)), None)
    text = files[first].decode(errors="replace") if first is not None else EXAMPLE
    return _new_page(draft_id, {"nom": "", "texte": text}, {})


@blueprint.post("/brouillons/<uuid:draft_id>/scenarios")
@entry(ANALYSTE)
def add_scenario(draft_id: uuid.UUID) -> AnyResponse:
    """Add a scenario to the draft."""
    values = {name: request.form.get(name, "") for name in ("nom", "texte")}
    path = f"{scenarios.FOLDER}{values['nom'].strip().removesuffix('.toml')}.toml"
    try:
        with unit_of_work():
            saved = trials.write(session.signed_in(), draft_id, path, values["texte"], 0)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        fields = dict(error.fields) if isinstance(error, Invalid) else {"nom": error.message}
        fields = {"nom" if name == "path" else name: said for name, said in fields.items()}
        return make_response(_new_page(draft_id, values, fields), error.status)
    if saved.refused is not None:
        return make_response(_new_page(draft_id, values, {"nom": saved.refused.message}), saved.refused.status)
    flash("Le scénario est ajouté, et joué.")
    return redirect(url_for("analyst.scenario", draft_id=draft_id, path=path))


@blueprint.post("/brouillons/<uuid:draft_id>/scenarios-retires")
@entry(ANALYSTE)
def discard_scenarios(draft_id: uuid.UUID) -> AnyResponse:
    """Take away the scenarios that the form names: those that tell of something else than the draft."""
    paths = list(dict.fromkeys(request.form.getlist("fichier")))
    try:
        with unit_of_work():
            trials.discard(session.signed_in(), draft_id, paths)
        many = f"{len(paths)} scénarios sont retirés" if len(paths) > 1 else "Le scénario est retiré"
        flash(f"{many}. L’historique garde l’état d’avant.")
    except DomainError as error:
        if error.status == 403:
            raise
        flash(error.message)
    return redirect(url_for("analyst.tried", draft_id=draft_id))


@blueprint.get("/brouillons/<uuid:draft_id>/suggestions")
@entry(*READERS)
def suggested(draft_id: uuid.UUID) -> str:
    """Scenarios that would pass what none passes, found by playing; and what could not be reached."""
    draft = studio.draft(draft_id)
    try:
        found = suggestions.suggested(draft_id)
    except DefinitionInvalid:
        return render_template("analyst/run_refused.html", draft=draft, said=trials.NOT_PLAYED)
    shown = [(one, wording.told(reading.read(one.content), {})) for one in found.suggestions]
    return render_template(
        "analyst/trials_suggested.html",
        draft=draft,
        shown=shown,
        questions=found.questions,
        writes=ANALYSTE in session.signed_in().roles,
    )


def _sheets(version: Version, found: Trial) -> list[tuple[str, coverage.Covered]]:
    """The diagrams with what the scenarios pass and where they stop, by title."""
    stops = [(one.stop, one.way) for one in found.tried]
    sheets = coverage.covered(version.diagrams, found.passes, found.missed, stops)
    return [(title_of(version.diagrams[one.file], one.file), one) for one in sheets]


def _as_json(found: Trial, diagrams: Mapping[str, bytes]) -> dict[str, Any]:
    """A trial as the editor's scripts read it: ways, stops and coverage by the file of each diagram."""
    drawings = coverage.sheets(diagrams)
    sheets = coverage.passed(drawings, found.passes, found.missed) if not found.refused else []
    return {
        "current": found.current,
        "played_at": found.played_at,
        "passed": found.passed,
        "refused": found.refused,
        "elements": found.elements,
        "flows": found.flows,
        "scenarios": [_tried_as_json(one, drawings) for one in found.tried],
        "diagrams": {one.file: {"passes": one.passes, "missed": [place.id for place in one.missed]} for one in sheets},
    }


def _tried_as_json(one: Tried, drawings: list[coverage.Sheet]) -> dict[str, Any]:
    names = {place.id: place.name for sheet in drawings for place in sheet.places if not place.flow}
    told = replace(one, stop=_named(one.stop, names)) if one.stop is not None else one
    return {
        **asdict(told),
        "way": coverage.way_by_file(drawings, one.way),
        "here": coverage.by_file(drawings, coverage.standing(drawings, one.stop, one.way)),
        "awaited": coverage.by_file(drawings, coverage.awaited(drawings, one.stop)),
    }


def _named(stop: Stop, names: Mapping[str, str]) -> Stop:
    """A stop whose differences speak of tasks by their names."""
    return replace(stop, differences=tuple(wording.named(one, names) for one in stop.differences))


def _new_page(draft_id: uuid.UUID, values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    draft = studio.draft(draft_id)
    return render_template("analyst/trials_new.html", draft=draft, values=values, errors=errors, problems=_told(errors))


def _scenario_page(draft_id: uuid.UUID, found: Attempt, text: str | None, errors: Mapping[str, str]) -> str:
    drawings = []
    result = found.result
    if result is not None:
        stop = result.stop
        names = {key: one.name or key for key, one in found.version.definition.elements.items()}
        found = replace(found, result=replace(result, stop=_named(stop, names))) if stop else found
        passed = result.elements | result.flows
        drawings = drawings_of(found.version.diagrams, passed, stop.here if stop else (), stop)
    return render_template(
        "analyst/trials_scenario.html",
        draft=studio.draft(draft_id, session.signed_in()),
        found=found,
        text=found.text if text is None else text,
        errors=errors,
        problems=_told(errors),
        drawings=drawings,
        writes=ANALYSTE in session.signed_in().roles,
    )


def drawings_of(
    diagrams: Mapping[str, bytes], passed: frozenset[str], here: tuple[str, ...], stop: Stop | None = None
) -> list[tuple[str, Markup]]:
    """The diagrams of a way by title: the démarche's own, and where it stands now, else all that it went through."""
    found = coverage.drawn(diagrams, passed, () if stop is not None else here, stop=stop)
    marks = ("bpmn-pastille-jeton", "bpmn-pastille-echec")
    kept = [one for number, one in enumerate(found) if not here or not number or any(mark in one[1] for mark in marks)]
    # The renderer escapes every text of the diagram; what it returns is ours.
    return [(title_of(diagrams[name], name), Markup(svg)) for name, svg in kept]  # noqa: S704


def _told(errors: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"message": said, "target": f"champ-{name}"} for name, said in errors.items()]
