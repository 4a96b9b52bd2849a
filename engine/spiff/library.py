"""The classes of SpiffWorkflow that we build on, with the types that the library leaves out.

The rest of the room imports them from here, so that what we lean on is listed in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

__all__ = [
    "BpmnProcessSpec",
    "BpmnTaskSpec",
    "BpmnWorkflow",
    "Environment",
    "ScriptEngine",
    "Task",
    "TaskState",
    "WorkflowSpec",
]

if TYPE_CHECKING:

    class Task:
        """A node of the task tree; ours are numbered."""

        id: int
        state: int
        _state: int
        _parent: int
        _children: list[int]

        def __init__(self, workflow: Any, task_spec: Any, parent: Any, *, state: int, id: int) -> None: ...
        def _ready(self) -> None: ...
        def run(self) -> bool | None: ...

    class BpmnTaskSpec:
        """What a kind of task does in each state."""

        name: str
        manual: bool
        _inputs: list[str]
        _outputs: list[str]

        def __init__(self, wf_spec: Any, name: str, *, lane: str | None, documentation: str | None) -> None: ...
        def _update(self, task: Any) -> None: ...

    class WorkflowSpec:
        """What a workflow is made of."""

        def __init__(self, name: str) -> None: ...
        def _add_notify(self, task_spec: Any) -> None: ...

    class BpmnProcessSpec(WorkflowSpec):
        """A process."""

        name: str
        task_specs: dict[str, Any]
        start: Any

    class BpmnWorkflow:
        """A running process."""

        spec: Any
        completed: bool
        last_task: Any

        def __init__(self, spec: Any, *, script_engine: Any, deserializing: bool) -> None: ...

    class Environment:
        """What a script engine evaluates with."""

    class ScriptEngine:
        """What the library asks whenever something must be evaluated."""

        environment: Any

        def __init__(self, environment: Environment) -> None: ...

else:
    from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment as Environment
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine as ScriptEngine
    from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
    from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
    from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
    from SpiffWorkflow.task import Task
