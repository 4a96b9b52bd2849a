"""A démarche's folder as a page shows it: drawings, forms, tables, letters, dated data, scenarios, what it is about.

A draft may hold files that cannot be read: each is shown with what is wrong, and hides none of the others.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from engine import diagram
from engine.compiling import xml
from forms import FormUnreadable
from prefecture.demarches import dated
from prefecture.demarches.bundle import COMMON
from prefecture.demarches.version import SETTINGS, Version
from prefecture.studio import dated_data
from web.analyst import readme

_UNITS = {"Y": ("an", "ans"), "M": ("mois", "mois"), "W": ("semaine", "semaines"), "D": ("jour", "jours")}
UNREADABLE = "Ce fichier ne se lit pas\u00a0: les constats disent pourquoi."
LETTERS = {".mail.html": "Courriel", ".sms.txt": "SMS", ".html": "Courrier"}
# Named delays of `demarche.toml`: table, key, what it is.
_DELAYS = (
    ("silence", "delai", "Réponse au plus tard, sinon le silence vaut décision"),
    ("fenetre", "duree", "Période pendant laquelle on peut demander"),
    ("complement", "delai_jours", "Temps donné pour compléter"),
    ("complement", "relance_jours_avant", "Rappel avant la limite du complément"),
    ("convocation", "validite_jours", "Temps donné pour choisir un rendez-vous"),
    ("convocation", "relance_jours", "Rappel s’il n’est pas choisi"),
    ("convocation", "rappel_jours_avant", "Rappel avant le rendez-vous"),
    ("conservation", "apres_fin", "Conservation du dossier après sa fin"),
    ("conservation", "brouillon", "Conservation d’une demande non envoyée"),
)


@dataclass(frozen=True)
class Drawing:
    """A diagram: its title, its file, its picture; no picture when it cannot be read."""

    title: str
    path: str
    svg: Markup | None


@dataclass(frozen=True)
class FormShown:
    """A form: its title, its file, its pages with their questions; `broken` when it cannot be read."""

    title: str
    path: str
    pages: tuple[Mapping[str, Any], ...]
    broken: str


@dataclass(frozen=True)
class TableShown:
    """A decision table: its columns and its rows of texts."""

    title: str
    name: str
    path: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class LetterShown:
    """A letter, a mail or an SMS: its kind, its file, its text."""

    kind: str
    path: str
    text: str


@dataclass(frozen=True)
class ScenarioShown:
    """A scenario: its title, what it tells, its steps in words."""

    title: str
    path: str
    description: str
    steps: tuple[str, ...]


class Contents:
    """What a version or a draft holds, ready to be shown."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.own = sorted(path for path in version.files if not path.startswith(f"{COMMON}/"))
        self.shared = sorted(path for path in version.files if path.startswith(f"{COMMON}/"))

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """`demarche.toml`, empty when it cannot be read."""
        return _toml(self.version.files.get(SETTINGS, b""))

    @property
    def settings_broken(self) -> bool:
        """Whether `demarche.toml` cannot be read."""
        return not self.settings

    @property
    def about(self) -> Markup:
        """What the démarche's own notes say."""
        return readme.rendered(self._text("LISEZMOI.md"))

    @cached_property
    def drawings(self) -> list[Drawing]:
        """Every diagram, the démarche's own first."""
        return [_drawing(path, content) for path, content in self.version.diagrams.items()]

    @cached_property
    def forms(self) -> list[FormShown]:
        """Every form that belongs to the démarche itself."""
        stems = [path for path in self.own if path.startswith("forms/") and path.count("/") == 1]
        return [self._form(path) for path in stems if path.endswith(".json")]

    @cached_property
    def tables(self) -> list[TableShown]:
        """Every decision table."""
        return [table for path in self.own if path.endswith(".dmn") for table in self._tables(path)]

    @cached_property
    def letters(self) -> list[LetterShown]:
        """The démarche's own letters, mails and SMS."""
        paths = [path for path in self.own if path.startswith("courriers/")]
        return [LetterShown(_kind(path), path, self._text(path)) for path in paths]

    @property
    def shared_letters(self) -> list[str]:
        """The shared ones that the démarche does not replace."""
        paths = [path for path in self.shared if path.startswith(f"{COMMON}/courriers/")]
        return [path for path in paths if path.removeprefix(f"{COMMON}/") not in self.version.files]

    @property
    def pieces(self) -> list[Mapping[str, Any]]:
        """The pièces that the citizen is asked for."""
        return _mappings(self.settings.get("pieces"))

    @property
    def delays(self) -> list[tuple[str, str, str]]:
        """What each delay is, how long, and the text that it comes from."""
        found = []
        for name, key, said in _DELAYS:
            table = self.settings.get(name)
            if isinstance(table, Mapping) and key in table:
                text = table.get("fondement", "") if key in ("delai", "duree") else ""
                found.append((said, _span(table[key]), str(text)))
        own = [
            (
                dated_data.label_of(self.settings, f"silence.{name}.delai"),
                _span(case["delai"]),
                str(case.get("fondement", "")),
            )
            for name, case in dated.cases(self.settings).items()
            if "delai" in case
        ]
        return [*found[:1], *own, *found[1:]]

    @property
    def dated(self) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """Each dated figure with its rows, the latest first."""
        data = self.settings.get("donnees")
        items = data.items() if isinstance(data, Mapping) else ()
        return [
            (name, sorted(_mappings(rows), key=lambda row: str(row.get("depuis")), reverse=True))
            for name, rows in items
        ]

    @property
    def sources(self) -> list[Mapping[str, Any]]:
        """The texts that the démarche rests on."""
        return _mappings(self.settings.get("sources"))

    @cached_property
    def scenarios(self) -> list[ScenarioShown]:
        """The analyst's own tests."""
        paths = [path for path in self.own if path.startswith("scenarios/") and path.endswith(".toml")]
        return [_scenario(path, self.version.files[path]) for path in paths]

    def _text(self, path: str) -> str:
        return self.version.files.get(path, b"").decode(errors="replace")

    def _form(self, path: str) -> FormShown:
        name = path.rpartition("/")[2].removesuffix(".json")
        try:
            told = self.version.form(name).describe()
        except FormUnreadable as error:
            return FormShown(name, path, (), str(error))
        return FormShown(str(told["title"] or name), path, tuple(told["pages"]), "")

    def _tables(self, path: str) -> Iterator[TableShown]:
        try:
            root = xml.parse(self.version.files[path])
        except xml.XmlRefused:
            yield TableShown(path, path, path, UNREADABLE, (), ())
            return
        for decision in _all(root, "decision"):
            table = next(iter(_all(decision, "decisionTable")), None)
            columns: tuple[str, ...] = ("Valeur",) if table is None else _columns(table)
            written = (_first(decision, "literalExpression"),)
            rows = (written,) if table is None else tuple(_row(rule) for rule in _all(table, "rule"))
            name = str(decision.get("id"))
            yield TableShown(
                str(decision.get("name") or name), name, path, _first(decision, "description"), columns, rows
            )


