"""The form: the one object that the rest of the house uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from forms import html
from forms.checking import Checked, Typed, check, typed
from forms.components import Choice, Component, Finding, Page, dotted, visible
from forms.plan import Plan
from forms.reading import Section, feel_types, sections, with_contexts
from forms.schema import Read, read
from forms.views import PageView, page_view
from forms.visibility import Conditions, Evaluate

PARIS = ZoneInfo("Europe/Paris")
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PieceAsked:
    """A pièce that the visible questions ask for."""

    code: str
    label: str
    hint: str
    required: bool
    multiple: bool
    path: str
    page: int


def load(content: bytes, *, blocks: Mapping[str, bytes] = NOTHING, evaluate: Evaluate) -> Form:
    """Read a form file. `blocks` are the shared ones by name; `evaluate(text, variables)` computes FEEL.

    Raises FormUnreadable when the bytes are no form; lesser faults are in `Form.findings()`.
    """
    return Form(read(content, blocks), evaluate)


class Form:
    """A form, immutable: share it between requests. Pages are numbered from 1."""

    def __init__(self, source: Read, evaluate: Evaluate) -> None:
        self._read = source
        self._evaluate = evaluate
        self._plan = Plan(source.pages)

    @property
    def id(self) -> str:
        """The form's name, as a BPMN file writes it."""
        return self._read.id

    @property
    def title(self) -> str:
        """What people read above it."""
        return self._read.title

    @property
    def pages(self) -> tuple[Page, ...]:
        """Every page, those that a condition hides included."""
        return self._read.pages

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """FEEL type by dotted key; groups are contexts, repeated groups lists of contexts."""
        types: dict[str, str] = {}
        for component in self._read.components:
            types |= feel_types(component, component.segments)
        return MappingProxyType(with_contexts(types))

    @property
    def expressions(self) -> tuple[tuple[str, str], ...]:
        """Each condition of the file: where, and its FEEL text; for whoever checks FEEL."""
        found = []
        for component in self._read.components:
            found += _expressions(component, ())
        return tuple(found)

    def findings(self) -> list[Finding]:
        """What the file's author should change, in French; empty when all is well."""
        return list(self._read.findings)

    def check(
        self,
        answers: Mapping[str, Any],
        *,
        page: int | None = None,
        context: Mapping[str, Any] = NOTHING,
        documents: Mapping[str, Sequence[Any]] = NOTHING,
        zone: tzinfo = PARIS,
    ) -> Checked:
        """Clean, typed answers and French errors by dotted path.

        Without a page: everything; hidden questions are dropped, required ones asked. With a page: only that page is
        judged, and `answers` is the whole draft to keep, other pages as they were given. `documents` are the ids
        already received by pièce: a filepicker without an answer takes them. A moment without offset is in `zone`.
        """
        return check(self._plan, answers, page, context, documents, zone, self._evaluate)

    def visible_pages(
        self, answers: Mapping[str, Any], *, context: Mapping[str, Any] = NOTHING, zone: tzinfo = PARIS
    ) -> tuple[Page, ...]:
        """The pages that these answers leave to be seen, in order."""
        conditions = self._conditions(self._typed(answers, zone=zone), context)
        return tuple(page for page in self.pages if not _page_hidden(page, conditions))

    def pieces(
        self, answers: Mapping[str, Any], *, context: Mapping[str, Any] = NOTHING, zone: tzinfo = PARIS
    ) -> tuple[PieceAsked, ...]:
        """The pièces that the visible questions ask for, in order."""
        reading = self._typed(answers, zone=zone)
        conditions = self._conditions(reading, context)
        asked = []
        for page in self.pages:
            for node in self._plan.nodes(reading.answers, page.number):
                one = node.component
                if one.kind == "filepicker" and not conditions.hide(node.hides):
                    place = dotted(node.path)
                    asked.append(
                        PieceAsked(one.piece, one.label, one.hint, one.required, one.multiple, place, page.number)
                    )
        return tuple(asked)

    def view(
        self,
        answers: Mapping[str, Any],
        errors: Mapping[str, str] = NOTHING,
        page: int = 1,
        documents: Mapping[str, Sequence[Any]] = NOTHING,
        *,
        context: Mapping[str, Any] = NOTHING,
        zone: tzinfo = PARIS,
    ) -> PageView:
        """What the page draws. `answers` are raw or clean; `documents`, by pièce, are drawn under their filepicker."""
        conditions = self._conditions(self._typed(answers, documents, zone), context)
        shown = [one.number for one in self.pages if not _page_hidden(one, conditions)]
        return page_view(self.pages[page - 1], shown, answers, errors, conditions, documents, context)

    def read_back(
        self,
        answers: Mapping[str, Any],
        *,
        context: Mapping[str, Any] = NOTHING,
        documents: Mapping[str, Sequence[Any]] = NOTHING,
        zone: tzinfo = PARIS,
    ) -> tuple[Section, ...]:
        """Every visible question with its answer as text, page by page. Answers may come back from JSON."""
        reading = self._typed(answers, documents, zone)
        return sections(self.pages, reading.answers, self._conditions(reading, context), documents)

    def parse_html(self, form_data: html.Posted | Mapping[str, Any], page: int = 1) -> dict[str, Any]:
        """The raw answers that a page posted, lines added and removed as its buttons asked. Checks nothing."""
        return html.parse((self.pages[page - 1].component,), form_data)

    def asks_again(self, form_data: html.Posted | Mapping[str, Any]) -> bool:
        """Whether the person added or removed a line: draw the page again instead of going on."""
        return html.asks_again(form_data)

    def merge(self, draft: Mapping[str, Any], raw: Mapping[str, Any], page: int = 1) -> dict[str, Any]:
        """The draft with this page's answers replaced by the raw ones."""
        return html.merge(draft, raw, self.pages[page - 1])

    def describe(self) -> dict[str, Any]:
        """The form as JSON for the API: pages, fields, choices, bounds, conditions."""
        pages = [
            {
                "number": page.number,
                "title": page.title,
                "why": page.why,
                "help": page.help,
                "condition_hide": page.component.hide,
                "fields": _described(page.component, page.component.segments),
            }
            for page in self.pages
        ]
        return {"id": self.id, "title": self.title, "pages": pages}

    def _typed(
        self, answers: Mapping[str, Any], documents: Mapping[str, Sequence[Any]] = NOTHING, zone: tzinfo = PARIS
    ) -> Typed:
        return typed(self._plan, answers, documents, zone)

    def _conditions(self, reading: Typed, context: Mapping[str, Any]) -> Conditions:
        return Conditions(self._plan, reading.answers, reading.given, context, self._evaluate)


