"""Functions: those an expression defines, those the language has, and how both are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.feel.errors import Nothing
from engine.feel.types import ANY, Type, coerce
from engine.feel.values import Value

if TYPE_CHECKING:
    from engine.feel.budget import Run


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter and the type its argument is brought to."""

    name: str
    type: Type = ANY


class Defined:
    """A function with a body. `body` computes its value from its arguments by name."""

    __slots__ = ("body", "inferred", "name", "parameters", "result")

    def __init__(
        self,
        name: str,
        parameters: Sequence[Parameter],
        body: Callable[[dict[str, Value], Run], Value],
        result: Type = ANY,
        inferred: Type = ANY,
    ) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.body = body
        self.result = result
        self.inferred = inferred if result == ANY else result

    @property
    def signature(self) -> tuple[tuple[Type, ...], Type]:
        """The types of its parameters and of its result."""
        return tuple(parameter.type for parameter in self.parameters), self.inferred

    def parameter_names(self) -> tuple[str, ...]:
        """Its formal parameters."""
        return tuple(parameter.name for parameter in self.parameters)

    def call(self, arguments: Sequence[Value], run: Run) -> Value:
        """Its value for these arguments; one of another type is null. Nothing when their number does not fit."""
        if len(arguments) != len(self.parameters):
            raise Nothing(f"la fonction « {self.name} » attend {len(self.parameters)} argument(s)")
        named = {
            parameter.name: _taken(argument, parameter, run)
            for parameter, argument in zip(self.parameters, arguments, strict=True)
        }
        run.enter()
        try:
            return coerce(self.body(named, run), self.result, run)
        finally:
            run.leave()

    def call_named(self, arguments: dict[str, Value], run: Run) -> Value:
        """Its value for arguments by name, null for those not given; Nothing when a name is not its own."""
        if not set(arguments) <= set(self.parameter_names()):
            raise Nothing(f"la fonction « {self.name} » n'a pas ces paramètres")
        return self.call([arguments.get(name) for name in self.parameter_names()], run)


def _taken(argument: Value, parameter: Parameter, run: Run) -> Value:
    """The argument as the parameter wants it; null, with a warning, when it cannot be."""
    try:
        return coerce(argument, parameter.type, run)
    except Nothing as nothing:
        run.warn(f"« {parameter.name} » : {nothing.reason}")
        return None


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function: names that must be given, names that may, or one list spread out."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    spread: bool
    rest: bool
    implement: Callable[..., Value]

    @property
    def names(self) -> tuple[str, ...]:
        """All parameters, in order."""
        return self.required + self.optional

    def takes(self, count: int) -> bool:
        """Whether that many arguments fit."""
        if self.spread or self.rest:
            return count >= len(self.required)
        return len(self.required) <= count <= len(self.names)


class Builtin:
    """A function of the language: the first of its signatures that fits is called."""

    __slots__ = ("name", "result", "signatures")

    def __init__(self, name: str, result: Type) -> None:
        self.name = name
        self.result = result
        self.signatures: list[Signature] = []

    @property
    def signature(self) -> tuple[tuple[Type, ...], Type]:
        """The types of its parameters (any, they are checked when it is called) and of its result."""
        return (ANY,) * len(self.parameter_names()), self.result

    def parameter_names(self) -> tuple[str, ...]:
        """The parameters of its first signature."""
        return self.signatures[0].names

    def call(self, arguments: Sequence[Value], run: Run) -> Value:
        """Its value for these arguments; Nothing when they do not fit."""
        for signature in self.signatures:
            if signature.takes(len(arguments)):
                if signature.spread:
                    return signature.implement(run, _gathered(arguments))
                return signature.implement(run, *arguments)
        raise Nothing(f"« {self.name} » ne prend pas {len(arguments)} argument(s)")

    def call_named(self, arguments: dict[str, Value], run: Run) -> Value:
        """Its value for arguments by name, null for those not given; Nothing when a name is not its own."""
        given = set(arguments)
        fitting = [signature for signature in self.signatures if given <= set(signature.names)]
        for signature in sorted(fitting, key=lambda signature: not given >= set(signature.required)):
            return signature.implement(run, *_in_order(signature, arguments))
        raise Nothing(f"« {self.name} » n'a pas ces paramètres : {', '.join(sorted(arguments))[:80]}")


def _gathered(arguments: Sequence[Value]) -> Value:
    """A list given as one argument, or the arguments as a list."""
    if len(arguments) == 1 and (isinstance(arguments[0], list) or arguments[0] is None):
        return arguments[0]
    return list(arguments)


def _in_order(signature: Signature, arguments: dict[str, Value]) -> list[Any]:
    last = max((index for index, name in enumerate(signature.names) if name in arguments), default=-1)
    return [arguments.get(name) for name in signature.names[: max(last + 1, len(signature.required))]]
