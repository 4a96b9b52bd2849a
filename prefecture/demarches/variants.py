"""A préfecture's own values over the national démarche: each writing a row with its day, its author and why.

Rows are written once: they are the journal. The one that counts on a day is the last written of those that have begun.
Each value remembers the national one that it was written against, so that a change of that one shows as a conflict.
"""

from __future__ import annotations

import time
import uuid
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Date, Engine, Integer, String, Text, UniqueConstraint, Uuid, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from prefecture.demarches import local, queries
from prefecture.demarches.local import Open
from prefecture.demarches.version import PARIS, Version
from prefecture.identity import permissions
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import Model, UtcDateTime, db, new_id
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound

VERB = "demarche.vary"
BELIEVED_SECONDS = 2.0
LONGEST_NOTE = 400


class DemarcheVariant(Model):
    """One writing of a préfecture's values: all of them, and the national ones that they were written against."""

    __tablename__ = "demarche_variant"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80))
    prefecture: Mapped[str] = mapped_column(String(3))
    number: Mapped[int] = mapped_column(Integer)
    since: Mapped[date] = mapped_column(Date)
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON)
    against: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[uuid.UUID] = mapped_column(Uuid)

    __table_args__ = (UniqueConstraint("code", "prefecture", "number"),)


@dataclass(frozen=True)
class Setting:
    """One setting of a préfecture: national value when ours was written (`before`) and now, ours, what stands between.

    `ours` is None where the préfecture follows the national value.
    """

    path: str
    label: str
    kind: str
    before: Any
    national: Any
    ours: Any
    conflict: str

    @property
    def reason(self) -> str:
        """The conflict in French; empty without one."""
        return local.REASONS.get(self.conflict, "")

    @property
    def acting(self) -> bool:
        """Whether the préfecture's own value counts."""
        return self.ours is not None and self.conflict in ("", local.CHANGED)


@dataclass(frozen=True)
class Writing:
    """One row of the history."""

    number: int
    since: date
    chosen: Mapping[str, Any]
    note: str
    at: datetime
    by: uuid.UUID


@dataclass(frozen=True)
class Variant:
    """A préfecture's values over a démarche as last written. `number` 0: it never wrote any."""

    code: str
    prefecture: str
    number: int
    since: date | None
    settings: tuple[Setting, ...]

    @property
    def conflicts(self) -> tuple[Setting, ...]:
        """What is to be decided."""
        return tuple(one for one in self.settings if one.conflict)


# By database: when it was asked last, and every row by démarche and préfecture, the last written first.
_Known = dict[tuple[str, str], list[tuple[date, Mapping[str, Any]]]]
_believed: weakref.WeakKeyDictionary[Engine, tuple[float, _Known]] = weakref.WeakKeyDictionary()


def effective(version: Version, prefecture: str | None, day: date, filed_on: date | None = None) -> Mapping[str, Any]:
    """The settings on `day` in a préfecture: the national ones with its own over them.

    filed_on: of a dossier, which keeps what was promised that day. prefecture: None, the national settings.
    """
    told = version.settings_at(day) if filed_on is None else version.settings_for(filed_on, day)
    ours = {} if prefecture is None else _on(version.code, prefecture, day)
    return local.applied(told, ours) if ours else told


def own(version: Version, prefecture: str, day: date) -> dict[str, Any]:
    """The préfecture's own values that count on `day`, by path."""
    told = version.settings_at(day)
    return {path: one for path, one in _on(version.code, prefecture, day).items() if local.acts(told, path, one)}


def variant(code: str, prefecture: str, settings: Mapping[str, Any] | None = None) -> Variant:
    """A préfecture's values beside the national ones of today, or of `settings` (a version not yet published).

    Raises NotFound (démarche, préfecture).
    """
    told = _national(code) if settings is None else settings
    identity.prefecture(prefecture)
    row = _latest(code, prefecture)
    return _view(code, prefecture, row, told)


def variants(code: str, settings: Mapping[str, Any] | None = None) -> list[Variant]:
    """Those of every préfecture that has some, by préfecture."""
    told = _national(code) if settings is None else settings
    rows: dict[str, DemarcheVariant] = {}
    query = select(DemarcheVariant).where(DemarcheVariant.code == code)
    for row in db.session.scalars(query.order_by(DemarcheVariant.prefecture, DemarcheVariant.number)):
        rows[row.prefecture] = row
    return [_view(code, prefecture, row, told) for prefecture, row in rows.items() if row.chosen]


