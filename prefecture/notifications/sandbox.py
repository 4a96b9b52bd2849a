"""The sandbox in which templates run: data and a few filters, no calls, budgets on steps and sizes.

Templates are written by analysts. They see values, never objects' inner life: no underscore, no method, no macro, no
operator that could fill the memory. Steps (loop turns, blocks, included files) are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import FunctionLoader, StrictUndefined, TemplateNotFound, nodes, pass_context, pass_eval_context
from jinja2.exceptions import SecurityError, TemplateAssertionError
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from prefecture.kernel.errors import NotFound
from prefecture.notifications import french

Loader = Callable[[str], str]
MOST_STEPS = 20_000
LONGEST_TEXT = 1_000_000
LONGEST_LIST = 10_000
ZONE_VARIABLE = "fuseau"

_KEPT_FILTERS = (
    "abs",
    "count",
    "default",
    "first",
    "last",
    "length",
    "lower",
    "reverse",
    "round",
    "sort",
    "trim",
    "upper",
)
_KEPT_TESTS = (
    "defined",
    "undefined",
    "none",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "even",
    "odd",
    "number",
    "string",
)
_FORBIDDEN = (nodes.Macro, nodes.CallBlock, nodes.Import, nodes.FromImport, nodes.FilterBlock)
_steps: ContextVar[list[int] | None] = ContextVar("template_steps", default=None)


class OverBudget(Exception):
    """A template takes more steps, or writes more, than any letter needs."""


class Absent(StrictUndefined):
    """A variable that is not there: it may be asked about (`if`), never written."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    @property
    def _undefined_message(self) -> str:
        return self._undefined_hint or f"«\u00a0{self._undefined_name}\u00a0» n’existe pas"


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with what templates of letters need, and nothing else."""

    intercepted_binops = frozenset({"*", "**", "%", "+", "//"})

    def __init__(self, loader: Loader | None, *, html: bool) -> None:
        super().__init__(
            autoescape=html,
            undefined=Absent,
            loader=FunctionLoader(_found_by(loader)),
            finalize=_final,
            keep_trailing_newline=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.globals.clear()
        kept = {name: self.filters[name] for name in _KEPT_FILTERS}
        self.filters.clear()
        self.filters.update({**kept, **FILTERS})
        tests = {name: self.tests[name] for name in _KEPT_TESTS} | {"==": self.tests["=="], "!=": self.tests["!="]}
        self.tests.clear()
        self.tests.update(tests)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Counting().visit(super()._parse(source, name, filename))
        return tree.set_environment(self)  # type: ignore[return-value]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`a.b`: an item of a context first, so that a pièce named `items` is found and a method never is."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Neither inner names nor methods; blocks of a template (`self.objet`) are the exception."""
        return super().is_safe_attribute(obj, attr, value) and (
            not callable(value) or isinstance(value, BlockReference)
        )

    def is_safe_callable(self, obj: Any) -> bool:
        """Only `super()` and `self.block()` may be called."""
        return isinstance(obj, BlockReference)

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a block; anything else is refused."""
        if not self.is_safe_callable(obj):
            raise SecurityError("une donnée ne s’appelle pas comme une fonction\u00a0: utilisez un filtre")
        return super().call(context, obj, *args, **kwargs)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """What stands for an inner name that may not be read."""
        return self.undefined(f"«\u00a0{attribute}\u00a0» ne se lit pas ici", exc=SecurityError)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers; `+` on texts and lists within bounds."""
        if all(isinstance(each, int | float | Decimal) for each in (left, right)) and operator != "**":
            return super().call_binop(context, operator, left, right)
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return within(left + right)
        if operator == "+" and isinstance(left, list) and isinstance(right, list):
            if len(left) + len(right) > LONGEST_LIST:
                raise OverBudget("list")
            return left + right
        raise SecurityError(f"l’opération «\u00a0{operator}\u00a0» n’est pas permise ici")


@contextmanager
def counted() -> Iterator[None]:
    """Count the steps of what is rendered in the block; OverBudget is raised beyond MOST_STEPS."""
    token = _steps.set([0])
    try:
        yield
    finally:
        _steps.reset(token)


def within(text: str) -> str:
    """`text`, unless it is longer than any letter."""
    if len(text) > LONGEST_TEXT:
        raise OverBudget("text")
    return text


