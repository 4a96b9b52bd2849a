"""What a form's preview carries from page to page: answers, names of files; and whom the real pages would show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from werkzeug.datastructures import FileStorage, MultiDict

from engine.model import Card
from forms import Form, Page
from prefecture.demarches.version import PARIS, Version
from prefecture.kernel.errors import Invalid
from prefecture.studio.form_trials import Place, settings_of
from web.citizen.filling import REMOVE, Filling, Sent, named, put

_BAD = "Les réponses gardées dans la page ne se lisent pas. Recommencez l’aperçu."


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


def dossier_of(version: Version, place: Place) -> Dossier:
    """An invented dossier of the démarche."""
    prefix = str(settings_of(version).get("prefixe") or "ABC")
    return Dossier(f"{prefix}-94-26-000001-A", place.demarche)


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
            files[name] = Sent(name, name, None, "")
    return Filling(form, context, answers, files)