def setting_something(code: str, day: date) -> list[str]:
    """The préfectures that have values of their own over a démarche on `day`, by code."""
    return sorted(prefecture for known, prefecture in _known() if known == code and _on(code, prefecture, day))


def to_decide(prefecture: str) -> list[tuple[str, Setting]]:
    """The conflicts of a préfecture, with the démarche of each; a préfecture without values costs no query."""
    codes = sorted({code for code, whose in _known() if whose == prefecture})
    return [(code, one) for code in codes for one in variant(code, prefecture).conflicts]


def history(code: str, prefecture: str) -> list[Writing]:
    """Every writing, the latest first."""
    wanted = (DemarcheVariant.code == code) & (DemarcheVariant.prefecture == prefecture)
    rows = db.session.scalars(select(DemarcheVariant).where(wanted).order_by(DemarcheVariant.number.desc()))
    return [Writing(row.number, row.since, row.chosen, row.note, row.at, row.by) for row in rows]


def assert_readable(actor: Actor, prefecture: str) -> None:
    """Raise NotFound unless these values are the actor's to read: their own préfecture's, any for who is of none."""
    if actor.kind != "system" and actor.prefecture not in (None, prefecture):
        raise NotFound("Ces réglages sont ceux d’une autre préfecture.")


def may_write(actor: Actor, prefecture: str) -> bool:
    """Whether these values are the actor's to set: those of their own préfecture."""
    if actor.kind == "system":
        return True
    return permissions.may(actor, VERB) and actor.prefecture == prefecture


def write(
    actor: Actor, code: str, prefecture: str, number: int, chosen: Mapping[str, Any], since: date, note: str
) -> Variant:
    """Set the préfecture's values, in the caller's unit of work: all of them; what is not named is national.

    number: the writing that was read. Raises Forbidden, NotFound, Conflict (somebody wrote meanwhile), Invalid by path.
    """
    told, last = _held(actor, code, prefecture, number)
    if since < clock.today(identity.prefecture(prefecture).zone):
        raise Invalid({"depuis": "Ce jour est passé\u00a0: un réglage vaut d’aujourd’hui ou d’un jour à venir."})
    _check_note(note)
    kept = {} if last is None else dict(last.against)
    before = {} if last is None else last.chosen
    opened = {one.path: one for one in local.opened(told)}
    errors = {path: _wrong(opened.get(path), value) for path, value in chosen.items() if before.get(path) != value}
    if any(errors.values()):
        raise Invalid({path: said for path, said in errors.items() if said})
    against = {
        path: kept[path] if path in kept and before.get(path) == value else local.national(told, path)
        for path, value in chosen.items()
    }
    return _written(actor, code, prefecture, last, dict(chosen), against, since, note)


def decide(actor: Actor, code: str, prefecture: str, number: int, path: str, *, keep: bool) -> Variant:
    """End a conflict: keep the préfecture's own value over the new national one, or follow that one.

    Raises Forbidden, NotFound, Conflict (somebody wrote meanwhile, or ours can no longer stand).
    """
    told, last = _held(actor, code, prefecture, number)
    if last is None or path not in last.chosen:
        raise NotFound("Votre préfecture n’a pas de valeur à elle pour ce réglage.")
    chosen, against = dict(last.chosen), dict(last.against)
    label = local.known_label(told, path)
    if keep:
        if not local.acts(told, path, chosen[path]):
            raise Conflict(local.REASONS[local.conflict(told, path, chosen[path], against.get(path))])
        against[path] = local.national(told, path)
        note = f"Gardée malgré le changement national\u00a0: {label}"
    else:
        del chosen[path], against[path]
        note = f"Valeur nationale reprise\u00a0: {label}"
    today = clock.today(identity.prefecture(prefecture).zone)
    return _written(actor, code, prefecture, last, chosen, against, max(today, last.since), note[:LONGEST_NOTE])


def _wrong(field: Open | None, value: Any) -> str:
    if field is None:
        return "La démarche nationale ne laisse pas régler cela."
    return local.problem(field.field, value, field.national)


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise Invalid({"note": f"{LONGEST_NOTE} caractères au plus."})


