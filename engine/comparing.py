"""Two versions of a drawing side by side: elements and flows added, removed, changed, moved, in words for people.

Pure. What counts is what runs: the order of the file, its prefixes and its comments change nothing; a new place on the
sheet is told apart from a new meaning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.compiling.xml import BPMN, BPMNDI, XSI, Element, bpmn, local, namespace, parse, reference
from engine.drawing import shapes
from engine.drawing.places import KINDS

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
# What a drawing repeats elsewhere, or says of the paper only.
_IGNORED: Final = frozenset({"incoming", "outgoing", "flowNodeRef", "laneSet", "association"})
_SPELLING: Final = frozenset({"id", f"{{{XSI}}}type"})
_DRAWN: Final = (shapes.ACTIVITIES | shapes.EVENTS | shapes.GATEWAYS) | {
    "sequenceFlow",
    "messageFlow",
    "participant",
    "lane",
    "dataObjectReference",
    "dataStoreReference",
    "textAnnotation",
}
_OF_PROCESS: Final = "processus / "
# What an event names at the end of the file: who renames it there changes what the event awaits.
_NAMED: Final = ("message", "signal", "error", "escalation")
_WORDS: Final = {
    "name": "nom",
    "sourceRef": "départ",
    "targetRef": "arrivée",
    "conditionExpression": "condition",
    "default": "voie par défaut",
    "couloir": "couloir",
    "dans": "sous-processus",
    "messageRef": "message",
    "signalRef": "signal",
    "errorRef": "erreur",
    "escalationRef": "escalade",
    "text": "texte",
    "type": "nature",
    "calledElement": "bloc appelé",
    "timeDuration": "délai",
    "timeDate": "date",
    "timeCycle": "répétition",
    "cancelActivity": "interruption de l’étape",
    "attachedToRef": "étape à laquelle il est attaché",
    "formulaire ref": "formulaire",
    "action nom": "action",
    "decision ref": "table de décision",
    "decision resultat": "résultat de la table",
    "carte libelle": "carte de l’usager",
    "documentation": "documentation",
    "script": "calcul",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One element or flow that differs. `kind`: added, removed, changed, moved; `details`: French, what changed."""

    id: str
    name: str
    kind: str
    flow: bool
    details: tuple[str, ...] = ()


def compare(before: bytes, after: bytes) -> tuple[Change, ...]:
    """What differs between two drawings, in the order of the newer one, what is gone last.

    An empty file is an empty drawing. Raises engine.compiling.xml.XmlRefused.
    """
    old, new = _Drawing(before), _Drawing(after)
    return (*_kept(old, new), *(old.told(key, REMOVED) for key in old.elements if key not in new.elements))


def _kept(old: _Drawing, new: _Drawing) -> Iterator[Change]:
    for key in new.elements:
        if key not in old.elements:
            yield new.told(key, ADDED)
            continue
        details = tuple(_details(old, new, key))
        if details:
            yield new.told(key, CHANGED, details)
        elif old.place(key) != new.place(key):
            yield new.told(key, MOVED)


class _Drawing:
    """A file read for comparison: its elements by id, what each says, and where it stands on the sheet."""

    def __init__(self, content: bytes) -> None:
        root = parse(content) if content else None
        everything = [] if root is None else [e for e in root.iter() if isinstance(e.tag, str) and e.get("id")]
        pooled = {reference(e.get("processRef")) for e in everything if local(e) == "participant"}
        self.elements: Mapping[str, Element] = {
            str(e.get("id")): e for e in everything if namespace(e) == BPMN and _is_told(e, pooled)
        }
        self._processes = {str(e.get("id")): e for e in everything if local(e) == "process"}
        self._named = {str(e.get("id")): _named(e) for e in everything if local(e) in _NAMED}
        self._lanes = _lanes(everything)
        self._places = _places(root)

    def place(self, key: str) -> tuple[str, ...]:
        """Its bounds or its way; empty when it is not drawn."""
        return self._places.get(key, ())

    def said(self, key: str) -> dict[str, str]:
        """Everything that the element says, by what it is about."""
        element = self.elements[key]
        found = {"type": local(element), **dict(_said(element, ""))}
        if key in self._lanes:
            found["couloir"] = self.name(self._lanes[key])
        scope = element.getparent()
        if scope is not None and local(scope) in shapes.SUBPROCESSES:
            found["dans"] = self.name(str(scope.get("id")))
        process = self._processes.get(reference(element.get("processRef")))
        if process is not None:  # a pool speaks for its process
            found |= {f"{_OF_PROCESS}{about}": told for about, told in _said(process, "")}
        return {about: self._meant(about, told) for about, told in found.items()}

    def _meant(self, about: str, told: str) -> str:
        """What a reference to a message, a signal or an error means: its name, not its id."""
        return self._named.get(reference(told), told) if about.endswith("Ref") else told

    def name(self, key: str) -> str:
        """A name for people."""
        element = self.elements.get(key)
        if element is None:
            return key
        own = shapes.name_of(element)
        if local(element) in ("sequenceFlow", "messageFlow"):
            ends = [self.name(str(element.get(end))) for end in ("sourceRef", "targetRef")]
            return " → ".join(ends) + (f" ({own})" if own else "")
        return own or KINDS.get(local(element), "") or key

    def told(self, key: str, kind: str, details: tuple[str, ...] = ()) -> Change:
        """The change of one element."""
        flow = local(self.elements[key]) in ("sequenceFlow", "messageFlow")
        return Change(key, self.name(key), kind, flow, details)


