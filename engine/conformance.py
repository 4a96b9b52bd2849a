"""Playing other people's scenarios and models: does the engine do what theirs does, or say that it will not?

Pure: files come in as bytes, a report goes out. A scenario is `ok`, `refused` (with the codes of the rules that refuse
its model), or wrong; an exception anywhere is wrong.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from isodate import parse_duration
from lxml import etree
from SpiffWorkflow.exceptions import SpiffWorkflowException

from engine import runtime
from engine.compile import Compilation, Finding, Source, compile
from engine.definition import Definition
from engine.errors import EngineError
from engine.feel import FeelError
from engine.model import Advance

SCENARIOS: Final = "scenarios.json"
_MOST_DUE: Final = 1_000
_BEGINNING: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
_CRASHES: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EngineError,
    FeelError,
    LookupError,
    NameError,
    RuntimeError,
    SpiffWorkflowException,
    TypeError,
    ValueError,
    etree.LxmlError,
)


@dataclass(frozen=True)
class Outcome:
    """One scenario played: `verdict` is ok, refused or WRONG."""

    id: str
    verdict: str
    detail: str = ""

    @property
    def line(self) -> str:
        """The line printed for it."""
        if self.verdict == "ok":
            return f"ok {self.id}"
        return f"{self.verdict} {self.id} {self.detail}"


@dataclass(frozen=True)
class Report:
    """Every scenario, in the order of the file."""

    outcomes: tuple[Outcome, ...]

    def count(self, verdict: str) -> int:
        """How many scenarios ended so."""
        return sum(1 for outcome in self.outcomes if outcome.verdict == verdict)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line each, and the sum."""
        ok, refused, wrong = (self.count(verdict) for verdict in ("ok", "refused", "WRONG"))
        return (*(o.line for o in self.outcomes), f"CONFORM ok={ok} refused={refused} wrong={wrong}")


class _Differs(Exception):
    """A step does not hold; the text says how."""


def run_scenarios(files: Mapping[str, bytes]) -> Report:
    """Play every scenario of `scenarios.json` among these files (name → content)."""
    return Report(tuple(_play(scenario, files) for scenario in json.loads(files[SCENARIOS])))


def _play(scenario: Mapping[str, Any], files: Mapping[str, bytes]) -> Outcome:
    key = str(scenario.get("id", "?"))
    place = "0"
    try:
        compiled = _compiled(scenario, files)
        if compiled.definition is None:
            return Outcome(key, "refused", " ".join(compiled.refused))
        run = _Run(compiled.definition, scenario.get("start_data") or {})
        for number, step in enumerate(scenario["steps"], 1):
            place = str(number)
            run.step(step)
    except _Differs as difference:
        return Outcome(key, "WRONG", f"{place} {difference}")
    except _CRASHES as error:
        return Outcome(key, "WRONG", f"{place} {type(error).__name__}: {error}".replace("\n", " "))
    return Outcome(key, "ok")


def _compiled(scenario: Mapping[str, Any], files: Mapping[str, bytes]) -> Compilation:
    names = [scenario["file"], *(scenario.get("deps") or ())]
    sources = [Source(name, files[name]) for name in names]
    return compile(sources, None, process=scenario.get("process"), foreign=True)


