"""Functions of contexts."""

from __future__ import annotations

from engine.feel.budget import Run
from engine.feel.builtins import arguments
from engine.feel.builtins.table import builtin
from engine.feel.errors import Nothing
from engine.feel.types import ANY, ANY_CONTEXT, ListOf
from engine.feel.values import Value


@builtin("get value", "m, key", ANY)
def get_value(run: Run, m: Value, key: Value) -> Value:
    """The entry of that name."""
    found, name = arguments.context(m, "m"), arguments.text(key, "key")
    if name not in found:
        raise Nothing(f"le contexte n'a pas d'entrée « {name[:60]} »")
    return found[name]


@builtin("get entries", "m", ListOf(ANY_CONTEXT))
def get_entries(run: Run, m: Value) -> Value:
    """The entries as contexts of key and value."""
    found = arguments.context(m, "m")
    run.sized(len(found))
    return [{"key": key, "value": value} for key, value in found.items()]


@builtin("context", "entries", ANY_CONTEXT)
def make_context(run: Run, entries: Value) -> Value:
    """A context of such entries, each key once."""
    found: dict[str, Value] = {}
    for entry in arguments.items(entries, "entries"):
        run.spend()
        fields = arguments.context(entry, "entries")
        if "key" not in fields or "value" not in fields:
            raise Nothing("une entrée a « key » et « value »")
        key = arguments.text(fields["key"], "key")
        if key in found:
            raise Nothing(f"l'entrée « {key[:60]} » est donnée deux fois")
        found[key] = fields["value"]
    return found


@builtin("context put", "context, keys, value", ANY_CONTEXT)
def context_put_nested(run: Run, context: Value, keys: Value, value: Value) -> Value:
    """The context with that entry; several keys lead into nested contexts."""
    names = arguments.items(keys, "keys")
    if not 1 <= len(names) <= run.budget.depth:
        raise Nothing("« keys » est une liste d'au moins une clé")
    found = arguments.context(context)
    run.spend(len(found))
    key = arguments.text(names[0], "keys")
    if len(names) == 1:
        return {**found, key: value}
    return {**found, key: context_put_nested(run, found.get(key), names[1:], value)}


@builtin("context put", "context, key, value", ANY_CONTEXT)
def context_put(run: Run, context: Value, key: Value, value: Value) -> Value:
    """The context with that entry."""
    return context_put_nested(run, context, arguments.text(key, "key"), value)


@builtin("context merge", "contexts", ANY_CONTEXT)
def context_merge(run: Run, contexts: Value) -> Value:
    """One context with the entries of all; the last one counts."""
    merged: dict[str, Value] = {}
    for context in arguments.items(contexts, "contexts"):
        found = arguments.context(context, "contexts")
        run.spend(len(found))
        merged.update(found)
    return merged
