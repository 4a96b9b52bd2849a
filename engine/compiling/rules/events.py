"""Events: what they name must exist, when they happen must be readable, where they stand must make sense."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.compiling.dialects.camunda import variable_filter
from engine.compiling.model import (
    ACTIVITIES,
    Links,
    Model,
    definition_kinds,
    definitions,
    is_compensation,
    is_event_subprocess,
    is_link,
    nodes,
)
from engine.compiling.registry import rule
from engine.compiling.rewrites.links import link_name
from engine.compiling.rewrites.references import CODES, ROOTS
from engine.compiling.slots import TIMES
from engine.compiling.xml import bpmn, bpmn_child, bpmn_children, local, reference, text_of
from engine.cron import parse_cron

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.xml import Element

_N: Final = r"\d+(?:[.,]\d+)?"
_DURATION: Final = rf"P(?=.)(?:{_N}Y)?(?:{_N}M)?(?:{_N}W)?(?:{_N}D)?" rf"(?:T(?=.)(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?"
_DATE: Final = r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?:\[[\w/+-]+\])?"
_PATTERNS: Final = {
    "timeDuration": re.compile(_DURATION),
    "timeDate": re.compile(_DATE),
    "timeCycle": re.compile(rf"R\d*(?:/{_DATE})?/{_DURATION}(?:/{_DATE})?"),
}
_CATCHES: Final = {
    "startEvent": {"message", "timer", "signal", "conditional", "error", "escalation", "compensate"},
    "intermediateCatchEvent": {"message", "timer", "signal", "conditional", "link"},
    "boundaryEvent": {"message", "timer", "signal", "conditional", "error", "escalation", "compensate", "cancel"},
}
_THROWS: Final = {
    "intermediateThrowEvent": {"message", "signal", "escalation", "compensate", "link"},
    "endEvent": {"message", "signal", "error", "escalation", "compensate", "cancel", "terminate"},
}
_WORDS: Final = {"message": "Le message", "signal": "Le signal", "error": "L’erreur", "escalation": "L’escalade"}


@rule(
    "minuterie-illisible",
    "minuterie-absente",
    stage="normal",
    says="Une minuterie qui n’est ni de l’ISO 8601 ni du FEEL, ou qui ne dit rien",
)
def unreadable_timer(model: Model) -> None:
    """`P30D`, `2027-01-31T09:00`, `R3/PT1H`, cron's words for a cycle, or `=` and FEEL."""
    for event, definition in _timers(model):
        written = [c for c in bpmn_children(definition, *TIMES) if text_of(c)]
        if not written:
            model.say(
                event,
                "minuterie-absente",
                "error",
                "La minuterie ne dit ni date, ni durée, ni cycle.",
                "Donnez une durée ISO\u00a08601, par exemple «\u00a0P30D\u00a0», ou du FEEL après «\u00a0=\u00a0».",
            )
        for time in written:
            text = text_of(time)
            calendar = local(time) == "timeCycle" and parse_cron(text) is not None
            if not (text.startswith("=") or calendar or _PATTERNS[local(time)].fullmatch(text)):
                model.say(
                    time,
                    "minuterie-illisible",
                    "error",
                    f"«\u00a0{text}\u00a0» n’est ni une {_TIMES_FR[local(time)]} ISO\u00a08601, ni du FEEL "
                    "après «\u00a0=\u00a0».",
                    "Écrivez par exemple P30D (trente jours), PT2H (deux heures), 2027-01-31T09:00 ou R3/P7D.",
                )


_BROUGHT: Final = frozenset({"message", "signal", "timer", "conditional"})
_TIMES_FR: Final = {"timeDate": "date", "timeDuration": "durée", "timeCycle": "répétition"}


def _timers(model: Model) -> Iterator[tuple[Element, Element]]:
    for event in model.nodes("startEvent", "intermediateCatchEvent", "boundaryEvent"):
        for definition in definitions(event):
            if local(definition) == "timerEventDefinition":
                yield event, definition


