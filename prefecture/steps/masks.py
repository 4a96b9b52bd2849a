"""A dossier's data without the person: who looks at a letter with a real dossier reads no name, address or number.

Kept are the answers chosen from a list (not those that tell where somebody comes from, their sex, family or health),
yes and no, days that can be nobody's birth, and the texts that the démarche itself writes (clauses, labels, codes,
words of its tables and drawings). Every other text is replaced, the same always by the same; nothing is believed to be
harmless because nobody named it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from engine.compiling import xml
from forms import Component, FormUnreadable
from prefecture.demarches.version import Version
from prefecture.steps import specimens

HIDDEN: Final = "texte masqué"
# Years: a day that is older than that when the dossier is filed may be a birth, whatever its name.
OLD: Final = 10
# A choice of these says who somebody is rather than what they ask: another stands in its place.
_INTIMATE: Final = re.compile(r"nationalit|pays|sexe|genre|civilit|famill|matrimoni|enfant|sante|handicap|religi", re.I)
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_BIRTH: Final = "naissance"
_ASKED: Final = "demande"
_PERSON: Final = frozenset({_ASKED, "usager"})
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?$")


class Masks:
    """How the data of one dossier are masked: its number becomes `number`; `public` are texts that all may read."""

    def __init__(self, version: Version, number: str, filed: date, *public: str) -> None:
        self._questions = specimens.components(version)
        self._public = frozenset({*public, ""}) | _own(version)
        self._number = number
        self._eldest = filed.replace(year=filed.year - OLD, day=1)
        self._same: dict[str, str] = {}

    def data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The variables of a process, masked. What the person answered is masked first, so that it is known again."""
        first = sorted(data, key=lambda name: name not in _PERSON)
        return {name: self._variable(name, data[name]) for name in first}

    def demande(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of the form that opened the dossier, masked."""
        return {name: self._answer(name, value) for name, value in answers.items()}

    def _variable(self, name: str, value: Any) -> Any:
        if name == _ASKED and isinstance(value, Mapping):
            return self.demande(value)
        if name == "usager" and isinstance(value, Mapping):
            return {key: self._personal(key, held, None) for key, held in value.items()}
        if name == "dossier" and isinstance(value, Mapping):
            return {**{key: self._value(key, held) for key, held in value.items()}, "numero": self._number}
        return self._value(name, value)

    def _answer(self, place: str, value: Any) -> Any:
        """One answer, by what its question is; one that no question asks is personal."""
        question = self._questions.get(place)
        if isinstance(value, Mapping):
            return {key: self._answer(f"{place}.{key}", held) for key, held in value.items()}
        if question is not None and question.kind == "filepicker":
            return []
        if question is not None and question.choices:
            return _choice(place, question, value)
        if isinstance(value, list):
            return [self._answer(place, one) for one in value]
        return self._personal(place.rpartition(".")[2], value, question)

    def _personal(self, name: str, value: Any, question: Component | None) -> Any:
        """A value that says something of a person."""
        if value is None or isinstance(value, bool) or value == "":
            return value
        if isinstance(value, int | float | Decimal):
            return type(value)(1)
        if _is_day(value):
            return self._day(name, value)
        if isinstance(value, Mapping):
            return {key: self._personal(key, held, None) for key, held in value.items()}
        if isinstance(value, list | tuple):
            return [self._personal(name, one, question) for one in value]
        return self._replaced(str(value), name, question)

    def _value(self, name: str, value: Any) -> Any:
        """A variable of the process: what the démarche says stays, what people wrote goes."""
        if isinstance(value, Mapping):
            return {key: self._value(str(key), held) for key, held in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(name, one) for one in value]
        if _is_day(value):
            return self._day(name, value)
        if isinstance(value, str) and (value in self._same or value not in self._public):
            return self._replaced(value, name, None)
        return value

    def _day(self, name: str, value: Any) -> Any:
        day = _read(value)
        if day is None or (_BIRTH not in name and day >= self._eldest):
            return value
        return specimens.BIRTH.isoformat() if isinstance(value, str) else specimens.BIRTH

    def _replaced(self, text: str, name: str, question: Component | None) -> str:
        if text not in self._same:
            invented = specimens.text(name, question)
            self._same[text] = HIDDEN if invented == specimens.TEXT else invented
        return self._same[text]


def _choice(place: str, question: Component, value: Any) -> Any:
    """What was chosen among the answers offered; the first of them where the choice itself is intimate."""
    offered = [one.value for one in question.choices]
    given = value if isinstance(value, list) else [value]
    kept = [one for one in given if one in offered]
    if kept and _INTIMATE.search(place):
        kept = offered[:1]
    return kept if isinstance(value, list) else (kept or [None])[0]


def _is_day(value: Any) -> bool:
    return _read(value) is not None


def _read(value: Any) -> date | None:
    """The day of a value that is a day or an instant, or writes one."""
    if isinstance(value, str):
        if not _DAY.fullmatch(value):
            return None
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


@lru_cache(maxsize=8)
def _own(version: Version) -> frozenset[str]:
    """Read once a version."""
    return frozenset(_own_texts(version))


def _own_texts(version: Version) -> Iterator[str]:
    """Every text that the démarche's own files may give: settings, choices of forms, words of tables and drawings."""
    yield from _texts(version.settings)
    for form_id in version.form_ids:
        try:
            form = version.form(form_id)
        except FormUnreadable:
            continue
        for page in form.pages:
            yield from _choices(page.component)
    for source in version.sources():
        try:
            root = xml.parse(source.content)
        except xml.XmlRefused:
            continue
        for one in root.iter():
            if one.text and '"' in one.text:
                yield from _LITERAL.findall(one.text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from map(str, value)
        for held in value.values():
            yield from _texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held)


def _choices(component: Component) -> Iterator[str]:
    yield from (str(one.value) for one in component.choices)
    for child in component.children:
        yield from _choices(child)
