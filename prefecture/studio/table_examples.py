"""Examples that an analyst keeps beside a decision table: kept from what was tried, shown with how they go, taken back.

Each change is one save of `exemples/….toml`: the history undoes it, and what else the file says stays as written.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from engine.feel import FeelError
from engine.feel.convert import NotAValue, to_feel
from engine.feel.dmn.wording import in_french, written
from prefecture.demarches import examples
from prefecture.demarches.bundle import of_files
from prefecture.demarches.examples import AWAITED, DAY, GIVEN, LIST, NAME, NOTHING, TABLE, Example, Missed, Tried
from prefecture.demarches.version import PARIS, Version
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.studio import held, service, toml_rows
from prefecture.studio.service import Saved
from prefecture.studio.tables import BROKEN, Asked, OpenTable, shown

LONGEST = 120
_HEAD = "# Exemples de lignes : ce que les tables doivent répondre. Ils se jouent à chaque vérification.\n"


@dataclass(frozen=True)
class Kept:
    """An example and how it goes: `given` as fields hold it, `said` and `awaited` as people read them.

    `why`: it could not be played; `rules`: those that answered.
    """

    name: str
    given: Mapping[str, str]
    said: tuple[tuple[str, str], ...]
    awaited: tuple[tuple[str, str], ...]
    passed: bool
    missed: tuple[Missed, ...]
    rules: tuple[int, ...]
    failure: str


@dataclass(frozen=True)
class Shelf:
    """The examples of one table; `unreadable` says why their file cannot be read."""

    path: str
    kept: tuple[Kept, ...] = ()
    unreadable: str = ""


def of_table(opened: OpenTable) -> Shelf:
    """The examples of a table, played on it as it stands."""
    path = examples.file_of(opened.table.path)
    try:
        tried = examples.play_table(opened.version, opened.table.path, opened.table.decision)
    except examples.ExamplesUnreadable as error:
        return Shelf(path, unreadable=str(error))
    return Shelf(path, tuple(_kept(opened, one) for one in tried))


def keep(actor: Actor, draft_id: uuid.UUID, opened: OpenTable, named: Mapping[str, Mapping[str, str]]) -> Saved:
    """Keep what was tried, by name, and what comes of it now; an example of the same name is written anew.

    Raises Forbidden, NotFound, Conflict, Invalid by field (`nom`, or an input).
    """
    path, text, revision = _file(draft_id, opened)
    for name, given in named.items():
        text = _written(text, _made(opened, _name(name), given))
    _assert_plays(opened, path, text, named)
    return service.save_file(actor, draft_id, path, text.encode(), revision)


def of_rows(opened: OpenTable, given: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """An example for each rule that answers to its own, named by its values. Raises Invalid, each field told."""
    found: dict[str, Mapping[str, str]] = {}
    others = {one.name: given.get(one.name, one.usual) for one in opened.table.others}
    for row in opened.rows(given):
        if row.answers and row.example is not None:
            found[_free(", ".join(value for _, value in row.said), found)] = {**others, **row.example}
    return found


def forget(actor: Actor, draft_id: uuid.UUID, opened: OpenTable, name: str) -> Saved:
    """Take an example back; its file goes with the last one. Raises Forbidden, NotFound, Conflict."""
    path, text, revision = _file(draft_id, opened)
    index = _index(text, opened.table.decision, name)
    if index is None:
        raise NotFound(f"La table n’a pas d’exemple «\u00a0{name}\u00a0».")
    after = toml_rows.remove(text, (LIST,), index)
    if toml_rows.read(after):
        return service.save_file(actor, draft_id, path, after.encode(), revision)
    service.delete_file(actor, draft_id, path)
    return Saved(0)


def _kept(opened: OpenTable, tried: Tried) -> Kept:
    asked = {one.expression: one for one in (*opened.table.columns, *opened.table.others)}
    example, titles = tried.example, examples.titles_of(opened.trial)
    fields = {one.name: one.usual for one in opened.table.others}
    fields |= {asked[name].name: _typed(value) for name, value in example.given.items() if name in asked}
    return Kept(
        example.name,
        fields,
        tuple((_label(asked.get(name), name), _told(asked.get(name), one)) for name, one in example.given.items()),
        tuple((titles.get(name, name), _told(None, value)) for name, value in example.awaited.items()),
        tried.passed,
        tried.missed,
        tried.rules,
        tried.failure,
    )


def _typed(value: Any) -> str:
    try:
        return written(to_feel(value))
    except NotAValue:
        return str(value)


def _label(asked: Asked | None, name: str) -> str:
    return asked.label if asked is not None else name


def _told(asked: Asked | None, value: Any) -> str:
    if value == NOTHING:
        return in_french(None)
    return shown(asked, to_feel(value)) if asked is not None else in_french(to_feel(value))


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST or not plain.isprintable():
        raise Invalid({NAME: f"Donnez un nom à cet exemple, de {LONGEST} caractères au plus."})
    return plain


def _made(opened: OpenTable, name: str, given: Mapping[str, str]) -> Example:
    """What was given and what comes of it now."""
    values, others = opened.entered(given)
    try:
        played = opened.trial.play(values, others)
    except FeelError as error:
        raise Invalid({}, f"La table n’a pas pu répondre\u00a0: {error}.") from error
    if played.applying and not played.answering:
        raise Invalid({}, BROKEN)
    inputs = {one.expression: value for one, value in zip(opened.table.columns, values, strict=True)}
    usual = {one.name for one in opened.table.others if given.get(one.name, one.usual) == one.usual != ""}
    read = {path: value for path, value in others.items() if path not in usual}
    told = {path: examples.as_toml(value) for path, value in {**inputs, **read}.items() if value is not None}
    awaited = {path: examples.as_toml(value) for path, value in examples.answers(opened.trial, played).items()}
    return Example(name, opened.table.decision, clock.today(PARIS), told, awaited)


def _file(draft_id: uuid.UUID, opened: OpenTable) -> tuple[str, str, int]:
    """The file of a table's examples: its path, its text, its revision (0: there is none yet)."""
    path = examples.file_of(opened.table.path)
    held.find(draft_id)
    file = held.file_of(draft_id, path)
    if file is None:
        return path, _HEAD, 0
    try:
        examples.read(file.content)
    except examples.ExamplesUnreadable as error:
        raise Conflict(f"{path}\u00a0: {error} Corrigez-le d’abord dans l’éditeur.") from error
    return path, file.content.decode(), file.revision