class _Counting(NodeTransformer):
    """Have every loop, block and template count its steps, and `~` mind its size; refuse macros."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 (Jinja's visitor names)
        if node.recursive:
            raise TemplateAssertionError("les boucles récursives ne sont pas permises", node.lineno)
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_turns")
        return node

    def visit_Block(self, node: nodes.Block) -> nodes.Node:  # noqa: N802
        return self._counted(node)

    def visit_Template(self, node: nodes.Template) -> nodes.Node:  # noqa: N802
        return self._counted(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), "_joined")

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if isinstance(node, _FORBIDDEN):
            raise TemplateAssertionError("les macros et les imports ne sont pas permis", node.lineno)
        return super().generic_visit(node, *args, **kwargs)

    def _counted(self, node: Any) -> nodes.Node:
        self.generic_visit(node)
        step = nodes.ExprStmt(_filtered(nodes.Const(None, lineno=node.lineno), "_step"), lineno=node.lineno)
        node.body = [step, *node.body]
        found: nodes.Node = node
        return found


def _filtered(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _step(count: int) -> None:
    steps = _steps.get()
    if steps is None:
        return
    steps[0] += count
    if steps[0] > MOST_STEPS:
        raise OverBudget("steps")


@pass_context  # so that Jinja's optimizer cannot work it out once and for all
def _one_step(context: Context, value: object) -> None:
    _step(1)


@pass_context
def _turns(context: Context, value: Any) -> Any:
    if isinstance(value, Undefined):
        return value
    turns = list(value.items()) if isinstance(value, Mapping) else list(value)
    _step(1 + len(turns))
    return turns


@pass_context
def _joined(context: Context, parts: Iterable[object]) -> str:
    return _join(context.eval_ctx, parts)


@pass_eval_context
def _join(eval_ctx: EvalContext, parts: Iterable[object], between: str = "") -> str:
    said = [each if isinstance(each, str) else str(_final(each)) for each in parts]
    if sum(map(len, said)) + len(between) * len(said) > LONGEST_TEXT:
        raise OverBudget("text")
    return escape(between).join(said) if eval_ctx.autoescape else between.join(said)


@pass_eval_context
def _lines(eval_ctx: EvalContext, value: object) -> str:
    parts = french.lines(None if isinstance(value, Undefined) else value)
    return Markup("<br>").join(parts) if eval_ctx.autoescape else "\n".join(parts)


def _final(value: Any) -> Any:
    """What is written for a value: texts as they are, other values as French says them."""
    if isinstance(value, Undefined):
        return str(value)  # raises: it is absent
    return value if isinstance(value, str) else french.say(value)


def _in_zone(say: Callable[[object, tzinfo], str]) -> Callable[..., str]:
    @pass_context
    def filter_(context: Context, value: object, zone: object = None) -> str:
        return say(_there(value), _zone(zone or context.get(ZONE_VARIABLE)))

    return filter_


def _plain(say: Callable[[object], str]) -> Callable[[object], str]:
    def filter_(value: object) -> str:
        return say(_there(value))

    return filter_


def _there(value: object) -> object:
    if isinstance(value, Undefined):
        str(value)
    return value


def _zone(zone: object) -> tzinfo:
    if isinstance(zone, tzinfo):
        return zone
    if not isinstance(zone, str):
        return french.PARIS
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise french.NotSayable(f"«\u00a0{zone}\u00a0» n’est pas un fuseau horaire") from error


def _found_by(loader: Loader | None) -> Callable[[str], tuple[str, str, Callable[[], bool]]]:
    def found(name: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            if loader is not None:
                return loader(name), name, lambda: True
        except (NotFound, KeyError) as error:
            raise TemplateNotFound(name) from error
        raise TemplateNotFound(name)

    return found


FILTERS: Mapping[str, Callable[..., Any]] = {
    "date": _in_zone(french.long_date),
    "jour": _in_zone(french.weekday_date),
    "date_longue": _in_zone(french.weekday_date),
    "date_courte": _in_zone(french.short_date),
    "heure": _in_zone(french.hour),
    "montant": _plain(french.amount),
    "nombre": _plain(french.number),
    "numero": _plain(french.reference),
    "telephone": _plain(french.telephone),
    "liste": _plain(french.enumeration),
    "lignes": _lines,
    "sur_une_ligne": _plain(lambda value: ", ".join(french.lines(value))),
    "join": _join,
    "_joined": _joined,
    "_turns": _turns,
    "_step": _one_step,
}
