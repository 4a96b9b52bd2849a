"""A démarche's diagrams with the heat of what was passed, and the same figures as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from engine import diagram
from engine.compiling.xml import parse
from engine.drawing.places import Place, places
from prefecture.demarches.version import Version
from prefecture.statistics.queries import Heat, Measure
from web import french

MINUTE, HOUR, DAY = 60, 3600, 86_400
_NEAR = 10  # below so many, a tenth is told
# Points of decision take no time: their ways tell more than they do.
_WARM = frozenset({"task", "activity", "event"})
_WAITS = frozenset({"task", "catchevent"})


@dataclass(frozen=True)
class Row:
    """An element or a flow with its measure, and the one that it is compared with."""

    id: str
    name: str
    flow: bool
    waits: bool
    now: Measure
    then: Measure | None


@dataclass(frozen=True)
class Sheet:
    """One diagram of a démarche: its file, its title, its picture, its rows in the order of the way."""

    file: str
    title: str
    svg: Markup
    rows: list[Row]


def sheets(version: Version, measure: str, now: Heat, then: Heat | None = None) -> list[Sheet]:
    """Every diagram of a version, the démarche's own first."""
    return [_sheet(name, content, measure, now, then) for name, content in version.diagrams.items()]


def sheet(version: Version, file: str, measure: str, now: Heat, then: Heat | None = None) -> Sheet | None:
    """One diagram by its file, None if the version has none of that name."""
    content = version.diagrams.get(file)
    return None if content is None else _sheet(file, content, measure, now, then)


def elsewhere(version: Version, found: list[Sheet], now: Heat, then: Heat | None) -> list[Row]:
    """What was passed and stands in no diagram of this version: elements of other versions."""
    drawn = {row.id for one in found for row in one.rows} | version.definition.elements.keys()
    left = sorted(one for one in now.measures if one not in drawn and not one.startswith("@"))
    return [Row(one, one, False, False, now.of(one), then.of(one) if then else None) for one in left]


def value(measure: Measure, name: str) -> float:
    """The figure of a measure by the name that the page gives it."""
    found = {
        "mediane": measure.median,
        "p90": measure.p90,
        "passages": measure.passages,
        "presents": measure.present,
    }[name]
    return float(found or 0)


def span(seconds: float | None) -> str:
    """« 3,4 j », « 5 h », « 12 min »; nothing for what took none."""
    if seconds is None or seconds < MINUTE:
        return ""
    for unit, name in ((DAY, "j"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit:
            figure = seconds / unit
            told = french.number(round(figure, 1) if figure < _NEAR and unit != MINUTE else round(figure))
            return f"{told.removesuffix(',0')}\u00a0{name}"
    return ""


def told(measure: Measure, name: str) -> str:
    """A measure as it is written on the diagram."""
    figure = value(measure, name)
    return span(figure) if name in {"mediane", "p90"} else french.number(round(figure)) if figure else ""


def title_of(content: bytes, name: str) -> str:
    """What a diagram is about."""
    named = (one for one in parse(content).iter() if isinstance(one.tag, str) and one.tag.endswith("}process"))
    return next((str(one.get("name")) for one in named if one.get("name")), name)


def _sheet(name: str, content: bytes, measure: str, now: Heat, then: Heat | None) -> Sheet:
    found = places(content)
    rows = [
        Row(one.id, one.name, one.flow, _is(one, _WAITS), now.of(one.id), then.of(one.id) if then else None)
        for one in found
    ]
    warm = {one.id for one in found if one.flow or _is(one, _WARM)}
    heat = {row.id: _heat(row, measure) for row in rows if row.id in warm}
    figures = dict(_figures(rows, warm, {one.id for one in found if one.branch}, measure))
    present = {row.id: row.now.present for row in rows if row.now.present and not row.flow}
    # The renderer escapes every text of the diagram; what it returns is ours.
    drawn = Markup(diagram.render(content, tokens=present, heat=heat, figures=figures))  # noqa: S704
    return Sheet(name, title_of(content, name), drawn, rows)


def _is(place: Place, kinds: frozenset[str]) -> bool:
    return not place.flow and place.kind.lower().endswith(tuple(kinds))


def _heat(row: Row, measure: str) -> float:
    """Hot by the measure asked for; a flow by how often it was taken, for it takes no time."""
    name = "passages" if row.flow else measure
    before = value(row.then, name) if row.then is not None else 0.0
    seconds = measure in {"mediane", "p90"} and not row.flow
    change = value(row.now, name) - before
    return 0.0 if seconds and abs(change) < MINUTE else change


def _figures(rows: list[Row], warm: set[str], branches: set[str], measure: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row.id not in warm or (row.flow and row.id not in branches):
            continue
        name = "passages" if row.flow else measure
        figure = told(row.now, name)
        if row.then is not None:
            before = told(row.then, name)
            figure = f"{before or '0'} → {figure or '0'}" if figure or before else ""
        if figure:
            yield row.id, figure
