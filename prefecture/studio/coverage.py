"""Which elements and flows of a folder's diagrams the scenarios pass, and where they fail, diagram by diagram.

For pictures, tables, and the editor's own drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from engine import diagram
from engine.compiling.xml import XmlRefused, bpmn, parse
from engine.drawing.places import Place as Drawn
from engine.drawing.places import places
from engine.simulation import Stop

NEVER = "jamais"
STOPS_HERE = "un scénario échoue ici"
AWAITED = "un scénario attendait le dossier ici"


@dataclass(frozen=True)
class Sheet:
    """One diagram as read: its file, its processes, what is drawn, the processes it calls with the step that does."""

    file: str
    content: bytes
    processes: frozenset[str]
    places: tuple[Drawn, ...]
    calls: tuple[tuple[str, str], ...]

    @property
    def ids(self) -> frozenset[str]:
        """Every element and flow."""
        return frozenset(one.id for one in self.places)

    def own(self, way: Collection[str]) -> set[str]:
        """Of a way of `process/id`, the ids that belong here."""
        return {one.partition("/")[2] for one in way if one.partition("/")[0] in self.processes}


@dataclass(frozen=True)
class Place:
    """An element or a flow of a diagram, by a name for people."""

    id: str
    name: str
    flow: bool


@dataclass(frozen=True)
class Passed:
    """One diagram: its file, how many scenarios pass each element and flow, and what none passes."""

    file: str
    passes: Mapping[str, int]
    missed: tuple[Place, ...]

    @property
    def passed(self) -> int:
        """How many elements and flows one scenario passes at least."""
        return len(self.passes)

    @property
    def count(self) -> int:
        """How many elements and flows there are."""
        return len(self.passes) + len(self.missed)


@dataclass(frozen=True)
class Covered(Passed):
    """The same with the picture that says so."""

    svg: str


def sheets(diagrams: Mapping[str, bytes]) -> list[Sheet]:
    """The diagrams that can be read."""
    found = []
    for file, content in diagrams.items():
        try:
            root = parse(content)
        except XmlRefused:
            continue
        ids = (one.get("id") for one in root.iter(bpmn("process")))
        calls = ((str(one.get("calledElement")), str(one.get("id"))) for one in root.iter(bpmn("callActivity")))
        found.append(Sheet(file, content, frozenset(str(one) for one in ids if one), places(content), tuple(calls)))
    return found


def passed(drawings: Iterable[Sheet], passes: Mapping[str, int], missed: Collection[str]) -> list[Passed]:
    """Every diagram, by how many scenarios pass what (`process/id`), and what none passes.

    What is in neither was drawn after the scenarios were played: nothing is told of it.
    """
    return [_passed(one, passes, frozenset(missed)) for one in drawings]


def covered(
    diagrams: Mapping[str, bytes],
    passes: Mapping[str, int],
    missed: Collection[str],
    stops: Iterable[tuple[Stop | None, Collection[str]]] = (),
) -> list[Covered]:
    """Every diagram that can be read: what is passed is ticked, the rest named « jamais », crosses where one
    of `stops` is, each with its way.
    """
    drawings = sheets(diagrams)
    faults: dict[str, str] = {}
    for stop, way in stops:
        faults |= _faults(drawings, stop, way)
    return [_covered(one, _passed(one, passes, frozenset(missed)), faults) for one in drawings]


def drawn(
    diagrams: Mapping[str, bytes],
    passed: Collection[str],
    here: Collection[str] = (),
    figures: Mapping[str, str] | None = None,
    stop: Stop | None = None,
) -> list[tuple[str, str]]:
    """The diagrams that a way went through, by file, as pictures: what it passed, where it stands now, its stop."""
    drawings = sheets(diagrams)
    found, faults = [], _faults(drawings, stop, passed)
    for one in drawings:
        own = one.own(passed)
        if own or not one.ids.isdisjoint(faults):
            tokens = [each for each in here if each in one.ids]
            said = {key: value for key, value in (figures or {}).items() if key in one.ids}
            done = own - set(tokens)
            picture = diagram.render(one.content, tokens=tokens, done=done, figures=said, faults=faults)
            found.append((one.file, picture))
    return found


def by_file(drawings: Iterable[Sheet], ids: Collection[str]) -> dict[str, list[str]]:
    """Elements by the file of their diagram."""
    found = {one.file: sorted(one.ids.intersection(ids)) for one in drawings}
    return {file: own for file, own in found.items() if own}


def way_by_file(drawings: Iterable[Sheet], way: Collection[str]) -> dict[str, list[str]]:
    """A way of `process/id` as ids by the file of their diagram."""
    found = {one.file: sorted(one.own(way)) for one in drawings}
    return {file: own for file, own in found.items() if own}


def standing(drawings: Collection[Sheet], stop: Stop | None, way: Collection[str]) -> list[str]:
    """Where a scenario stopped: the elements where the dossier stood, else the one that the step acts on.

    The steps of its way that call their diagrams follow.
    """
    if stop is None:
        return []
    here = stop.here or ((stop.element,) if stop.element else ())
    walked = {key.partition("/")[2] for key in way}
    return _with_callers(drawings, here, lambda callers: [one for one in callers if one in walked])


def awaited(drawings: Collection[Sheet], stop: Stop | None) -> list[str]:
    """The elements where the dossier should have stood; the step that calls their diagram, where there is but one."""
    found = [one for difference in stop.differences for one in difference.awaited] if stop is not None else []
    return _with_callers(drawings, found, lambda callers: callers if len(callers) == 1 else [])


def _with_callers(
    drawings: Collection[Sheet], ids: Collection[str], chosen: Callable[[list[str]], list[str]]
) -> list[str]:
    found, seen = list(ids), set[str]()
    calls = [call for one in drawings for call in one.calls]
    while True:
        here = [one for one in drawings if one.file not in seen and not one.ids.isdisjoint(found)]
        if not here:
            return found
        for one in here:
            seen.add(one.file)
            found += chosen([caller for process, caller in calls if process in one.processes])


def _passed(sheet: Sheet, passes: Mapping[str, int], missed: frozenset[str]) -> Passed:
    own = {key.partition("/")[2]: count for key, count in passes.items() if key.partition("/")[0] in sheet.processes}
    absent = sheet.own(missed)
    left = tuple(Place(one.id, one.name or one.id, one.flow) for one in sheet.places if one.id in absent)
    return Passed(sheet.file, {one.id: own[one.id] for one in sheet.places if one.id in own}, left)


def _covered(sheet: Sheet, found: Passed, faults: Mapping[str, str]) -> Covered:
    plain = {one.id for one in sheet.places if one.flow and not one.branch}
    never = {one.id: NEVER for one in found.missed if one.id not in plain}
    picture = diagram.render(sheet.content, done=found.passes.keys(), figures=never, faults=faults)
    return Covered(found.file, found.passes, found.missed, picture)


def _faults(drawings: Collection[Sheet], stop: Stop | None, way: Collection[str]) -> dict[str, str]:
    """What is told of the elements where a scenario stops, and of those where it should have stood."""
    return {
        **dict.fromkeys(awaited(drawings, stop), AWAITED),
        **dict.fromkeys(standing(drawings, stop, way), STOPS_HERE),
    }
