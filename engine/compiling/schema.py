"""The BPMN 2.0 schema, as the executing library ships it, asked about a document."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.compiling.xml import Element

if TYPE_CHECKING:
    from engine.compiling.model import Model

_MOST = 20


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    with as_file(files("SpiffWorkflow.bpmn.parser") / "schema") as folder:
        return etree.XMLSchema(etree.parse(str(folder / "BPMN20.xsd")))


def check(model: Model) -> None:
    """Say where documents do not follow the schema, as warnings for foreign ones."""
    schema = _schema()
    for document in model.documents:
        # A fresh parse: libxml2's validator may write default attributes into the tree it is given.
        tree = etree.fromstring(etree.tostring(document.root))
        if schema.validate(tree):
            continue
        told: set[tuple[int, str]] = set()
        for error in schema.error_log:  # type: ignore[attr-defined]  # the stubs do not know that it iterates
            if (error.line, error.message) in told or len(told) >= _MOST:
                continue
            told.add((error.line, error.message))
            element = _found(document.root, tree, str(error.path or ""))
            model.say(
                element if element is not None else document.root,
                "schema-bpmn",
                "warning" if model.foreign else "error",
                f"Le fichier ne suit pas le schéma BPMN\u00a02.0\u00a0: {_plain(error.message)}",
                "Corrigez l’élément, ou enregistrez de nouveau le fichier avec le modeleur.",
                file=document.name,
            )


def _misplaced(match: re.Match[str]) -> str:
    expected = f" On attend ici\u00a0: {match[2]}." if match[2] else ""
    return f"«\u00a0{match[1]}\u00a0» n’est pas à sa place.{expected[:200]}"


def _found(root: Element, tree: Element, path: str) -> Element | None:
    """The element of our tree at the place that the validator names."""
    namespaces = {prefix: uri for prefix, uri in tree.nsmap.items() if prefix}
    try:
        hits = root.xpath(path, namespaces=namespaces)
    except etree.XPathError:
        return None
    return hits[0] if isinstance(hits, list) and hits and isinstance(hits[0], Element) else None


_SAYINGS: Final = (
    (r"Element '(.+?)': This element is not expected\.(?: Expected is (?:one of )?\( (.+?) \)\.)?", _misplaced),
    (
        r"Element '(.+?)': Missing child element\(s\)\..*",
        lambda m: f"il manque quelque chose dans «\u00a0{m[1]}\u00a0».",
    ),
    (
        r"Element '(.+?)': The attribute '(.+?)' is required but missing\.",
        lambda m: f"il manque à «\u00a0{m[1]}\u00a0» l’attribut «\u00a0{m[2]}\u00a0».",
    ),
    (
        r"Element '(.+?)', attribute '(.+?)': The attribute '.+?' is not allowed\.",
        lambda m: f"«\u00a0{m[1]}\u00a0» n’a pas d’attribut «\u00a0{m[2]}\u00a0».",
    ),
    (
        r"Element '(.+?)', attribute '(.+?)': .*",
        lambda m: f"la valeur de l’attribut «\u00a0{m[2]}\u00a0» de «\u00a0{m[1]}\u00a0» n’est pas admise.",
    ),
    (r"Element '(.+?)': .*", lambda m: f"le contenu de «\u00a0{m[1]}\u00a0» n’est pas admis."),
)


def _plain(message: str) -> str:
    """The validator's words in French."""
    text = message.replace("{http://www.omg.org/spec/BPMN/20100524/MODEL}", "")
    for pattern, say in _SAYINGS:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return say(match)
    return text[:300]
