"""What a form's preview knows: who will see it, where, with which answers. All of it travels in the page itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from werkzeug.datastructures import FileStorage, MultiDict

import forms
from engine import scenarios as reading
from engine.errors import DefinitionInvalid
from engine.model import Card, ElementInfo
from engine.scenarios import Scenario, ScenarioUnreadable
from forms import Form, Page
from prefecture.demarches import scenarios
from prefecture.demarches.version import DEFAULT_FORM, PARIS, Version, evaluate
from prefecture.identity.permissions import USAGER
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import runs
from web.analyst.contents import Contents
from web.citizen.filling import REMOVE, Filling, Sent, named, put

Who = Literal["usager", "agent"]
_FORM = re.compile(r"(_commun/)?forms/(blocs/)?([^/]+)\.json")
_BAD = "Les réponses gardées dans la page ne se lisent pas. Recommencez l’aperçu."


@dataclass(frozen=True)
class Place:
    """Where a form is shown: the démarche's title, the task that asks it (None: the request itself), by whom."""

    demarche: str
    task: ElementInfo | None
    who: Who
    starts: bool

    @property
    def heading(self) -> str:
        """What stands above a task's form on a citizen's page."""
        card = self.card
        return card.label if card is not None and card.label else self.name

    @property
    def name(self) -> str:
        """The task's name, as agents read it."""
        return self.task.name if self.task is not None else ""

    @property
    def card(self) -> Card | None:
        """What the citizen reads of the task."""
        return self.task.card if self.task is not None else None


@dataclass(frozen=True)
class Task:
    """The task as a citizen's page draws it, at no particular date."""

    name: str
    card: Card
    due_at: None = None
    late: bool = False


@dataclass(frozen=True)
class Dossier:
    """A dossier that does not exist, as a citizen's page names it."""

    number: str
    title: str
    zone: Any = PARIS


def name_of(path: str) -> str:
    """The name under which a diagram asks the form at that path; raises NotFound for a path of no form."""
    found = _FORM.fullmatch(path)
    if found is None:
        raise NotFound("Ce fichier n’est pas un formulaire.")
    return found[3]


def form_of(version: Version, path: str) -> Form:
    """The form at that path, of `_commun` as well; raises NotFound, forms.FormUnreadable."""
    name_of(path)
    return forms.load(version.file(path), blocks=version.blocks, evaluate=evaluate)


def place_of(version: Version, path: str) -> Place:
    """Where the form is shown, as far as the démarche's other files can be read."""
    settings, name = Contents(version).settings, name_of(path)
    title = str(settings.get("titre") or version.code)
    start = str(settings.get("formulaire") or DEFAULT_FORM)
    if name == start or "/blocs/" in path:
        return Place(title, None, "usager", starts=True)
    tasks = _tasks(version, name)
    lane = tasks[0].lane if tasks else None
    return Place(title, tasks[0] if tasks else None, "usager" if lane == USAGER else "agent", starts=False)


def _tasks(version: Version, form: str) -> list[ElementInfo]:
    try:
        return [one for one in version.definition.elements.values() if one.form == form]
    except DefinitionInvalid:  # an unfinished diagram; the form is shown all the same
        return []


def dossier_of(version: Version, place: Place) -> Dossier:
    """An invented dossier of the démarche."""
    prefix = str(Contents(version).settings.get("prefixe") or "ABC")
    return Dossier(f"{prefix}-94-26-000001-A", place.demarche)


def examples(version: Version) -> list[tuple[str, str]]:
    """The scenarios whose data and answers a preview may begin with: path, title."""
    found = []
    for path in sorted(filter(scenarios.is_scenario, version.files)):
        read = _scenario(version, path)
        if read is not None:
            found.append((path, read.title))
    return found


def _scenario(version: Version, path: str) -> Scenario | None:
    try:
        return reading.read(version.files.get(path, b""), path)
    except ScenarioUnreadable:
        return None


def context_of(version: Version, place: Place, example: str) -> Mapping[str, Any]:
    """What the form's conditions see beside its own answers: the example's data, or an invented citizen's."""
    read = _scenario(version, example) if example else None
    given = dict(read.given) if read is not None else {}
    invented = {"usager": {"nom": "Essai", "prenoms": "Camille", "date_naissance": "1990-01-01"}}
    if place.starts:
        return {"usager": given.get("usager", invented["usager"])}
    raw = _invented(version)
    return {**raw, **invented, "demarche": Contents(version).settings, **given}


def _invented(version: Version) -> Mapping[str, Any]:
    try:
        return dict(runs.invented(version)["etant_donne"])
    except (KeyError, ValueError):  # settings that cannot be read yet
        return {}


def answers_of(version: Version, place: Place, example: str) -> dict[str, Any]:
    """The answers that a scenario gives to this form: to the request, or when it does the task."""
    read = _scenario(version, example)
    if read is None:
        return {}
    if place.starts:
        return dict(read.given.get("demande") or {})
    task = place.task.id if place.task is not None else ""
    return next((dict(step.data) for step in read.steps if step.task == task), {})


def kept(text: str) -> dict[str, Any]:
    """The answers that the page carries; raises Invalid."""
    try:
        read = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise Invalid({}, _BAD) from error
    if not isinstance(read, dict):
        raise Invalid({}, _BAD)
    return read


def written(answers: Mapping[str, Any]) -> str:
    """The answers as the page carries them."""
    return orjson.dumps(answers, default=str).decode()


def typed(
    form: Form, before: Mapping[str, Any], pages: list[Page], posted: MultiDict[str, str], sent: MultiDict[str, Any]
) -> dict[str, Any]:
    """The answers with those of the pages that were posted; files count by their names, nothing of them is kept."""
    answers: dict[str, Any] = dict(before)
    for page in pages:
        answers = form.merge(answers, form.parse_html(posted, page.number), page.number)
    removed = set(posted.getlist(REMOVE))
    for piece in form.pieces(answers):
        if piece.page in {page.number for page in pages}:
            names = [_named(one) for one in sent.getlist(f"{piece.path}-fichier") if one.filename]
            left = [one for one in named(answers, piece) if one not in removed]
            put(answers, piece.path, [*left, *names] if piece.multiple else (names or left)[-1:])
    return answers


def _named(sent: FileStorage) -> str:
    return (sent.filename or "document")[-80:]


def filling_of(form: Form, context: Mapping[str, Any], answers: Mapping[str, Any]) -> Filling:
    """The form being filled in, its files known by their names."""
    files = {}
    for piece in form.pieces(answers, context=context):
        for name in named(answers, piece):
            files[name] = Sent(name, name, 0, "")
    return Filling(form, context, answers, files)
