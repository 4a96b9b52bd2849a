"""« And with other rules? »: past decisions asked again of other decision tables, and the differences counted.

A dossier's data are read, asked of the tables of then and of the others, and forgotten: what is kept are counts, by
decision and by the rules that fired. The others are asked with their own legal delays and windows, dated data of
`demarche.toml`, as they would have been the day the dossier was filed. A decision whose own table no longer gives what
the journal says is told apart: the data have changed since. It is due work, in portions; its progress is
read while it lasts.
"""

from __future__ import annotations

import io
import tomllib
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select

from engine.compile import Source
from engine.compiling import reading
from engine.errors import EngineError
from engine.feel import FeelError
from engine.state import read_data
from prefecture.demarches import dated, start
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import SETTINGS, Version
from prefecture.dossiers import trails
from prefecture.dossiers.trails import Entry, Trail
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, outbox
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Forbidden, Invalid, NotFound
from prefecture.kernel.outbox import Work
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics.models import Replay

REPLAY = "statistics.replay"
PORTION = 50  # what a writer of SQLite may wait for
SAME, DIFFERENT, CHANGED, FAILED, MISSING = "same", "different", "changed", "failed", "missing"
_PRIORITY = 9  # below everything that a dossier waits for


@dataclass(frozen=True)
class DecisionView:
    """A decision asked again: how many answers are the same, how many differ.

    `changed`: the data have changed since; `failed`: the others cannot answer; `missing`: they have no such table.
    `rules`: from which rule to which, and how often; `fields`: which parts of the answer differ.
    """

    decision: str
    same: int
    different: int
    changed: int
    failed: int
    missing: int
    rules: tuple[tuple[str, int], ...]
    fields: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ReplayView:
    """A replay: of what (`until` is its last second), against what, how far, what came of it."""

    id: uuid.UUID
    code: str
    against: str
    since: datetime
    until: datetime
    asked_at: datetime
    asked_by: str
    total: int
    done: int
    ended_at: datetime | None
    decisions: tuple[DecisionView, ...]


def order(actor: Actor, code: str, against: Version, told: str, since: datetime, until: datetime) -> uuid.UUID:
    """Have the decisions of the dossiers filed in a period asked again, in the caller's unit of work.

    `against`: a version or a draft, whose tables and dated data are kept as they are now; `told`: its name for people.
    Raises Forbidden, Invalid (no table).
    """
    if not permissions.may(actor, "demarche.check"):
        raise Forbidden("Rejouer des décisions revient à un analyste.")
    tables = {name: content for name, content in against.files.items() if name.endswith(".dmn")}
    if not tables:
        raise Invalid({"contre": "Il n’y a là aucune table de décision."})
    _read(tables)
    kept = {name: content for name, content in against.files.items() if name in tables or name == SETTINGS}
    row = Replay(
        id=new_id(),
        code=code,
        against=told[:200],
        tables=_packed(kept),
        since=since,
        until=until,
        asked_at=clock.now(),
        asked_by=actor.name,
        total=trails.count_filed(code, since, until),
        done=0,
        after=uuid.UUID(int=0),
        result={},
    )
    db.session.add(row)
    _post(row)
    return row.id


def replays(actor: Actor, code: str) -> list[ReplayView]:
    """The replays of a démarche, the latest first. Raises Forbidden."""
    _check(actor)
    query = select(Replay).where(Replay.code == code).order_by(Replay.asked_at.desc()).limit(50)
    return [_view(row) for row in db.session.scalars(query)]


def replay(actor: Actor, replay_id: uuid.UUID) -> ReplayView:
    """One replay; raises NotFound, Forbidden."""
    _check(actor)
    row = db.session.get(Replay, replay_id)
    if row is None:
        raise NotFound("Ce rejeu n’existe pas.")
    return _view(row)


@outbox.handler(REPLAY)
def go_on(work: Work) -> None:
    """Play a portion and post the next."""
    with unit_of_work():
        row = db.session.get(Replay, uuid.UUID(work.key.split(":")[1]), with_for_update=True)
        if row is not None and row.ended_at is None:
            _play(row)
        work.done()


def _play(row: Replay) -> None:
    found = trails.decided(row.code, row.since, row.until, row.after, PORTION)
    others = _Others(_unpacked(row.tables))
    result = {key: dict(value) for key, value in row.result.items()}
    for dossier_id, trail, state in found:
        if trail is not None and state is not None:
            _ask_again(trail, read_data(state), others, result)
        row.after = dossier_id
    row.result, row.done = result, row.done + len(found)
    if len(found) < PORTION:
        row.ended_at = clock.now()
    else:
        _post(row)


