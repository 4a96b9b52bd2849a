"""Camunda 7, Operaton, Activiti and Flowable: attributes and elements of the Activiti family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.compiling.decisions import NAMED
from engine.compiling.dialects.placing import after
from engine.compiling.dialects.scripts import computed
from engine.compiling.dialects.words import entree, holder, neutral, quoted, rename, sortie, vendor_elements
from engine.compiling.juel import NotTranslatable, is_marked, translate
from engine.compiling.model import ACTIVITIES, EVENTS, called_process, definitions, loop_of
from engine.compiling.xml import ACTIVITI, CAMUNDA, FLOWABLE, SPIFF, ZEEBE, bpmn, bpmn_child, extension, local, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element

_FAMILY: Final = (CAMUNDA, FLOWABLE, ACTIVITI)
_SERVICES: Final = frozenset({"serviceTask", "sendTask", "businessRuleTask"})
_RESULT: Final = "decisionResult"
_CAUGHT: Final = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
_CODE: Final = ("class", "delegateExpression", "expression", "type", "taskType", "topic")


def _attribute(element: Element, name: str) -> str:
    """An attribute in any of the family's namespaces, empty when absent."""
    return next((v for ns in _FAMILY if (v := element.get(f"{{{ns}}}{name}")) is not None), "").strip()


def _names(*kinds: str) -> tuple[str, ...]:
    return tuple(f"{{{ns}}}{kind}" for ns in _FAMILY for kind in kinds)


def read(model: Model) -> None:
    """Read attributes and extension elements of the family on every activity and event."""
    for node in list(model.nodes()):
        kind = local(node)
        if kind in ACTIVITIES:
            _variables(model, node)
            _several(node)
        if kind in _SERVICES:
            _service(model, node)
        elif kind == "userTask":
            _form(model, node)
        elif kind == "callActivity":
            _call(model, node)
        elif kind in {"intermediateThrowEvent", "endEvent"}:
            _thrown(model, node)
        if kind in EVENTS:
            _brought(model, node)
            _timed(node)
            _listening(node)
            _registered(node)
            _named(node)


def _form(model: Model, task: Element) -> None:
    key = _attribute(task, "formKey") or _attribute(task, "formRef")
    if key and not model.foreign:
        holder(task, "formulaire", ref=key.rsplit(":", 1)[-1])


def _service(model: Model, task: Element) -> None:
    spread = _decision_field(task)
    decision = _attribute(task, "decisionRef") or spread
    if decision:
        # Flowable writes each output into the variable of its name.
        shape = "singleResult" if spread else _attribute(task, "mapDecisionResult") or "resultList"
        if asks := _asks_result(task):
            shape = "resultList"
            entree(holder(task, "variables"), _RESULT, "=null")
        found = holder(task, "decision", ref=_decision_key(model, decision, shape))
        if variable := _RESULT if asks else _attribute(task, "resultVariable"):
            found.set("resultat", variable)
        found.set("forme", shape)
        rename(task, "businessRuleTask")
    elif model.foreign and not _computes(task) and any(_attribute(task, name) for name in _CODE):
        neutral(task)


def _decision_key(model: Model, decision: str, shape: str) -> str:
    """Under which key a decision is asked; one that is computed is known when it is asked."""
    named = shape in {"singleResult", "resultList"}
    if model.foreign and is_marked(decision):
        return f'={translate(decision)} + "{NAMED if named else ""}"'
    return f"{decision}{NAMED}" if named and decision in model.decisions else decision


def _asks_result(task: Element) -> bool:
    """Whether an output of the task looks into the result of its decision."""
    blocks = vendor_elements(task, *_names("inputOutput"))
    return any(_RESULT in text_of(one) for block in blocks for one in block if _is_output(one))


def _computes(task: Element) -> bool:
    """Whether a service is one expression that only fills variables: then it is computed."""
    expression = _attribute(task, "expression")
    text = expression[2:-1] if is_marked(expression[:2]) and expression.endswith("}") else ""
    try:
        found = computed(text, result_variable(task), python=False) if text else {}
    except NotTranslatable:
        return False
    for name, value in found.items():
        sortie(holder(task, "variables"), name, f"={value}")
    if found:
        rename(task, "task")
    return bool(found)


