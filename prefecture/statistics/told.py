"""What answers may be counted: codes that a form offers as choices, never what somebody wrote."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from engine.compiling import xml
from engine.model import ElementInfo
from forms import Component
from prefecture.demarches.version import Version
from prefecture.identity.permissions import USAGER
from prefecture.kernel.errors import NotFound

_STATES = frozenset({"valide", "refusee", "manquante"})
_REFUSED = "refusee"
_LONGEST = 60


class Drawn:
    """A version as the observation needs it: who does an element, what its form offers."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._codes: dict[str, frozenset[str]] = {}

    @property
    def id(self) -> uuid.UUID:
        """The version's."""
        return self._version.id

    @cached_property
    def _elements(self) -> Mapping[str, ElementInfo]:
        return self._version.definition.elements

    def is_task(self, element: str) -> bool:
        """Whether a person does it."""
        info = self._elements.get(element)
        return info is not None and info.type in {"userTask", "manualTask"}

    def is_for_citizen(self, element: str) -> bool:
        """Whether the citizen does it."""
        info = self._elements.get(element)
        return info is not None and info.lane == USAGER

    def is_gateway(self, element: str) -> bool:
        """Whether it only parts or joins ways: they are counted, not it."""
        info = self._elements.get(element)
        return info is not None and info.type.endswith("Gateway")

    def inside(self, element: str) -> frozenset[str]:
        """The elements of the process that a call activity calls; none for anything else."""
        called = self._calls.get(element)
        return frozenset() if called is None else frozenset(self._of_process.get(called, ()))

    @cached_property
    def _calls(self) -> Mapping[str, str]:
        drawings = self._version.diagrams.values()
        calls = (one for content in drawings for one in xml.parse(content).iter(xml.bpmn("callActivity")))
        return {str(one.get("id")): xml.reference(one.get("calledElement")) for one in calls}

    @cached_property
    def _of_process(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for info in self._elements.values():
            found.setdefault(info.process, []).append(info.id)
        return found

    def motif(self, values: Mapping[str, Any]) -> str:
        """The motif of a new dossier: its answer to the question that `[observation] motif` names, if a choice."""
        name = str(self._version.settings.get("observation", {}).get("motif", ""))
        answer = (values.get("after") or {}).get(name) if name else None
        return str(answer) if self._is_code(self._version.form_id, answer) else ""

    def told(self, element: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """What a task's answers say of pièces and of the decision: kind, subject, detail."""
        info = self._elements.get(element)
        after = values.get("after")
        if info is None or info.form is None or not isinstance(after, Mapping):
            return
        yield from self._pieces(info.form, after.get("pieces"))
        for motif in _listed(after.get("motifs")):
            if self._is_code(info.form, motif):
                yield "refusal", motif, ""
        closing = after.get("motif_classement")
        if self._is_code(info.form, closing):
            yield "closing", str(closing), ""

    def _pieces(self, form: str, pieces: object) -> Iterator[tuple[str, str, str]]:
        for code, one in pieces.items() if isinstance(pieces, Mapping) else ():
            state = one.get("etat") if isinstance(one, Mapping) else None
            if state not in _STATES:
                continue
            yield "piece", str(code)[:120], str(state)
            if state == _REFUSED and self._is_code(form, one.get("motif")):
                yield "piece_motif", str(code)[:120], str(one["motif"])

    def _is_code(self, form: str, value: object) -> bool:
        return isinstance(value, str) and len(value) <= _LONGEST and value in self._offered(form)

    def _offered(self, form: str) -> frozenset[str]:
        if form not in self._codes:
            try:
                pages = self._version.form(form).pages
            except NotFound:
                pages = ()
            self._codes[form] = frozenset(code for page in pages for code in _choices(page.component))
        return self._codes[form]


def labels(version: Version) -> dict[str, str]:
    """The words of every choice that the forms of a version offer, by code."""
    found: dict[str, str] = {}
    for form in version.form_ids:
        for page in version.form(form).pages:
            for component in _flat(page.component):
                for choice in component.choices:
                    found.setdefault(str(choice.value), choice.label)
    return found


def _choices(component: Component) -> Iterator[str]:
    for one in _flat(component):
        yield from (str(choice.value) for choice in one.choices)


def _flat(component: Component) -> Iterator[Component]:
    yield component
    for child in component.children:
        yield from _flat(child)


def _listed(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
