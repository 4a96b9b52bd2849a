"""Decision tables tried by an analyst: what a table asks, what it answers, one example for each of its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.compile import Finding, Source
from engine.compiling import reading
from engine.compiling import tables as judged
from engine.compiling.tables import TableFile
from engine.feel import FeelError
from engine.feel.convert import to_feel
from engine.feel.dmn.trying import Played, RowPlayed, Trial
from engine.feel.dmn.wording import NotEntered, entered, in_french, written
from engine.feel.values import Value
from prefecture.demarches import examples, questions, start
from prefecture.demarches.version import PARIS, Version
from prefecture.kernel import clock
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import dated_data

POLICIES: Final[Mapping[str, str]] = {
    "UNIQUE": "une seule règle s’applique",
    "FIRST": "la première règle qui s’applique répond",
    "PRIORITY": "la règle dont la réponse est prioritaire répond",
    "ANY": "les règles qui s’appliquent répondent la même chose",
    "RULE ORDER": "toutes les règles qui s’appliquent répondent, dans leur ordre",
    "OUTPUT ORDER": "toutes les règles qui s’appliquent répondent, par priorité",
    "COLLECT": "toutes les règles qui s’appliquent répondent",
    "COLLECT SUM": "la somme des règles qui s’appliquent",
    "COLLECT MIN": "la plus petite réponse des règles qui s’appliquent",
    "COLLECT MAX": "la plus grande réponse des règles qui s’appliquent",
    "COLLECT COUNT": "le nombre des règles qui s’appliquent",
}
BROKEN: Final = "La table se contredit\u00a0: plusieurs règles s’appliquent. Le dossier s’arrêterait sur un incident."
_YES_NO: Final = (("oui", "oui"), ("non", "non"))


@dataclass(frozen=True)
class Asked:
    """One input: the name under which it is sent, its title, its FEEL expression and type, what one may choose.

    `closed` when nothing else may be given. `usual`: what it is unless another value is given, as a field holds it.
    """

    name: str
    label: str
    expression: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    closed: bool
    usual: str = ""


@dataclass(frozen=True)
class Rule:
    """A row as written: its number from 1, its id, its cells, its answers, its note."""

    number: int
    id: str
    tests: tuple[str, ...]
    answers: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Table:
    """A decision table: `columns` and `others` are what is to be given, `outputs` the titles of what it answers."""

    path: str
    decision: str
    name: str
    policy: str
    columns: tuple[Asked, ...]
    others: tuple[Asked, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Result:
    """What a table answered: rules that apply, those that answer, each output with its value, reasons of nulls.

    `told`: what the citizen reads of it; `broken`: why a dossier would stop here.
    """

    applying: tuple[int, ...]
    answering: tuple[int, ...]
    answers: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    told: str
    broken: str


@dataclass(frozen=True)
class Row:
    """A rule tried: the example as fields hold it and as people read it, what came of it, and why it did not answer."""

    rule: Rule
    example: Mapping[str, str] | None
    said: tuple[tuple[str, str], ...]
    result: Result | None
    answers: bool
    why: str


def tables_of(version: Version, path: str) -> dict[str, str]:
    """The decision tables of a file: id → name. Raises NotFound, and Invalid when the file does not load."""
    decisions = _file(version, path).decisions
    return {key: decisions.names[key] for key in decisions.tables}


def open_table(version: Version, path: str, decision: str = "") -> OpenTable:
    """One table of a file (the first, unless named), to be tried. Raises NotFound, Invalid."""
    file = _file(version, path)
    keys = list(file.decisions.tables)
    if not keys:
        raise NotFound("Ce fichier n’a pas de table de décision.")
    if decision and decision not in keys:
        raise NotFound(f"Ce fichier n’a pas de table «\u00a0{decision}\u00a0».")
    return OpenTable(version, file, decision or keys[0])


def _file(version: Version, path: str) -> TableFile:
    if not path.endswith(".dmn"):
        raise NotFound("Ce fichier n’est pas une table de décision.")
    read = reading.read([Source(path, version.file(path))])
    if not read.tables:
        said = [f"{one.message} {one.fix}" for one in read.findings]
        raise Invalid({}, said[0] if said else "Ce fichier n’est pas une table de décision.")
    return read.tables[0]


class OpenTable:
    """A table of a démarche, with what the démarche's form says of its inputs."""

    def __init__(self, version: Version, file: TableFile, decision: str) -> None:
        self.version = version
        self._questions = questions.known_of(version)
        self._choices = questions.choices_of(version)
        self.trial = Trial(file.decisions, decision, self._choices, now=clock.now(), zone=PARIS)
        self._file = file
        self._decision = decision
        self.table = self._told()

    def findings(self) -> list[Finding]:
        """What is wrong or doubtful in this table."""
        found = [*judged.check([self._file], self._choices, foreign=False), *examples.findings(self.version)]
        return [one for one in found if one.file == self.table.path and self._about(one)]

    def _about(self, finding: Finding) -> bool:
        return finding.element in {self._decision, *(rule.id for rule in self.table.rules)}

    def play(self, given: Mapping[str, str]) -> Result:
        """Ask the table with texts as typed, by the names of its inputs. Raises Invalid, each field told."""
        values, others = self.entered(given)
        try:
            return self._result(self.trial.play(values, others))
        except FeelError as error:
            raise Invalid({}, f"La table n’a pas pu répondre\u00a0: {error}.") from error

    def rows(self, given: Mapping[str, str]) -> tuple[Row, ...]:
        """Each rule with an example that should make it answer, played; `given` holds what else answers read."""
        _, others = self.entered(given)
        try:
            played = self.trial.rows(others)
        except FeelError as error:
            raise Invalid({}, f"La table n’a pas pu répondre\u00a0: {error}.") from error
        return tuple(self._row(self.table.rules[one.rule - 1], one) for one in played)

    def _told(self) -> Table:
        sheet, table = self.trial.sheet, self.trial.sheet.table
        name = self._file.decisions.names[self._decision]
        return Table(
            path=self._file.name,
            decision=self._decision,
            name=name,
            policy=POLICIES.get(sheet.policy, sheet.policy),
            columns=tuple(
                self._asked(f"c{at}", one.label, one.expression, one.kind, one.choices, one.closed)
                for at, one in enumerate(sheet.columns)
            ),
            others=tuple(self._read(path) for path in self.trial.others()),
            outputs=tuple(one.place.name or one.name or name for one in table.outputs),
            rules=tuple(
                Rule(
                    number,
                    one.place.element,
                    tuple(test.text or "-" for test in one.tests),
                    tuple(answer.text for answer in one.answers),
                    one.note,
                )
                for number, one in enumerate(table.rules, 1)
            ),
        )

    def _asked(self, name: str, label: str, expression: str, kind: str, choices: Sequence[str], closed: bool) -> Asked:
        """An input, told with the question of the form that fills it when there is one."""
        question = self._questions.get(expression)
        kind = kind or (question.kind if question is not None else questions.START_DATA.get(expression, ""))
        offered = dict.fromkeys(choices)
        known = {one: one for one in offered}
        if question is not None:
            known = {**known, **dict(question.choices)}
        if kind == "boolean":
            known, closed = dict(_YES_NO), True
        closed = closed or bool(question is not None and question.choices)
        shown = label or (question.label if question is not None else "") or expression
        return Asked(name, shown, expression, kind, tuple(known.items()), closed)

    def _read(self, path: str) -> Asked:
        """What the answers read beside the columns; of the démarche's own data what they are today."""
        value = to_feel(examples.own_data(self.version, path, clock.today(PARIS)))
        setting = path.removeprefix(f"{start.DEMARCHE}.")
        label = "" if value is None else dated_data.label_of(self.version.settings, setting)
        asked = self._asked(path, "" if label == setting else label, path, "", (), closed=False)
        return replace(asked, usual=written(value))

    def entered(self, given: Mapping[str, str]) -> tuple[list[Value], dict[str, Value]]:
        """Texts as typed, as the values of the columns and of what else is read. Raises Invalid, each field told."""
        wrong: dict[str, str] = {}

        def value(one: Asked) -> Value:
            try:
                return entered(given.get(one.name, one.usual), one.kind)
            except NotEntered as error:
                wrong[one.name] = str(error)
                return None

        values = [value(one) for one in self.table.columns]
        others = {one.name: value(one) for one in self.table.others}
        if wrong:
            raise Invalid(wrong, "Certaines valeurs sont à corriger.")
        return values, others

    def _result(self, played: Played) -> Result:
        broken = bool(played.applying) and not played.answering
        rules = [self.table.rules[number - 1] for number in played.answering]
        return Result(
            played.applying,
            played.answering,
            tuple(self._answers(played.answer)),
            tuple(_sentence(one) for one in played.warnings),
            self._said_to_citizen(rules),
            BROKEN if broken else "",
        )

    def _answers(self, answer: Value) -> Iterator[tuple[str, str]]:
        """Each output and its value; a list under the name of the decision."""
        names = self.trial.outputs
        if isinstance(answer, dict) and len(names) > 1:
            yield from (
                (title, in_french(answer.get(name))) for name, title in zip(names, self.table.outputs, strict=True)
            )
        else:
            yield self.table.outputs[0] if len(names) == 1 else self.table.name, in_french(answer)

    def _said_to_citizen(self, rules: Sequence[Rule]) -> str:
        if not rules:
            return ""
        named = ", ".join(f"n°\u00a0{one.number}{f' ({one.note})' if one.note else ''}" for one in rules)
        applied = f"Règle{'s appliquées' if len(rules) > 1 else ' appliquée'}\u00a0: {named}."
        return (
            f"Calcul automatique\u00a0: {self.table.name}. {applied} Ce résultat vient d’un traitement algorithmique."
        )

    def _row(self, rule: Rule, played: RowPlayed) -> Row:
        if played.example is None or played.played is None:
            return Row(rule, None, (), None, answers=False, why="Aucune valeur ne convient à toutes ses cases.")
        columns = self.table.columns
        example = {one.name: written(value) for one, value in zip(columns, played.example, strict=True)}
        said = tuple((one.label, shown(one, value)) for one, value in zip(columns, played.example, strict=True))
        return Row(rule, example, said, self._result(played.played), played.answers, _why(played))


def shown(asked: Asked, value: Value) -> str:
    """A value as people know it: the label of a choice when there is one."""
    known = dict(asked.choices)
    return known[value] if isinstance(value, str) and value in known else in_french(value)


def _why(played: RowPlayed) -> str:
    """Why a rule did not answer to its own example."""
    if played.answers or played.played is None:
        return ""
    if played.rule not in played.played.applying:
        return "Elle ne s’est pas appliquée\u00a0: l’une de ses cases dépend d’autres données."
    if not played.played.answering:
        return "D’autres règles s’appliquent avec elle, et la table n’en veut qu’une réponse."
    others = ", ".join(str(one) for one in played.played.answering)
    return f"Une autre règle répond à sa place\u00a0: {others}."


def _sentence(text: str) -> str:
    """A reason of the engine's as people read it."""
    plain = text.replace("'", "’").replace(" : ", "\u00a0: ").replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    plain = re.sub(r"\bne (?=[aeéi])", "n’", plain)
    return f"{plain[:1].upper()}{plain[1:]}{'' if plain.endswith('.') else '.'}"