def _decision_field(task: Element) -> str:
    """Flowable's DMN task names its table in a field."""
    for field in vendor_elements(task, *_names("field")):
        if field.get("name") == "decisionTableReferenceKey":
            return "".join(map(str, field.itertext())).strip() or field.get("stringValue") or ""
    return ""


def _thrown(model: Model, event: Element) -> None:
    if model.foreign and any(_attribute(d, name) for d in definitions(event) for name in _CODE):
        neutral(event)
    for definition in definitions(event):
        for mapping in vendor_elements(definition, *_names("in")) if "signal" in local(definition) else ():
            _mapping(holder(event, "message"), mapping)


def _brought(model: Model, event: Element) -> None:
    """The variables that an event fills when it has come or gone."""
    blocks = [b for b in vendor_elements(event, *_names("inputOutput")) if any(map(_is_output, b))]
    if blocks and local(event) != "endEvent":
        task = after(model, event)
        etree.SubElement(task, bpmn("extensionElements")).extend(blocks)
        _variables(model, task)


def _is_output(parameter: Element) -> bool:
    return local(parameter) == "outputParameter"


def _timed(event: Element) -> None:
    """Flowable says beside a cycle when it ends."""
    for definition in definitions(event):
        cycle = bpmn_child(definition, "timeCycle")
        end = "" if cycle is None else _attribute(cycle, "endDate")
        if cycle is not None and end and text_of(cycle).startswith("R") and not is_marked(end):
            cycle.text = f"{text_of(cycle)}/{end}"


def _registered(event: Element) -> None:
    """Flowable's events of its registry are messages of their names."""
    for named in vendor_elements(event, f"{{{FLOWABLE}}}eventType"):
        if local(event) in _CAUGHT and not definitions(event):
            key = f"message_{event.get('id')}"
            etree.SubElement(event, bpmn("messageEventDefinition"), {"messageRef": key})
            event.getroottree().getroot().insert(0, etree.Element(bpmn("message"), {"id": key, "name": text_of(named)}))


def _listening(event: Element) -> None:
    """Flowable's events that wait for a change of a variable are conditions looked at when it changes."""
    for listener in vendor_elements(event, f"{{{FLOWABLE}}}variableListenerEventDefinition"):
        kinds = {"update-create": "create,update", "all": ""}.get(listener.get("variableChangeType") or "all")
        made = etree.SubElement(event, bpmn("conditionalEventDefinition"))
        made.set("variableName", listener.get("variableName") or "")
        made.set("variableEvents", kinds if kinds is not None else listener.get("variableChangeType") or "")
        made.set("eachChange", "true")
        etree.SubElement(made, bpmn("condition")).text = "true"


def _named(event: Element) -> None:
    """Flowable may compute the name of a message or signal where it is awaited or sent."""
    for definition in definitions(event):
        kind = local(definition).removesuffix("EventDefinition")
        expression = _attribute(definition, f"{kind}Expression")
        if kind in {"message", "signal"} and expression and not definition.get(f"{kind}Ref"):
            key = f"{kind}_{event.get('id')}"
            definition.set(f"{kind}Ref", key)
            root = event.getroottree().getroot()
            root.insert(0, etree.Element(bpmn(kind), {"id": key, "name": expression}))


def _call(model: Model, activity: Element) -> None:
    key = _attribute(activity, "caseRef")
    if key:
        model.say(
            activity,
            "element-non-pris-en-charge",
            "error",
            "L’étape appelle un cas CMMN, ce qui n’existe pas ici.",
            "Appelez un processus BPMN.",
        )
    spoken = {ns for ns in (ZEEBE, SPIFF) if ns in activity.nsmap.values()}
    mapped = list(vendor_elements(activity, *_names("in", "out")))
    if not mapped and (spoken or not model.foreign or extension(activity, "appel") is not None):
        return
    call = holder(activity, "appel")
    inherits = _attribute(activity, "inheritVariables") == "true"
    call.set("entrees", "tout" if inherits else "rien")
    call.set("sorties", "rien")
    for mapping in mapped:
        _mapping(call, mapping)


