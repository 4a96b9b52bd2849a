"""Moving a running instance onto another version of its drawing. Pure: state in, report or state out.

`compare` says what would happen and changes nothing; `migrate` does it or raises. A token stays where the new version
has the same step (by id, or by the mapping); its timers, loop items, effects and variables stay with it. A mapping
onto another step ends what stands open and begins the target. With the same definition twice, a mapping moves a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.definition import Definition
from engine.errors import EngineError
from engine.migrating.laying import lay
from engine.migrating.plan import Planner
from engine.migrating.report import (
    FOLLOWS,
    HARMLESS,
    NEEDS_TARGET,
    REFUSED,
    Finding,
    MappingInvalid,
    MigrationRefused,
    Report,
    whole,
)
from engine.model import Advance
from engine.spiff.reporting import report
from engine.spiff.storing import read

__all__ = [
    "FOLLOWS",
    "HARMLESS",
    "NEEDS_TARGET",
    "REFUSED",
    "Finding",
    "MappingInvalid",
    "MigrationRefused",
    "Report",
    "check_mapping",
    "compare",
    "migrate",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING: Mapping[str, str] = {}


def check_mapping(mapping: Mapping[str, str], old: Definition, new: Definition) -> None:
    """Raise MappingInvalid when a side of the mapping is not there."""
    whole(mapping, old, new)


def compare(state: bytes, old: Definition, new: Definition, mapping: Mapping[str, str] = NOTHING) -> Report:
    """What the change from `old` to `new` means for this instance. StateUnreadable, MappingInvalid.

    Keys and values of the mapping are `process:element`, or an element alone.
    """
    planner = Planner(read(old, state, _EPOCH), old, new, whole(mapping, old, new))
    planner.made()
    return planner.report()


def migrate(
    state: bytes, old: Definition, new: Definition, mapping: Mapping[str, str] = NOTHING, *, now: datetime
) -> Advance:
    """The instance in the new definition. MigrationRefused, with the report, when it must stay where it is.

    The result has been written, read back and found the same; timers that were kept are due when they were.
    """
    if now.tzinfo is None:
        raise EngineError("now must know its offset")
    planner = Planner(read(old, state, now.astimezone(UTC)), old, new, whole(mapping, old, new))
    planner.made()
    if not planner.can_move:
        raise MigrationRefused(planner.report())
    before = report(planner.instance, old.digest)
    instance = lay(planner, now.astimezone(UTC))
    if instance.completed and not before.finished:
        instance.tell("finished", instance.task_tree)
    advance = report(instance, new.digest)
    _check_kept(before, advance)
    _check_round_trip(new, advance, now.astimezone(UTC))
    return advance


def _check_kept(before: Advance, after: Advance) -> None:
    """Each timer that is still there is due when it was."""
    was = {(timer.id, timer.due) for timer in before.timers}
    known = {identifier for identifier, _ in was}
    moved = {(timer.id, timer.due) for timer in after.timers if timer.id in known} - was
    if moved:
        raise EngineError(f"timers have moved: {sorted(identifier for identifier, _ in moved)}")


def _check_round_trip(definition: Definition, advance: Advance, now: datetime) -> None:
    """The bytes say what the step said."""
    again = report(read(definition, advance.state, now), definition.digest)
    names = ("open_tasks", "timers", "messages", "signals", "conditions", "incidents", "pending_effects", "waiting")
    differ = [name for name in (*names, "data", "finished") if getattr(again, name) != getattr(advance, name)]
    if differ:
        raise EngineError(f"the migrated state reads back otherwise: {', '.join(differ)}")
