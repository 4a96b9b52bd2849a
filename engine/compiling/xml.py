"""Reading BPMN and DMN safely: a size cap, no DOCTYPE, no entity, no network; and the names of the vocabularies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

Element = etree._Element

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
PLANIPREF: Final = "urn:planipref:bpmn:1"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
ACTIVITI: Final = "http://activiti.org/bpmn"
FLOWABLE: Final = "http://flowable.org/bpmn"
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
SPIFF: Final = "http://spiffworkflow.org/bpmn/schema/1.0/core"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

LARGEST: Final = 2 * 1024 * 1024


class XmlRefused(Exception):
    """The bytes are not XML that we read; `reason` is French, `line` is 0 when there is none."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def parse(content: bytes) -> Element:
    """The root of a document of at most 2 MB without DOCTYPE, or XmlRefused."""
    if len(content) > LARGEST:
        raise XmlRefused("le fichier dépasse 2\u00a0Mo")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused("ce n’est pas du XML bien formé", error.lineno or 0) from error
    except ValueError as error:
        raise XmlRefused("ce n’est pas du XML") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs do not know the property
        raise XmlRefused("une déclaration DOCTYPE n’est pas admise")
    return root


def bpmn(name: str) -> str:
    """The full name of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def ours(name: str) -> str:
    """The full name of an element of PlaniPref's own vocabulary."""
    return f"{{{PLANIPREF}}}{name}"


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for comments."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """The namespace of an element; empty for comments and elements without one."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def bpmn_children(element: Element, *names: str) -> Iterator[Element]:
    """The children that are BPMN elements, of these names if any are given."""
    yield from element.iterchildren(*(f"{{{BPMN}}}{name}" for name in names or ("*",)))


def bpmn_child(element: Element, name: str) -> Element | None:
    """The first BPMN child of that name."""
    return element.find(bpmn(name))


def text_of(element: Element | None) -> str:
    """The stripped text of an element, empty when there is none."""
    return "".join(str(part) for part in element.itertext()).strip() if element is not None else ""


def extension(element: Element, name: str) -> Element | None:
    """The element of our vocabulary of that name under the extension elements."""
    return element.find(f"{bpmn('extensionElements')}/{ours(name)}")


def extend(element: Element, name: str, **attributes: str) -> Element:
    """Add an element of our vocabulary under the extension elements, which come first or after documentation."""
    holder = bpmn_child(element, "extensionElements")
    if holder is None:
        holder = etree.Element(bpmn("extensionElements"))
        place = sum(1 for _ in bpmn_children(element, "documentation"))
        element.insert(place, holder)
    return etree.SubElement(holder, ours(name), attributes)


def reference(value: str | None) -> str:
    """The local part of a QName reference (`tns:invoice` is `invoice`)."""
    return (value or "").strip().rsplit(":", 1)[-1]


def drop(element: Element, attribute: str) -> str | None:
    """Remove an attribute; what it said, None when it was not there."""
    value = element.get(attribute)
    if value is not None:
        del element.attrib[attribute]
    return value
