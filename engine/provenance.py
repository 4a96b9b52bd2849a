"""Where values come from: which decision tables stand behind what an action is given.

Read from the drawing alone, by the names of variables: what a table answers, what is computed from it, what actions
make of it. A letter that says such a value owes its reader the mention of algorithmic processing (CRPA, L.311-3-1).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from engine.compiling.findings import ActionSpec
from engine.definition import Definition
from engine.service_task import ServiceTask
from engine.spiff.activity import Activity, BusinessRuleTask
from engine.spiff.formulas import Formula
from engine.spiff.mappings import Pairs
from engine.spiff.node import Node
from engine.spiff.subprocess import CallActivity

Tables = frozenset[str]
Given = Mapping[str, Mapping[str, Tables]]

_ANSWER: Final = "resultat"
_ANSWERED: Final = re.compile(rf"\b{_ANSWER}\s*\.\s*(\w+)")
_NONE: Final[Tables] = frozenset()


def tables_behind(definition: Definition, actions: Mapping[str, ActionSpec]) -> Given:
    """Action → parameter → the tables, as the drawing names their steps, whose answers reach it; all tasks together.

    Variables are told apart by name only: blocks see those of their callers. `actions` say which of their results
    rest on which parameters. A table whose answer is spread over variables of its own names is not followed.
    """
    known: dict[str, Tables] = {}
    while True:
        found = defaultdict(lambda: _NONE, known)
        for node in definition.nodes.values():
            for name, tables in _written(node, known, actions):
                found[name] |= tables
        if found == known:
            break
        known = dict(found)
    given: dict[str, dict[str, Tables]] = defaultdict(dict)
    for node in definition.nodes.values():
        if isinstance(node, ServiceTask):
            for name, tables in _computed(node.mappings.entrees, known):
                given[node.action][name] = given[node.action].get(name, _NONE) | tables
    return given


def _written(
    node: Node, known: Mapping[str, Tables], actions: Mapping[str, ActionSpec]
) -> Iterator[tuple[str, Tables]]:
    """The variables that a step writes, and the tables behind each."""
    if isinstance(node, Activity):
        yield from _computed(node.local.entrees, known)
        yield from _computed(node.local.sorties, known)
    if isinstance(node, BusinessRuleTask) and node.result:
        yield node.result, frozenset({node.title})
    elif isinstance(node, CallActivity):
        yield from _computed(node.mappings.entrees, known)
        yield from _computed(node.mappings.sorties, known)
    elif isinstance(node, ServiceTask):
        yield from _answered(node, known, actions.get(node.action, ActionSpec()))


def _computed(pairs: Pairs, known: Mapping[str, Tables]) -> Iterator[tuple[str, Tables]]:
    for name, what in pairs:
        tables = _behind(what, known)
        if tables:
            yield name, tables


def _behind(what: Formula | str, known: Mapping[str, Tables]) -> Tables:
    if not isinstance(what, Formula):
        return _NONE
    return _NONE.union(*(known.get(name, _NONE) for name in what.expression.names))


def _answered(node: ServiceTask, known: Mapping[str, Tables], spec: ActionSpec) -> Iterator[tuple[str, Tables]]:
    """What an action answers, by the parameters that each of its results rests on."""
    given = dict(_computed(node.mappings.entrees, known))
    results = {name: _NONE.union(*(given.get(param, _NONE) for param in params)) for name, params in spec.rests.items()}
    if not node.mappings.sorties:
        yield from results.items()
    for name, what in node.mappings.sorties:
        if isinstance(what, Formula) and _ANSWER in what.expression.names:
            yield name, _NONE.union(*(results.get(one, _NONE) for one in _ANSWERED.findall(what.text)))
