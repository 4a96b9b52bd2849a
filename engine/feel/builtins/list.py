"""Functions of lists, except those that calculate with their items (`statistics.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cmp_to_key

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.types import ANY_LIST, BOOLEAN, NUMBER, ListOf
from engine.feel.values import Value, compare, equal, kind, told


@builtin("list contains", "list, element", BOOLEAN)
def list_contains(run: Run, values: Value, element: Value) -> Value:
    """Whether an item is that value."""
    return _position(arguments.items(values), element, run) >= 0


@builtin("count", "list...", NUMBER)
def count(run: Run, values: Value) -> Value:
    """How many items."""
    return Decimal(len(arguments.items(values)))


@builtin("all", "list...", BOOLEAN)
def all_true(run: Run, values: Value) -> Value:
    """Whether all items are true."""
    return _three_valued(arguments.items(values), decisive=False)


@builtin("any", "list...", BOOLEAN)
def any_true(run: Run, values: Value) -> Value:
    """Whether an item is true."""
    return _three_valued(arguments.items(values), decisive=True)


def _three_valued(items: Sequence[Value], *, decisive: bool) -> Value:
    if any(item is decisive for item in items):
        return decisive
    for item in items:
        if item is None:
            return None
        if not isinstance(item, bool):
            raise Nothing(f"la liste contient {told(item)}, pas un booléen")
    return not decisive


@builtin("not", "negand", BOOLEAN)
def negation(run: Run, negand: Value) -> Value:
    """The contrary of a boolean."""
    negand = arguments.single(negand)
    if not isinstance(negand, bool):
        raise Nothing(f"« not » prend un booléen, pas {told(negand)}")
    return not negand


@builtin("sublist", "list, start position, length?", ANY_LIST)
def sublist(run: Run, values: Value, start_position: Value, *length: Value) -> Value:
    """The items from a position, as many as said or to the end."""
    items = arguments.items(values)
    start = arguments.index(start_position, len(items), "start position")
    if not length:
        return items[start:]
    many = arguments.whole(length[0], "length")
    if many < 1 or start + many > len(items):
        raise Nothing("« length » dépasse la liste")
    return items[start : start + many]


@builtin("append", "list, item*", ANY_LIST)
def append(run: Run, values: Value, *added: Value) -> Value:
    """The list with these items behind."""
    return _made([*arguments.items(values), *added], run)


@builtin("concatenate", "list*", ANY_LIST)
def concatenate(run: Run, *lists: Value) -> Value:
    """The items of all lists."""
    found = [item for items in arguments.spread(lists) for item in items]
    return _made(found, run)


@builtin("union", "list*", ANY_LIST)
def union(run: Run, *lists: Value) -> Value:
    """The items of all lists, each once."""
    return _distinct([item for items in arguments.spread(lists) for item in items], run)


@builtin("insert before", "list, position, newItem", ANY_LIST)
def insert_before(run: Run, values: Value, position: Value, new_item: Value) -> Value:
    """The list with an item before that position."""
    items = arguments.items(values)
    place = arguments.index(position, len(items))
    return _made([*items[:place], new_item, *items[place:]], run)


@builtin("remove", "list, position", ANY_LIST)
def remove(run: Run, values: Value, position: Value) -> Value:
    """The list without the item at that position."""
    items = arguments.items(values)
    place = arguments.index(position, len(items))
    return [*items[:place], *items[place + 1 :]]


@builtin("reverse", "list", ANY_LIST)
def reverse(run: Run, values: Value) -> Value:
    """The items from last to first."""
    return _made(list(reversed(arguments.items(values))), run)


@builtin("index of", "list, match", ListOf(NUMBER))
def index_of(run: Run, values: Value, match: Value) -> Value:
    """The positions of the items that are that value."""
    items = arguments.items(values)
    run.spend(len(items))
    return [Decimal(place + 1) for place, item in enumerate(items) if equal(item, match, run) is True]


@builtin("distinct values", "list", ANY_LIST)
def distinct_values(run: Run, values: Value) -> Value:
    """Each item once."""
    return _distinct(arguments.items(values), run)


@builtin("duplicate values", "list", ANY_LIST)
def duplicate_values(run: Run, values: Value) -> Value:
    """The items that stand several times, each once, in the order of their first places."""
    seen: list[Value] = []
    again: list[Value] = []
    for item in arguments.items(values):
        known = seen if _position(seen, item, run) < 0 else again
        known.append(item)
    return [item for item in seen if _position(again, item, run) >= 0]


@builtin("flatten", "list", ANY_LIST)
def flatten(run: Run, values: Value) -> Value:
    """The items of the list and of the lists within it."""
    found: list[Value] = []
    waiting = list(reversed(arguments.items(values)))
    while waiting:
        item = waiting.pop()
        run.spend()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        else:
            found.append(item)
    return _made(found, run)


@builtin("sort", "list, precedes?", ANY_LIST)
def sort(run: Run, values: Value, *precedes: Value) -> Value:
    """The items in order: that of a function of two items, or their own."""
    items = arguments.items(values)
    run.spend(len(items))
    if not precedes:
        return sorted(items, key=cmp_to_key(compare))
    before = arguments.function(precedes[0], "precedes", 2)

    def ordered(left: Value, right: Value) -> int:
        if before.call([left, right], run) is True:
            return -1
        return 1 if before.call([right, left], run) is True else 0

    return sorted(items, key=cmp_to_key(ordered))


@builtin("list replace", "list, position, newItem", ANY_LIST)
@builtin("list replace", "list, match, newItem", ANY_LIST)
def list_replace(run: Run, values: Value, where: Value, new_item: Value) -> Value:
    """The list with another item at a position, or wherever a function of (item, newItem) says so."""
    items = arguments.items(values)
    if kind(where) != "function":
        place = arguments.index(where, len(items))
        return [*items[:place], new_item, *items[place + 1 :]]
    match = arguments.function(where, "match", 2)
    run.spend(len(items))
    return [new_item if _matched(match.call([item, new_item], run)) else item for item in items]


def _matched(found: Value) -> bool:
    if not isinstance(found, bool):
        raise Nothing("« match » répond un booléen")
    return found


def _position(items: Sequence[Value], value: Value, run: Run) -> int:
    for place, item in enumerate(items):
        run.spend()
        if equal(item, value, run) is True:
            return place
    return -1


def _distinct(items: Sequence[Value], run: Run) -> list[Value]:
    found: list[Value] = []
    for item in items:
        if _position(found, item, run) < 0:
            found.append(item)
    return found


def _made(items: list[Value], run: Run) -> list[Value]:
    run.sized(len(items))
    return items