@rule("reference-inconnue", says="Un message, un signal, une erreur ou une escalade que le fichier ne déclare pas")
def unknown_reference(model: Model) -> None:
    """References lead to declared elements (foreign files are completed instead)."""
    if model.foreign:
        return
    for document in model.documents:
        declared = {kind: {e.get("id") for e in bpmn_children(document.root, kind)} for kind in CODES}
        for node in _nodes_of(document.root):
            for carrier in [node, *definitions(node)]:
                for attribute, kind in ROOTS.items():
                    key = reference(carrier.get(attribute))
                    if key and key not in declared[kind]:
                        model.say(
                            node,
                            "reference-inconnue",
                            "error",
                            f"{_WORDS[kind]} «\u00a0{key}\u00a0» n’est pas déclaré dans le fichier.",
                            "Choisissez un élément déclaré, ou déclarez-le.",
                            automatic=True,
                        )


def _nodes_of(root: Element) -> Iterator[Element]:
    for process in bpmn_children(root, "process"):
        for element in process.iter():
            if isinstance(element.tag, str) and (local(element).endswith("Event") or local(element).endswith("Task")):
                yield element


@rule("message-absent", says="Une tâche de réception ou un événement message ou signal qui ne dit pas lequel")
def no_message(model: Model) -> None:
    """Without a name nobody can send it."""
    for node in model.nodes():
        lacking = local(node) == "receiveTask" and not node.get("messageRef")
        for definition in definitions(node):
            kind = local(definition).removesuffix("EventDefinition")
            lacking = lacking or (kind in {"message", "signal"} and not reference(definition.get(f"{kind}Ref")))
        if lacking:
            model.say(
                node,
                "message-absent",
                "info" if model.foreign else "error",
                "L’élément ne dit pas quel message ou quel signal il attend ou envoie.",
                "Choisissez-le dans le panneau des propriétés.",
            )


@rule("lien-sans-arrivee", says="Un lien qui n’a pas d’arrivée, ou deux arrivées du même nom")
def dangling_link(model: Model) -> None:
    """Each throwing link has one catching link of its name in the same scope."""
    for scope in model.scopes():
        caught = [link_name(e) for e in nodes(scope, "intermediateCatchEvent") if is_link(e)]
        for event in nodes(scope, "intermediateThrowEvent", "endEvent"):
            if is_link(event) and (local(event) == "endEvent" or caught.count(link_name(event)) != 1):
                model.say(
                    event,
                    "lien-sans-arrivee",
                    "error",
                    f"Le lien «\u00a0{link_name(event)}\u00a0» ne mène pas à une seule arrivée de ce nom.",
                    "Donnez le même nom à l’envoi et à l’arrivée, au même niveau.",
                )


@rule("evenement-impossible", says="Un événement d’un genre qui n’a pas de sens à cet endroit")
def impossible_event(model: Model) -> None:
    """Errors interrupt, terminations end, waits wait: each in its place."""
    for node in model.nodes(*_CATCHES, *_THROWS):
        kind = local(node)
        allowed = _CATCHES.get(kind) or _THROWS[kind]
        wrong = [k for k in definition_kinds(node) if k not in allowed]
        if kind == "startEvent" and not wrong:
            wrong = _wrong_start(node)
        empty = kind in {"intermediateCatchEvent", "boundaryEvent"} and not definition_kinds(node) and not _refers(node)
        if wrong or empty:
            what = f"un événement «\u00a0{wrong[0]}\u00a0»" if wrong else "un événement qui n’attend rien"
            model.say(
                node,
                "evenement-impossible",
                "error",
                f"{what[0].upper()}{what[1:]} n’a pas de sens ici.",
                "Changez le genre de l’événement.",
            )


def _refers(event: Element) -> bool:
    return bpmn_child(event, "eventDefinitionRef") is not None


