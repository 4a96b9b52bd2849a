"""Reading event definitions and the nodes that catch or throw them."""

from __future__ import annotations

import re
from typing import Any

from engine.model import ElementInfo
from engine.spiff.compensation import CancelEnd, CompensationThrow
from engine.spiff.events import Boundary, EndEvent, IntermediateCatch, StartEvent, TerminateEnd, Throw
from engine.spiff.formulas import Formula
from engine.spiff.mappings import Mappings
from engine.spiff.node import Node
from engine.spiff.reading import Element, Reading, child, children, extension, is_true, local_name, tag, text_of
from engine.spiff.timers import is_timer
from engine.spiff.triggers import (
    CANCEL,
    COMPENSATION,
    CONDITION,
    ERROR,
    ESCALATION,
    MESSAGE,
    SIGNAL,
    TIMER,
    Trigger,
    Watched,
)

_SUFFIX = "EventDefinition"
TERMINATES_ALL = "{http://flowable.org/bpmn}terminateAll"
TERMINATES_REPETITION = "{http://flowable.org/bpmn}terminateMultiInstance"
_TIMES = ("timeDate", "timeDuration", "timeCycle")
_CATCHABLE = {
    "startEvent": {MESSAGE, SIGNAL, TIMER, CONDITION, ERROR, ESCALATION, COMPENSATION},
    "boundaryEvent": {MESSAGE, SIGNAL, TIMER, CONDITION, ERROR, ESCALATION, COMPENSATION, CANCEL},
    "intermediateCatchEvent": {MESSAGE, SIGNAL, TIMER, CONDITION},
}
_THROWABLE = {
    "endEvent": {MESSAGE, SIGNAL, ERROR, ESCALATION, COMPENSATION, CANCEL, "terminate"},
    "intermediateThrowEvent": {MESSAGE, SIGNAL, ESCALATION, COMPENSATION, "link"},
}
_KINDS = {"conditional": CONDITION, "compensate": COMPENSATION}


def definitions(element: Element) -> list[tuple[str, Element]]:
    """The event definitions of an element: kind and definition."""
    found = [(tag(one), one) for one in element]
    kinds = [(name.removesuffix(_SUFFIX), one) for name, one in found if name.endswith(_SUFFIX)]
    return [(_KINDS.get(kind, kind), one) for kind, one in kinds]


def link_name(element: Element) -> str | None:
    """The name of the link that an element throws or catches."""
    for kind, one in definitions(element):
        if kind == "link":
            return str(one.get("name") or "")
    return None


def triggers(reading: Reading, element: Element, allowed: set[str]) -> tuple[Trigger, ...]:
    """The definitions of an element that it may have; others are trouble."""
    found: list[Trigger] = []
    for kind, one in definitions(element):
        if kind not in allowed:
            reading.trouble("evenement", element, f"Un événement de ce genre ({kind}) ne peut pas être ici.")
        elif kind not in {"link", "terminate"}:
            found.append(_READERS[kind](reading, element, one))
    for reference in children(element, "eventDefinitionRef"):
        reading.trouble("evenement", element, f"La définition « {text_of(reference)} » doit être dans l’événement.")
    if _together(element) and not all(trigger.listens for trigger in found):
        reading.trouble("evenement", element, "Ces événements ne peuvent pas être attendus ensemble.")
    return tuple(found)


def _together(element: Element) -> bool:
    return is_true(element, "parallelMultiple") and len(definitions(element)) > 1


def _message(reading: Reading, element: Element, definition: Element) -> Trigger:
    return Trigger(MESSAGE, _named(reading, element, definition, "messageRef", reading.tables.messages))


def message_of(reading: Reading, element: Element) -> Trigger | None:
    """The message of a send or receive task, None when it names none."""
    if not element.get("messageRef"):
        return None
    return _message(reading, element, element)


def _signal(reading: Reading, element: Element, definition: Element) -> Trigger:
    return Trigger(SIGNAL, _named(reading, element, definition, "signalRef", reading.tables.signals))


def _named(
    reading: Reading, element: Element, definition: Element, attribute: str, table: dict[str, str]
) -> Formula | str:
    reference = local_name(definition.get(attribute))
    if reference is None or reference not in table:
        reading.trouble("reference", element, f"« {reference or attribute} » n’est pas défini dans le document.")
        return ""
    return reading.formula_or_text(element, table[reference])


def _code(
    reading: Reading, element: Element, definition: Element, attribute: str, table: dict[str, str]
) -> Formula | str | None:
    reference = local_name(definition.get(attribute))
    if reference is None:
        return None
    # Some modelers write the code itself where the standard wants a reference.
    code = reading.formula_or_text(element, table.get(reference, reference))
    if isinstance(code, Formula) and tag(element) not in _THROWABLE:
        reading.trouble("evenement", element, f"« {code.text} »\u00a0: seul un code qui est émis peut être calculé.")
    return code


def _error(reading: Reading, element: Element, definition: Element) -> Trigger:
    kept = _kept(definition, code="errorCodeVariable", message="errorMessageVariable")
    code = _code(reading, element, definition, "errorRef", reading.tables.errors)
    said = reading.tables.error_messages.get(local_name(definition.get("errorRef")) or "", "")
    return Trigger(ERROR, code, kept=kept, message=said)


