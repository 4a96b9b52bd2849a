"""Boxed expressions made into closures: literals, tables, contexts, invocations, lists, loops, conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from engine.feel import ast, external, types
from engine.feel.budget import Run
from engine.feel.compilation import full_compiler
from engine.feel.compiler import Closure, constant, null_because
from engine.feel.compiler_calls import filtered
from engine.feel.dmn import model
from engine.feel.dmn.items import Complain, ItemTypes
from engine.feel.dmn.tables import POLICIES, Answer, Column, CompiledTable, Row
from engine.feel.errors import FeelSyntaxError, Nothing
from engine.feel.expression import BUILTIN_NAMES
from engine.feel.functions import Defined, Parameter
from engine.feel.iteration import items_of
from engine.feel.names import KnownNames, telling
from engine.feel.parser import parse, parse_unary
from engine.feel.scope import Scope
from engine.feel.values import Value, kind, told

Names: TypeAlias = frozenset[str]
_EMPTY = ("", "-")


class BoxedCompiler:
    """Compiles the logic of one model; what does not compile is told to `complain` and answers null."""

    def __init__(self, items: ItemTypes, complain: Complain) -> None:
        self.items = items
        self.complain = complain
        self.compiler = full_compiler(items.named())
        self._known_names: dict[Names, KnownNames] = {}
        self._rules: dict[type, Callable[[Any, Names], Closure]] = {
            model.Literal: self._literal,
            model.Table: self._table,
            model.Context: self._context,
            model.Invocation: self._invocation,
            model.Items: self._list,
            model.Relation: self._relation,
            model.Function: self._function,
            model.Conditional: self._conditional,
            model.Filter: self._filter,
            model.Loop: self._loop,
        }

    def _known(self, names: Names) -> KnownNames:
        """The names for the parser, made once for all texts that know the same."""
        if names not in self._known_names:
            self._known_names[names] = BUILTIN_NAMES.more(names)
        return self._known_names[names]

    def compile(self, boxed: model.Boxed | None, names: Names) -> Closure:
        """The closure of a boxed expression in which these names are known."""
        if boxed is None:
            return constant(None)
        closure = self._rules[type(boxed)](boxed, names)
        if isinstance(boxed, model.Function | model.Table):
            return closure
        return typed(closure, self.items.of(boxed.type, boxed.place))

    def _literal(self, literal: model.Literal, names: Names) -> Closure:
        if literal.language and "feel" not in literal.language.lower():
            self.complain(literal.place, f"Le langage « {literal.language} » n'est pas admis : seul FEEL l'est.")
            return null_because(f"le langage « {literal.language} » n'est pas admis")
        if not literal.text:
            return constant(None)
        return self._parsed(literal, lambda: parse(literal.text, self._known(names)))

    def _parsed(self, literal: model.Literal, read: Callable[[], ast.Node]) -> Closure:
        try:
            return self.compiler.compile(read())
        except FeelSyntaxError as error:
            self.complain(literal.place, f"« {literal.text[:80]} » n'est pas du FEEL : {error}")
            return null_because(f"expression incorrecte : {error}")
        except RecursionError:
            self.complain(literal.place, "L'expression est trop imbriquée.")
            return null_because("expression trop imbriquée")

    def tests(self, literal: model.Literal, names: Names) -> Closure:
        """The closure of an input entry."""
        return self._parsed(literal, lambda: parse_unary(literal.text, self._known(names)))

    def allowed(self, literal: model.Literal | None, names: Names) -> Closure | None:
        """The closure of allowed values; None when they are not written."""
        if literal is None or literal.text in _EMPTY:
            return None
        return self._parsed(literal, lambda: replace(parse_unary(literal.text, self._known(names)), values=True))

    def _table(self, table: model.Table, names: Names) -> Closure:
        return self.table(table, names, None)

    def table(self, table: model.Table, names: Names, kind_name: str | None) -> Closure:
        """The closure of a decision table; `kind_name` is the type written for its decision."""
        compiled = self.compiled(table, names, kind_name)
        if compiled.policy not in POLICIES:
            self.complain(table.place, f"La politique de sélection « {compiled.policy} » n'existe pas.")
            return null_because("politique de sélection inconnue")
        if not table.outputs:
            self.complain(table.place, "La table n'a pas de colonne de sortie.")
            return null_because("table sans colonne de sortie")
        decide = compiled.decide
        listed = compiled.policy in ("RULE ORDER", "OUTPUT ORDER", "COLLECT")
        return typed(decide, types.ANY if listed else self.items.of(table.type, table.place))

    def compiled(self, table: model.Table, names: Names, kind_name: str | None) -> CompiledTable:
        """A decision table whose columns, rows and answers can be asked one by one."""
        return CompiledTable(
            table=table.place.element,
            policy=" ".join(part for part in (table.policy, table.aggregation) if part),
            columns=tuple(self._column(column, names) for column in table.inputs),
            answers=tuple(self._answer(output, table, names, kind_name) for output in table.outputs),
            rows=tuple(self._row(rule, index + 1, table, names) for index, rule in enumerate(table.rules)),
        )

    def _column(self, column: model.Input, names: Names) -> Column:
        expression = column.expression
        if expression is None or not expression.text:
            self.complain(column.place, "Une colonne d'entrée n'a pas d'expression.")
        return Column(
            value=constant(None) if expression is None else self._literal(expression, names),
            type=types.ANY if expression is None else self.items.of(expression.type, column.place),
            allowed=self.allowed(column.values, names),
            label="" if expression is None else expression.text,
        )

    def _answer(self, output: model.Output, table: model.Table, names: Names, kind_name: str | None) -> Answer:
        alone = len(table.outputs) == 1
        written = output.type or ((table.type or kind_name) if alone else None)
        values = output.values or self.items.allowed(written)
        return Answer(
            name=output.name,
            type=self.items.of(output.type, output.place),
            priorities=None if values is None or values.text in _EMPTY else self._listed(values, names),
            default=None if output.default is None else self._literal(output.default, names),
            allowed=self.allowed(output.values, names),
        )

    def _listed(self, values: model.Literal, names: Names) -> Callable[[Scope], Sequence[Value]] | None:
        """The output values in the order in which they are written."""
        try:
            tree = parse_unary(values.text, self._known(names))
        except FeelSyntaxError as error:
            self.complain(values.place, f"« {values.text[:80]} » n'est pas du FEEL : {error}")
            return None
        closures = [self.compiler.compile(test) for test in tree.tests]
        return lambda scope: [closure(scope) for closure in closures]

    def _row(self, rule: model.Rule, number: int, table: model.Table, names: Names) -> Row:
        if len(rule.tests) != len(table.inputs) or len(rule.answers) != len(table.outputs):
            self.complain(rule.place, f"La règle {number} n'a pas autant de cases que la table a de colonnes.")
        tests = [
            (index, self.tests(test, names))
            for index, test in enumerate(rule.tests[: len(table.inputs)])
            if test.text not in _EMPTY
        ]
        answers = [
            constant(None) if answer.text in _EMPTY else self.compile(answer, names)
            for answer in rule.answers[: len(table.outputs)]
        ]
        answers += [constant(None)] * (len(table.outputs) - len(answers))
        return Row(tuple(tests), tuple(answers), number, rule.place.element, rule.note)

    def _context(self, boxed: model.Context, names: Names) -> Closure:
        entries: list[tuple[str | None, Closure]] = []
        for entry in boxed.entries:
            if entry.variable is None:
                entries.append((None, self.compile(entry.logic, names)))
                continue
            names |= telling([entry.variable.name])
            logic = self._named_logic(entry, names)
            entries.append((entry.variable.name, logic))

        def build(scope: Scope) -> Value:
            found: dict[str, Value] = {}
            inner = scope.inner(found)
            scope.run.spend(len(entries))
            for name, logic in entries:
                if name is None:
                    return logic(inner)
                found[name] = logic(inner)
            return found

        return build

    def _named_logic(self, entry: model.Entry, names: Names) -> Closure:
        written = entry.variable.type if entry.variable is not None else None
        if isinstance(entry.logic, model.Table):
            logic = self.table(entry.logic, names, written)
        else:
            logic = self.compile(entry.logic, names)
        if entry.logic is None or isinstance(entry.logic, model.Function):
            return logic
        return typed(logic, self.items.of(written, entry.logic.place))

    def _invocation(self, boxed: model.Invocation, names: Names) -> Closure:
        function = self.compile(boxed.function, names)
        bindings = [
            (part.name, typed(self.compile(logic, names), self.items.of(part.type, boxed.place)))
            for part, logic in boxed.bindings
        ]

        def invoke(scope: Scope) -> Value:
            called = function(scope)
            if kind(called) != "function":
                scope.run.warn(f"on n'appelle pas {told(called)}")
                return None
            arguments = {name: logic(scope) for name, logic in bindings}
            try:
                return called.call_named(arguments, scope.run)
            except Nothing as nothing:
                scope.run.warn(nothing.reason)
                return None

        return invoke

    def _list(self, boxed: model.Items, names: Names) -> Closure:
        items = [self.compile(item, names) for item in boxed.items]
        return lambda scope: [item(scope) for item in items]

    def _relation(self, boxed: model.Relation, names: Names) -> Closure:
        kinds = [self.items.of(column.type, boxed.place) for column in boxed.columns]
        titles = [column.name for column in boxed.columns]
        rows = [
            [typed(self.compile(cell, names), wanted) for cell, wanted in zip(row, kinds, strict=False)]
            for row in boxed.rows
        ]
        return lambda scope: [{title: cell(scope) for title, cell in zip(titles, row, strict=False)} for row in rows]

    def _function(self, boxed: model.Function, names: Names) -> Closure:
        return self.function(boxed, names, boxed.place.name or "function")

    def function(self, boxed: model.Function, names: Names, name: str, written: types.Type = types.ANY) -> Closure:
        """The closure that makes the function, its value of the type written; those of other worlds answer null."""
        body = self._body(boxed, names | telling(part.name for part in boxed.parameters))
        foreign = boxed.kind == "Java"
        if boxed.kind not in ("FEEL", "Java"):
            self.complain(boxed.place, f"Les fonctions {boxed.kind} ne sont pas admises : seul FEEL l'est.")
            body = null_because(f"les fonctions {boxed.kind} ne sont pas admises")
        elif foreign and not self._is_known_java(body):
            self.complain(boxed.place, "Cette fonction Java n'est pas admise : seuls quelques calculs le sont.")
        parameters = [Parameter(part.name, self.items.of(part.type, boxed.place)) for part in boxed.parameters]
        result = self.items.of(boxed.type, boxed.place)
        result = result.result if isinstance(result, types.FunctionOf) else result
        result = written if result == types.ANY else result

        def make(scope: Scope) -> Value:
            def evaluate(arguments: dict[str, Value], run: Run) -> Value:
                inside = Scope(arguments, scope, run)
                if foreign:
                    return external.call(body(inside), list(arguments.values()), run)
                return body(inside)

            return Defined(name, parameters, evaluate, result)

        return make

    @staticmethod
    def _is_known_java(body: Closure) -> bool:
        return external.known(body(Scope({}, None, Run())))

    def _body(self, boxed: model.Function, names: Names) -> Closure:
        if isinstance(boxed.logic, model.Table):
            return self.table(boxed.logic, names, boxed.type)
        return self.compile(boxed.logic, names)

    def _conditional(self, boxed: model.Conditional, names: Names) -> Closure:
        condition, yes, no = (self.compile(part, names) for part in (boxed.condition, boxed.yes, boxed.no))
        return lambda scope: yes(scope) if condition(scope) is True else no(scope)

    def _filter(self, boxed: model.Filter, names: Names) -> Closure:
        source, match = self.compile(boxed.source, names), self.compile(boxed.match, names)

        def keep(scope: Scope) -> Value:
            try:
                return filtered(source(scope), match, scope, positions=False)
            except Nothing as nothing:
                scope.run.warn(nothing.reason)
                return None

        return keep

    def _loop(self, boxed: model.Loop, names: Names) -> Closure:
        source, body = self.compile(boxed.source, names), self.compile(boxed.body, names | telling([boxed.variable]))
        finish = _collected if boxed.kind == "for" else _quantified(decisive=boxed.kind == "some")

        def run_through(scope: Scope) -> Value:
            partial: list[Value] = []
            try:
                for item in items_of(source(scope), scope.run):
                    scope.run.sized(1)
                    inner = scope.inner({boxed.variable: item, "partial": list(partial)})
                    partial.append(body(inner))
                return finish(partial)
            except Nothing as nothing:
                scope.run.warn(nothing.reason)
                return None

        return run_through


def _collected(results: list[Value]) -> Value:
    return results


def _quantified(*, decisive: bool) -> Callable[[list[Value]], Value]:
    def decide(results: list[Value]) -> Value:
        if any(result is decisive for result in results):
            return decisive
        return (not decisive) if all(isinstance(result, bool) for result in results) else None

    return decide


def typed(closure: Closure, wanted: types.Type) -> Closure:
    """The same, its value brought to a type; null when it cannot be."""
    if wanted == types.ANY:
        return closure

    def bring(scope: Scope) -> Value:
        try:
            return types.coerce(closure(scope), wanted, scope.run)
        except Nothing as nothing:
            scope.run.warn(nothing.reason)
            return None

    return bring
