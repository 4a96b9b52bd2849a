"""What the ways of dossiers answer: is the legal delay kept, where does one come back, give up, get refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import isodate
from flask import render_template, request

from engine.drawing.places import places
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.statistics import queries as statistics
from prefecture.statistics.queries import TO_DECISION, Asked, Heat, Said
from prefecture.statistics.told import labels
from web import session, wording
from web.analyst import asking, pictures
from web.analyst.frame import blueprint
from web.analyst.observation import frame

SHOWN = 8
_SHARES = {
    "25": "moins d’un quart du délai",
    "50": "d’un quart à la moitié",
    "75": "de la moitié aux trois quarts",
    "100": "le dernier quart",
    "plus": "après la date limite",
}
_DANGER = {"plus": "danger"}

Bar = tuple[str, float] | tuple[str, float, str]
Bars = Sequence[Bar]


@blueprint.get("/demarches/<code>/questions")
@entry(ANALYSTE)
def questions(code: str) -> tuple[str, int]:
    """One plot a question, each with its table."""
    asked = asking.question(code, request.args)
    actor = session.signed_in()
    now = statistics.heat(actor, code, asked.asked)
    then = statistics.heat(actor, code, asked.compared) if asked.compared is not None else None
    said = statistics.said(actor, code, asked.asked)
    words, names = labels(asked.version), _names(asked.version)
    shown = render_template(
        "analyst/questions.html",
        **frame(asked, "questions"),
        late=statistics.late_now(actor, code, asked.asked),
        decided=_decided(said),
        limit=_limit(asked.version),
        shares=_shares(said),
        times=_times(now, then, asked.told_compared),
        returns=_returns(now, names),
        given_up=_given_up(said, names),
        pieces=_pieces(said, asked.version),
        piece_motifs=_bars(said, "piece_motif", words, by_detail=True),
        refusals=_bars(said, "refusal", words),
        closings=_bars(said, "closing", words),
        ends=[(wording.statut(one.subject), one.count) for one in said if one.kind == "decided"],
        days=_days(asked.asked),
    )
    return shown, 422 if asked.errors else 200


def _names(version: Version) -> dict[str, str]:
    return {one.id: one.name for content in version.diagrams.values() for one in places(content)}


def _decided(said: Sequence[Said]) -> dict[str, int]:
    told = [one for one in said if one.kind == "delay"]
    return {"all": sum(one.count for one in told), "late": sum(one.count for one in told if one.subject == "plus")}


def _shares(said: Sequence[Said]) -> Bars:
    counts = {one.subject: one.count for one in said if one.kind == "delay"}
    return [(label, counts.get(name, 0), _DANGER.get(name, "")) for name, label in _SHARES.items()] if counts else []


def _times(now: Heat, then: Heat | None, compared: str) -> Bars:
    """The days from filing to decision, half of the dossiers and nine out of ten."""
    found: list[Bar] = []
    for heat, when in ((now, ""), (then, f", {compared}")):
        measure = heat.of(TO_DECISION) if heat is not None else None
        if measure is not None and measure.passages:
            for seconds, name in ((measure.median, "la moitié des dossiers"), (measure.p90, "9 dossiers sur 10")):
                found.append((name + when, round((seconds or 0) / pictures.DAY, 1)))
    return found


def _limit(version: Version) -> int | None:
    """The legal delay in days, a period being counted from the beginning of a year."""
    period = str(version.settings.get("silence", {}).get("delai", ""))
    first = date(2026, 1, 1)
    try:
        return (first + isodate.parse_duration(period) - first).days or None
    except (isodate.ISO8601Error, OverflowError):
        return None


def _returns(now: Heat, names: Mapping[str, str]) -> Bars:
    """The share of passages that were a return, the most frequent first."""
    found = [(names[key], one) for key, one in now.measures.items() if key in names and one.again]
    ordered = sorted(found, key=lambda one: (-one[1].again / max(one[1].passages, 1), one[0]))
    return [
        (f"{name} ({one.again} sur {one.passages})", round(100 * one.again / one.passages)) for name, one in ordered
    ][:SHOWN]


def _given_up(said: Sequence[Said], names: Mapping[str, str]) -> Bars:
    """Where citizens withdraw, and where they leave a request unanswered until its time is over."""
    words = {"withdrawn": "demande retirée", "unanswered": "resté sans réponse"}
    found = [one for one in said if one.kind in words]
    return [(f"{names.get(one.subject, one.subject)}\u00a0: {words[one.kind]}", one.count) for one in found][:SHOWN]


def _pieces(said: Sequence[Said], version: Version) -> Bars:
    """The share of each pièce that was refused or missing, among those that were looked at."""
    names = {str(one.get("code")): str(one.get("libelle")) for one in version.settings.get("pieces", [])}
    seen: dict[str, int] = {}
    bad: dict[str, int] = {}
    for one in said:
        if one.kind == "piece":
            seen[one.subject] = seen.get(one.subject, 0) + one.count
            bad[one.subject] = bad.get(one.subject, 0) + (one.count if one.detail != "valide" else 0)
    ordered = sorted((code for code in seen if bad[code]), key=lambda code: (-bad[code] / seen[code], code))
    return [
        (f"{names.get(one, one)} ({bad[one]} sur {seen[one]})", round(100 * bad[one] / seen[one])) for one in ordered
    ][:SHOWN]


def _bars(said: Sequence[Said], kind: str, words: Mapping[str, str], *, by_detail: bool = False) -> Bars:
    counts: dict[str, int] = {}
    for one in said:
        if one.kind == kind:
            name = one.detail if by_detail else one.subject
            counts[name] = counts.get(name, 0) + one.count
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(words.get(name, name), count) for name, count in ordered[:SHOWN]]


def _days(asked: Asked) -> int:
    return (asked.until - asked.since).days + 1
