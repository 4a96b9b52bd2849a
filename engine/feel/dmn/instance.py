"""One asking of a decision model: its input data, the decisions already made, and the scopes between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.feel import types
from engine.feel.budget import Run
from engine.feel.compiler import Closure
from engine.feel.dmn import model
from engine.feel.dmn.tables import DecisionRun
from engine.feel.errors import Nothing
from engine.feel.expression import evaluate_in
from engine.feel.functions import Defined, Parameter
from engine.feel.scope import MISSING, Scope
from engine.feel.values import Value

if TYPE_CHECKING:
    from engine.feel.dmn.decisions import Decisions


@dataclass(frozen=True, slots=True)
class Reference:
    """An element of this model, or of the one imported under a name."""

    imported: str | None
    element: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """An element's logic and what it needs. A function's closure makes the function; `parameters`: a service's."""

    element: model.Element
    needs: tuple[Reference, ...]
    logic: Closure | None
    type: types.Type
    parameters: tuple[types.Type, ...] = ()


_NOTHING_GIVEN: Mapping[str, Any] = {}


class Instance:
    """A model with given input data. `given` holds decisions whose values the caller fixes (by id)."""

    def __init__(
        self,
        decisions: Decisions,
        variables: Mapping[str, Any],
        run: Run,
        given: Mapping[Reference, Value] | None = None,
    ) -> None:
        self.decisions = decisions
        self.run = run
        self._root = Scope(_NOTHING_GIVEN, None, run)
        self._variables = Scope(variables, None, run)
        self._made: dict[Reference, Value] = dict(given or {})
        self._making: set[str] = set()
        self._others: dict[str, Instance] = {}

    def ask(self, element: str) -> Value:
        """The value of a decision; that of a service or knowledge model called with the input data."""
        compiled = self.decisions.elements[element]
        if isinstance(compiled.element, model.Decision | model.InputData):
            return self._value(element)
        function = self._value(element)
        if function is None:
            return None
        arguments = [self._variables.value(name) for name in function.parameter_names()]
        try:
            return function.call([self._or_null(argument) for argument in arguments], self.run)
        except Nothing as nothing:
            self.run.warn(nothing.reason)
            return None

    def ask_by_name(self, name: str) -> Value:
        """The value of an element of this model, or of an imported one, given its name."""
        for prefix in self.decisions.imported:
            own = name.removeprefix(f"{prefix}.")
            if own != name:
                return self._other(prefix).ask_by_name(own)
        return self.ask(self.decisions.find(name))

    @staticmethod
    def _or_null(argument: Value) -> Value:
        return None if argument is MISSING else argument

    def refer(self, reference: Reference) -> Value:
        """The value of an element of this model or of an imported one."""
        if reference in self._made:
            return self._made[reference]
        home = self if reference.imported is None else self._other(reference.imported)
        return home._value(reference.element)

    def _other(self, name: str) -> Instance:
        """The imported model, which sees the input data under its name, then all others."""
        if name not in self._others:
            inside = self._variables.names.get(name)
            own = inside if isinstance(inside, Mapping) else _NOTHING_GIVEN
            variables = {**self._variables.names, **own}
            self._others[name] = Instance(self.decisions.imported[name], variables, self.run)
        return self._others[name]

    def _value(self, element: str) -> Value:
        key = Reference(None, element)
        if key in self._made:
            return self._made[key]
        compiled = self.decisions.elements.get(element)
        if compiled is None or element in self._making:
            self.run.warn(f"l'élément « {element} » n'existe pas ou a besoin de lui-même")
            return None
        self._making.add(element)
        value = self._make(compiled)
        self._making.discard(element)
        self._made[key] = value
        return value

    def _make(self, compiled: Compiled) -> Value:
        element = compiled.element
        if isinstance(element, model.InputData):
            return self._input(element.variable, compiled.type)
        if isinstance(element, model.Service):
            return self._service(element, compiled)
        if compiled.logic is None:
            return self._input(element.variable, compiled.type)
        if isinstance(element, model.Decision):
            return self._decided(element, compiled, self._scope(compiled.needs))
        return self._knowledge(element, compiled)

    def _knowledge(self, element: model.Knowledge, compiled: Compiled) -> Value:
        """A function; it may need itself, so it stands before what it needs is looked up."""
        if compiled.logic is None:
            return None
        names: dict[str, Value] = {}
        function = evaluate_in(compiled.logic, self._root.inner(names))
        self._made[Reference(None, element.place.element)] = function
        names[element.variable.name] = function
        names.update(self._scope(compiled.needs).names)
        return function

    def _decided(self, element: model.Decision, compiled: Compiled, scope: Scope) -> Value:
        run = self.run
        if compiled.logic is None:
            return None
        if not isinstance(run, DecisionRun):
            return evaluate_in(compiled.logic, scope)
        run.deciding.append(element.place.name)
        try:
            return evaluate_in(compiled.logic, scope)
        finally:
            run.deciding.pop()

    def _input(self, variable: model.Variable, wanted: types.Type) -> Value:
        value = self._variables.value(variable.name)
        if value is MISSING:
            self.run.warn(f"la donnée « {variable.name} » n'est pas fournie")
            return None
        try:
            return types.coerce(value, wanted, self.run)
        except Nothing as nothing:
            self.run.warn(f"« {variable.name} » : {nothing.reason}")
            return None

    def surroundings(self, element: str) -> Scope:
        """The scope in which the logic of an element is asked: the values of all that it needs."""
        return self._scope(self.decisions.elements[element].needs)

    def _scope(self, needs: Iterable[Reference]) -> Scope:
        names: dict[str, Value] = {}
        for need in needs:
            element = self.decisions.element_of(need)
            if element is None:
                continue
            value = self.refer(need)
            home = names.setdefault(need.imported, {}) if need.imported else names
            home[element.variable.name] = value
        return self._root.inner(names)

    def _service(self, element: model.Service, compiled: Compiled) -> Value:
        """The function a service is: input data first, then input decisions."""
        data = self._references(element.input_data)
        decided = self._references(element.input_decisions)
        parameters = [self._parameter(reference) for reference in (*data, *decided)]
        if len(compiled.parameters) == len(parameters):
            parameters = [
                Parameter(own.name, written if own.type == types.ANY and written != types.NULL else own.type)
                for own, written in zip(parameters, compiled.parameters, strict=True)
            ]

        def evaluate(arguments: dict[str, Value], run: Run) -> Value:
            values = dict(zip((*data, *decided), arguments.values(), strict=True))
            return self._serve(element, compiled, Instance(self.decisions, arguments, run, values))

        return Defined(element.variable.name, parameters, evaluate)

    def _references(self, hrefs: Iterable[str]) -> list[Reference]:
        return [reference for href in hrefs if (reference := self.decisions.resolve(href)) is not None]

    def _parameter(self, reference: Reference) -> Parameter:
        element = self.decisions.element_of(reference)
        name = reference.element if element is None else element.variable.name
        home = self.decisions if reference.imported is None else self.decisions.imported[reference.imported]
        compiled = home.elements.get(reference.element)
        return Parameter(name, types.ANY if compiled is None else compiled.type)

    def _serve(self, element: model.Service, compiled: Compiled, inside: Instance) -> Value:
        outputs = self._references(element.outputs)
        values = {}
        for reference in outputs:
            found = self.decisions.element_of(reference)
            if found is not None:
                values[found.variable.name] = inside.refer(reference)
        value: Value = next(iter(values.values()), None) if len(outputs) == 1 else values
        return types.coerce(value, compiled.type, inside.run)