def _is_told(element: Element, pooled: Collection[str]) -> bool:
    """Whether an element is told by itself: what is drawn, and a process that no pool speaks for."""
    return local(element) in _DRAWN or (local(element) == "process" and element.get("id") not in pooled)


def _named(element: Element) -> str:
    """A message, signal or error by what it is known by at run time."""
    code = element.get("errorCode") or element.get("escalationCode")
    return " ".join(one for one in (element.get("name"), code) if one) or str(element.get("id"))


def _details(old: _Drawing, new: _Drawing, key: str) -> Iterator[str]:
    before, after = old.said(key), new.said(key)
    for about in sorted(before.keys() | after.keys()):
        was, now = before.get(about), after.get(about)
        if was == now:
            continue
        if about in ("sourceRef", "targetRef", "attachedToRef", "default"):
            was, now = (None if text is None else drawing.name(text) for drawing, text in ((old, was), (new, now)))
        yield _sentence(about, was, now)


def _sentence(about: str, was: str | None, now: str | None) -> str:
    word = _word(about)
    if was is None:
        return f"{word} ajouté\u00a0: «\u00a0{now}\u00a0»"
    if now is None:
        return f"{word} retiré\u00a0: «\u00a0{was}\u00a0»"
    return f"{word}\u00a0: «\u00a0{was}\u00a0» devient «\u00a0{now}\u00a0»"


def _word(about: str) -> str:
    if about.startswith(_OF_PROCESS):
        return f"{_word(about.removeprefix(_OF_PROCESS))} du processus"
    path = about.split(" / ")[-1]
    entry = re.fullmatch(r"(entree|sortie|propriete)\[(.+)\] (?:valeur|expression)", path)
    if entry:
        return {"entree": "entrée", "sortie": "sortie", "propriete": "propriété"}[entry[1]] + f" {entry[2]}"
    last = path.rpartition(" ")[2]
    return _WORDS.get(path, _WORDS.get(last if last.endswith("Ref") else path.removesuffix(" texte"), path))


def _said(element: Element, path: str) -> Iterator[tuple[str, str]]:
    """Attributes and texts of an element and of what it holds, but not of the elements drawn inside it."""
    prefix = f"{path} " if path else ""
    for name, value in sorted(element.attrib.items()):
        if str(name) not in _SPELLING and not (path and str(name) == "nom" and path.endswith("]")):
            yield prefix + str(name).rpartition("}")[2], " ".join(str(value).split())
    text = " ".join((element.text or "").split())
    if path and text:
        yield path, text
    seen: dict[str, int] = {}
    for child in element:
        name = local(child)
        if not name or name in _IGNORED or (namespace(child) == BPMN and name in _DRAWN):
            continue
        label = f"{name}[{child.get('nom')}]" if child.get("nom") and name != "action" else name
        seen[label] = seen.get(label, 0) + 1
        label = f"{label} {seen[label]}" if seen[label] > 1 else label
        own = label if name == "extensionElements" or not path else f"{path} / {label}"
        yield from _said(child, "" if name == "extensionElements" and not path else own)


def _lanes(everything: list[Element]) -> dict[str, str]:
    """The innermost lane of each element."""
    found = {}
    for lane in everything:
        if local(lane) == "lane":
            found.update(
                {(ref.text or "").strip(): str(lane.get("id")) for ref in lane.iterchildren(bpmn("flowNodeRef"))}
            )
    return found


def _places(root: Element | None) -> dict[str, tuple[str, ...]]:
    """Bounds and waypoints by the element that they draw; labels may wander."""
    found: dict[str, tuple[str, ...]] = {}
    for drawn in [] if root is None else root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge"):
        points = [one for one in drawn if local(one) in ("Bounds", "waypoint")]
        told = (":".join(_rounded(one.get(name)) for name in ("x", "y", "width", "height")) for one in points)
        found[str(drawn.get("bpmnElement"))] = tuple(told)
    return found


def _rounded(value: str | None) -> str:
    try:
        return str(round(float(value or 0)))
    except ValueError:
        return value or ""
