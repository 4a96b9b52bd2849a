"""Words that the readers of the dialects share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.compiling.xml import Element, bpmn, bpmn_child, extend, extension, ours

if TYPE_CHECKING:
    from collections.abc import Iterator


def vendor_elements(element: Element, *full_names: str) -> Iterator[Element]:
    """The elements of those full names directly under the extension elements."""
    holder = bpmn_child(element, "extensionElements")
    if holder is not None:
        for child in holder:
            if isinstance(child.tag, str) and (not full_names or child.tag in full_names):
                yield child


def holder(element: Element, name: str, **attributes: str) -> Element:
    """Our extension element of that name, made if absent; attributes are set when absent."""
    found = extension(element, name)
    if found is None:
        return extend(element, name, **attributes)
    for key, value in attributes.items():
        if found.get(key) is None:
            found.set(key, value)
    return found


def entree(parent: Element, name: str, value: str) -> None:
    """A value that goes in."""
    etree.SubElement(parent, ours("entree"), {"nom": name, "valeur": value})


def sortie(parent: Element, name: str, value: str) -> None:
    """A value that comes out."""
    etree.SubElement(parent, ours("sortie"), {"nom": name, "valeur": value})


def quoted(text: str) -> str:
    """A text as FEEL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def neutral(element: Element) -> None:
    """Mark an element that does nothing here (a foreign service)."""
    if extension(element, "neutre") is None and extension(element, "action") is None:
        extend(element, "neutre")


def rename(element: Element, kind: str) -> None:
    """Make a BPMN element one of another kind, in place."""
    element.tag = bpmn(kind)