def _drawing(path: str, content: bytes) -> Drawing:
    try:
        root = xml.parse(content)
        # The renderer escapes every text of the diagram; what it returns is ours.
        svg = Markup(diagram.render(content))  # noqa: S704
    except xml.XmlRefused:
        return Drawing(path, path, None)
    names = [str(one.get("name")) for one in root.iter(xml.bpmn("process")) if one.get("name")]
    return Drawing(names[0] if names else path, path, svg)


def _columns(table: xml.Element) -> tuple[str, ...]:
    inputs = [str(one.get("label") or _first(one, "text")) for one in _all(table, "input")]
    outputs = [str(one.get("label") or one.get("name") or "Résultat") for one in _all(table, "output")]
    notes = [str(one.get("name") or "Note") for one in _all(table, "annotation")]
    return (*inputs, *(f"→ {one}" for one in outputs), *notes)


def _row(rule: xml.Element) -> tuple[str, ...]:
    return tuple(
        _first(entry, "text") for kind in ("inputEntry", "outputEntry", "annotationEntry") for entry in _all(rule, kind)
    )


def _all(parent: xml.Element, name: str) -> list[xml.Element]:
    """The elements of that name below, whatever the version of DMN."""
    return [one for one in parent.iter() if isinstance(one.tag, str) and xml.local(one) == name]


def _first(parent: xml.Element, name: str) -> str:
    found = next(iter(_all(parent, name)), None)
    return " ".join("".join(map(str, found.itertext())).split()) if found is not None else ""


def _scenario(path: str, content: bytes) -> ScenarioShown:
    read = _toml(content)
    if not read:
        return ScenarioShown(path, path, UNREADABLE, ())
    steps = tuple(str(one.get("quand", "")) for one in _mappings(read.get("etapes")))
    return ScenarioShown(str(read.get("titre") or path), path, str(read.get("description", "")), steps)


def _kind(path: str) -> str:
    return next((said for ending, said in LETTERS.items() if path.endswith(ending)), "Texte")


def _span(value: Any) -> str:
    """A delay in words: a number of days, or a period such as P4M; anything else as it is written."""
    if isinstance(value, int):
        return _counted(value, "D")
    parts = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", str(value))
    counted = zip(parts.groups(), "YMWD", strict=True) if parts else ()
    said = [_counted(int(number), unit) for number, unit in counted if number]
    return " et ".join(said) or str(value)


def _counted(number: int, unit: str) -> str:
    one, several = _UNITS[unit]
    return f"{number}\u00a0{several if number > 1 else one}"


def _since(row: Mapping[str, Any]) -> str:
    return str(row.get("depuis"))


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _toml(content: bytes) -> Mapping[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
