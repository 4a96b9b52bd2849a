"""A published version, loaded: everything that a dossier reads of its démarche, parsed once a process."""

from __future__ import annotations

import threading
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import forms
from engine import compile as compiler
from engine import feel
from engine.definition import Definition
from engine.errors import DefinitionInvalid
from prefecture.demarches import dated, dated_forms
from prefecture.demarches.bundle import COMMON, Bundle
from prefecture.kernel import clock
from prefecture.kernel.errors import NotFound

SETTINGS = "demarche.toml"
PARIS = ZoneInfo("Europe/Paris")
DEFAULT_FORM = "demande"


_zone: ContextVar[tzinfo] = ContextVar("zone_of_forms", default=PARIS)


@contextmanager
def in_zone(zone: tzinfo) -> Iterator[None]:
    """Have the conditions of forms reckon their days in `zone` for the length of the block."""
    token = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(token)


def evaluate(variables: Mapping[str, Any]) -> feel.Evaluation:
    """FEEL for the conditions of forms, at this instant. Names of questions are plain, so a text alone tells all."""
    return feel.Evaluation(variables, now=clock.now(), zone=_zone.get())


@dataclass(frozen=True)
class FormNeeds:
    """Whether a form asks for documents, and whether its conditions look at more than its own answers."""

    documents: bool
    context: bool


class Version:
    """One version of a démarche, immutable. Files are looked for in the démarche's folder, then in `_commun`."""

    def __init__(
        self, bundle: Bundle, *, version_id: uuid.UUID, code: str, number: int, published_at: datetime | None = None
    ) -> None:
        self.id = version_id
        self.code = code
        self.number = number
        self.digest = bundle.digest
        self.published_at = published_at
        self._files = bundle.files
        self._forms: dict[str, forms.Form] = {}
        self._needs: dict[str, FormNeeds] = {}
        self._definition: Definition | None = None
        self._lock = threading.RLock()

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """`demarche.toml` as read."""
        return tomllib.loads(self.file(SETTINGS).decode())

    @property
    def title(self) -> str:
        """The démarche's name, as citizens read it."""
        return str(self.settings["titre"])

    @property
    def prefix(self) -> str:
        """The first letters of its dossiers' numbers."""
        return str(self.settings["prefixe"])

    @property
    def form_id(self) -> str:
        """The form that a citizen fills in to file a dossier."""
        return str(self.settings.get("formulaire", DEFAULT_FORM))

    @property
    def process_id(self) -> str:
        """The process that drives a dossier."""
        return str(self.settings.get("processus", self.code))

    @property
    def definition(self) -> Definition:
        """The compiled process. Raises DefinitionInvalid for what `check` would refuse."""
        with self._lock:
            if self._definition is None:
                self._definition = compiler.compile(self.sources(), None, process=self.process_id).definition
            if self._definition is None:
                raise DefinitionInvalid([])
            return self._definition

    def sources(self) -> Sequence[compiler.Source]:
        """The BPMN and DMN files, the démarche's own first."""
        names = [name for name in self._files if name.endswith((".bpmn", ".dmn"))]
        names.sort(key=lambda name: (name.startswith(f"{COMMON}/"), name))
        return [compiler.Source(name, self._files[name]) for name in names]

    @property
    def files(self) -> Mapping[str, bytes]:
        """Every file of the version by its path."""
        return self._files

    @property
    def diagrams(self) -> Mapping[str, bytes]:
        """The BPMN files by path, the démarche's own first."""
        return {source.name: source.content for source in self.sources() if source.name.endswith(".bpmn")}

    def file(self, path: str) -> bytes:
        """A file of the version; raises NotFound."""
        found = self._files.get(path, self._files.get(f"{COMMON}/{path}"))
        if found is None:
            raise NotFound(f"Le fichier «\u00a0{path}\u00a0» n’est pas dans cette version de la démarche.")
        return found

    def template(self, path: str) -> str:
        """A letter, mail or SMS template as text; raises NotFound."""
        return self.file(path).decode()

    def has(self, path: str) -> bool:
        """Whether the version holds this file, itself or in `_commun`."""
        return path in self._files or f"{COMMON}/{path}" in self._files

    def form(self, form_id: str) -> forms.Form:
        """A form by the name that a BPMN file gives it; raises NotFound."""
        with self._lock:
            if form_id not in self._forms:
                content = dated_forms.limited(self.file(f"forms/{form_id}.json"), self._hides)
                self._forms[form_id] = forms.load(content, blocks=self.blocks, evaluate=evaluate)
            return self._forms[form_id]

    def needs(self, form_id: str) -> FormNeeds:
        """What a form needs beside its answers, worked out once."""
        with self._lock:
            if form_id not in self._needs:
                form = self.form(form_id)
                self._needs[form_id] = FormNeeds(
                    documents=any(_asks_files(page.component) for page in form.pages),
                    context=any(_looks_outside(text, form.fields) for _, text in form.expressions),
                )
            return self._needs[form_id]

    @cached_property
    def form_ids(self) -> tuple[str, ...]:
        """The names of all forms that a BPMN file of this version may name."""
        return tuple(sorted({_stem(name) for name in self._files if _is_form(name)}))

    @cached_property
    def blocks(self) -> Mapping[str, bytes]:
        """The shared questions by name; the démarche's own hide those of `_commun`."""
        ordered = sorted(self._files, key=lambda name: not name.startswith(f"{COMMON}/"))
        shared = [name for name in ordered if name.endswith(".json") and "/blocs/" in name]
        return {_stem(name): dated_forms.limited(self._files[name], self._hides) for name in shared}

    @cached_property
    def _hides(self) -> Mapping[str, str]:
        """What hides the questions of pièces that are asked for during a time only."""
        try:
            return dated_forms.hides_of(self.settings)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, NotFound):
            return {}  # the findings say what cannot be read

    def settings_at(self, day: date) -> Mapping[str, Any]:
        """`demarche.toml` as it is on `day`: settings changed by then, pièces of that day."""
        return dated.at(self.settings, day)

    def settings_for(self, filed_on: date, day: date) -> Mapping[str, Any]:
        """The same for a dossier: what was promised as it was on the day it was filed, the rest as it is on `day`."""
        return dated.for_dossier(self.settings, filed_on, day)

    def data_at(self, name: str, day: date) -> Any:
        """The value of a dated figure of `demarche.toml` (fees, delays) in force on `day`; None where none is."""
        found = dated.in_force(self.settings.get(dated.DATA, {}).get(name), day)
        return None if found is None else found.get(dated.VALUE)


def _asks_files(component: forms.Component) -> bool:
    return component.kind == "filepicker" or any(_asks_files(child) for child in component.children)


def _looks_outside(text: str, fields: Mapping[str, str]) -> bool:
    try:
        names = feel.compile_expression(text.removeprefix("=").strip()).names
    except feel.FeelSyntaxError:
        return True
    return not names <= fields.keys()


def _is_form(name: str) -> bool:
    return name.removeprefix(f"{COMMON}/").startswith("forms/") and name.count("/") <= 2 and name.endswith(".json")


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
