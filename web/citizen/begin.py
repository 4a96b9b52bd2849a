"""Choosing a démarche, and its first page: what it is, who may ask, what to have ready, how long, what it costs."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request

from prefecture.demarches import dated, variants
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import PARIS, Version
from prefecture.dossiers import queries
from prefecture.identity import queries as identity
from prefecture.kernel import clock
from prefecture.kernel.entry import PUBLIC, entry
from web import local_texts, session
from web.citizen.closed import closed
from web.citizen.frame import blueprint


@blueprint.get("/demarches")
@entry(PUBLIC)
def demarches_list() -> str:
    """Every démarche that can be begun."""
    versions = [demarches.version(one.id) for one in demarches.demarches()]
    shown = sorted(((one, closed(one)) for one in versions), key=lambda pair: pair[1] is not None)
    return render_template("citizen/demarches.html", demarches=shown)


@blueprint.get("/demarches/<code>")
@entry(PUBLIC)
def begin(code: str) -> str:
    """A démarche before it is begun."""
    return begin_page(code)


def begin_page(code: str) -> str:
    """What it is, and the way in, or why there is none."""
    version = demarches.current(code)
    actor = session.actor()
    held = queries.draft(actor, code) if actor is not None and actor.kind == "person" else None
    today = clock.today(PARIS)
    houses = _houses(code, today)
    chosen = request.args.get("prefecture", "")
    chosen = chosen if chosen in dict(houses) else ""
    told = variants.effective(version, chosen or None, today)
    pieces = told.get("pieces", ())
    return render_template(
        "citizen/begin.html",
        version=version,
        settings=told,
        draft=held,
        closed=closed(version),
        always=[one for one in pieces if not one.get("condition")],
        perhaps=[one for one in pieces if one.get("condition")],
        costs=costs_today(version),
        agent=actor is not None and actor.kind == "agent",
        houses=houses,
        chosen=chosen,
        local=local_texts.of_prefecture(version, chosen, today) if chosen else local_texts.Told(),
    )


def _houses(code: str, day: date) -> list[tuple[str, str]]:
    """The préfectures that tell something of their own about a démarche, with their names."""
    telling = set(variants.setting_something(code, day))
    return [(one.code, one.name) for one in identity.prefectures() if one.code in telling] if telling else []


def costs_today(version: Version) -> list[dict[str, Any]]:
    """The dated amounts of the démarche that are in force today, in euros."""
    today = clock.today(PARIS)
    found = []
    for rows in version.settings.get(dated.DATA, {}).values():
        row = dated.in_force(rows, today)
        value = None if row is None else row.get(dated.VALUE)
        if row is not None and isinstance(value, int | float) and row.get("libelle"):
            found.append({"label": row["libelle"], "amount": value, "basis": row.get("fondement", "")})
    return found
