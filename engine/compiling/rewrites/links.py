"""Link events: a jump is a flow drawn without its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.model import definitions, is_link, nodes
from engine.compiling.registry import rewrite
from engine.compiling.xml import bpmn

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element


def link_name(event: Element) -> str:
    """The name by which link events find each other."""
    return (
        next((d.get("name") or "" for d in definitions(event) if "link" in str(d.tag)), "") or event.get("name") or ""
    )


@rewrite(4, drawn="Événements lien", run="un flux de chaque envoi vers l’arrivée du même nom")
def links_to_flows(model: Model) -> None:
    """Join each throwing link to the catching one of its name, and make both plain events."""
    for scope in list(model.scopes()):
        caught = {link_name(e): e for e in nodes(scope, "intermediateCatchEvent") if is_link(e)}
        for event in [e for e in nodes(scope, "intermediateThrowEvent") if is_link(e)]:
            target = caught.get(link_name(event))
            if target is not None:
                attributes = {
                    "id": f"lien_{event.get('id')}",
                    "sourceRef": str(event.get("id")),
                    "targetRef": str(target.get("id")),
                }
                etree.SubElement(scope, bpmn("sequenceFlow"), attributes)
            _plain(event)
        for event in caught.values():
            _plain(event)


def _plain(event: Element) -> None:
    for definition in definitions(event):
        event.remove(definition)
    event.tag = bpmn("intermediateThrowEvent")
