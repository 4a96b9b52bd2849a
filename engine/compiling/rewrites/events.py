"""Events that say several things at once, and event gateways before receive tasks."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.compiling.model import Links, definitions, is_event_subprocess, nodes
from engine.compiling.registry import rewrite
from engine.compiling.rewrites.build import connect, make
from engine.compiling.xml import Element, bpmn, drop, local

if TYPE_CHECKING:
    from engine.compiling.model import Model

_LAST: Final = ("terminate", "cancel", "error", "escalation")


@rewrite(
    5,
    drawn="Événement de début ou de frontière à plusieurs définitions (l’une d’elles suffit)",
    run="un événement par définition, vers la même suite",
)
def split_multiple_catches(model: Model) -> None:
    """One event a definition for starts and boundary events."""
    for scope in list(model.scopes()):
        for event in list(nodes(scope, "startEvent", "boundaryEvent")):
            extra = definitions(event)[1:]
            if not extra or event.get("parallelMultiple") == "true" or is_event_subprocess(scope):
                continue
            links = Links(scope)
            for place, definition in enumerate(extra, 2):
                twin = copy.deepcopy(event)
                twin.set("id", f"{event.get('id')}_{place}")
                for old in definitions(twin):
                    twin.remove(old)
                event.remove(definition)
                twin.append(definition)
                event.addnext(twin)
                for flow in links.outgoing(event):
                    connect(model, scope, twin, str(flow.get("targetRef")))


@rewrite(
    5,
    drawn="Attente à plusieurs définitions (l’une d’elles suffit)",
    run="une passerelle sur événements, et une attente par définition",
)
def split_multiple_waits(model: Model) -> None:
    """An intermediate catch event with several definitions is an event gateway before one event each."""
    for scope in list(model.scopes()):
        for event in list(nodes(scope, "intermediateCatchEvent")):
            if len(definitions(event)) > 1 and event.get("parallelMultiple") != "true":
                _wait_for_one(model, scope, event)


@rewrite(
    5,
    drawn="Attente de plusieurs événements à la fois (`parallelMultiple`)",
    run="une attente par définition entre deux passerelles parallèles",
)
def split_waits_for_all(model: Model) -> None:
    """An intermediate catch event that needs all its definitions is one event each between parallel gateways."""
    for scope in list(model.scopes()):
        for event in list(nodes(scope, "intermediateCatchEvent")):
            if len(definitions(event)) < 2 or behind_race(Links(scope), event):
                continue
            if drop(event, "parallelMultiple") == "true":
                _wait_for_all(model, scope, event)


def behind_race(links: Links, event: Element) -> bool:
    """Whether an event-based gateway leads to the event."""
    before = (links.nodes.get(flow.get("sourceRef") or "") for flow in links.incoming(event))
    return any(node is not None and local(node) == "eventBasedGateway" for node in before)


def _wait_for_all(model: Model, scope: Element, event: Element) -> None:
    key = str(event.get("id"))
    links = Links(scope)
    fork = make(model, scope, "parallelGateway", f"{key}_attente")
    join = make(model, scope, "parallelGateway", f"{key}_reunion")
    for flow in links.incoming(event):
        flow.set("targetRef", str(fork.get("id")))
    for flow in links.outgoing(event):
        flow.set("sourceRef", str(join.get("id")))
    for place, definition in enumerate(definitions(event), 1):
        catch = event if place == 1 else make(model, scope, "intermediateCatchEvent", f"{key}_{place}")
        if place > 1:
            event.remove(definition)
            catch.append(definition)
            catch.set("name", event.get("name") or "")
        connect(model, scope, fork, str(catch.get("id")))
        connect(model, scope, catch, str(join.get("id")))


def _wait_for_one(model: Model, scope: Element, event: Element) -> None:
    key = str(event.get("id"))
    links = Links(scope)
    gateway = make(model, scope, "eventBasedGateway", f"{key}_attente")
    for flow in links.incoming(event):
        flow.set("targetRef", str(gateway.get("id")))
    for place, definition in enumerate(definitions(event), 1):
        catch = event if place == 1 else make(model, scope, "intermediateCatchEvent", f"{key}_{place}")
        if place > 1:
            event.remove(definition)
            catch.append(definition)
            catch.set("name", event.get("name") or "")
            for flow in links.outgoing(event):
                connect(model, scope, catch, str(flow.get("targetRef")))
        connect(model, scope, gateway, str(catch.get("id")))


@rewrite(5, drawn="Événement qui envoie plusieurs choses", run="un envoi après l’autre, la fin en dernier")
def split_multiple_throws(model: Model) -> None:
    """A throwing event with several definitions is a chain of throws; what ends things comes last."""
    for scope in list(model.scopes()):
        for event in list(nodes(scope, "intermediateThrowEvent", "endEvent")):
            kinds = definitions(event)
            if len(kinds) > 1:
                ordered = sorted(kinds, key=lambda d: local(d).removesuffix("EventDefinition") in _LAST)
                _chain(model, scope, event, ordered)


def _chain(model: Model, scope: Element, event: Element, ordered: list[Element]) -> None:
    before = Links(scope).incoming(event)
    previous: Element | None = None
    for place, definition in enumerate(ordered[:-1], 1):
        throw = make(model, scope, "intermediateThrowEvent", f"{event.get('id')}_{place}")
        event.remove(definition)
        throw.append(definition)
        if previous is None:
            for flow in before:
                flow.set("targetRef", str(throw.get("id")))
        else:
            connect(model, scope, previous, str(throw.get("id")))
        previous = throw
    if previous is not None:
        connect(model, scope, previous, str(event.get("id")))


@rewrite(
    5,
    drawn="Tâche de réception après une passerelle sur événements",
    run="l’attente du même message",
)
def receive_after_event_gateway(model: Model) -> None:
    """A receive task behind an event gateway is the catching event of its message."""
    for scope in list(model.scopes()):
        links = Links(scope)
        for gateway in nodes(scope, "eventBasedGateway"):
            for flow in links.outgoing(gateway):
                task = links.nodes.get(flow.get("targetRef") or "")
                if task is not None and local(task) == "receiveTask" and not links.boundary[str(task.get("id"))]:
                    _as_event(task)


def _as_event(task: Element) -> None:
    message = drop(task, "messageRef")
    task.tag = bpmn("intermediateCatchEvent")
    etree.SubElement(task, bpmn("messageEventDefinition"), {"messageRef": str(message)})
