"""A draft played by hand: tasks with their forms as people will see them, time, messages, actions; one step after the
other, taken back at will, kept as a scenario. Works without JavaScript."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import forms
from engine.errors import DefinitionInvalid
from engine.model import OpenTask
from prefecture.demarches import scenarios
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps.actions import ACTIONS
from prefecture.studio import queries as studio
from prefecture.studio import run_steps, runs, wording, writing
from prefecture.studio.playing import Asked, Run
from prefecture.studio.trials import NOT_PLAYED
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import REVIEWERS
from web.analyst.trials import drawings_of

WAITS: Final = (
    ("PT1H", "une heure"),
    ("P1D", "un jour"),
    ("P7D", "une semaine"),
    ("P1M", "un mois"),
    ("P4M", "quatre mois"),
)
CITIZEN: Final = "usager"
KEPT: Final = ("titre", "nom", "contenu", "reponse", "jusqu_au", "autre", "message")  # what is typed and comes back
OTHER: Final = "+"  # a code of one’s own
_BAD = 'Ces lignes ne se lisent pas : écrivez une réponse par ligne, comme « accord = true » ou « motif = "texte" ».'


@blueprint.get("/brouillons/<uuid:draft_id>/essai")
@entry(*REVIEWERS)
def run(draft_id: uuid.UUID) -> str:
    """Where the run stands, or the form that begins one."""
    return _page(draft_id, {}, {})


@blueprint.post("/brouillons/<uuid:draft_id>/essai")
@entry(*REVIEWERS)
def play(draft_id: uuid.UUID) -> Response:
    """Do what the pressed button says; what cannot be done comes back as typed."""
    act = _ACTS.get(request.form.get("verbe", ""))
    try:
        if act is None:
            raise Invalid({}, "Choisissez ce qu’il faut faire.")
        return act(draft_id)
    except DefinitionInvalid:
        return make_response(_page(draft_id, {}, {}), 422)
    except Conflict as error:
        flash(error.message)
    except Invalid as error:
        typed = {name: request.form.get(name, "") for name in KEPT}
        return make_response(_page(draft_id, typed, error.fields, refused=error.message), 422)
    return _back(draft_id)


def _begin(draft_id: uuid.UUID) -> Response:
    with unit_of_work():
        held = tuple(request.form.getlist("retenir"))
        runs.begin(session.signed_in(), draft_id, request.form.get("source", ""), held)
    return _back(draft_id)


def _end(draft_id: uuid.UUID) -> Response:
    with unit_of_work():
        runs.end(session.signed_in(), draft_id)
    return _back(draft_id)


def _undo(draft_id: uuid.UUID) -> Response:
    with unit_of_work():
        runs.undo(session.signed_in(), draft_id, _revision())
    return _back(draft_id)


def _task(draft_id: uuid.UUID) -> Response:
    stands = _stands(draft_id)
    element = request.form.get("tache", "")
    form = run_steps.form_of(stands.version, stands.task(element).form)
    typed = _typed(form) if form is not None else {}
    if form is not None and form.asks_again(request.form):
        return make_response(_page(draft_id, {}, {}, answers=typed))
    try:
        what = run_steps.task(stands, element, typed)
    except Invalid as error:
        return make_response(_page(draft_id, {}, error.fields, answers=typed), 422)
    return _do(draft_id, what)


def _message(draft_id: uuid.UUID) -> Response:
    name, content = request.form.get("message", ""), _lines("contenu")
    return _do(draft_id, run_steps.message(_stands(draft_id), name, content))


def _action(draft_id: uuid.UUID) -> Response:
    name, told = request.form.get("action", ""), _lines("reponse")
    return _do(draft_id, run_steps.answer(_stands(draft_id), name, told))


def _failure(draft_id: uuid.UUID) -> Response:
    name, code = request.form.get("action", ""), request.form.get("code", "")
    own = request.form.get("autre", "") if code == OTHER else code
    return _do(draft_id, run_steps.failure(_stands(draft_id), name, own, request.form.get("message", "")))


def _time(draft_id: uuid.UUID) -> Response:
    stands = _stands(draft_id)
    period = request.form.get("attendre", "")
    label = dict(WAITS).get(period)
    if label is not None:
        return _do(draft_id, {**run_steps.wait(stands, period), "quand": f"il se passe {label}"})
    try:
        moment = datetime.fromisoformat(request.form.get("jusqu_au", "").strip())
    except ValueError as error:
        raise Invalid({"jusqu_au": "Écrivez une date, comme 2026-03-20T10:00."}) from error
    return _do(draft_id, run_steps.until(stands, moment.replace(tzinfo=None)))


def _demande(draft_id: uuid.UUID) -> Response:
    stands = _stands(draft_id)
    form = run_steps.form_of(stands.version, stands.version.form_id)
    typed = _typed(form) if form is not None else {}
    if form is not None and form.asks_again(request.form):
        return make_response(_page(draft_id, {}, {}, asked=typed))
    try:
        asked = run_steps.request(stands, typed)
    except Invalid as error:
        if form is None:
            raise
        return make_response(_page(draft_id, {}, error.fields, asked=typed), 422)
    with unit_of_work():
        runs.give(session.signed_in(), draft_id, _revision(), asked)
    flash("La demande est changée : l’essai reprend au début.")
    return _back(draft_id)


def _save(draft_id: uuid.UUID) -> Response:
    name, title = request.form.get("nom", "").strip(), request.form.get("titre", "")
    with unit_of_work():
        saved = runs.save(session.signed_in(), draft_id, name, title)
    if saved.refused is not None:
        raise Invalid({"nom": saved.refused.message})
    flash("L’essai est enregistré comme un scénario.")
    return redirect(url_for("analyst.scenario", draft_id=draft_id, path=runs.path_of(name)))


_ACTS: Final[Mapping[str, Callable[[uuid.UUID], Response]]] = {
    "commencer": _begin,
    "finir": _end,
    "annuler": _undo,
    "tache": _task,
    "message": _message,
    "action": _action,
    "echec": _failure,
    "temps": _time,
    "demande": _demande,
    "enregistrer": _save,
}


def _do(draft_id: uuid.UUID, what: Mapping[str, Any]) -> Response:
    with unit_of_work():
        runs.step(session.signed_in(), draft_id, _revision(), what)
    return _back(draft_id)


def _back(draft_id: uuid.UUID) -> Response:
    return redirect(url_for("analyst.run", draft_id=draft_id))


def _stands(draft_id: uuid.UUID) -> Run:
    found = runs.run(session.signed_in(), draft_id)
    if found is None:
        raise Conflict("Il n’y a plus d’essai en cours.")
    return found


def _revision() -> int:
    return request.form.get("revision", 0, type=int)


def _lines(name: str) -> dict[str, Any]:
    """What was typed as lines « nom = valeur ». Raises Invalid."""
    try:
        return tomllib.loads(request.form.get(name, "").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise Invalid({name: _BAD}) from error


def _typed(form: forms.Form) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for page in form.pages:
        answers = form.merge(answers, form.parse_html(request.form, page.number), page.number)
    return answers


def _page(
    draft_id: uuid.UUID,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    answers: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
    refused: str = "",
) -> str:
    draft = studio.draft(draft_id, session.signed_in())
    shared = {"draft": draft, "typed": typed, "errors": errors, "refused": refused}
    try:
        found = runs.run(session.signed_in(), draft_id)
        version = studio.version(draft_id) if found is None else found.version
        actions = sorted({one.action for one in version.definition.elements.values() if one.action})
    except DefinitionInvalid:
        return render_template("analyst/run_refused.html", draft=draft, said=NOT_PLAYED)
    labels = {name: one.label for name, one in ACTIONS.items()}
    if found is None:
        sources = [(path, _title(version.files[path], path)) for path in filter(scenarios.is_scenario, version.files)]
        return render_template(
            "analyst/run_begin.html",
            **shared,
            sources=sources,
            actions=[(one, labels.get(one, one)) for one in actions],
        )
    return render_template(
        "analyst/run.html",
        **shared,
        run=found,
        drawings=drawings_of(found.version.diagrams, found.passed, found.here),
        forms_of=_shown(found, answers, errors),
        asking=_asking(found, asked, errors),
        data=[(name, value) for name, value in wording.flat(found.data) if not name.startswith("demarche.")],
        lines=writing.entries,
        awaited=[(one, one) for one in found.messages],
        asking_open=asked is not None or not found.data.get("demande"),
        labels=labels,
        waits=WAITS,
        names={key: one.name or key for key, one in found.version.definition.elements.items()},
        status=wording.status_words,
        sending=wording.sending_words,
        citizen=CITIZEN,
        codes=_codes,
        other=OTHER,
    )


def _codes(asked: Asked) -> list[tuple[str, str]]:
    """With what an action may fail: nothing that the diagram catches, a code that it knows, another."""
    return [("", "Sans code : un incident s’ouvre"), *((one, one) for one in asked.errors), (OTHER, "Un autre code")]


def _title(content: bytes, path: str) -> str:
    try:
        return str(tomllib.loads(content.decode()).get("titre") or path)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return path


def _shown(
    found: Run, answers: Mapping[str, Any] | None, errors: Mapping[str, str]
) -> list[tuple[OpenTask, list[Any]]]:
    """Every open task with the pages of its form; the one that was sent keeps what was typed."""
    sent = request.form.get("tache", "")
    shown = []
    for task in found.tasks:
        mine = answers if answers is not None and task.element == sent else {}
        said = errors if task.element == sent and answers is not None else {}
        form = run_steps.form_of(found.version, task.form)
        pages = [form.view(mine, said, one.number, context=task.data) for one in form.pages] if form else []
        shown.append((task, pages))
    return shown


def _asking(found: Run, asked: Mapping[str, Any] | None, errors: Mapping[str, str]) -> list[Any]:
    """The pages of the citizen's request, filled with what is given."""
    form = run_steps.form_of(found.version, found.version.form_id)
    if form is None:
        return []
    given = found.data.get("demande", {}) if asked is None else asked
    said = errors if asked is not None else {}
    context = {"usager": found.data.get("usager", {})}
    return [form.view(given, said, one.number, context=context) for one in form.pages]
