"""Which process is started, and which ones it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.compiling.model import called_process
from engine.compiling.xml import ZEEBE, Element, bpmn, bpmn_children, local, reference

if TYPE_CHECKING:
    from engine.compiling.model import Model

NO_PROCESS: Final = "processus-absent"
TOO_LARGE: Final = "modele-trop-grand"
LARGEST: Final = 2_000
SEVERAL: Final = "processus-a-choisir"


def choose_process(model: Model, wanted: str | None) -> str:
    """The id of the process to start, empty (with a finding) when there is none or no way to tell."""
    processes = model.called()
    if wanted is not None:
        if wanted in processes:
            return wanted
        _say(
            model,
            NO_PROCESS,
            f"Aucun fichier ne contient le processus «\u00a0{wanted}\u00a0».",
            "Vérifiez son identifiant.",
        )
        return ""
    filled = [p for p in processes.values() if _has_nodes(p)]
    executable = [p for p in filled if p.get("isExecutable") in {"true", "1"}]
    executable = executable or [p for p in filled if p.get("isExecutable") is None]
    if not executable and not model.documents and model.findings:
        return ""
    if not executable:
        _say(
            model,
            NO_PROCESS,
            "Aucun processus n’est exécutable.",
            "Cochez «\u00a0Exécutable\u00a0» dans les propriétés du processus.",
        )
        return ""
    called = {key for p in executable for key in calls(p)}
    first = [p for p in executable if p.get("id") not in called] or executable
    if len(first) > 1:
        names = ", ".join(str(p.get("id")) for p in first)
        _say(model, SEVERAL, f"Plusieurs processus sont exécutables\u00a0: {names}.", "Dites lequel est le premier.")
        return ""
    return str(first[0].get("id"))


def _has_nodes(process: Element) -> bool:
    return next(bpmn_children(process), None) is not None


def calls(process: Element) -> list[str]:
    """The ids of the processes that a process calls; Zeebe's are read as well."""
    found = [called_process(activity) for activity in process.iter(bpmn("callActivity"))]
    found += [reference(e.get("processId")) for e in process.iter(f"{{{ZEEBE}}}calledElement")]
    return [key for key in found if key]


def too_large(model: Model) -> bool:
    """Whether the processes hold more than anybody could follow (said as a finding)."""
    count = sum(1 for _ in model.nodes())
    if count > LARGEST:
        _say(
            model,
            TOO_LARGE,
            f"Les processus comptent {count} éléments\u00a0; le moteur en admet {LARGEST}.",
            "Découpez la démarche en processus appelés, ou vérifiez que c’est le bon fichier.",
        )
    return count > LARGEST


def keep_called(model: Model) -> None:
    """Leave out every process that the one to start does not reach by calls, and files left without process."""
    processes = model.called()
    kept: set[str] = set()
    todo = [model.main]
    while todo:
        key = todo.pop()
        if key in kept or key not in processes:
            continue
        kept.add(key)
        found = calls(processes[key])
        todo += list(processes) if any("{" in k or k.startswith("=") for k in found) else found
    for document in model.documents:
        for process in document.processes():
            if process.get("id") not in kept:
                document.root.remove(process)
    model.documents[:] = [d for d in model.documents if d.processes()]
    for document in model.documents:
        for child in [c for c in document.root if local(c) in {"choreography", "globalTask", "globalUserTask"}]:
            document.root.remove(child)


def _say(model: Model, rule: str, message: str, fix: str) -> None:
    model.say(None, rule, "error", message, fix)
