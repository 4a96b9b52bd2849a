"""A dossier's way, drawn on its diagrams with its times. Analysts read no name there, and no answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import diagram
from engine.drawing.places import places
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.identity import queries as identity
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.statistics import path as paths
from prefecture.statistics.path import Path
from web import session
from web.analyst import pictures
from web.analyst.frame import blueprint


@dataclass(frozen=True)
class Drawn:
    """A diagram that the dossier went through."""

    file: str
    title: str
    svg: Markup


@blueprint.get("/parcours")
@entry(ANALYSTE)
def find_path() -> Response:
    """The way of the dossier whose number was typed."""
    number = request.args.get("numero", "").strip().upper()
    return redirect(url_for("analyst.path", number=number) if number else url_for("analyst.home"))


@blueprint.get("/dossiers/<number>/parcours")
@entry(ANALYSTE)
def path(number: str) -> str:
    """Where a dossier went, where it stands, how long it stayed each time."""
    found = paths.path(session.signed_in(), number)
    version = demarches.version(found.version_id)
    names = {one.id: one.name for content in version.diagrams.values() for one in places(content)}
    now = clock.now()
    return render_template(
        "analyst/path.html",
        path=found,
        version=version,
        service=identity.service(found.service_id),
        drawings=list(drawings(version, found)),
        legs=[(leg, names.get(leg.element, leg.element), pictures.span(leg.lasted(now))) for leg in found.legs],
        total=pictures.span(((found.finished_at or now) - found.filed_at).total_seconds()),
    )


def drawings(version: Version, found: Path) -> Iterator[Drawn]:
    """The diagrams that the dossier entered, the démarche's own first, with the times of its stays."""
    figures = _figures(found)
    for file, content in version.diagrams.items():
        ids = {one.id for one in places(content)}
        if not ids & (found.passed | found.present.keys()):
            continue
        present = {one: count for one, count in found.present.items() if one in ids}
        # The renderer escapes every text of the diagram; what it returns is ours.
        svg = Markup(diagram.render(content, tokens=present, done=found.passed, figures=figures))  # noqa: S704
        yield Drawn(file, pictures.title_of(content, file), svg)


def _figures(found: Path) -> Mapping[str, str]:
    """How long it stayed at each element in all, and how often if more than once."""
    now = clock.now()
    seconds: dict[str, float] = defaultdict(float)
    for leg in found.legs:
        seconds[leg.element] += leg.lasted(now)
    turns = Counter(leg.element for leg in found.legs)
    told = {one: pictures.span(spent) for one, spent in seconds.items()}
    return {
        one: f"{figure} ({turns[one]} fois)" if turns[one] > 1 else figure for one, figure in told.items() if figure
    }
