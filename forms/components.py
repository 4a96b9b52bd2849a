"""The vocabulary of a form once read: components in a tree, pages, findings. Nothing here knows an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# A place in the answers: names, and whole numbers inside lists.
Path = tuple[str | int, ...]

TEXTS = frozenset({"textfield", "textarea"})
SINGLE_CHOICES = frozenset({"radio", "select"})
CHOICES = SINGLE_CHOICES | {"checklist"}
ANSWERED = TEXTS | CHOICES | {"number", "datetime", "checkbox", "filepicker"}
CONTAINERS = frozenset({"group", "dynamiclist"})
DISPLAYED = frozenset({"text", "separator", "spacer"})
KINDS = ANSWERED | CONTAINERS | DISPLAYED

FORMATS = frozenset({"email", "telephone", "numero_etranger", "code_postal", "date_passee", "date_future"})
SUBTYPES = ("date", "time", "datetime")
RESERVED_KEYS = frozenset({"typename"})

MAX_ITEMS = 50
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
NO_PROPERTIES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a radio, a select or a checklist offers."""

    value: str | int | bool
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may measure; None where the form sets no bound."""

    min_length: int | None = None
    max_length: int | None = None
    minimum: Any = None
    maximum: Any = None
    decimals: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One component of the file. `segments` is its own place under its parent: empty when it holds no answer itself."""

    kind: str
    segments: tuple[str, ...] = ()
    label: str = ""
    hint: str = ""
    subtype: str = "date"
    required: bool = False
    readonly: bool = False
    hide: str | None = None
    choices: tuple[Choice, ...] = ()
    limits: Limits = Limits()
    multiple: bool = False
    accept: str = ""
    default: Any = None
    text: str = ""
    prefix: str = ""
    suffix: str = ""
    repetitions: int = 1
    fixed: bool = False
    properties: Mapping[str, Any] = field(default_factory=lambda: NO_PROPERTIES)
    children: tuple[Component, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether a person gives a value here."""
        return self.kind in ANSWERED

    @property
    def holds(self) -> bool:
        """Whether answers stand at its own place: a question, or a list of them."""
        return self.kind in ANSWERED or self.kind == "dynamiclist"

    @property
    def private(self) -> bool:
        """Whether it is never shown, hence never accepted."""
        return bool(self.properties.get("prive"))

    @property
    def format(self) -> str:
        """The name of the special check, or an empty text."""
        return str(self.properties.get("format", ""))

    @property
    def piece(self) -> str:
        """The pièce that a filepicker asks for; its own key when it names none."""
        return str(self.properties.get("piece") or (self.segments[-1] if self.segments else ""))


@dataclass(frozen=True, slots=True)
class Page:
    """One step of the form: a subject, why it is asked, and its components. Numbers begin at 1."""

    number: int
    title: str
    why: str
    help: str
    component: Component

    @property
    def components(self) -> tuple[Component, ...]:
        """What stands on the page, in order."""
        return self.component.children


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the file that its author should change. `path` is where; `message` and `fix` are French."""

    rule: str
    path: str
    message: str
    fix: str


def visible(components: tuple[Component, ...]) -> Iterator[Component]:
    """The components that are not private."""
    return (component for component in components if not component.private)


def dotted(path: Path) -> str:
    """The path as people and HTML names write it: `enfants.0.prenom`."""
    return ".".join(str(segment) for segment in path)


def quoted(text: str) -> str:
    """The text between French quotation marks, with the spaces that never break."""
    return f"«\u00a0{text}\u00a0»"