def _mapping(call: Element, mapping: Element) -> None:
    incoming = local(mapping) == "in"
    if mapping.get("variables") == "all":
        call.set("entrees" if incoming else "sorties", "tout")
        return
    source, expression, target = mapping.get("source"), mapping.get("sourceExpression"), mapping.get("target")
    if not target or not (source or expression):
        return
    value = f"={source}" if source else str(expression)
    if value and not value.startswith("=") and "${" not in value and "#{" not in value:
        value = f"={value}"
    (entree if incoming else sortie)(call, target, value)


def _several(activity: Element) -> None:
    marker = loop_of(activity)
    if marker is None:
        return
    collection, item = _attribute(marker, "collection"), _attribute(marker, "elementVariable")
    if collection:
        loop = holder(marker, "boucle", collection=collection)
        if item:
            loop.set("element", item)
    if place := _attribute(marker, "elementIndexVariable"):
        holder(marker, "boucle").set("indice", place)
    for gathered in vendor_elements(marker, *_names("variableAggregation")):
        if target := gathered.get("target"):
            holder(marker, "boucle", resultat=target, sortie=_gathered(gathered))


def _gathered(aggregation: Element) -> str:
    """What one item gives to Flowable's list of results: an entry for each variable."""
    entries = []
    for one in aggregation:
        source = one.get("source") or one.get("sourceExpression") or ""
        if local(one) == "variable" and source:
            value = translate(source) if is_marked(source) else source
            entries.append(f"{quoted(one.get('target') or source)}: {value}")
    return "{" + ", ".join(entries) + "}"


def _variables(model: Model, activity: Element) -> None:
    for block in vendor_elements(activity, *_names("inputOutput")):
        variables = holder(activity, "variables")
        for parameter in block:
            kind = local(parameter)
            if kind not in {"inputParameter", "outputParameter"}:
                continue
            try:
                value = _value(parameter, programs=model.foreign)
            except NotTranslatable as error:
                if model.foreign and local(activity) in _SERVICES:
                    continue  # what a service is handed is nothing where it does nothing
                model.say(
                    parameter,
                    "script-interdit",
                    "error",
                    f"La variable «\u00a0{parameter.get('name')}\u00a0» est calculée par un programme\u00a0: "
                    f"{error.reason}.",
                    "Écrivez une expression FEEL.",
                )
                continue
            (entree if kind == "inputParameter" else sortie)(variables, parameter.get("name") or "", value)


def _value(parameter: Element, *, programs: bool) -> str:
    """The value of a parameter: text, expression, list or map; a program that is one value if those are read."""
    inner = [c for c in parameter if isinstance(c.tag, str)]
    if not inner:
        return text_of(parameter)
    if programs and local(inner[0]) == "script":
        return "=" + computed(text_of(inner[0]), "value", python=False)["value"]
    return "=" + _structured(inner[0])


def _structured(element: Element) -> str:
    kind = local(element)
    if kind == "list":
        return "[" + ", ".join(_item(v) for v in element if isinstance(v.tag, str)) + "]"
    if kind == "map":
        entries = [(e.get("key") or "", _entry(e)) for e in element if isinstance(e.tag, str)]
        return "{" + ", ".join(f'"{key}": {value}' for key, value in entries) + "}"
    raise NotTranslatable("les programmes ne sont pas admis")


def _entry(entry: Element) -> str:
    inner = [c for c in entry if isinstance(c.tag, str)]
    return _structured(inner[0]) if inner else _literal(text_of(entry))


def _item(value: Element) -> str:
    return _structured(value) if local(value) in {"list", "map", "script"} else _literal(text_of(value))


def _literal(text: str) -> str:
    if "${" in text or "#{" in text:
        return translate(text)
    return quoted(text)


def result_variable(task: Element) -> str:
    """The variable that a script task of the family fills."""
    return _attribute(task, "resultVariable") or _attribute(task, "resultVariableName")


def variable_filter(definition: Element) -> tuple[str, str]:
    """The variable and the kinds of change that a conditional event of the family looks at."""
    return _attribute(definition, "variableName"), _attribute(definition, "variableEvents")


def called_by_expression(activity: Element) -> bool:
    """Whether the called process is computed."""
    return "{" in (activity.get("calledElement") or "") or called_process(activity).startswith("=")


def has_form(task: Element) -> bool:
    """Whether the task has a form in our vocabulary."""
    return extension(task, "formulaire") is not None or bpmn_child(task, "rendering") is not None