def _page_hidden(page: Page, conditions: Conditions) -> bool:
    """A page is hidden by its own condition, or when nothing that it asks is shown."""
    component = page.component
    if component.hide and conditions.hide([(component.hide, ())]):
        return True
    alone = [child for child in visible(component.children) if child.properties.get("page")]
    return (
        bool(alone) and len(component.children) == 1 and bool(alone[0].hide and conditions.hide([(alone[0].hide, ())]))
    )


def _expressions(component: Component, prefix: tuple[str, ...]) -> list[tuple[str, str]]:
    path = prefix + component.segments
    found = [(".".join(path) or component.label, component.hide)] if component.hide else []
    for child in component.children:
        found += _expressions(child, path)
    return found


def _described(parent: Component, prefix: tuple[str, ...]) -> list[dict[str, Any]]:
    described = []
    for component in visible(parent.children):
        path = prefix + component.segments
        told: dict[str, Any] = {
            "type": component.subtype if component.kind == "datetime" else component.kind,
            "path": ".".join(path),
            "label": component.text if component.kind == "text" else component.label,
            "hint": component.hint,
            "required": component.required,
            "condition_hide": component.hide,
        }
        if component.answered:
            told |= _bounds(component)
        if component.children:
            told["fields"] = _described(component, () if component.kind == "dynamiclist" else path)
        described.append(told)
    return described


def _bounds(component: Component) -> dict[str, Any]:
    limits = component.limits
    told: dict[str, Any] = {
        "format": component.format or None,
        "autocomplete": component.properties.get("autocomplete"),
        "example": component.properties.get("exemple"),
        "choices": [_choice(choice) for choice in component.choices] or None,
        "min_length": limits.min_length,
        "max_length": limits.max_length,
        "minimum": _json_number(limits.minimum),
        "maximum": _json_number(limits.maximum),
        "decimals": limits.decimals,
        "pattern": limits.pattern,
        "piece": component.piece if component.kind == "filepicker" else None,
        "multiple": component.multiple or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _json_number(value: Any) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _choice(choice: Choice) -> dict[str, Any]:
    return {"value": choice.value, "label": choice.label}
