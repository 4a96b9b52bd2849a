"""Draw a small process in a few lines and play it; every step goes through the stored bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from engine import runtime
from engine.definition import Definition, build
from engine.model import Advance
from engine.spiff.timers import parse_period

NOW = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
START, END = '<startEvent id="debut"/>', '<endEvent id="fin"/>'
_FRAME = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:planipref="urn:planipref:bpmn:1" '
    'targetNamespace="urn:test">{head}<process id="{process}" isExecutable="{executable}">{body}</process>'
    "</definitions>"
)


def flows(*chains: str) -> str:
    """Sequence flows along each chain of ids; `a ?condition? b` puts a condition, `f1:` before an id names the flow."""
    found = []
    for chain in chains:
        words = chain.split(" ")
        for source, target in pairwise(words):
            name, _, target_id = target.rpartition(":")
            identifier = name or f"{source.rpartition(':')[2]}-{target_id}"
            found.append(
                f'<sequenceFlow id="{identifier}" sourceRef="{source.rpartition(":")[2]}" targetRef="{target_id}"/>'
            )
    return "".join(found)


def when(source: str, target: str, condition: str) -> str:
    """A sequence flow with a condition."""
    return (
        f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">'
        f"<conditionExpression>{condition}</conditionExpression></sequenceFlow>"
    )


def user(*names: str) -> str:
    """User tasks."""
    return "".join(f'<userTask id="{name}" name="Tâche {name}"/>' for name in names)


def extended(inside: str) -> str:
    """Extension elements."""
    return f"<extensionElements>{inside}</extensionElements>"


def service(name: str, action: str = "essai.agir", inside: str = "") -> str:
    """A service task that asks for an action."""
    asked = extended(f"<planipref:action nom={action!r}>{inside}</planipref:action>")
    return f'<serviceTask id="{name}">{asked}</serviceTask>'


def timer(duration: str, kind: str = "timeDuration") -> str:
    """A timer definition."""
    return f"<timerEventDefinition><{kind}>{duration}</{kind}></timerEventDefinition>"


def document(body: str, *, head: str = "", process: str = "p", executable: bool = True) -> Any:
    """A whole document with one process."""
    text = _FRAME.format(head=head, process=process, body=body, executable=str(executable).lower())
    return etree.fromstring(text.encode())


def definition(
    body: str, *others: tuple[str, str], head: str = "", decisions: Mapping[str, Any] | None = None
) -> Definition:
    """The definition of a process `p`; `others` are (id, body) of processes it may call."""
    documents = [document(body, head=head)]
    documents += [document(other, process=name, head=head, executable=False) for name, other in others]
    return build(documents, process="p", decisions=decisions)


class Player:
    """One instance being played. `last` is the last advance."""

    def __init__(
        self,
        body: str | Definition,
        *others: tuple[str, str],
        head: str = "",
        data: Mapping[str, Any] | None = None,
        now: datetime = NOW,
        zone: str | None = None,
        decisions: Mapping[str, Any] | None = None,
    ) -> None:
        self.definition = (
            body if isinstance(body, Definition) else definition(body, *others, head=head, decisions=decisions)
        )
        self.now = now
        self.events: list[Any] = []
        self.last: Advance
        self._took(runtime.start(self.definition, data=data or {}, now=now, zone=ZoneInfo(zone) if zone else None))

    def _took(self, advance: Advance) -> Player:
        self.last = advance
        self.events += advance.events
        return self

    @property
    def tasks(self) -> list[str]:
        """The elements of the open tasks, sorted."""
        return sorted(task.element for task in self.last.open_tasks)

    @property
    def waiting(self) -> list[str]:
        """The elements that wait for anything but a person, sorted."""
        return sorted(self.last.waiting)

    @property
    def asked(self) -> list[str]:
        """The elements whose effects the last step asked."""
        return sorted(effect.element for effect in self.last.effects)

    @property
    def incidents(self) -> list[str]:
        """The codes of the open incidents."""
        return sorted(incident.code for incident in self.last.incidents)

    @property
    def data(self) -> Mapping[str, Any]:
        """The instance's own variables."""
        return self.last.data

    def seen(self, kind: str) -> list[str]:
        """The elements of all events of a kind so far."""
        return [event.element for event in self.events if event.kind == kind]

    def task(self, element: str, number: int = 0) -> str:
        """The id of an open task."""
        return [task.id for task in self.last.open_tasks if task.element == element][number]

    def do(self, element: str, number: int = 0, **data: Any) -> Player:
        """Complete one open task of that element."""
        return self._took(
            runtime.complete(self.definition, self.last.state, self.task(element, number), data, now=self.now)
        )

    def answer(self, effect: str, **result: Any) -> Player:
        """Answer an effect by its id."""
        return self._took(runtime.answer(self.definition, self.last.state, effect, result, now=self.now))

    def fail(self, effect: str, code: str = "panne", message: str = "rien ne va") -> Player:
        """Fail an effect by its id."""
        return self._took(runtime.fail(self.definition, self.last.state, effect, code, message, now=self.now))

    def send(self, message: str, **payload: Any) -> Player:
        """Deliver a message."""
        return self._took(runtime.send(self.definition, self.last.state, message, payload, now=self.now))

    def signal(self, name: str, **payload: Any) -> Player:
        """Deliver a signal."""
        return self._took(runtime.signal(self.definition, self.last.state, name, payload, now=self.now))

    def set(self, **data: Any) -> Player:
        """Change variables from outside."""
        return self._took(runtime.set_variables(self.definition, self.last.state, data, now=self.now))

    def retry(self, element: str) -> Player:
        """Try an incident again."""
        return self._took(runtime.retry(self.definition, self.last.state, element, now=self.now))

    def skip(self, element: str, **data: Any) -> Player:
        """Go on past an incident."""
        return self._took(runtime.skip(self.definition, self.last.state, element, data, now=self.now))

    def after(self, duration: str) -> Player:
        """Let time pass; what falls due fires at its own moment."""
        period = parse_period(duration)
        assert period is not None
        until = period.after(self.now, ZoneInfo("UTC"))
        while self.last.timers and min(one.due for one in self.last.timers) <= until:
            self.now = max(self.now, min(one.due for one in self.last.timers))
            self._took(runtime.fire(self.definition, self.last.state, now=self.now))
        self.now = until
        return self