def _escalation(reading: Reading, element: Element, definition: Element) -> Trigger:
    kept = _kept(definition, code="escalationCodeVariable")
    code = _code(reading, element, definition, "escalationRef", reading.tables.escalations)
    return Trigger(ESCALATION, code, kept=kept)


def _kept(definition: Element, **attributes: str) -> tuple[tuple[str, str], ...]:
    """The variables that other modelers name for what they catch, whatever their namespace."""
    named = {str(name).rpartition("}")[2]: str(value) for name, value in definition.attrib.items()}
    return tuple((what, named[name]) for what, name in attributes.items() if named.get(name))


def _timer(reading: Reading, element: Element, definition: Element) -> Trigger:
    for kind in _TIMES:
        text = text_of(child(definition, kind))
        if text:
            value = reading.formula_or_text(element, text)
            if isinstance(value, str) and not is_timer(kind, value):
                reading.trouble(
                    "minuterie",
                    element,
                    f"« {text} » n’est ni du FEEL après « = », ni de l’ISO 8601.",
                    "Écrire par exemple P30D, R3/PT1H, 2027-01-31T09:00 ou =expression.",
                )
            return Trigger(TIMER, value, kind)
    reading.trouble("minuterie", element, "La minuterie n’a ni date, ni durée, ni cycle.")
    return Trigger(TIMER, "", _TIMES[0])


def _condition(reading: Reading, element: Element, definition: Element) -> Trigger:
    text = text_of(child(definition, "condition"))
    if not text:
        reading.trouble("expression", element, "L’événement conditionnel n’a pas de condition.")
        return Trigger(CONDITION)
    return Trigger(CONDITION, reading.formula(element, text), watched=_watched(definition))


def _watched(definition: Element) -> Watched | None:
    """The changes that other modelers say to look at, whatever their namespace."""
    named = {str(name).rpartition("}")[2]: str(value) for name, value in definition.attrib.items()}
    kinds = frozenset(re.findall(r"\w+", named.get("variableEvents", "")))
    variable = named.get("variableName", "")
    return Watched(variable, kinds, named.get("eachChange") == "true") if variable or kinds else None


def _compensation(reading: Reading, element: Element, definition: Element) -> Trigger:
    return Trigger(COMPENSATION, local_name(definition.get("activityRef")))


def _cancel(reading: Reading, element: Element, definition: Element) -> Trigger:
    return Trigger(CANCEL)


_READERS = {
    MESSAGE: _message,
    SIGNAL: _signal,
    TIMER: _timer,
    CONDITION: _condition,
    ERROR: _error,
    ESCALATION: _escalation,
    COMPENSATION: _compensation,
    CANCEL: _cancel,
}


def payload_mappings(reading: Reading, element: Element) -> Mappings:
    """What a message carries: `entree` when thrown, `sortie` when caught."""
    return reading.mappings(element, extension(element, "message"))


def read_catch(reading: Reading, process: Any, element: Element, info: ElementInfo) -> Node:
    """An intermediate catching event."""
    if link_name(element) is not None:
        return IntermediateCatch(process, info, (), payload_mappings(reading, element))
    found = triggers(reading, element, _CATCHABLE["intermediateCatchEvent"])
    node = IntermediateCatch(process, info, found, payload_mappings(reading, element))
    node.together = _together(element)
    return node


def read_start(reading: Reading, process: Any, element: Element, info: ElementInfo) -> Node:
    """A start event."""
    found = triggers(reading, element, _CATCHABLE["startEvent"])
    node = StartEvent(process, info, found, payload_mappings(reading, element))
    node.together = _together(element)
    return node


def read_boundary(reading: Reading, process: Any, element: Element, info: ElementInfo) -> Node:
    """An event at the edge of an activity."""
    found = triggers(reading, element, _CATCHABLE["boundaryEvent"])
    if not found:
        reading.trouble("evenement", element, "Cet événement de bord n’attend rien.")
    always = any(trigger.kind in {ERROR, CANCEL} for trigger in found)
    interrupting = always or is_true(element, "cancelActivity", default=True)
    node = Boundary(process, info, found, payload_mappings(reading, element), interrupting=interrupting)
    node.together = _together(element)
    return node


def read_throw(reading: Reading, process: Any, element: Element, info: ElementInfo) -> Node:
    """An intermediate throwing event or an end event."""
    kinds = {kind for kind, _ in definitions(element)}
    found = triggers(reading, element, _THROWABLE[info.type])
    mappings = payload_mappings(reading, element)
    if len(kinds) > 1 and kinds & {"terminate", COMPENSATION, CANCEL, ERROR}:
        reading.trouble("evenement", element, "Ces événements ne peuvent pas être émis ensemble.")
    if COMPENSATION in kinds:
        waits = all(is_true(one, "waitForCompletion", default=True) for _, one in definitions(element))
        return CompensationThrow(process, info, found, mappings, waits=waits)
    if CANCEL in kinds:
        return CancelEnd(process, info, found, mappings)
    if "terminate" in kinds:
        made_end = TerminateEnd(process, info, (), mappings)
        made_end.whole = any(is_true(one, TERMINATES_ALL) for _, one in definitions(element))
        made_end.repeated = any(is_true(one, TERMINATES_REPETITION) for _, one in definitions(element))
        return made_end
    made: type[Throw] = EndEvent if info.type == "endEvent" else Throw
    if extension(element, "neutre") is not None:
        found = ()
    return made(process, info, found, mappings)
