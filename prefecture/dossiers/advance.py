"""What the engine said, written down: state, tasks, timers, effects, status and journal, in one unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, update

from engine.model import Advance, Event, OpenTask, Timer
from prefecture.dossiers import journal
from prefecture.dossiers.held import CANCELLED, DONE, OPEN, TASKS, Held, place
from prefecture.dossiers.journal import Fact
from prefecture.dossiers.views import card_place
from prefecture.identity.permissions import USAGER
from prefecture.kernel import keyring, outbox
from prefecture.kernel.db import db

TIMER = "dossiers.timer"
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
END_OF_DAY = time(23, 59, 59)
_OPEN = insert(TASKS)
_CLOSE = update(TASKS).where(TASKS.c.id == bindparam("task"))
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
_MARKS = {"entered": "+", "completed": "-", "cancelled": "x", "flow": ">"}


def apply(held: Held, advance: Advance, facts: Sequence[Fact], *, done: str | None = None) -> None:
    """Write one step down. `facts`: what the actor did, first; `done`: the task that the actor completed."""
    dossier = held.dossier
    dossier.state = keyring.seal(str(dossier.key_id), advance.state, place(dossier.id))
    dossier.revision += 1
    _take_step_and_queue(held, advance)
    _close_tasks(held, advance, done)
    _open_tasks(held, advance)
    _set_timers(held, advance.timers)
    for effect in advance.effects:
        outbox.post(
            effect.action,
            f"{dossier.id}:{effect.element}:{effect.id}",
            {"effect_id": effect.id, "params": dict(effect.params)},
            key_id=str(dossier.key_id),
            dossier_id=dossier.id,
        )
    if advance.finished and dossier.finished_at is None:
        dossier.finished_at = held.now
    dossier.incident = next((f"{one.element}:{one.code}"[:200] for one in advance.incidents), None)
    journal.append(dossier, held.actor, _with_trail(facts, advance), held.now)


def retell(held: Held, tasks: Iterable[OpenTask]) -> None:
    """Have tasks that stay open say what the drawing says now: words, card, lane, form; not when they are due."""
    for task in tasks:
        if task.id in held.tasks:
            row = {name: value for name, value in _row(held, task).items() if name in _RETOLD}
            db.session.connection().execute(update(TASKS).where(TASKS.c.id == task.id).values(row))


def close(held: Held, statut: str, facts: Sequence[Fact]) -> None:
    """End a dossier outside its drawing: nothing of it stays open, due or asked."""
    dossier = held.dossier
    _cancel_tasks(held, list(held.tasks))
    outbox.cancel_for(dossier.id)
    dossier.timers, dossier.file, dossier.incident = [], None, None
    dossier.statut, dossier.finished_at = statut, held.now
    dossier.revision += 1
    journal.append(dossier, held.actor, [*facts, Fact("finished")], held.now)


def _take_step_and_queue(held: Held, advance: Advance) -> None:
    definition = held.version.definition
    for event in advance.events:
        info = definition.element(event.process, event.element) if event.kind == "entered" else None
        if info is not None and "etape" in info.properties:
            held.dossier.etape = info.properties["etape"]
    files = [task.properties["file"] for task in advance.open_tasks if "file" in task.properties]
    held.dossier.file = files[-1] if files else None


def _close_tasks(held: Held, advance: Advance, done: str | None) -> None:
    still = {task.id for task in advance.open_tasks}
    gone = [task_id for task_id in held.tasks if task_id not in still]
    if done in gone:
        gone.remove(str(done))
        actor = held.actor
        told = {
            "task": done,
            "status": DONE,
            "closed_at": held.now,
            "closed_by": actor.id,
            "closed_by_kind": actor.kind,
            "closed_by_name": None if actor.kind == "person" else actor.name,
        }
        db.session.connection().execute(_CLOSE, told)
    _cancel_tasks(held, gone)


def _cancel_tasks(held: Held, gone: Sequence[str]) -> None:
    if gone:
        told = [{"task": task_id, "status": CANCELLED, "closed_at": held.now} for task_id in gone]
        db.session.connection().execute(_CLOSE, told)


def _open_tasks(held: Held, advance: Advance) -> None:
    new = [_row(held, task) for task in advance.open_tasks if task.id not in held.tasks]
    if new:
        db.session.connection().execute(_OPEN, new)


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


def _set_timers(held: Held, timers: Iterable[Timer]) -> None:
    """Make the due work say what the engine says: a timer that is gone or has moved is cancelled, a new one posted.

    A timer is known by its task and its instant, since a cycle falls due more than once.
    """
    before = set(held.dossier.timers)
    after = {f"{timer.id}@{timer.due.astimezone(UTC).isoformat()}" for timer in timers}
    for name in before - after:
        outbox.cancel(_timer_key(held, name))
    for name in sorted(after - before):
        run_at = datetime.fromisoformat(name.partition("@")[2])
        outbox.post(TIMER, _timer_key(held, name), {}, key_id=None, dossier_id=held.dossier.id, run_at=run_at)
    if before != after:
        held.dossier.timers = sorted(after)


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
        told[:1] = [replace(first, trail=trail)]
    return told


def _fact(event: Event) -> Fact:
    values: Mapping[str, Any] | None = dict(event.detail) or None
    return Fact(_TOLD[event.kind], event.element, event.name or None, event.task_id, values=values)
