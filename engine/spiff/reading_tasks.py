"""Reading activities: tasks, sub-processes, and the loops around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.model import ElementInfo
from engine.service_task import ServiceTask
from engine.spiff.activity import Activity, BusinessRuleTask, PassThrough, ReceiveTask, SendTask, UserTask
from engine.spiff.formulas import Formula
from engine.spiff.loops import ITEM_SUFFIX, Loop, MultiInstance, Repetition, StandardLoop
from engine.spiff.mappings import Mappings
from engine.spiff.reading import Element, Reading, child, extension, is_true, local_name, text_of
from engine.spiff.reading_events import message_of, payload_mappings
from engine.spiff.subprocess import AdHocSubProcess, CallActivity, EventSubProcess, SubProcess, Transaction

Made = Callable[[Reading, Any, Element, ElementInfo, str], Activity]


def local(reading: Reading, element: Element) -> Mappings:
    """The variables an activity has of its own."""
    return reading.mappings(element, extension(element, "variables"))


def _user(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    form = extension(element, "formulaire")
    variable = None if form is None else form.get("variable") or form.get("ref")
    text = info.card.due if info.card is not None else None
    due = reading.formula(element, text) if isinstance(text, str) and text.startswith("=") else None
    return UserTask(process, info, local(reading, element), variable, due, suffix=suffix)


def _pass(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    return PassThrough(process, info, local(reading, element), suffix=suffix)


def _service(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    if extension(element, "neutre") is not None:
        return _pass(reading, process, element, info, suffix)
    action = extension(element, "action")
    if action is None or not action.get("nom"):
        reading.trouble("action", element, "La tâche de service ne nomme aucune action.", "Choisir une action.")
    mappings = reading.mappings(element, action)
    return ServiceTask(process, info, local(reading, element), info.action or "", mappings, suffix=suffix)


def _send(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    if extension(element, "action") is not None:
        return _service(reading, process, element, info, suffix)
    message = message_of(reading, element)
    if extension(element, "neutre") is not None or message is None:
        if message is None and extension(element, "neutre") is None:
            reading.trouble("reference", element, "La tâche d’envoi ne nomme ni message ni action.")
        return _pass(reading, process, element, info, suffix)
    mappings = payload_mappings(reading, element)
    return SendTask(process, info, local(reading, element), message, mappings, suffix=suffix)


def _receive(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    message = message_of(reading, element)
    found = () if message is None else (message,)
    mappings = payload_mappings(reading, element)
    return ReceiveTask(process, info, local(reading, element), found, mappings, suffix=suffix)


def _script(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    if extension(element, "neutre") is None:
        reading.trouble("script", element, "Une tâche de script ne peut pas être exécutée.", "En faire une action.")
    return _pass(reading, process, element, info, suffix)


def _decision(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    if extension(element, "neutre") is not None:
        return _pass(reading, process, element, info, suffix)
    decision = extension(element, "decision")
    reference = "" if decision is None else decision.get("ref") or ""
    if not reference:
        reading.trouble("decision", element, "La tâche ne nomme aucune table de décision.")
    result = "" if decision is None else decision.get("resultat") or ""
    shape = "" if decision is None else decision.get("forme") or ""
    asked = reading.formula_or_text(element, reference)
    return BusinessRuleTask(process, info, local(reading, element), asked, result, shape, suffix=suffix)


def _call(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    text = (element.get("calledElement") or "").strip()
    if not text:
        reading.trouble("processus", element, "L’appel ne nomme aucun processus.")
    called: Formula | str = reading.formula_or_text(element, text) if text.startswith("=") else local_name(text) or ""
    holder = extension(element, "appel")
    mappings = reading.mappings(element, holder)
    flows_in = None if holder is None else holder.get("entrees")
    flows_out = None if holder is None else holder.get("sorties")
    return CallActivity(
        process,
        info,
        local(reading, element),
        called,
        mappings,
        all_in=flows_in == "tout" if flows_in else not mappings.entrees,
        all_out=flows_out == "tout" if flows_out else not mappings.sorties,
        suffix=suffix,
    )


def _subprocess(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    made = EventSubProcess if is_true(element, "triggeredByEvent") else SubProcess
    return made(process, info, local(reading, element), suffix=suffix)


def _transaction(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    return Transaction(process, info, local(reading, element), suffix=suffix)


def _ad_hoc(reading: Reading, process: Any, element: Element, info: ElementInfo, suffix: str) -> Activity:
    text = text_of(child(element, "completionCondition"))
    free = extension(element, "libre")
    offered = "" if free is None else free.get("ouvertes") or ""
    return AdHocSubProcess(
        process,
        info,
        local(reading, element),
        reading.formula(element, text) if text else None,
        cancels_rest=is_true(element, "cancelRemainingInstances", default=True),
        offered=reading.formula(element, offered) if offered else None,
        suffix=suffix,
    )


ACTIVITIES: Mapping[str, Made] = {
    "task": _pass,
    "manualTask": _pass,
    "userTask": _user,
    "serviceTask": _service,
    "sendTask": _send,
    "receiveTask": _receive,
    "scriptTask": _script,
    "businessRuleTask": _decision,
    "callActivity": _call,
    "subProcess": _subprocess,
    "transaction": _transaction,
    "adHocSubProcess": _ad_hoc,
}


def read_activity(reading: Reading, process: Any, element: Element, info: ElementInfo) -> tuple[Activity, Activity]:
    """An activity: its outside, which flows and edge events touch, and its inside, which is done (often the same)."""
    several = child(element, "multiInstanceLoopCharacteristics")
    again = child(element, "standardLoopCharacteristics")
    made = ACTIVITIES[info.type]
    if several is None and again is None:
        activity = made(reading, process, element, info, "")
        return activity, activity
    inner = made(reading, process, element, info, ITEM_SUFFIX)
    outer: Loop
    if several is not None:
        outer = MultiInstance(process, info, inner, _repetition(reading, element, several))
    else:
        outer = _standard(reading, process, element, info, inner, again)
    return outer, inner


def _repetition(reading: Reading, element: Element, marker: Element) -> Repetition:
    loop = extension(marker, "boucle")
    collection = (loop.get("collection") if loop is not None else None) or text_of(child(marker, "loopDataInputRef"))
    cardinality = text_of(child(marker, "loopCardinality"))
    completion = text_of(child(marker, "completionCondition"))
    item, output = child(marker, "inputDataItem"), child(marker, "outputDataItem")
    name = (loop.get("element") if loop is not None else None) or _named(item)
    result = (loop.get("resultat") if loop is not None else None) or text_of(child(marker, "loopDataOutputRef"))
    given = (loop.get("sortie") if loop is not None else None) or _named(output)
    if child(marker, "complexBehaviorDefinition") is not None or _throws(marker):
        reading.trouble("repetition", element, "Une répétition ne peut pas émettre d’événement à chaque élément.")
    if loop is not None and bool(loop.get("resultat")) != bool(loop.get("sortie")):
        reading.trouble(
            "repetition", element, "« resultat » nomme la liste, « sortie » ce qu’elle reçoit\u00a0: il faut les deux."
        )
    if not collection and not cardinality:
        reading.trouble("repetition", element, "La répétition n’a ni liste ni nombre d’éléments.")
    return Repetition(
        sequential=is_true(marker, "isSequential"),
        cardinality=reading.formula(element, cardinality) if cardinality and not collection else None,
        collection=reading.formula(element, collection) if collection else None,
        element=name,
        result=result if given else "",
        output=reading.formula(element, given) if given else None,
        completion=reading.formula(element, completion) if completion else None,
        first=1 if loop is not None and loop.get("premier") == "1" else 0,
        place="" if loop is None else loop.get("indice") or "",
    )


def _throws(marker: Element) -> bool:
    return bool(marker.get("noneBehaviorEventRef") or marker.get("oneBehaviorEventRef"))


def _named(item: Element | None) -> str:
    return "" if item is None else item.get("name") or item.get("id") or ""


def _standard(
    reading: Reading, process: Any, element: Element, info: ElementInfo, inner: Activity, marker: Element
) -> StandardLoop:
    condition = text_of(child(marker, "loopCondition"))
    most = (marker.get("loopMaximum") or "").strip()
    if not condition and not most:
        reading.trouble("repetition", element, "La boucle n’a ni condition ni nombre de tours.")
    if most and not most.isdecimal():
        reading.trouble("repetition", element, f"« {most} » n’est pas un nombre de tours.")
    return StandardLoop(
        process,
        info,
        inner,
        reading.formula(element, condition) if condition else None,
        first=is_true(marker, "testBefore"),
        most=int(most) if most.isdecimal() else None,
    )
