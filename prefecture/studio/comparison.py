"""Two versions of a démarche side by side, in sentences: diagrams, forms, tables, letters, data, scenarios, the rest.

Pure over two versions. A file that cannot be read is said to differ, and hides none of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import unified_diff

from engine import comparing
from engine.comparing import Change
from engine.compiling.xml import XmlRefused
from prefecture.demarches import examples
from prefecture.demarches.bundle import COMMON
from prefecture.demarches.version import SETTINGS, Version
from prefecture.studio.comparison_data import data_differences
from prefecture.studio.comparison_forms import form_differences
from prefecture.studio.comparison_tables import table_differences

DIAGRAMS, FORMS, TABLES, LETTERS = "diagrammes", "formulaires", "tables", "courriers"
DATA, SCENARIOS, OTHERS = "donnees", "scenarios", "autres"
SECTIONS: Mapping[str, str] = {
    DIAGRAMS: "Diagrammes",
    FORMS: "Formulaires",
    TABLES: "Tables de décision",
    LETTERS: "Courriers et messages",
    DATA: "Données",
    SCENARIOS: "Scénarios et exemples",
    OTHERS: "Autres fichiers",
}
UNREADABLE = "Ce fichier a changé, et l’une des deux versions ne se lit pas."
REWRITTEN = "L’écriture du fichier a changé, pas ce qu’il dit."
_LINES = 400  # of a text's difference: enough to read, not to drown in


@dataclass(frozen=True)
class FileChange:
    """A file that differs: `kind` added, removed or changed; French `sentences`, or the `lines` of a text (+, -, @).

    `elements`: what differs on a diagram.
    """

    path: str
    kind: str
    sentences: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    elements: tuple[Change, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether the file belongs to all démarches."""
        return self.path.startswith(f"{COMMON}/")


@dataclass(frozen=True)
class Compared:
    """What differs between two versions, by section; sections without a difference are left out."""

    sections: Mapping[str, tuple[FileChange, ...]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many files differ."""
        return sum(map(len, self.sections.values()))

    @property
    def diagrams(self) -> tuple[FileChange, ...]:
        """The drawings that differ."""
        return self.sections.get(DIAGRAMS, ())


def compare(old: Version | None, new: Version) -> Compared:
    """Everything that differs; without an old version, everything is new."""
    before: Mapping[str, bytes] = {} if old is None else old.files
    after = new.files
    found: dict[str, list[FileChange]] = {name: [] for name in SECTIONS}
    for path in sorted(before.keys() | after.keys(), key=lambda one: (one.startswith(f"{COMMON}/"), one)):
        if before.get(path) != after.get(path):
            section = _section(path)
            found[section].append(_change(section, path, before.get(path), after.get(path)))
    return Compared({name: tuple(files) for name, files in found.items() if files})


def _section(path: str) -> str:
    own = path.removeprefix(f"{COMMON}/")
    ways = (
        (own.endswith(".bpmn"), DIAGRAMS),
        (own.endswith(".dmn"), TABLES),
        (own.startswith("forms/"), FORMS),
        (own.startswith("courriers/"), LETTERS),
        (own == SETTINGS, DATA),
        (own.startswith(("scenarios/", examples.FOLDER)), SCENARIOS),
    )
    return next((section for fits, section in ways if fits), OTHERS)


def _change(section: str, path: str, before: bytes | None, after: bytes | None) -> FileChange:
    if section == DIAGRAMS:
        return _drawing(path, before, after)
    kind = _kind(before, after)
    if kind == comparing.CHANGED and section in _READ:
        try:
            sentences = tuple(_READ[section](before or b"", after or b""))
        except (ValueError, XmlRefused):
            return FileChange(path, kind, (UNREADABLE,), tuple(_lines(before, after)))
        return FileChange(path, kind, sentences or (REWRITTEN,))
    return FileChange(path, kind, (), tuple(_lines(before, after)) if kind == comparing.CHANGED else ())


def _drawing(path: str, before: bytes | None, after: bytes | None) -> FileChange:
    kind = _kind(before, after)
    if kind != comparing.CHANGED:
        return FileChange(path, kind)
    try:
        elements = comparing.compare(before or b"", after or b"")
    except XmlRefused:
        return FileChange(path, kind, (UNREADABLE,))
    return FileChange(path, kind, () if elements else (REWRITTEN,), elements=elements)


def _kind(before: bytes | None, after: bytes | None) -> str:
    if before is None:
        return comparing.ADDED
    return comparing.REMOVED if after is None else comparing.CHANGED


def _lines(before: bytes | None, after: bytes | None) -> Iterator[str]:
    """The lines of a text that differ, with two around them."""
    old, new = ((content or b"").decode(errors="replace").splitlines() for content in (before, after))
    for number, line in enumerate(unified_diff(old, new, lineterm="", n=2)):
        if 1 < number < _LINES:
            yield line


_READ = {FORMS: form_differences, TABLES: table_differences, DATA: data_differences}