def _held(actor: Actor, code: str, prefecture: str, number: int) -> tuple[Mapping[str, Any], DemarcheVariant | None]:
    """The national settings and the last writing, which is the one that was read."""
    assert_readable(actor, prefecture)
    if not may_write(actor, prefecture):
        raise Forbidden("Régler ce qui vaut ici revient au chef de service ou à l’administrateur de la préfecture.")
    identity.prefecture(prefecture)
    told, last = _national(code), _latest(code, prefecture)
    if (0 if last is None else last.number) != number:
        by = _name(last.by) if last is not None else ""
        raise Conflict(
            f"{by} a changé ces réglages entre-temps. Les vôtres sont encore là\u00a0: relisez, puis enregistrez."
        )
    return told, last


def _written(
    actor: Actor,
    code: str,
    prefecture: str,
    last: DemarcheVariant | None,
    chosen: dict[str, Any],
    against: dict[str, Any],
    since: date,
    note: str,
) -> Variant:
    row = DemarcheVariant(
        id=new_id(),
        code=code,
        prefecture=prefecture,
        number=1 if last is None else last.number + 1,
        since=since,
        chosen=chosen,
        against=against,
        note=note.strip(),
        at=clock.now(),
        by=actor.id,
    )
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:  # two who wrote at once: the other one has taken the number
        raise Conflict("Quelqu’un a changé ces réglages entre-temps\u00a0: relisez, puis enregistrez.") from error
    _believed.clear()
    return _view(code, prefecture, row, _national(code))


def _view(code: str, prefecture: str, row: DemarcheVariant | None, told: Mapping[str, Any]) -> Variant:
    chosen = {} if row is None else row.chosen
    against = {} if row is None else row.against
    opened = {one.path: one for one in local.opened(told)}
    paths = [*opened, *(path for path in chosen if path not in opened)]
    settings = tuple(_setting(told, path, opened.get(path), chosen, against) for path in paths)
    return Variant(code, prefecture, 0 if row is None else row.number, None if row is None else row.since, settings)


def _setting(
    told: Mapping[str, Any], path: str, opened: Open | None, chosen: Mapping[str, Any], against: Mapping[str, Any]
) -> Setting:
    ours, value = chosen.get(path), local.national(told, path)
    found = local.conflict(told, path, ours, against.get(path)) if path in chosen else ""
    kind = opened.field.kind if opened is not None else local.TEXT
    before = against.get(path) if path in chosen else value
    return Setting(path, local.known_label(told, path), kind, before, value, ours, found)


def _national(code: str) -> Mapping[str, Any]:
    version = queries.current(code)
    return version.settings_at(clock.today(PARIS))


def _latest(code: str, prefecture: str) -> DemarcheVariant | None:
    wanted = (DemarcheVariant.code == code) & (DemarcheVariant.prefecture == prefecture)
    return db.session.scalar(select(DemarcheVariant).where(wanted).order_by(DemarcheVariant.number.desc()).limit(1))


def _name(agent_id: uuid.UUID) -> str:
    found = identity.agents([agent_id]).get(agent_id)
    return found.name if found is not None else "Quelqu’un"


def _on(code: str, prefecture: str, day: date) -> Mapping[str, Any]:
    """The values that count that day. Believed for a few seconds."""
    rows = _known().get((code, prefecture), ())
    return next((chosen for since, chosen in rows if since <= day), {})


def _known() -> _Known:
    engine, now = db.engine, time.monotonic()
    asked, found = _believed.get(engine, (-BELIEVED_SECONDS, {}))
    if now - asked >= BELIEVED_SECONDS:
        found = _read()
        _believed[engine] = (now, found)
    return found


def _read() -> _Known:
    """The rows that may count from now on: the last that has surely begun everywhere, and those after it."""
    begun = clock.now().date() - timedelta(days=1)
    last = (
        select(DemarcheVariant.code, DemarcheVariant.prefecture, func.max(DemarcheVariant.number).label("number"))
        .where(DemarcheVariant.since <= begun)
        .group_by(DemarcheVariant.code, DemarcheVariant.prefecture)
        .subquery()
    )
    same = (DemarcheVariant.code == last.c.code) & (DemarcheVariant.prefecture == last.c.prefecture)
    query = (
        select(DemarcheVariant.code, DemarcheVariant.prefecture, DemarcheVariant.since, DemarcheVariant.chosen)
        .outerjoin(last, same)
        .where(last.c.number.is_(None) | (DemarcheVariant.number >= last.c.number))
        .order_by(DemarcheVariant.number.desc())
    )
    found: _Known = {}
    for row in db.session.execute(query):
        found.setdefault((row.code, row.prefecture), []).append((row.since, row.chosen))
    return found