def _wrong_start(start: Element) -> list[str]:
    """Errors, escalations and compensations start event sub-processes only."""
    scope = start.getparent()
    if scope is None or is_event_subprocess(scope):
        return []
    return [k for k in definition_kinds(start) if k in {"error", "escalation", "compensate"}]


@rule("evenements-simultanes", says="Un événement qui attend à la fois des choses dont l’une ne s’attend pas")
def parallel_multiple(model: Model) -> None:
    """All of several events at once: each must be one that somebody brings."""
    for event in model.nodes(*_CATCHES):
        kinds = definition_kinds(event)
        if event.get("parallelMultiple") == "true" and len(kinds) > 1 and not set(kinds) <= _BROUGHT:
            model.say(
                event,
                "evenements-simultanes",
                "error",
                "Une erreur, une escalade, une annulation ou une compensation ne s’attend pas avec autre chose.",
                "Attendez à la fois des messages, des signaux, des minuteries ou des conditions seulement.",
            )


@rule("frontiere-sans-etape", says="Un événement de frontière attaché à rien, ou à autre chose qu’une étape")
def loose_boundary(model: Model) -> None:
    """A boundary event stands on an activity of its own scope."""
    for scope in model.scopes():
        links = Links(scope)
        for event in nodes(scope, "boundaryEvent"):
            host = links.nodes.get(event.get("attachedToRef") or "")
            if host is None or local(host) not in ACTIVITIES:
                model.say(
                    event,
                    "frontiere-sans-etape",
                    "error",
                    "L’événement de frontière n’est attaché à aucune étape de ce niveau.",
                    "Attachez-le au bord d’une étape.",
                )


@rule("annulation-hors-transaction", says="Une annulation hors d’une transaction")
def cancel_outside_transaction(model: Model) -> None:
    """A cancel end stands in a transaction, a cancel boundary on one."""
    for scope in model.scopes():
        links = Links(scope)
        for event in nodes(scope, "endEvent", "boundaryEvent"):
            if "cancel" not in definition_kinds(event):
                continue
            host = scope if local(event) == "endEvent" else links.nodes.get(event.get("attachedToRef") or "")
            if host is not None and local(host) != "transaction":
                model.say(
                    event,
                    "annulation-hors-transaction",
                    "error",
                    "Une annulation n’a de sens que dans une transaction ou à son bord.",
                    "Utilisez une erreur, ou faites du sous-processus une transaction.",
                )


@rule(
    "compensation-sans-suite", says="Une compensation sans étape qui défait, ou une étape qui défait sans être reliée"
)
def loose_compensation(model: Model) -> None:
    """A compensation boundary leads by an association to one activity marked for compensation."""
    ties = {
        reference(a.get("sourceRef")): reference(a.get("targetRef"))
        for d in model.documents
        for a in d.root.iter(bpmn("association"))
    }
    for scope in model.scopes():
        handlers = {str(n.get("id")) for n in nodes(scope, *ACTIVITIES) if is_compensation(n)}
        for event in nodes(scope, "boundaryEvent"):
            if "compensate" in definition_kinds(event) and ties.get(str(event.get("id"))) not in handlers:
                model.say(
                    event,
                    "compensation-sans-suite",
                    "error",
                    "L’événement de compensation n’est pas associé à une étape qui défait.",
                    "Reliez-le par une association à une étape marquée «\u00a0compensation\u00a0».",
                )


@rule("condition-filtree", says="Un événement conditionnel qui attend qu’une variable disparaisse (Camunda)")
def filtered_condition(model: Model) -> None:
    """A variable that stands is created and changed here, never deleted."""
    for event in model.nodes(*_CATCHES):
        for definition in definitions(event):
            kinds = set(re.findall(r"\w+", variable_filter(definition)[1]))
            if kinds and not kinds & {"create", "update"}:
                model.say(
                    event,
                    "condition-filtree",
                    "error",
                    "La condition n’est regardée que si une variable disparaît, ce qui n’arrive jamais ici.",
                    "Attendez que la variable soit nulle\u00a0: «\u00a0variable = null\u00a0».",
                )
