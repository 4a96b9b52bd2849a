"""Decision models ready to be asked: `load` a file, then `decide`. Pure: values in, a value and its reasons out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from engine.feel import types
from engine.feel.budget import DEFAULT_BUDGET, Budget, Run
from engine.feel.compiler import Closure
from engine.feel.convert import from_feel
from engine.feel.dmn import model
from engine.feel.dmn.boxed import BoxedCompiler, typed
from engine.feel.dmn.errors import DecisionsInvalid, DecisionUnknown, Problem
from engine.feel.dmn.instance import Compiled, Instance, Reference
from engine.feel.dmn.items import ItemTypes
from engine.feel.dmn.merging import merged
from engine.feel.dmn.reader import parse_xml, read
from engine.feel.dmn.tables import CompiledTable, DecisionRun, FiredRule
from engine.feel.dmn.written import entry_names
from engine.feel.names import telling
from engine.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, the rules that made it, and the reasons of every null on the way."""

    value: Any
    rules: tuple[FiredRule, ...]
    warnings: tuple[str, ...]


class Decisions:
    """The decisions of one file, with those of the files it imports. Files that say the same have the same `digest`."""

    digest = ""

    def __init__(self, found: model.Model, imported: Mapping[str, Decisions]) -> None:
        self.model = found
        self.imported = imported
        self.problems: list[Problem] = []
        self.items: ItemTypes = ItemTypes(
            found, {name: decisions.items.own() for name, decisions in imported.items()}, self._complain
        )
        self._compiler = BoxedCompiler(self.items, self._complain)
        self._members = telling(entry_names(found))
        self.elements = {key: self._compiled(element) for key, element in found.elements.items()}
        self._refuse_circles()

    @property
    def names(self) -> Mapping[str, str]:
        """The decisions of the file: name by id."""
        return {
            key: element.place.name
            for key, element in self.model.elements.items()
            if isinstance(element, model.Decision)
        }

    def inputs(self, key: str) -> Mapping[str, types.Type]:
        """The input data a decision needs, directly or through others, and their types."""
        found: dict[str, types.Type] = {}
        waiting, seen = [self.find(key)], set[str]()
        while waiting:
            compiled = self.elements[waiting.pop()]
            if isinstance(compiled.element, model.InputData):
                found[compiled.element.variable.name] = compiled.type
            for need in compiled.needs:
                if need.imported is None and need.element in self.elements and need.element not in seen:
                    seen.add(need.element)
                    waiting.append(need.element)
        return found

    def result(self, key: str) -> types.Type:
        """The type written for a decision."""
        return self.elements[self.find(key)].type

    @property
    def tables(self) -> Mapping[str, model.Table]:
        """The decision tables of the file, by the id of their decision."""
        return {
            key: element.logic
            for key, element in self.model.elements.items()
            if isinstance(element, model.Decision) and isinstance(element.logic, model.Table)
        }

    def names_in(self, key: str) -> frozenset[str]:
        """The names that a parser of this decision's texts must be told."""
        compiled = self.elements[key]
        variable = compiled.element.variable
        return self._known(compiled.needs) | telling([variable.name])

    def table(self, key: str) -> CompiledTable:
        """The table of a decision (its id), to be asked column by column and row by row."""
        return self._compiler.compiled(self.tables[key], self.names_in(key), self.elements[key].element.variable.type)

    def decide(
        self,
        key: str,
        variables: Mapping[str, Any],
        *,
        now: datetime | None = None,
        zone: tzinfo | None = None,
        budget: Budget | None = None,
    ) -> Decision:
        """The value of a decision (its id or name), of a service or a knowledge model, for these input data.

        DecisionUnknown when there is none of that name; FeelBudgetExceeded when it asks for too much.
        """
        run = DecisionRun(Run(now, zone, budget or DEFAULT_BUDGET))
        value = Instance(self, variables, run).ask(self.find(key))
        return Decision(from_feel(value, zone), tuple(run.fired), tuple(run.warnings))

    def find(self, key: str) -> str:
        """The id of an element, given its id or its name; DecisionUnknown when there is none."""
        if key in self.elements:
            return key
        wanted = (model.Decision, model.Service, model.Knowledge)
        for compiled in self.elements.values():
            if isinstance(compiled.element, wanted) and key in _called(compiled.element):
                return compiled.element.place.element
        raise DecisionUnknown(f"Le modèle n'a pas de décision « {key} ».")

    def resolve(self, href: str) -> Reference | None:
        """What a reference points at; None when it is nowhere."""
        namespace, _, element = href.rpartition("#")
        if not namespace or namespace == self.model.namespace or namespace in self.model.absorbed:
            element = self.model.aliases.get(element, element)
            return Reference(None, element) if element in self.model.elements else None
        for known in self.model.imports:
            if known.namespace == namespace and known.name in self.imported:
                return Reference(known.name, element)
        return None

    def references(self, hrefs: Iterable[str], place: model.Place) -> tuple[Reference, ...]:
        """What these references point at; a complaint for each that is nowhere."""
        found: list[Reference] = []
        for href in hrefs:
            reference = self.resolve(href)
            if reference is None:
                self._complain(place, f"L'élément requis « {href} » n'existe pas.")
            else:
                found.append(reference)
        return tuple(found)

    def element_of(self, reference: Reference) -> model.Element | None:
        """The element a reference points at."""
        home = self if reference.imported is None else self.imported[reference.imported]
        return home.model.elements.get(reference.element)

    def _complain(self, place: model.Place, message: str) -> None:
        self.problems.append(Problem(place.element, place.name, place.line, message))

    def _compiled(self, element: model.Element) -> Compiled:
        place = element.place
        if isinstance(element, model.InputData):
            return Compiled(element, (), None, self.items.of(element.variable.type, place))
        if isinstance(element, model.Service):
            hrefs = (*element.outputs, *element.encapsulated, *element.input_decisions, *element.input_data)
            written = self._result(element)
            needed = self.references(hrefs, place)
            if isinstance(written, types.FunctionOf):
                return Compiled(element, needed, None, written.result, written.parameters)
            return Compiled(element, needed, None, written)
        needs = self.references(element.needs, place)
        names = self._known(needs) | telling([element.variable.name])
        if isinstance(element, model.Knowledge):
            return Compiled(element, needs, self._function(element, names), types.ANY)
        return Compiled(element, needs, self._logic(element, names), self._result(element))

    def _result(self, element: model.Decision | model.Service) -> types.Type:
        return self.items.of(element.variable.type, element.place)

    def _known(self, needs: Iterable[Reference]) -> frozenset[str]:
        names = {need.imported for need in needs if need.imported}
        for need in needs:
            element = self.element_of(need)
            if element is not None:
                names.add(element.variable.name)
        members = self._members.union(*(decisions._members for decisions in self.imported.values()))
        return members | telling(names)

    def _logic(self, element: model.Decision, names: frozenset[str]) -> Closure | None:
        if element.logic is None:
            return None
        if isinstance(element.logic, model.Table):
            logic = self._compiler.table(element.logic, names, element.variable.type)
        else:
            logic = self._compiler.compile(element.logic, names)
        return typed(logic, self._result(element))

    def _function(self, element: model.Knowledge, names: frozenset[str]) -> Closure | None:
        if element.function is None:
            return None
        written = self.items.of(element.variable.type, element.place)
        result = written.result if isinstance(written, types.FunctionOf) else written
        return self._compiler.function(element.function, names, element.variable.name, result)

    def _refuse_circles(self) -> None:
        for key, compiled in self.elements.items():
            if isinstance(compiled.element, model.Decision) and key in self._behind(key):
                self._complain(compiled.element.place, "Cette décision a besoin d'elle-même.")

    def _behind(self, key: str) -> set[str]:
        """Everything a decision needs, near or far."""
        seen: set[str] = set()
        waiting = [key]
        while waiting:
            for need in self.elements[waiting.pop()].needs:
                element = self.model.elements.get(need.element)
                if need.imported is None and isinstance(element, model.Decision) and need.element not in seen:
                    seen.add(need.element)
                    waiting.append(need.element)
        return seen


