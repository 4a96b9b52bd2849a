"""The dated data of a draft, written: a value from a day on, a correction, a value taken away before it holds.

Every change is one save of `demarche.toml` at the revision that was read: the history undoes it, and two analysts
never lose each other's work. The rest of the file stays as it is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from prefecture.demarches import dated, reglages_dated
from prefecture.demarches.dated import SINCE, UNTIL, VALUE
from prefecture.demarches.version import PARIS, SETTINGS
from prefecture.dossiers import figures
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Conflict, DomainError, Invalid
from prefecture.studio import dated_data, dated_words, held, queries, service, toml_rows
from prefecture.studio.dated_data import BASE, DELAY, FIGURE, PIECE, Sheet, Subject, Value
from prefecture.studio.service import Saved

LONGEST = 400
_DAY = timedelta(days=1)
_TEXTS = ("fondement", "source", "libelle", "aide", "condition")
_FLAGS = ("indispensable", "original")
_OF_PIECE = ("libelle", "aide", "condition", *_FLAGS, "source")


class Stale(DomainError):
    """The draft's `demarche.toml` changed since it was read; nothing was written."""

    status = 409
    code = "conflit"


@dataclass(frozen=True)
class Written:
    """What became of a change: the save, and what is to be known of it."""

    saved: Saved
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Held:
    """A draft's `demarche.toml` at the revision that was read."""

    code: str
    text: str
    revision: int
    sheet: Sheet


def add(actor: Actor, draft_id: uuid.UUID, revision: int, kind: str, name: str, fields: Mapping[str, Any]) -> Written:
    """Give a thing another value from `depuis` on; a pièce that nobody knows is a new one.

    fields: `depuis`, `jusqu_au` (dates or None), `valeur`, `fondement`, `source`; of a pièce its `libelle`, `aide`,
    `condition`, `indispensable`, `original`. Raises Forbidden, NotFound, Conflict, Invalid by field, Stale.
    """
    read = _read(actor, draft_id, revision)
    given = _checked(fields)
    if kind == PIECE:
        text = _add_piece(read, name, given)
    else:
        subject = _subject(read.sheet, kind, name, given)
        _together(
            lambda: _assert_value(subject, dated_words.parsed(given.get(VALUE, ""), subject.like)),
            lambda: _assert_new_day(subject, given.get(SINCE)),
            lambda: _assert_source(given, "Dites d’où vient cette valeur\u00a0: le texte, et sa date."),
        )
        given[VALUE] = dated_words.parsed(given.get(VALUE, ""), subject.like)
        text = toml_rows.add(read.text, _path(kind, name), _row(subject, given))
    notes = (*_warnings(read, given.get(SINCE)), *(_unasked(draft_id, name) if kind == PIECE else ()))
    return _save(actor, draft_id, read, text, notes)


def correct(
    actor: Actor, draft_id: uuid.UUID, revision: int, kind: str, name: str, index: int, fields: Mapping[str, Any]
) -> Written:
    """Change what is written of one value, its days included. Raises the same."""
    read = _read(actor, draft_id, revision)
    subject = read.sheet.subject(kind, name)
    value = _value(subject, index)
    given = _checked(fields)
    if VALUE in given:
        given[VALUE] = dated_words.parsed(given[VALUE], value.value)
        _assert_value(subject, given[VALUE])
    if SINCE in given and given[SINCE] != value.since:
        _assert_new_day(subject, given[SINCE], needed=kind != PIECE)
    if index == BASE:
        text = toml_rows.put(read.text, name.split("."), given.get(VALUE, value.value))
    else:
        text = toml_rows.change(read.text, _path(kind, name), index, _written(kind, given))
    return _save(actor, draft_id, read, text, _warnings(read, value.since or dated.FIRST))