def _index(text: str, decision: str, name: str) -> int | None:
    rows = toml_rows.read(text).get(LIST, [])
    return next((at for at, row in enumerate(rows) if (row[TABLE], row[NAME]) == (decision, name)), None)


def _written(text: str, example: Example) -> str:
    values = {DAY: example.day, GIVEN: _inline(example.given), AWAITED: _inline(example.awaited)}
    index = _index(text, example.table, example.name)
    if index is not None:
        return toml_rows.change(text, (LIST,), index, values)
    if len(toml_rows.read(text).get(LIST, [])) >= examples.MOST:
        raise Invalid({}, f"Un fichier a {examples.MOST} exemples au plus.")
    return toml_rows.add(text, (LIST,), {NAME: example.name, TABLE: example.table, **values})


def _inline(values: Mapping[str, Any]) -> Any:
    table = tomlkit.inline_table()
    table.update(values)
    return table


def _free(values: str, taken: Mapping[str, Any]) -> str:
    """A name that no other example of these has."""
    name = values if len(values) <= LONGEST - 5 else f"{values[: LONGEST - 6]}…"
    return next(one for one in (name, *(f"{name} ({n})" for n in range(2, len(taken) + 3))) if one not in taken)


def _assert_plays(opened: OpenTable, path: str, text: str, names: Mapping[str, Any]) -> None:
    """Raise Invalid when what was written would not be read back as what was tried."""
    files = of_files({**opened.version.files, path: text.encode()})
    version = Version(files, version_id=opened.version.id, code=opened.version.code, number=0)
    wanted = {_name(name) for name in names}
    for one in examples.play_table(version, opened.table.path, opened.table.decision):
        if one.example.name in wanted and not one.passed:
            raise Invalid({}, f"Cet exemple ne se garde pas\u00a0: dites d’abord le type des colonnes. {one.failure}")