class _Run:
    """One instance being played."""

    def __init__(self, definition: Definition, data: Mapping[str, Any]) -> None:
        self.definition = definition
        self.now = _BEGINNING
        self.advance: Advance
        self.took(runtime.start(definition, data=_numbers(data), now=self.now))

    def step(self, step: Mapping[str, Any]) -> None:
        """Do what the step says, or hold it against what is; _Differs when it does not hold."""
        for word, act in _WORDS.items():
            if word in step:
                act(self, step)
                return
        if "any" not in step:
            raise _Differs(f"unknown step {json.dumps(step)}")

    def took(self, advance: Advance) -> None:
        """Go on from what a step of the runtime gave; what is due already fires."""
        self.advance = advance
        for _ in range(_MOST_DUE):
            if not any(timer.due <= self.now for timer in self.advance.timers) or self.advance.finished:
                return
            self.advance = runtime.fire(self.definition, self.advance.state, now=self.now)
        raise _Differs("timers that are due fire again and again")

    def do(self, step: Mapping[str, Any]) -> None:
        """Complete one open task of that element."""
        found = next((t for t in self.advance.open_tasks if t.element == step["do"]), None)
        if found is None:
            raise _Differs(f"task {step['do']} is not open: {_listed(self.open())}")
        data = _numbers(step.get("data") or {})
        self.took(runtime.complete(self.definition, self.advance.state, found.id, data, now=self.now))

    def wait(self, step: Mapping[str, Any]) -> None:
        """Let time pass; what falls due fires at its moment, in order."""
        end = self.now + _duration(step["advance"])
        while due := [timer.due for timer in self.advance.timers if timer.due <= end]:
            self.now = max(self.now, min(due))
            self.took(self.advance)
        self.now = end

    def message(self, step: Mapping[str, Any]) -> None:
        """Deliver a message; that nobody awaits it is an error of the runtime."""
        payload = _numbers(step.get("data") or {})
        self.took(runtime.send(self.definition, self.advance.state, step["message"], payload, now=self.now))

    def signal(self, step: Mapping[str, Any]) -> None:
        """Broadcast a signal."""
        payload = _numbers(step.get("data") or {})
        self.took(runtime.signal(self.definition, self.advance.state, step["signal"], payload, now=self.now))

    def set(self, step: Mapping[str, Any]) -> None:
        """Change variables from outside."""
        data = _numbers(step["set"])
        self.took(runtime.set_variables(self.definition, self.advance.state, data, now=self.now))

    def open(self) -> Counter[str]:
        """The elements of the open human tasks."""
        return Counter(task.element for task in self.advance.open_tasks)

    def waiting(self) -> Counter[str]:
        """The elements that wait for an event, once a token."""
        return Counter(self.advance.waiting)

    def tasks(self, step: Mapping[str, Any]) -> None:
        """The open tasks are exactly these."""
        wanted = Counter(step["tasks"])
        if self.open() != wanted:
            raise _Differs(f"tasks {_listed(self.open())} instead of {_listed(wanted)}{self.trouble()}")

    def waits(self, step: Mapping[str, Any]) -> None:
        """At least these elements wait."""
        wanted = Counter(step["waits"])
        if wanted - self.waiting():
            raise _Differs(f"waits {_listed(self.waiting())} instead of {_listed(wanted)}{self.trouble()}")

    def vars(self, step: Mapping[str, Any]) -> None:
        """These variables have these values."""
        for name, value in step["vars"].items():
            held = _jsonable(self.advance.data.get(name))
            if held != _jsonable(value):
                raise _Differs(f"variable {name} is {held!r} instead of {value!r}{self.trouble()}")

    def ended(self, step: Mapping[str, Any]) -> None:
        """Whether the instance is over, with nothing open."""
        over = self.advance.finished and not self.advance.open_tasks and not self.advance.incidents
        if over is not bool(step["ended"]):
            state = f"tasks {_listed(self.open())} waits {_listed(self.waiting())}"
            raise _Differs(f"ended={over}: {state}{self.trouble()}")

    def error(self, step: Mapping[str, Any]) -> None:
        """Whether there is an incident."""
        if bool(self.advance.incidents) is not bool(step["error"]):
            raise _Differs(f"incidents: {[i.code for i in self.advance.incidents]}")

    def trouble(self) -> str:
        """The incidents, for the line of a step that does not hold."""
        return "".join(f"; incident {i.element} {i.code}: {i.message}" for i in self.advance.incidents)


_WORDS: Final = {
    "do": _Run.do,
    "advance": _Run.wait,
    "message": _Run.message,
    "signal": _Run.signal,
    "set": _Run.set,
    "tasks": _Run.tasks,
    "waits": _Run.waits,
    "vars": _Run.vars,
    "ended": _Run.ended,
    "error": _Run.error,
}


def _listed(elements: Counter[str]) -> str:
    return "[" + ", ".join(sorted(elements.elements())) + "]"


def _duration(text: str) -> timedelta:
    found = parse_duration(text)
    return found if isinstance(found, timedelta) else found.totimedelta(start=_BEGINNING)


