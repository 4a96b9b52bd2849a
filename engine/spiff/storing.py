"""An instance to what `engine.state` writes, and back. Only what lives is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import StateUnreadable
from engine.spiff.instance import Instance, Token
from engine.spiff.library import TaskState
from engine.spiff.whole import WholeInstance
from engine.state import dumps, loads

if TYPE_CHECKING:
    from engine.definition import Definition


def write(instance: Instance, digest: str) -> bytes:
    """The instance as bytes. The root's variables stand apart, where `read_data` finds them."""
    root = instance.task_tree
    return dumps(
        {
            **({"whole": True} if instance.whole else {}),
            "definition": digest,
            "process": instance.spec.name,
            "key": instance.key,
            "zone": instance.zone.key,
            "next": instance.next_id,
            "finished": instance.completed,
            "data": root.data,
            "tokens": [_written(token) for token in instance.kept() if token is not root],
            "root": [root.id, root.state, root.internal_data],
        }
    )


def _written(token: Token) -> list[Any]:
    row = [token.id, token._parent, token.task_spec.key, token.state, token.internal_data]
    return [*row, token.data] if token.data else row


def read(definition: Definition, state: bytes, now: datetime) -> Instance:
    """The instance of `write`. StateUnreadable when the bytes do not fit the definition."""
    content = loads(state)
    try:
        return _rebuilt(definition, content, now)
    except (KeyError, TypeError, ValueError, IndexError, ZoneInfoNotFoundError) as error:
        raise StateUnreadable(f"the state does not fit this definition: {error!r}") from error


def _rebuilt(definition: Definition, content: Mapping[str, Any], now: datetime) -> Instance:
    if content["process"] != definition.process:
        raise StateUnreadable(f"the state is of the process {content['process']!r}, not {definition.process!r}")
    kind = WholeInstance if content.get("whole") else Instance
    instance = new(definition, key=content["key"], now=now, zone=ZoneInfo(content["zone"]), kind=kind)
    made = instance.made
    instance.next_id = content["next"]
    instance.completed = content["finished"]
    identifier, state, internal = content["root"]
    root = made(instance, definition.main.start, None, state=state, id=identifier)
    root.internal_data, root.data = internal, content["data"]
    instance.task_tree = root
    nodes = definition.nodes
    for identifier, parent, key, state, internal, *data in content["tokens"]:
        token = made(instance, nodes[key], None, state=state, id=identifier)
        token._parent = parent
        token.internal_data = internal
        if data:
            token.data = data[0]
    # Parents may be younger than their children (an event that leaves its gateway), hence the second pass.
    for identifier, parent, *_ in content["tokens"]:
        instance.tasks[parent]._children.append(identifier)
    return instance


def new(
    definition: Definition, *, key: str, now: datetime, zone: ZoneInfo, kind: type[Instance] = Instance
) -> Instance:
    """An instance without any token yet."""
    instance = kind(definition.main, key=key, now=now, zone=zone, decisions=definition.decisions)
    instance.nodes = definition.nodes
    return instance


def begin(instance: Instance, data: dict[str, Any]) -> None:
    """Its root token, with the given variables, ready to run."""
    root = instance.spawn(instance.spec.start, None)
    root.data = data
    instance.task_tree = root
    instance.agenda.append(root)


def is_open_task(token: Token) -> bool:
    """Whether a person may complete it now."""
    return bool(token.task_spec.manual) and token.state == TaskState.READY and "answer" not in token.internal_data
