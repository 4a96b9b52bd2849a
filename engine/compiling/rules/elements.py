"""Elements that nobody runs: scripts, choreographies, unknown words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.compiling.dialects.camunda import called_by_expression
from engine.compiling.model import NODES, called_process, process_of
from engine.compiling.registry import rule
from engine.compiling.xml import bpmn_children, extension, local

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element

_SILENT: Final = frozenset(
    {
        "sequenceFlow", "laneSet", "documentation", "extensionElements", "association", "textAnnotation", "group",
        "dataObject", "dataObjectReference", "dataStoreReference", "property", "ioSpecification", "ioBinding",
        "dataInputAssociation", "dataOutputAssociation", "auditing", "monitoring", "supports", "resourceRole",
        "performer", "humanPerformer", "potentialOwner", "correlationSubscription", "category", "artifact",
        "incoming", "outgoing", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics",
        "completionCondition", "supportedInterfaceRef",
    }
)  # fmt: skip


@rule("element-non-pris-en-charge", says="Un élément que le moteur n’exécute pas")
def unknown_elements(model: Model) -> None:
    """Whatever stands in a process and is neither run nor documentary is refused, never skipped."""
    for scope in model.scopes():
        for child in bpmn_children(scope):
            if local(child) not in NODES | _SILENT:
                model.say(
                    child,
                    "element-non-pris-en-charge",
                    "error",
                    f"L’élément «\u00a0{local(child)}\u00a0» n’est pas exécuté.",
                    "Remplacez-le par une étape, une passerelle ou un événement du tableau de docs/moteur.md.",
                )


@rule("script-interdit", says="Une tâche de script, ou un programme attaché à une étape")
def scripts(model: Model) -> None:
    """No program from a drawing is ever run (the readers of the dialects tell of attached ones)."""
    for task in model.nodes("scriptTask"):
        if extension(task, "neutre") is None:
            model.say(
                task,
                "script-interdit",
                "error",
                "Une tâche de script contient un programme\u00a0: le moteur n’en exécute aucun.",
                "Faites-en une tâche de service qui nomme une action, ou une table de décision.",
            )


@rule("ecouteur-interdit", says="Un programme qui écoute une étape, un flux ou une tâche (listener)")
def listeners(model: Model) -> None:
    """No program listens to a run; models of other engines run without theirs."""
    if model.foreign:
        return
    for process in model.processes():
        for element in process.iter():
            if local(element) in {"executionListener", "taskListener"}:
                model.say(
                    element,
                    "ecouteur-interdit",
                    "error",
                    "Un programme écoute cet élément\u00a0: le moteur n’en exécute aucun.",
                    "Retirez-le\u00a0; dessinez ce qu’il faisait\u00a0: une action, une variable calculée.",
                )


@rule("processus-appele-inconnu", says="Une étape qui appelle un processus introuvable")
def unknown_called_process(model: Model) -> None:
    """What is called is in one of the files."""
    known = model.called()
    for activity in model.nodes("callActivity"):
        key = called_process(activity)
        if called_by_expression(activity):
            if model.foreign:
                continue
            message = "Le processus appelé est calculé\u00a0: personne ne peut vérifier lequel ce sera."
        elif not key:
            message = "L’étape ne dit pas quel processus elle appelle."
        elif key not in known:
            message = f"Le processus appelé «\u00a0{key}\u00a0» est introuvable."
        else:
            continue
        model.say(
            activity,
            "processus-appele-inconnu",
            "error",
            message,
            "Choisissez un processus de la démarche ou des blocs communs.",
        )


@rule("appel-en-rond", says="Des processus qui s’appellent en rond")
def circular_calls(model: Model) -> None:
    """A process that calls itself, directly or not, never ends unless a gateway stops it: analysts are told."""
    calls = {
        key: {called_process(a) for a in process.iter() if local(a) == "callActivity"}
        for key, process in model.called().items()
    }
    for activity in model.nodes("callActivity"):
        seen: set[str] = set()
        to_visit = [called_process(activity)]
        while to_visit:
            key = to_visit.pop()
            if key in seen:
                continue
            seen.add(key)
            to_visit += calls.get(key, ())
        owner = process_of(activity)
        if owner is not None and owner.get("id") in seen:
            model.say(
                activity,
                "appel-en-rond",
                "warning",
                "Ce processus finit par s’appeler lui-même.",
                "Vérifiez qu’une passerelle arrête la boucle, ou dessinez la boucle dans un seul processus.",
            )


@rule("decision-inconnue", says="Une tâche de règle sans table de décision, ou dont la table est introuvable")
def unknown_decision(model: Model) -> None:
    """A business rule task calls a decision of the démarche."""
    for task in model.nodes("businessRuleTask"):
        decision = extension(task, "decision")
        if decision is None:
            if extension(task, "neutre") is None and extension(task, "action") is None:
                message = "La tâche ne dit pas quelle table de décision elle applique."
            else:
                continue
        elif (decision.get("ref") or "") in model.decisions or (model.foreign and _is_computed(decision)):
            continue
        else:
            message = f"La table de décision «\u00a0{decision.get('ref')}\u00a0» est introuvable."
        model.say(
            task,
            "decision-inconnue",
            "error",
            message,
            "Nommez une décision d’un fichier .dmn de la démarche.",
        )


def _is_computed(decision: Element) -> bool:
    return (decision.get("ref") or "").startswith("=")
