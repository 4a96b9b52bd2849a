"""What the engine said, written down: state, tasks, timers, effects, status and journal, in one unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, update

from engine.model import Advance, Effect, Event, OpenTask, Timer
from prefecture.dossiers import journal
from prefecture.dossiers.held import CANCELLED, DONE, OPEN, TASKS, Held, place
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.record import Record
from prefecture.dossiers.views import card_place
from prefecture.identity.permissions import USAGER
from prefecture.kernel import keyring, outbox
from prefecture.kernel.prepared import Prepared, Run

TIMER = "dossiers.timer"
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
END_OF_DAY = time(23, 59, 59)
_OPEN = Prepared(insert(TASKS), *(column.name for column in TASKS.c))
_CLOSED = ("status", "closed_at", "closed_by", "closed_by_kind", "closed_by_name")
_CLOSE = Prepared(update(TASKS).where(TASKS.c.id == bindparam("task")), "task", *_CLOSED)
# What a task holds from the moment that somebody takes or does it.
_UNTOUCHED = dict.fromkeys(("assignee_id", "assignee", *_CLOSED[1:]))
# Properties by which a drawing forbids a task to whoever did another one (the two-person rule).
NOT_BY = ("autre_que", "sauf_auteur_de")

# Events that people read in the history, beside the act itself; the others only leave their mark in the trail.
_TOLD = {
    "timer": "timer",
    "message": "message",
    "message_thrown": "notice",
    "error": "error",
    "escalation": "escalation",
    "decision": "decision",
    "incident": "incident",
}
_RETOLD = ("element", "process", "name", "lane", "audience", "form", "variable", "not_by", "etape", "file", "card")
_RETELL = Prepared(update(TASKS).where(TASKS.c.id == bindparam("task")), "task", *_RETOLD)
_MARKS = {"entered": "+", "completed": "-", "cancelled": "x", "flow": ">"}


def apply(
    held: Held, advance: Advance, facts: Sequence[Fact], *, done: str | None = None, first: Sequence[Run] = ()
) -> None:
    """Write one step down, after what `first` writes, all in one journey to the database.

    facts: what the actor did, before what the engine tells. done: the task that the actor completed.
    """
    dossier = held.dossier
    dossier.state = keyring.seal(str(dossier.key_id), advance.state, place(dossier.id))
    dossier.revision += 1
    _take_step_and_queue(held, advance)
    runs = [*first, *_closing(held, advance, done), *_opening(held, advance), *_timing(held, advance.timers)]
    runs += [_posting(dossier, effect) for effect in advance.effects]
    if advance.finished and dossier.finished_at is None:
        dossier.finished_at = held.now
    dossier.incident = next((f"{one.element}:{one.code}"[:200] for one in advance.incidents), None)
    journal.append(dossier, held.actor, _with_trail(facts, advance), held.now, first=runs)


def retelling(held: Held, tasks: Iterable[OpenTask]) -> list[Run]:
    """What has tasks that stay open say what the drawing says now: words, card, lane, form; not when they are due."""
    rows = [(task.id, _row(held, task)) for task in tasks if task.id in held.tasks]
    return [(_RETELL, {"task": task_id, **{name: row[name] for name in _RETOLD}}) for task_id, row in rows]


def close(held: Held, statut: str, facts: Sequence[Fact]) -> None:
    """End a dossier outside its drawing: nothing of it stays open, due or asked."""
    dossier = held.dossier
    runs = _cancelling(held, list(held.tasks))
    outbox.cancel_for(dossier.id)
    dossier.timers, dossier.file, dossier.incident = [], None, None
    dossier.statut, dossier.finished_at = statut, held.now
    dossier.revision += 1
    journal.append(dossier, held.actor, [*facts, Fact("finished")], held.now, first=runs)


def _take_step_and_queue(held: Held, advance: Advance) -> None:
    definition = held.version.definition
    for event in advance.events:
        info = definition.element(event.process, event.element) if event.kind == "entered" else None
        if info is not None and "etape" in info.properties:
            held.dossier.etape = info.properties["etape"]
    files = [task.properties["file"] for task in advance.open_tasks if "file" in task.properties]
    held.dossier.file = files[-1] if files else None


def _posting(dossier: Record, effect: Effect) -> Run:
    return outbox.posting(
        effect.action,
        f"{dossier.id}:{effect.element}:{effect.id}",
        {"effect_id": effect.id, "params": dict(effect.params)},
        key_id=str(dossier.key_id),
        dossier_id=dossier.id,
    )


def _closing(held: Held, advance: Advance, done: str | None) -> list[Run]:
    still = {task.id for task in advance.open_tasks}
    gone = [task_id for task_id in held.tasks if task_id not in still]
    actor = held.actor
    runs: list[Run] = []
    if done in gone:
        gone.remove(str(done))
        told = {
            "task": done,
            "status": DONE,
            "closed_at": held.now,
            "closed_by": actor.id,
            "closed_by_kind": actor.kind,
            "closed_by_name": None if actor.kind == "person" else actor.name,
        }
        runs.append((_CLOSE, told))
    return runs + _cancelling(held, gone)


def _cancelling(held: Held, gone: Sequence[str]) -> list[Run]:
    told = {**dict.fromkeys(_CLOSED), "status": CANCELLED, "closed_at": held.now}
    return [(_CLOSE, {**told, "task": task_id}) for task_id in gone]


def _opening(held: Held, advance: Advance) -> list[Run]:
    new = [task for task in advance.open_tasks if task.id not in held.tasks]
    return [(_OPEN, {**_UNTOUCHED, **_row(held, task)}) for task in new]


def _row(held: Held, task: OpenTask) -> dict[str, Any]:
    dossier, due = held.dossier, _due(task, held.zone)
    return {
        "id": task.id,
        "dossier_id": dossier.id,
        "element": task.element,
        "process": task.process,
        "name": task.name,
        "lane": task.lane,
        "audience": "usager" if task.lane == USAGER else "agent",
        "form": task.form,
        "variable": task.variable,
        "not_by": next((task.properties[name] for name in NOT_BY if name in task.properties), None),
        "etape": task.properties.get("etape", dossier.etape),
        "file": task.properties.get("file"),
        "service_id": dossier.service_id,
        "prefecture": dossier.prefecture,
        "person_id": dossier.person_id,
        "status": OPEN,
        "opened_at": held.now,
        "due_at": due,
        "sort_at": due or NEVER,
        "card": _card(held, task),
    }


def _card(held: Held, task: OpenTask) -> bytes | None:
    if task.card is None:
        return None
    told = {"label": task.card.label, "meaning": task.card.meaning, "actor": task.card.actor}
    return keyring.seal_json(str(held.dossier.key_id), told, card_place(task.id))


def _due(task: OpenTask, zone: ZoneInfo) -> datetime | None:
    """When a task is due: the instant its card says, or the end of the day; None when it says neither."""
    due = task.card.due if task.card else None
    if isinstance(due, datetime):
        return due.astimezone(UTC)
    if isinstance(due, date):
        return datetime.combine(due, END_OF_DAY, zone).astimezone(UTC)
    return None


def _timing(held: Held, timers: Iterable[Timer]) -> list[Run]:
    """What makes the due work say what the engine says: timers that are gone or have moved cancelled, new ones posted.

    A timer is known by its task and its instant, since a cycle falls due more than once.
    """
    before = set(held.dossier.timers)
    after = {f"{timer.id}@{timer.due.astimezone(UTC).isoformat()}" for timer in timers}
    runs = [outbox.cancelling(_timer_key(held, name)) for name in before - after]
    for name in sorted(after - before):
        run_at, key = datetime.fromisoformat(name.partition("@")[2]), _timer_key(held, name)
        runs.append(outbox.posting(TIMER, key, {}, key_id=None, dossier_id=held.dossier.id, run_at=run_at))
    if before != after:
        held.dossier.timers = sorted(after)
    return runs


def _timer_key(held: Held, name: str) -> str:
    return f"{held.dossier.id}:timer:{name}"


def _with_trail(facts: Sequence[Fact], advance: Advance) -> list[Fact]:
    """The act and the events worth telling; what the step passed through stands on the first of them."""
    told = [*facts, *(_fact(event) for event in advance.events if event.kind in _TOLD)]
    if advance.finished and any(event.kind == "finished" for event in advance.events):
        told.append(Fact("finished"))
    trail = [_MARKS[event.kind] + event.element for event in advance.events if event.kind in _MARKS]
    if trail:
        first = told[0] if told else Fact("step")
        told[:1] = [Fact(first.kind, first.element, first.name, first.task_id, trail, first.values)]
    return told


def _fact(event: Event) -> Fact:
    values: Mapping[str, Any] | None = dict(event.detail) or None
    return Fact(_TOLD[event.kind], event.element, event.name or None, event.task_id, values=values)