def remove(actor: Actor, draft_id: uuid.UUID, revision: int, kind: str, name: str, index: int) -> Written:
    """Take away a value that does not hold yet; the one before it lasts again. Raises the same."""
    read = _read(actor, draft_id, revision)
    subject = read.sheet.subject(kind, name)
    value = _value(subject, index)
    if value.state != dated_data.COMING or index == BASE:
        said = "Cette valeur est en vigueur, ou l’a été\u00a0: elle reste. Dites plutôt quand elle change."
        raise Conflict(said)
    text = read.text
    before = next((one for one in subject.values if UNTIL in one.row and _ends_at(one, value)), None)
    if before is not None:
        text = toml_rows.change(text, _path(kind, name), before.index, {UNTIL: None})
    return _save(actor, draft_id, read, toml_rows.remove(text, _path(kind, name), index), ())


def _read(actor: Actor, draft_id: uuid.UUID, revision: int) -> _Held:
    row = held.hold(actor, draft_id)
    content, stands = queries.content(draft_id, SETTINGS)
    if stands != revision:
        file = held.file_of(draft_id, SETTINGS)
        by = held.name_of(file.changed_by if file is not None else row.changed_by)
        raise Stale(
            f"{by} a changé demarche.toml entre-temps. Ce que vous avez écrit est encore là\u00a0: "
            "relisez, puis enregistrez de nouveau."
        )
    text = content.decode(errors="replace")
    sheet = dated_data.of_settings(toml_rows.read(text), dated_data.today(), stands)
    return _Held(row.code, text, stands, sheet)


def _save(actor: Actor, draft_id: uuid.UUID, read: _Held, text: str, notes: tuple[str, ...]) -> Written:
    return Written(service.save_file(actor, draft_id, SETTINGS, text.encode(), read.revision), notes)


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, texts trimmed; days in the right order. Raises Invalid."""
    given: dict[str, Any] = {}
    for name, value in fields.items():
        if name in _TEXTS:
            text = str(value or "").strip()
            if len(text) > LONGEST or "\x00" in text:
                raise Invalid({name: f"{LONGEST} caractères au plus."})
            given[name] = text or None
        else:
            given[name] = value
    if given.get(SINCE) and given.get(UNTIL) and given[UNTIL] < given[SINCE]:
        raise Invalid({UNTIL: "La fin vient avant le début."})
    return given


def _add_piece(read: _Held, code: str, given: Mapping[str, Any]) -> str:
    """The next wording of a pièce, the one before it ended; or a pièce that was not asked for."""
    known = next((one for one in read.sheet.of(PIECE) if one.name == code), None)
    _together(
        lambda: _assert_code(code) if known is None else _assert_new_day(known, given.get(SINCE)),
        lambda: _assert_label(given),
        lambda: _assert_source({"source": given.get("source")}, "Dites quel texte la demande."),
    )
    fresh = {name: given.get(name) or (False if name in _FLAGS else None) for name in _OF_PIECE}
    days = {name: given[name] for name in (SINCE, UNTIL) if given.get(name)}
    if known is None:
        return toml_rows.add(read.text, (dated.PIECES,), {dated.CODE: code, **fresh, **days})
    last = known.values[-1]
    if last.since is not None and last.since > given[SINCE]:
        raise Invalid({SINCE: "Une version plus tardive de cette pièce est déjà prévue\u00a0: corrigez-la."})
    kept = {name: value for name, value in last.row.items() if name not in (*_OF_PIECE, SINCE, UNTIL)}
    ended = read.text
    if last.until is None or last.until >= given[SINCE]:
        ended = toml_rows.change(ended, (dated.PIECES,), last.index, {UNTIL: given[SINCE] - _DAY})
    return toml_rows.add(ended, (dated.PIECES,), {**kept, **fresh, **days})


def _subject(sheet: Sheet, kind: str, name: str, given: Mapping[str, Any]) -> Subject:
    """What gets another value: a thing of the file, or an amount that nobody knew."""
    if kind != FIGURE or any(one.name == name for one in sheet.of(FIGURE)):
        return sheet.subject(kind, name)
    _assert_code(name)
    if not given.get("libelle"):
        raise Invalid({"libelle": "Dites ce que c’est, comme l’usager le lira."})
    return Subject(FIGURE, name, str(given["libelle"]), "", ())


def _assert_code(code: str) -> None:
    if not code.isidentifier() or not code.isascii() or code != code.lower():
        raise Invalid({"code": "Un code s’écrit en minuscules sans accent, chiffres et soulignés."})


def _row(subject: Subject, given: Mapping[str, Any]) -> dict[str, Any]:
    """A new row of an amount or of a change, its keys in the order of the file."""
    last = subject.values[-1].row if subject.values else {}
    named = (
        {"libelle": given.get("libelle") or last.get("libelle")}
        if subject.kind == FIGURE
        else {dated.SETTING: subject.name}
    )
    unit = {"unite": last["unite"]} if last.get("unite") else {}
    days = {SINCE: given[SINCE], UNTIL: given.get(UNTIL)}
    texts = {name: given.get(name) for name in ("fondement", "source")}
    return {
        name: value
        for name, value in ({**named, **days, VALUE: given[VALUE], **unit, **texts}).items()
        if value is not None
    }


def _written(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a correction may touch of a row of that kind."""
    names = (*_OF_PIECE, SINCE, UNTIL) if kind == PIECE else (VALUE, SINCE, UNTIL, "fondement", "source")
    if kind == FIGURE:
        names = (*names, "libelle")
    told = {name: given[name] for name in names if name in given}
    if kind == PIECE and "libelle" in told:
        _assert_label(told)
    return told


