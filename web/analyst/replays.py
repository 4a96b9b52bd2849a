"""« Et avec d’autres règles ? »: past decisions played through another version's or a draft's tables, and counted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.compiling import xml
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import replay
from prefecture.studio import queries as studio
from web import french, session
from web.analyst.frame import blueprint
from web.analyst.observation import pages_of

USUAL = timedelta(days=180)


@blueprint.get("/demarches/<code>/rejeux")
@entry(ANALYSTE)
def replays(code: str) -> str:
    """What was played again, and the form to play more."""
    return _page(code, {})


@blueprint.post("/demarches/<code>/rejeux")
@entry(ANALYSTE)
def play_again(code: str) -> Response | tuple[str, int]:
    """Have past decisions asked again."""
    try:
        since, until = _day("du"), _day("au")
        against, told = _against(code, request.form.get("contre", ""))
        if until < since:
            raise Invalid({"au": "La fin vient avant le début."})
        with unit_of_work():
            order = replay.order(
                session.signed_in(), code, against, told, _instant(since), _instant(until + timedelta(days=1))
            )
    except Invalid as error:
        return _page(code, error.fields), 422
    return redirect(url_for("analyst.replay_result", code=code, replay_id=order))


@blueprint.get("/demarches/<code>/rejeux/<uuid:replay_id>")
@entry(ANALYSTE)
def replay_result(code: str, replay_id: uuid.UUID) -> str:
    """How far it is, and what differs."""
    found = replay.replay(session.signed_in(), replay_id)
    if found.code != code:
        raise NotFound
    version = demarches.current(code)
    return render_template(
        "analyst/replay.html",
        version=version,
        replay=found,
        names=_names(version),
        pages=pages_of(code, "rejeux"),
    )


def _page(code: str, errors: Mapping[str, str]) -> str:
    version, today = demarches.current(code), clock.now().astimezone(french.PARIS).date()
    given = {"du": (today - USUAL).isoformat(), "au": today.isoformat(), **request.form.to_dict()}
    numbers = [(f"version:{one.number}", f"Version {one.number}") for one in demarches.versions(code)]
    drafts = [(f"brouillon:{one.id}", f"Brouillon «\u00a0{one.title}\u00a0»") for one in studio.drafts(code=code)]
    return render_template(
        "analyst/replays.html",
        version=version,
        replays=replay.replays(session.signed_in(), code),
        options=[*drafts, *numbers],
        given=given,
        errors=errors,
        problems=[{"message": message, "target": f"champ-{name}"} for name, message in errors.items()],
        pages=pages_of(code, "rejeux"),
    )


def _against(code: str, chosen: str) -> tuple[Version, str]:
    kind, _, which = chosen.partition(":")
    if kind == "version":
        found = next((one for one in demarches.versions(code) if str(one.number) == which), None)
        if found is not None:
            return demarches.version(found.id), f"version {found.number}"
    if kind == "brouillon":
        drafts = {str(one.id): one for one in studio.drafts(code=code)}
        if which in drafts:
            return studio.version(drafts[which].id), f"brouillon «\u00a0{drafts[which].title}\u00a0»"
    raise Invalid({"contre": "Choisissez une version ou un brouillon."})


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError as error:
        raise Invalid({name: "Cette date ne se lit pas\u00a0: écrivez-la comme 2026-11-23."}) from error


def _instant(day: date) -> datetime:
    return datetime.combine(day, time.min, french.PARIS)


def _names(version: Version) -> dict[str, str]:
    """The names of the decisions, as their tables give them."""
    roots = (xml.parse(content) for name, content in version.files.items() if name.endswith(".dmn"))
    found = (one for root in roots for one in root.iter() if isinstance(one.tag, str) and xml.local(one) == "decision")
    return {str(one.get("id")): str(one.get("name") or one.get("id")) for one in found}
