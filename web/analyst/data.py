"""The dated data of a démarche: pièces, delays and amounts, what holds on a day, what will; written from a day on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.demarches.version import SETTINGS
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import dated_data, dated_words, dated_writing
from prefecture.studio import queries as studio
from prefecture.studio.dated_data import BASE, FIGURE, KINDS, PIECE, Sheet, Subject, Value
from prefecture.studio.dated_writing import Written
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS

TITLES = {PIECE: "Pièces", dated_data.DELAY: "Délais et durées", FIGURE: "Tarifs et montants"}
# A table that gives this output is what the process follows, whatever `demarche.toml` announces.
_DELAY_OF_TABLE, _DELAY_READ = b'name="delai"', b"demarche.silence.delai"
_TEXTS = ("fondement", "source", "libelle", "aide", "condition")
_FLAGS = ("indispensable", "original")


@blueprint.get("/brouillons/<uuid:draft_id>/donnees")
@entry(*READERS)
def draft_data(draft_id: uuid.UUID) -> Any:
    """The dated data of a draft, as of a day."""
    draft = studio.draft(draft_id, session.signed_in())
    open_ = ANALYSTE in session.signed_in().roles and draft.archived_at is None
    day, wrong = _day_asked()
    try:
        sheet = dated_data.of_draft(draft_id, day)
    except Invalid as error:
        return make_response(render_template("analyst/data_unreadable.html", draft=draft, said=error.message), 422)
    page = render_template(
        "analyst/data.html", draft=draft, sheet=sheet, writes=open_, **_shown(sheet, studio.files(draft_id), wrong)
    )
    return make_response(page, 422 if wrong else 200)


@blueprint.get("/versions/<uuid:version_id>/donnees")
@entry(*READERS)
def version_data(version_id: uuid.UUID) -> Response:
    """The same of a published version, to be read."""
    version = demarches.version(version_id)
    day, wrong = _day_asked()
    sheet = dated_data.of_version(version, day)
    page = render_template(
        "analyst/data.html", version=version, sheet=sheet, writes=False, **_shown(sheet, version.files, wrong)
    )
    return make_response(page, 422 if wrong else 200)


@blueprint.get("/brouillons/<uuid:draft_id>/donnees/valeur")
@entry(ANALYSTE)
def value(draft_id: uuid.UUID) -> Any:
    """The form of a value: a new one from a day on, or with `ligne` the correction of one."""
    kind, name, index = _asked(request.args)
    sheet = dated_data.of_draft(draft_id)
    subject = _subject(sheet, kind, name)
    held = _value(subject, index)
    return _value_page(draft_id, sheet.revision, subject, held, _filled(subject, held), {})


@blueprint.post("/brouillons/<uuid:draft_id>/donnees/valeur")
@entry(ANALYSTE)
def write_value(draft_id: uuid.UUID) -> Any:
    """Write it; what is refused comes back as it was typed."""
    kind, name, index = _asked(request.form)
    given = {key: text for key, text in request.form.items() if key not in ("csrf_token", "sorte", "nom", "ligne")}
    fresh = not name
    name = name or given.get("code", "").strip()

    def act() -> Written:
        actor, fields = session.signed_in(), _read(given, kind, fresh=fresh, index=index)
        if index is None:
            return dated_writing.add(actor, draft_id, _revision(), kind, name, fields)
        return dated_writing.correct(actor, draft_id, _revision(), kind, name, index, fields)

    done = _done(act, f"C’est écrit dans {SETTINGS}. L’historique garde l’état d’avant.")
    if not isinstance(done, DomainError):
        return redirect(url_for("analyst.draft_data", draft_id=draft_id, _anchor=f"{kind}-{name}"))
    sheet = dated_data.of_draft(draft_id)
    subject = _subject(sheet, kind, "" if fresh else name)
    held = _value(subject, index, missing=True)
    errors = dict(done.fields) or {"": done.message}
    page = _value_page(draft_id, sheet.revision, subject, held, given, errors, index=index, refused=done.message)
    return make_response(page, done.status)


@blueprint.post("/brouillons/<uuid:draft_id>/donnees/retrait")
@entry(ANALYSTE)
def remove_value(draft_id: uuid.UUID) -> Response:
    """Take a value away that does not hold yet."""
    kind, name, index = _asked(request.form)

    def act() -> Written:
        number = BASE if index is None else index
        return dated_writing.remove(session.signed_in(), draft_id, _revision(), kind, name, number)

    done = _done(act, "La valeur à venir est retirée. L’historique la garde.")
    if isinstance(done, DomainError):
        flash(done.message)
    return redirect(url_for("analyst.draft_data", draft_id=draft_id, _anchor=f"{kind}-{name}"))


def _done(act: Callable[[], Written], said: str) -> Written | DomainError:
    """Do it in one unit of work; what is refused is returned, what is to be known is told."""
    try:
        with unit_of_work():
            written = act()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        return error
    if written.saved.refused is not None:
        refused = DomainError(written.saved.refused.message)
        refused.status = written.saved.refused.status
        return refused
    flash(" ".join((said, *written.notes)))
    return written


def _shown(sheet: Sheet, files: Mapping[str, bytes], wrong: str) -> dict[str, Any]:
    tables = [path for path, content in files.items() if path.endswith(".dmn") and _own_delay(content)]
    return {
        "tables": {"silence.delai": tables} if tables else {},
        "groups": [(kind, TITLES[kind], sheet.of(kind)) for kind in KINDS],
        "today": dated_data.today(),
        "asked": request.args.get("au", ""),
        "wrong": wrong,
        "findings": [found for one in sheet.subjects for found in one.findings],
    }


def _own_delay(content: bytes) -> bool:
    """Whether a table gives a delay without reading that of `demarche.toml`."""
    return _DELAY_OF_TABLE in content and _DELAY_READ not in content


def _day_asked() -> tuple[date | None, str]:
    """The day that the address asks for; what is wrong with it."""
    text = request.args.get("au", "").strip()
    if not text:
        return None, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return None, "Donnez un jour, par exemple 2027-01-01."


def _asked(given: Mapping[str, str]) -> tuple[str, str, int | None]:
    kind, name, line = (given.get(key, "") for key in ("sorte", "nom", "ligne"))
    if kind not in KINDS or (line and not line.lstrip("-").isdecimal()) or len(line) > 6:
        raise NotFound("Cette donnée n’est pas dans demarche.toml.")
    return kind, name, int(line) if line else None


def _subject(sheet: Sheet, kind: str, name: str) -> Subject:
    """What the page is about; without a name, a new pièce or amount."""
    if name or kind == dated_data.DELAY:
        return sheet.subject(kind, name)
    return Subject(kind, "", "", "", ())


def _value(subject: Subject, index: int | None, *, missing: bool = False) -> Value | None:
    found = next((one for one in subject.values if one.index == index), None)
    if found is None and index is not None and not missing:
        raise NotFound("Cette ligne n’est plus là\u00a0: relisez la page des données.")
    return found


def _value_page(
    draft_id: uuid.UUID,
    revision: int,
    subject: Subject,
    held: Value | None,
    given: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    index: int | None = None,
    refused: str = "",
) -> str:
    return render_template(
        "analyst/data_value.html",
        draft=studio.draft(draft_id, session.signed_in()),
        subject=subject,
        held=held,
        line=held.index if held is not None else index,
        given=given,
        errors=errors,
        problems=[{"message": said, "target": f"champ-{name}" if name else ""} for name, said in errors.items()],
        refused=refused if not any(errors) else "",
        revision=revision,
        base=BASE,
    )


def _filled(subject: Subject, held: Value | None) -> dict[str, Any]:
    """What the form begins with: the value that is corrected, or the last one where only the day will differ."""
    last = held or (subject.values[-1] if subject.values else None)
    if last is None:
        return {"indispensable": "on"} if subject.kind == PIECE else {}
    row = {name: str(last.row.get(name) or "") for name in _TEXTS}
    flags = {name: "on" for name in _FLAGS if last.row.get(name)}
    if subject.kind != PIECE and held is None:
        return {"libelle": row["libelle"]}
    if held is None:
        return {**row, **flags, "source": ""}
    days = {name: str(held.row.get(name) or "") for name in ("depuis", "jusqu_au")}
    return {**row, **flags, **days, "valeur": dated_words.typed(held.value, subject.unit)}


def _read(given: Mapping[str, str], kind: str, *, fresh: bool, index: int | None) -> dict[str, Any]:
    """What the form says, as the desk takes it."""
    fields: dict[str, Any] = {name: given.get(name, "") for name in _TEXTS if name in given}
    if index != BASE:
        fields |= {name: _day(given, name) for name in ("depuis", "jusqu_au")}
    if kind == PIECE:
        return {**fields, **{name: name in given for name in _FLAGS}}
    return {**fields, "valeur": given.get("valeur", "")}


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({name: "Donnez un jour, par exemple 2027-01-01."}) from None


def _revision() -> int:
    """The revision that the page was read at."""
    return request.form.get("revision", -1, type=int)
