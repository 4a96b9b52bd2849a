"""Which elements and flows of a folder's diagrams the scenarios pass, diagram by diagram: for pictures and tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine import diagram
from engine.compiling.xml import XmlRefused, parse
from engine.drawing.places import places

NEVER = "jamais"


@dataclass(frozen=True)
class Place:
    """An element or a flow of a diagram, by a name for people."""

    id: str
    name: str
    flow: bool


@dataclass(frozen=True)
class Covered:
    """One diagram: its file, its processes, its picture, what no scenario passes, and how much they pass."""

    file: str
    svg: str
    missed: tuple[Place, ...]
    count: int
    passed: int


def covered(diagrams: Mapping[str, bytes], missed: Collection[str]) -> list[Covered]:
    """Every diagram that can be read, its passed elements and flows marked, the others named « jamais »."""
    return [one for one in (_covered(name, content, frozenset(missed)) for name, content in diagrams.items()) if one]


def drawn(
    diagrams: Mapping[str, bytes],
    passed: Collection[str],
    here: Collection[str] = (),
    figures: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """The diagrams that a way went through, by file, as pictures: what it passed, where it stands now."""
    found = []
    for name, content in diagrams.items():
        processes = _processes(content)
        own = {one.partition("/")[2] for one in passed if one.partition("/")[0] in processes}
        if own:
            known = {one.id for one in places(content)}
            tokens = [one for one in here if one in known]
            said = {key: value for key, value in (figures or {}).items() if key in known}
            found.append((name, diagram.render(content, tokens=tokens, done=own - set(tokens), figures=said)))
    return found


def _covered(name: str, content: bytes, missed: frozenset[str]) -> Covered | None:
    try:
        processes, found = _processes(content), places(content)
    except XmlRefused:
        return None
    absent = {key.partition("/")[2] for key in missed if key.partition("/")[0] in processes}
    branches = {one.id for one in found if one.flow and not one.branch}
    done = {one.id for one in found} - absent
    never = {one.id: NEVER for one in found if one.id in absent and one.id not in branches}
    picture = diagram.render(content, done=done, figures=never)
    left = tuple(Place(one.id, one.name or one.id, one.flow) for one in found if one.id in absent)
    return Covered(name, picture, left, len(found), len(done))


def _processes(content: bytes) -> frozenset[str]:
    ids = (one.get("id") for one in parse(content).iter() if isinstance(one.tag, str) and one.tag.endswith("}process"))
    return frozenset(str(one) for one in ids if one)
