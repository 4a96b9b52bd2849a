"""What one may do in a run, as steps of a scenario: the answers of forms checked as they are for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import forms
from engine import scenarios as reading
from engine.scenarios import ScenarioUnreadable
from prefecture.demarches.version import Version
from prefecture.kernel.errors import DomainError, Invalid, NotFound
from prefecture.studio.playing import Asked, Run

DOCUMENT: Final = ("document-d-essai",)
_NO_FORM: Final = "Le formulaire de demande ne se lit pas\u00a0: les constats disent pourquoi."
_NOT_BACK: Final = "Le temps ne recule pas\u00a0: annulez une étape pour revenir."


def form_of(version: Version, name: str | None) -> forms.Form | None:
    """A form by its name; None where there is none that can be read."""
    if not name:
        return None
    try:
        return version.form(name)
    except (DomainError, forms.FormUnreadable):
        return None


def task(run: Run, element: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """An open task is done with these answers. Raises NotFound, Invalid with what is wrong by field."""
    found = run.task(element)
    form = form_of(run.version, found.form)
    answers = _checked(form, typed, found.data) if form is not None else dict(typed)
    return {"quand": f"«\u00a0{found.name or element}\u00a0» est fait", "tache": element, "reponses": answers}


def message(run: Run, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A message that is awaited arrives. Raises NotFound."""
    if name not in run.messages:
        raise NotFound(f"Personne n’attend le message «\u00a0{name}\u00a0» dans l’essai.")
    what = {"quand": f"le message «\u00a0{name}\u00a0» arrive", "message": name}
    return {**what, "contenu": dict(content)} if content else what


def answer(run: Run, action: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """An action answers what it is told to. Raises NotFound."""
    asked = _asked(run, action)
    return {"quand": f"réponse\u00a0: {asked.name or action}", "action": action, "reponse": _like(told, asked.proposed)}


def failure(run: Run, action: str, code: str, said: str) -> dict[str, Any]:
    """An action fails: the diagram catches the code, or an incident stands there. Raises NotFound."""
    asked = _asked(run, action)
    told = {name: text for name, text in (("code", code.strip()), ("message", said.strip())) if text}
    return {"quand": f"échec\u00a0: {asked.name or action}", "action": action, "echec": told}


def wait(run: Run, period: str) -> dict[str, Any]:
    """That long passes (ISO 8601). Raises Invalid."""
    try:
        reading.later(run.now, period, run.scenario.zone)
    except ScenarioUnreadable as error:
        raise Invalid({"attendre": str(error)}) from error
    return {"quand": f"il se passe {period}", "attendre": period}


def until(run: Run, moment: datetime) -> dict[str, Any]:
    """Time passes until then, on the clock of the scenario. Raises Invalid."""
    there = moment if moment.tzinfo is None else moment.astimezone(run.scenario.zone).replace(tzinfo=None)
    if there <= run.now.replace(tzinfo=None):
        raise Invalid({"jusqu_au": _NOT_BACK})
    return {"quand": f"vient le {there:%d/%m/%Y}", "jusqu_au": there}


def request(run: Run, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The citizen's request, checked as its form says. Raises Invalid."""
    form = form_of(run.version, run.version.form_id)
    if form is None:
        raise Invalid({}, _NO_FORM)
    return _checked(form, typed, {"usager": run.data.get("usager", {})})


def _like(told: Mapping[str, Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
    """What is told, a text where the example has a date or a moment read as one."""
    found = dict(told)
    for name, example in proposed.items():
        if isinstance(example, date) and isinstance(told.get(name), str):
            kind = datetime if isinstance(example, datetime) else date
            try:
                found[name] = kind.fromisoformat(told[name])
            except ValueError as error:
                raise Invalid({name: "Écrivez une date, comme 2026-03-20."}) from error
    return found


def _asked(run: Run, action: str) -> Asked:
    found = next((one for one in run.asked if one.action == action), None)
    if found is None:
        raise NotFound(f"L’action «\u00a0{action}\u00a0» n’attend pas de réponse dans l’essai.")
    return found


def _checked(form: forms.Form, typed: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """The invented citizen has sent every pièce that the form asks for."""
    documents = {one.code: DOCUMENT for one in form.pieces(typed, context=context) if one.code}
    checked = form.check(typed, context=context, documents=documents)
    if checked.errors:
        raise Invalid(dict(checked.errors))
    return dict(checked.answers)
