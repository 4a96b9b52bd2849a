"""The heat map of a démarche: where its dossiers stand, pass and wait, on its diagrams, in tables, to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request, url_for

from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import NotFound
from prefecture.statistics import queries as statistics
from prefecture.statistics.queries import Heat, Measure
from prefecture.statistics.told import labels
from web import session
from web.analyst import asking, pictures
from web.analyst.asking import Question
from web.analyst.frame import blueprint
from web.analyst.pictures import Row, Sheet

HEADS = ("présents", "passages", "médiane (s)", "9 sur 10 (s)", "retours", "interrompus")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/demarches/<code>/observation")
@entry(ANALYSTE)
def observation(code: str) -> tuple[str, int]:
    """The diagrams, each with its heat and its table."""
    asked = asking.question(code, request.args)
    now, then = _heat(asked)
    found = pictures.sheets(asked.version, asked.measure, now, then)
    shown = render_template(
        "analyst/observation.html",
        **frame(asked, "observation"),
        sheets=found,
        elsewhere=pictures.elsewhere(asked.version, found, now, then),
        heat=now,
        compared=then is not None,
        measure_name=asking.MEASURES[asked.measure].lower(),
        told=pictures.told,
        span=pictures.span,
        busiest=_longest(found),
    )
    return shown, 422 if asked.errors else 200


@blueprint.get("/demarches/<code>/observation.svg")
@entry(ANALYSTE)
def observation_picture(code: str) -> Response:
    """One diagram with its heat, as a file that opens anywhere."""
    asked = asking.question(code, request.args)
    file = request.args.get("fichier") or next(iter(asked.version.diagrams), "")
    found = pictures.sheet(asked.version, file, asked.measure, *_heat(asked))
    if found is None:
        raise NotFound("Ce diagramme n’est pas dans cette version de la démarche.")
    return _download(str(found.svg), "image/svg+xml", f"{code}-{file.rpartition('/')[2].removesuffix('.bpmn')}.svg")


@blueprint.get("/demarches/<code>/observation.csv")
@entry(ANALYSTE)
def observation_table(code: str) -> Response:
    """Every figure of the page, a line an element or a flow, for a spreadsheet."""
    asked = asking.question(code, request.args)
    now, then = _heat(asked)
    held = io.StringIO()
    writer = csv.writer(held, delimiter=";", lineterminator="\r\n")
    before = [f"{head}, {asked.told_compared}" for head in HEADS] if then is not None else []
    writer.writerow(["diagramme", "élément", "nom", "genre", *HEADS, *before])
    found = pictures.sheets(asked.version, asked.measure, now, then)
    for title, row in _lines(found, pictures.elsewhere(asked.version, found, now, then)):
        figures = [*_figures(row.now), *(_figures(row.then) if row.then is not None else ())]
        kind = "chemin" if row.flow else "étape"
        writer.writerow([_safe(title), _safe(row.id), _safe(row.name), kind, *figures])
    return _download("\ufeff" + held.getvalue(), "text/csv; charset=utf-8", f"{code}-observation.csv")


def frame(asked: Question, page: str) -> dict[str, Any]:
    """What the pages of a démarche's observation share: filters, links from one to another."""
    code = asked.version.code
    words = labels(asked.version)
    motifs = {one: words.get(one, one) for one in statistics.motifs(code)}
    return {
        "asked": asked,
        "code": code,
        "page": page,
        "choices": asking.choices(asked, motifs),
        "pages": pages_of(code, page, asked.params),
    }


def pages_of(code: str, page: str, params: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The tabs of the observation."""
    kept: dict[str, Any] = dict(params or {})
    return [
        {"label": label, "href": href, "current": name == page}
        for name, label, href in (
            ("observation", "Carte de chaleur", url_for("analyst.observation", code=code, **kept)),
            ("questions", "Délais, retours, refus", url_for("analyst.questions", code=code, **kept)),
            ("rejeux", "Et avec d’autres règles ?", url_for("analyst.replays", code=code)),
            ("incidents", "Incidents", url_for("analyst.incidents", demarche=code)),
            ("suspensions", "Suspendre", url_for("analyst.suspensions", code=code)),
        )
    ]


def _heat(asked: Question) -> tuple[Heat, Heat | None]:
    actor, code = session.signed_in(), asked.version.code
    now = statistics.heat(actor, code, asked.asked)
    then = statistics.heat(actor, code, asked.compared) if asked.compared is not None else None
    return now, then


def _longest(found: list[Sheet]) -> Row | None:
    """Where one waits longest, among the tasks and waits that were passed."""
    rows = [row for one in found for row in one.rows if row.waits and (row.now.median or 0) >= pictures.HOUR]
    return max(rows, key=lambda row: (row.now.median or 0) * row.now.passages, default=None)


def _lines(found: list[Sheet], others: list[Row]) -> Iterator[tuple[str, Row]]:
    for one in found:
        yield from ((one.title, row) for row in one.rows)
    yield from (("", row) for row in others)


def _figures(one: Measure) -> list[object]:
    return [
        one.present,
        one.passages,
        "" if one.median is None else round(one.median),
        "" if one.p90 is None else round(one.p90),
        one.again,
        one.interrupted,
    ]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _download(content: str, kind: str, name: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