def _together(*checks: Callable[[], None]) -> None:
    """Every check made; what all of them refuse is told at once. Raises Invalid."""
    errors: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except Invalid as error:
            errors |= error.fields
    if errors:
        raise Invalid(errors)


def _assert_label(given: Mapping[str, Any]) -> None:
    if not given.get("libelle"):
        raise Invalid({"libelle": "Dites quelle pièce est demandée."})


def _assert_source(given: Mapping[str, Any], said: str) -> None:
    if not given.get("source") and not given.get("fondement"):
        raise Invalid({"source": said})


def _unasked(draft_id: uuid.UUID, code: str) -> tuple[str, ...]:
    """What is to be known of a pièce for which no form has a question."""
    forms = (content for path, content in queries.files(draft_id).items() if "forms/" in path)
    if any(f'"{code}"'.encode() in content for content in forms):
        return ()
    return ("Aucun formulaire ne reçoit encore cette pièce\u00a0: ajoutez-lui une question.",)


def _assert_new_day(subject: Subject, day: date | None, *, needed: bool = True) -> None:
    if day is None:
        if needed:
            raise Invalid({SINCE: "Dites à partir de quel jour."})
        return
    if any(one.since == day and one.index != BASE for one in subject.values):
        raise Invalid({SINCE: "Une valeur commence déjà ce jour-là\u00a0: corrigez-la."})


def _assert_value(subject: Subject, value: Any) -> None:
    problem = reglages_dated.problem_of_value(value, subject.like)
    if problem:
        raise Invalid({VALUE: problem})


def _value(subject: Subject, index: int) -> Value:
    found = next((one for one in subject.values if one.index == index), None)
    if found is None:
        raise Conflict("Cette ligne n’est plus là\u00a0: relisez la page.")
    return found


def _ends_at(before: Value, after: Value) -> bool:
    """Whether a value was ended the day before another one begins."""
    return after.since is not None and before.row.get(UNTIL) == after.since - _DAY


def _path(kind: str, name: str) -> tuple[str, ...]:
    return {PIECE: (dated.PIECES,), DELAY: (dated.CHANGES,)}.get(kind, (dated.DATA, name))


def _warnings(read: _Held, since: date | None) -> tuple[str, ...]:
    """What is to be known of a date that is over: what was already promised stays as it was."""
    if since is None or since > dated_data.today():
        return ()
    moment = datetime.combine(max(since, date(1970, 1, 2)), time(), PARIS)
    running = figures.running_since(read.code, moment)
    if not running:
        return ("Cette date est passée\u00a0: la valeur vaudra dès la publication.",)
    many = f"{running} dossiers en cours ont été déposés" if running > 1 else "Un dossier en cours a été déposé"
    kept = "Le délai et les pièces annoncés au dépôt ne changent pas pour eux."
    return (f"Cette date est passée\u00a0: {many} depuis. {kept}",)
