"""A process, and what a process or sub-process is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.spiff.library import BpmnProcessSpec, WorkflowSpec

if TYPE_CHECKING:
    from engine.spiff.events import StartEvent
    from engine.spiff.node import Node
    from engine.spiff.subprocess import EventSubProcess


@dataclass(slots=True)
class Contents:
    """The nodes directly inside one process or sub-process.

    `starts` receive a token when it opens; `typed_starts` listen instead, when there is no plain start;
    `event_subprocesses` listen as long as it is open.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    starts: tuple[Node, ...] = ()
    typed_starts: tuple[StartEvent, ...] = ()
    event_subprocesses: tuple[EventSubProcess, ...] = ()


class ProcessSpec(BpmnProcessSpec):
    """One process of the documents. Element ids are its own: no name is taken by the library's internal nodes."""

    def __init__(self, process_id: str, title: str) -> None:
        # The library's constructor adds nodes named Start, End and EndJoin, and a join that walks the whole tree.
        WorkflowSpec.__init__(self, name=process_id)
        self.description = title
        self.svg = None
        self.io_specification = None
        self.end: Any = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []
        self.contents = Contents()

    def _add_notify(self, task_spec: Any) -> None:
        WorkflowSpec._add_notify(self, task_spec)

    @property
    def nodes(self) -> Iterable[Node]:
        """Every node of the process, sub-processes' ones and internal ones included."""
        return self.task_specs.values()