class _Others:
    """The tables that are tried, and what they read of their own `demarche.toml`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.decisions = _read({name: content for name, content in files.items() if name != SETTINGS})
        try:
            self._settings = tomllib.loads(files.get(SETTINGS, b"").decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            self._settings = {}

    def data(self, known: Mapping[str, Any], entry: Entry, zone: ZoneInfo) -> Mapping[str, Any]:
        """A dossier's data with what these would have promised it the day it was filed."""
        dossier = known.get("dossier")
        filed = dossier.get("depose_le") if isinstance(dossier, Mapping) else None
        told = dated.at(self._settings, filed if type(filed) is date else entry.at.astimezone(zone).date())
        promised = {name: told[name] for name in dated.PROMISED if isinstance(told.get(name), Mapping)}
        own = known.get(start.DEMARCHE)
        return {**known, start.DEMARCHE: {**(own if isinstance(own, Mapping) else {}), **promised}}


def _ask_again(trail: Trail, data: Mapping[str, Any], others: _Others, result: dict[str, dict[str, Any]]) -> None:
    own = demarches.version(trail.version_id).definition.decisions
    zone = ZoneInfo(trail.zone)
    for entry in trail.entries:
        name = str((entry.values or {}).get("decision") or "").partition("#")[0]
        if entry.kind != "decision" or not name or name not in own:
            continue
        counts = result.setdefault(name, {})
        before = _asked(own[name], name, data, entry, zone)
        if before is None or before[1] != _told(entry.values or {}):
            _count(counts, CHANGED)
        elif name not in others.decisions:
            _count(counts, MISSING)
        else:
            told = others.data(data, entry, zone)
            _compare(counts, before, _asked(others.decisions[name], name, told, entry, zone))


_Answer = tuple[Any, str]  # the value, and the numbers of the rules that fired


def _asked(table: Any, name: str, data: Mapping[str, Any], entry: Entry, zone: ZoneInfo) -> _Answer | None:
    try:
        found = table.decide(name, data, now=entry.at, zone=zone)
    except (FeelError, EngineError, ArithmeticError, RecursionError):
        return None
    return found.value, ", ".join(str(rule.number) for rule in found.rules) or "aucune"


def _told(values: Mapping[str, Any]) -> str:
    """The rules that fired then."""
    return ", ".join(str(rule.get("number")) for rule in values.get("rules") or ()) or "aucune"


def _compare(counts: dict[str, Any], before: _Answer, after: _Answer | None) -> None:
    if after is None:
        _count(counts, FAILED)
        return
    if _plain(before[0]) == _plain(after[0]):
        _count(counts, SAME)
        return
    _count(counts, DIFFERENT)
    rules = counts.setdefault("rules", {})
    changed = f"règle {before[1]} → règle {after[1]}"
    _count(rules, f"règle {before[1]}, qui répond autrement" if before[1] == after[1] else changed)
    for field in _fields(before[0], after[0]):
        _count(counts.setdefault("fields", {}), field)


def _fields(before: Any, after: Any) -> list[str]:
    """Which parts of the two answers differ: their names, never what they say."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = sorted({*map(str, before), *map(str, after)})
        return [one for one in names if _plain(before.get(one)) != _plain(after.get(one))]
    return ["réponse"]


def _plain(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def _count(counts: dict[str, Any], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _read(tables: Mapping[str, bytes]) -> dict[str, Any]:
    """The decisions of these files by id, as a publication reads them. Raises Invalid for what is no table."""
    read = reading.read([Source(name, content) for name, content in tables.items()])
    errors = [one.message for one in read.findings if one.severity == "error"]
    if errors:
        raise Invalid({"contre": f"Une table ne se lit pas\u00a0: {errors[0]}"})
    return read.decisions


def _packed(tables: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(name, content)
    return held.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _post(row: Replay) -> None:
    db.session.flush()
    outbox.post(REPLAY, f"{REPLAY}:{row.id}:{row.done}", {}, key_id=None, priority=_PRIORITY)


def _check(actor: Actor) -> None:
    if not permissions.may(actor, "statistics.read"):
        raise Forbidden("Ces chiffres sont pour les analystes.")


def _view(row: Replay) -> ReplayView:
    return ReplayView(
        *(row.id, row.code, row.against, row.since, row.until - timedelta(seconds=1), row.asked_at, row.asked_by),
        *(row.total, row.done),
        row.ended_at,
        tuple(_decision(name, counts) for name, counts in sorted(row.result.items())),
    )


def _decision(name: str, counts: Mapping[str, Any]) -> DecisionView:
    same, different, changed, failed, missing = (
        counts.get(one, 0) for one in (SAME, DIFFERENT, CHANGED, FAILED, MISSING)
    )
    return DecisionView(
        *(name, same, different, changed, failed, missing),
        rules=_ordered(counts.get("rules", {})),
        fields=_ordered(counts.get("fields", {})),
    )


def _ordered(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