def _numbers(data: Any) -> Any:
    """JSON's floats as decimals, which is what the engine holds."""
    if isinstance(data, float):
        return Decimal(str(data))
    if isinstance(data, dict):
        return {key: _numbers(value) for key, value in data.items()}
    return [_numbers(value) for value in data] if isinstance(data, list) else data


def _jsonable(value: Any) -> Any:
    """A value as JSON would compare it (to Python true is 1, to JSON it is not)."""
    if isinstance(value, bool):
        return (bool, value)
    if isinstance(value, Decimal | float):
        return Decimal(str(value)).normalize()
    if isinstance(value, int):
        return Decimal(value).normalize()
    if isinstance(value, Mapping):
        return {key: _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


@dataclass(frozen=True)
class ModelCheck:
    """What became of one model: every process of it ran once, or everything that keeps one from running."""

    file: str
    ran: tuple[str, ...]
    findings: tuple[Finding, ...]
    trouble: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it from running."""
        return tuple(f for f in self.findings if f.severity == "error")

    @property
    def verdict(self) -> str:
        """`ok`, `refused` or `WRONG`."""
        return "WRONG" if self.trouble else "refused" if self.errors else "ok"

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines printed for it."""
        if self.trouble:
            return (f"WRONG {self.file} {self.trouble}",)
        if not self.errors:
            return (f"ok {self.file} {' '.join(self.ran)}".rstrip(),)
        codes = sorted({f.rule for f in self.errors})
        told = tuple(f"  {f.rule} {f.element or '-'} l.{f.line}\u00a0: {f.message}" for f in self.errors)
        runs = tuple(f"  runs {process}" for process in self.ran)
        return (f"refused {self.file} {' '.join(codes)}", *runs, *told)


def check_models(files: Mapping[str, bytes]) -> tuple[ModelCheck, ...]:
    """Declare every process of every BPMN file executable and run it once, or name all its findings."""
    return tuple(_check(name, content) for name, content in sorted(files.items()) if name.endswith((".bpmn", ".xml")))


def _check(name: str, content: bytes) -> ModelCheck:
    ran: list[str] = []
    findings: dict[Finding, None] = {}
    try:
        for process in _processes(name, content):
            compiled = compile([Source(name, content)], None, process=process, foreign=True)
            findings.update(dict.fromkeys(compiled.findings))
            if compiled.definition is not None:
                _run_once(compiled.definition)
                ran.append(process or "")
    except _Differs as difference:
        return ModelCheck(name, tuple(ran), tuple(findings), str(difference))
    except _CRASHES as error:
        return ModelCheck(name, tuple(ran), tuple(findings), f"{type(error).__name__}: {error}")
    return ModelCheck(name, tuple(ran), tuple(findings))


def _processes(name: str, content: bytes) -> Sequence[str | None]:
    """The processes of a file that have contents; one nameless when it cannot be read (the compiler says why)."""
    first = compile([Source(name, content)], None, foreign=True)
    if any(f.rule in {"fichier-illisible", "fichier-inconnu"} for f in first.findings):
        return [None]
    root = etree.fromstring(content)
    found = root.iterfind("{http://www.omg.org/spec/BPMN/20100524/MODEL}process")
    return [p.get("id") for p in found if len(p)] or [None]


def _run_once(definition: Definition) -> None:
    """Start, do every task and let every event happen, as long as something is open (and for a while)."""
    now = _BEGINNING
    advance = runtime.start(definition, data={}, now=now)
    for _ in range(60):
        if advance.finished or advance.incidents:
            return
        if advance.pending_effects:
            advance = runtime.answer(definition, advance.state, advance.pending_effects[0], {}, now=now)
        elif advance.open_tasks:
            advance = runtime.complete(definition, advance.state, advance.open_tasks[0].id, {}, now=now)
        elif advance.messages:
            advance = runtime.send(definition, advance.state, advance.messages[0].message, {}, now=now)
        elif advance.signals:
            advance = runtime.signal(definition, advance.state, advance.signals[0].message, {}, now=now)
        elif advance.timers:
            now = max(now, min(t.due for t in advance.timers))
            advance = runtime.fire(definition, advance.state, now=now)
        else:
            raise _Differs("nothing is open, and the process is not over")