def _called(element: model.Element) -> Sequence[str]:
    return (element.place.name, element.variable.name)


def load(content: bytes, others: Iterable[bytes] = (), *, strict: bool = True) -> Decisions:
    """The decisions of a DMN file; `others` are files it may import.

    DecisionsInvalid with every problem found. Not strict: what is wrong answers null, and stands in `problems`.
    """
    found = read(content)
    files = list(others)
    decisions = assemble(found, [read(other) for other in files])
    decisions.digest = fingerprint(map(parse_xml, [content, *files]))
    problems = list(_all_problems(decisions))
    if strict and problems:
        raise DecisionsInvalid(problems)
    return decisions


def assemble(found: model.Model, others: Sequence[model.Model], seen: frozenset[str] = frozenset()) -> Decisions:
    """A model with those it imports; DecisionsInvalid when one of them is missing or imports run in a circle."""
    by_namespace = {other.namespace: other for other in others}
    found = merged(found, by_namespace)
    imported: dict[str, Decisions] = {}
    for wanted in found.imports:
        other = by_namespace.get(wanted.namespace)
        if not wanted.name or other is None or wanted.namespace in seen:
            continue
        imported[wanted.name] = assemble(other, others, seen | {found.namespace})
    return Decisions(found, imported)


def _all_problems(decisions: Decisions) -> Iterator[Problem]:
    yield from decisions.problems
    for other in decisions.imported.values():
        yield from _all_problems(other)
