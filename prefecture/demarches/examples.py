"""Examples of decision tables, kept beside them: what is given, what must be answered; played at each check.

`exemples/regles.toml` holds those of `regles.dmn`, one a `[[exemples]]`:

* `nom`, and `table`: the decision's id;
* `donne`: a value for each column, by its FEEL expression, and for what else the answers read, by its path; what they
  read under `demarche.` is that of `demarche.toml` on the day `le`, unless it is given;
* `attendu`: each output that matters, by its name; `"null"` where nothing must come;
* `le`: the day of those data, and what `today()` gives; the day of the check where it is left out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.compile import Finding, Source
from engine.compiling import reading
from engine.feel import FeelError
from engine.feel.convert import NotAValue, to_feel
from engine.feel.dmn.decisions import Decisions
from engine.feel.dmn.trying import Played, Trial
from engine.feel.dmn.wording import NotEntered, entered, in_french, written
from engine.feel.temporal import Date
from engine.feel.values import Value
from prefecture.demarches import dated, questions, start
from prefecture.demarches.version import PARIS, Version
from prefecture.kernel import clock
from prefecture.kernel.errors import NotFound

FOLDER = "exemples/"
LIST, NAME, TABLE, DAY, GIVEN, AWAITED = "exemples", "nom", "table", "le", "donne", "attendu"
ANSWER = "reponse"  # the name of an answer whose output has none, or that is no set of outputs
NOTHING = "null"
MOST = 500  # of one file
FAILED, UNREADABLE = "exemple-rouge", "exemples-illisibles"
_FIX = "Corrigez la table, ou l’exemple s’il ne dit plus ce qui est voulu."
_BROKEN = "plusieurs règles s’appliquent, la table n’en veut qu’une"


class ExamplesUnreadable(ValueError):
    """The file holds no examples as they are written; the message is French."""


@dataclass(frozen=True)
class Example:
    """What is given to a table and what it must answer, in the values of TOML."""

    name: str
    table: str
    day: date | None
    given: Mapping[str, Any]
    awaited: Mapping[str, Any]


@dataclass(frozen=True)
class Missed:
    """An output that is not what was expected: its title, both values as people read them."""

    output: str
    awaited: str
    got: str


@dataclass(frozen=True)
class Tried:
    """One example and how it went; `why`: it could not be played. `element`: the rule that answered, else the table.

    `unread`: nothing can be said of it, since its table's file cannot be read; that file's own findings say so.
    """

    file: str
    path: str
    example: Example
    element: str
    element_name: str
    missed: tuple[Missed, ...] = ()
    rules: tuple[int, ...] = ()
    why: str = ""
    unread: bool = False

    @property
    def passed(self) -> bool:
        """Whether the table answers as expected."""
        return not self.why and not self.missed

    @property
    def failure(self) -> str:
        """What came instead, in a sentence; empty when it passed."""
        name = f"L’exemple «\u00a0{self.example.name}\u00a0»"
        if self.why:
            return f"{name} ne se joue pas\u00a0: {self.why}."
        told = "\u00a0; ".join(f"{one.output}\u00a0: {one.awaited} attendu, {one.got} obtenu" for one in self.missed)
        by = ", ".join(map(str, self.rules))
        answered = f" (règle{'s' if len(self.rules) > 1 else ''} {by})" if by else " (aucune règle)"
        return f"{name} n’a plus sa réponse. {told}{answered}." if told else ""


def is_examples(path: str) -> bool:
    """Whether a file of a démarche holds examples."""
    return path.startswith(FOLDER) and path.endswith(".toml")


def file_of(path: str) -> str:
    """Where the examples of a DMN file are kept."""
    return f"{FOLDER}{path.removesuffix('.dmn')}.toml"


def table_of(path: str) -> str:
    """The DMN file that a file of examples is about."""
    return f"{path.removeprefix(FOLDER).removesuffix('.toml')}.dmn"


def read(content: bytes) -> tuple[Example, ...]:
    """The examples of a file, in its order. Raises ExamplesUnreadable."""
    try:
        told = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExamplesUnreadable(f"Ce fichier n’est pas du TOML\u00a0: {error}.") from error
    rows = told.get(LIST, [])
    if not isinstance(rows, list) or told.keys() - {LIST}:
        raise ExamplesUnreadable("Ce fichier ne contient que des [[exemples]].")
    if len(rows) > MOST:
        raise ExamplesUnreadable(f"Un fichier a {MOST} exemples au plus.")
    found = tuple(_example(row, number) for number, row in enumerate(rows, 1))
    names = [(one.table, one.name) for one in found]
    twice = next((name for table, name in names if names.count((table, name)) > 1), None)
    if twice is not None:
        raise ExamplesUnreadable(f"Deux exemples de la même table s’appellent «\u00a0{twice}\u00a0».")
    return found


def _example(row: Any, number: int) -> Example:
    kinds = {NAME: str, TABLE: str, GIVEN: dict, AWAITED: dict}
    if not isinstance(row, dict) or any(not isinstance(row.get(key), kind) for key, kind in kinds.items()):
        raise ExamplesUnreadable(f"L’exemple n°\u00a0{number} ne donne pas «\u00a0{'», «'.join(kinds)}\u00a0».")
    if row.keys() - {*kinds, DAY}:
        raise ExamplesUnreadable(f"L’exemple «\u00a0{row[NAME]}\u00a0» a une clé inconnue.")
    day = row.get(DAY)
    if day is not None and type(day) is not date:
        raise ExamplesUnreadable(f"L’exemple «\u00a0{row[NAME]}\u00a0»\u00a0: «\u00a0le\u00a0» n’est pas un jour.")
    return Example(row[NAME], row[TABLE], day, row[GIVEN], row[AWAITED])


def play(version: Version) -> tuple[Tried, ...]:
    """Every example that can be read, played in the order of the files; `findings` tells the rest."""
    return tuple(tried for path in _files(version) for tried in _play_file(version, path))


def play_table(version: Version, path: str, table: str) -> tuple[Tried, ...]:
    """Those of one table of a DMN file. Raises ExamplesUnreadable."""
    content = version.files.get(file_of(path))
    wanted = [one for one in read(content) if one.table == table] if content is not None else []
    return tuple(_play_all(version, file_of(path), wanted))


def findings(version: Version) -> Iterator[Finding]:
    """The examples that are not answered as expected, and the files of examples that cannot be read."""
    for path in _files(version):
        try:
            read(version.files[path])
        except ExamplesUnreadable as error:
            yield Finding(UNREADABLE, "error", path, "", "", 0, str(error), "Corrigez le fichier, ou retirez-le.")
    for one in play(version):
        if not one.passed and not one.unread:
            yield Finding(FAILED, "error", one.path, one.element, one.element_name, 0, one.failure, _FIX)


def own_data(version: Version, path: str, day: date) -> Any:
    """What a dossier of that day finds under `demarche.…`; None for any other path, and for what is no single value."""
    if not path.startswith(f"{start.DEMARCHE}."):
        return None
    try:
        settings = version.settings_at(day)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, NotFound):
        return None
    value = dated.base_of(start.told(settings, version.number), path.partition(".")[2])
    return None if isinstance(value, Mapping | list) else value


def _files(version: Version) -> list[str]:
    return sorted(filter(is_examples, version.files))


def _play_file(version: Version, path: str) -> Iterator[Tried]:
    try:
        wanted = read(version.files[path])
    except ExamplesUnreadable:
        return
    yield from _play_all(version, path, wanted)


def _play_all(version: Version, file: str, wanted: Sequence[Example]) -> Iterator[Tried]:
    path = table_of(file)
    decisions = _decisions(version, path) if wanted else None
    opened: dict[tuple[str, date | None], _Table] = {}
    for one in wanted:
        if decisions is None and path in version.files:
            yield Tried(file, path, one, "", "", why=f"{path} ne se lit pas", unread=True)
        elif decisions is None or one.table not in decisions.tables:
            what = f"{path} n’a pas de table «\u00a0{one.table}\u00a0»" if path in version.files else f"{path} manque"
            yield Tried(file, path if path in version.files else file, one, "", "", why=what)
        else:
            if (one.table, one.day) not in opened:
                opened[one.table, one.day] = _Table(version, decisions, one.table, one.day)
            yield opened[one.table, one.day].tried(one, file, path)


def _decisions(version: Version, path: str) -> Decisions | None:
    content = version.files.get(path)
    tables = [] if content is None else reading.read([Source(path, content)]).tables
    return tables[0].decisions if tables else None


def _kinds(version: Version) -> dict[str, str]:
    return {**questions.START_DATA, **{path: one.kind for path, one in questions.known_of(version).items()}}


class _Table:
    """A table as it is on the day of its examples."""

    def __init__(self, version: Version, decisions: Decisions, table: str, day: date | None) -> None:
        now = clock.now() if day is None else datetime.combine(day, time(12), PARIS)
        self.trial = Trial(decisions, table, now=now, zone=PARIS)
        self.key, self.name = table, decisions.names[table]
        self.others = self.trial.others()
        self.own = {path: own_data(version, path, day or clock.today(PARIS)) for path in self.others}
        self.kinds = _kinds(version)
        self.titles = titles_of(self.trial)

    def tried(self, example: Example, file: str, path: str) -> Tried:
        """Play one."""
        try:
            played = self._played(example.given)
        except _Unplayable as error:
            return Tried(file, path, example, self.key, self.name, why=str(error))
        except FeelError as error:
            return Tried(file, path, example, self.key, self.name, why=f"la table dit {error}")
        rules = played.answering
        if not rules and played.applying:
            return Tried(file, path, example, self.key, self.name, why=_BROKEN)
        element, name = self._place(rules)
        return Tried(file, path, example, element, name, tuple(self._missed(example, played)), rules)

    def _place(self, rules: Sequence[int]) -> tuple[str, str]:
        if len(rules) != 1:
            return self.key, self.name
        rule = self.trial.sheet.table.rules[rules[0] - 1]
        return rule.place.element or self.key, f"{self.name}, règle {rules[0]}"

    def _played(self, given: Mapping[str, Any]) -> Played:
        columns = self.trial.sheet.columns
        unknown = given.keys() - {one.expression for one in columns} - set(self.others)
        if unknown:
            raise _Unplayable(f"la table ne lit pas «\u00a0{min(unknown)}\u00a0»")
        values = [self._value(given, one.expression, one.kind) for one in columns]
        return self.trial.play(values, {path: self._value(given, path, "") for path in self.others})

    def _value(self, given: Mapping[str, Any], name: str, kind: str) -> Value:
        value = given[name] if name in given else self.own.get(name)
        kind = kind or self.kinds.get(name, "")
        try:
            return entered(value, kind) if isinstance(value, str) and kind not in ("", "Any") else to_feel(value)
        except (NotEntered, NotAValue) as error:
            raise _Unplayable(f"«\u00a0{name}\u00a0»\u00a0: {str(error).rstrip('.')}") from error

    def _missed(self, example: Example, played: Played) -> Iterator[Missed]:
        got = answers(self.trial, played)
        for name, awaited in example.awaited.items():
            title = self.titles.get(name, name)
            if name not in got:
                yield Missed(f"{title} (sortie qui n’existe pas)", _said(awaited), in_french(None))
            elif not _same(as_toml(to_feel(awaited)), as_toml(got[name])):
                yield Missed(title, _said(awaited), in_french(got[name]))


class _Unplayable(Exception):
    """The example cannot be played as it stands; the message is French."""


def answers(trial: Trial, played: Played) -> dict[str, Value]:
    """What a table answered, by the names of its outputs."""
    names = trial.outputs
    if len(names) == 1:
        return {names[0] or ANSWER: played.answer}
    if isinstance(played.answer, dict):
        return {name: played.answer.get(name) for name in names}
    return dict.fromkeys(names) if played.answer is None else {ANSWER: played.answer}


def titles_of(trial: Trial) -> dict[str, str]:
    """The titles of the outputs, by the names of `answers`."""
    outputs = trial.sheet.table.outputs
    titles = [one.place.name or one.name for one in outputs]
    names = [name or ANSWER for name in trial.outputs]
    return {name: title or "Réponse" for name, title in zip(names, titles, strict=True)}


def as_toml(value: Value) -> Any:
    """A FEEL value as a file of examples holds it: null is `"null"`, what TOML has no word for is a text."""
    if value is None:
        return NOTHING
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return _figure(value)
    if isinstance(value, Date) and 1 <= value.year <= 9_999:
        return date(value.year, value.month, value.day)
    if isinstance(value, list):
        return [as_toml(one) for one in value]
    if isinstance(value, dict):
        return {name: as_toml(one) for name, one in value.items()}
    return written(value)


def _figure(value: Decimal) -> Any:
    if value == value.to_integral_value() and abs(value) < 2**63:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else written(value)


def _same(awaited: Any, got: Any) -> bool:
    if type(awaited) is not type(got):
        return False
    if isinstance(awaited, list):
        return len(awaited) == len(got) and all(map(_same, awaited, got))
    if isinstance(awaited, dict):
        return bool(awaited.keys() == got.keys()) and all(_same(one, got[name]) for name, one in awaited.items())
    return bool(awaited == got)


def _said(awaited: Any) -> str:
    return in_french(None if awaited == NOTHING else to_feel(awaited))


def failures(tried: Iterable[Tried]) -> list[Tried]:
    """Those that are not answered as expected."""
    return [one for one in tried if not one.passed]
