"""What a préfecture sets for itself over the national démarches, and what it decides when these change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prefecture.demarches import local, variants
from prefecture.demarches import queries as demarches
from prefecture.demarches.variants import Variant
from prefecture.identity import queries as identity
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE, CHEF_DE_SERVICE, RECETTEUR
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from web import session
from web.analyst.frame import blueprint

READERS = (ANALYSTE, RECETTEUR, CHEF_DE_SERVICE, ADMINISTRATEUR)
WRITERS = (ANALYSTE, CHEF_DE_SERVICE, ADMINISTRATEUR)
FIELD = "valeur."


@blueprint.get("/reglages-locaux")
@entry(*READERS)
def local_settings() -> str:
    """Every démarche that leaves something to préfectures: what this one set, or for national eyes how many did."""
    mine = session.signed_in().prefecture
    rows = []
    for one in demarches.demarches():
        version = demarches.version(one.id)
        if local.opened(version.settings):
            found = variants.variants(one.code)
            rows.append((one, [each for each in found if mine in (None, each.prefecture)]))
    return render_template("analyst/variants.html", rows=rows, mine=mine, names=_names())


@blueprint.get("/demarches/<code>/variantes")
@entry(*READERS)
def demarche_variants(code: str) -> str:
    """The préfectures that set something over a démarche."""
    found = [one for one in variants.variants(code) if session.signed_in().prefecture in (None, one.prefecture)]
    version = demarches.current(code)
    return render_template("analyst/variants_of.html", version=version, variants=found, names=_names())


@blueprint.get("/demarches/<code>/variantes/<prefecture>")
@entry(*READERS)
def variant(code: str, prefecture: str) -> str:
    """A préfecture's values beside the national ones."""
    return _page(code, _readable(code, prefecture), {}, {})


@blueprint.post("/demarches/<code>/variantes/<prefecture>")
@entry(*WRITERS)
def set_variant(code: str, prefecture: str) -> AnyResponse:
    """Write them; what is refused comes back as it was typed."""
    read = _readable(code, prefecture)

    def act() -> Variant:
        chosen, since = _typed(read), _since(prefecture)
        note = request.form.get("note", "").strip()
        return variants.write(session.signed_in(), code, prefecture, _number(), chosen, since, note)

    return _done(code, read, act, "C’est enregistré.")


@blueprint.post("/demarches/<code>/variantes/<prefecture>/decision")
@entry(*WRITERS)
def decide_variant(code: str, prefecture: str) -> AnyResponse:
    """End a conflict."""
    read = _readable(code, prefecture)
    path, keep = request.form.get("reglage", ""), request.form.get("choix") == "garder"
    said = "Votre valeur est gardée." if keep else "La valeur nationale est reprise."
    return _done(
        code,
        read,
        lambda: variants.decide(session.signed_in(), code, prefecture, _number(), path, keep=keep),
        said,
    )


def _readable(code: str, prefecture: str) -> Variant:
    """The variant, if it is this person's to read."""
    variants.assert_readable(session.signed_in(), prefecture)
    return variants.variant(code, prefecture)


def _done(code: str, read: Variant, act: Callable[[], Variant], said: str) -> AnyResponse:
    try:
        with unit_of_work():
            written = act()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        fresh = variants.variant(code, read.prefecture)
        errors = {_field(path): message for path, message in error.fields.items()} or {"": error.message}
        return make_response(_page(code, fresh, request.form, errors), error.status)
    since = written.since if written.since and written.since > clock.now().date() else None
    flash(said if since is None else f"{said} Ces réglages vaudront à partir du {since:%d/%m/%Y}.")
    return redirect(url_for("analyst.variant", code=code, prefecture=read.prefecture), 303)


def _page(code: str, found: Variant, given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    version = demarches.current(code)
    writings = variants.history(code, found.prefecture)
    return render_template(
        "analyst/variant.html",
        version=version,
        variant=found,
        house=identity.prefecture(found.prefecture),
        fields=[one for one in found.settings if one.national is not None and one.conflict != local.CLOSED],
        pieces=[one.path for one in found.settings if one.path.startswith("pieces.")],
        given=given,
        errors=errors,
        problems=[
            {"message": said, "target": f"champ-{name.replace('.', '-')}"} for name, said in errors.items() if name
        ],
        refused=errors.get("", ""),
        history=[(one, _changes(version.settings, one.chosen, before)) for one, before in _pairs(writings)],
        agents=identity.agents({one.by for one in writings}),
        writes=variants.may_write(session.signed_in(), found.prefecture),
        figure=local.FIGURE,
        changed=local.CHANGED,
        today=clock.today(identity.prefecture(found.prefecture).zone),
    )


def _pairs(writings: list[variants.Writing]) -> list[tuple[variants.Writing, Mapping[str, Any]]]:
    """Each writing with what was chosen before it."""
    before: list[Mapping[str, Any]] = [*(one.chosen for one in writings[1:]), {}]
    return list(zip(writings, before, strict=False))


def _changes(settings: Mapping[str, Any], after: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """What a writing changed, a sentence each."""
    told = []
    for path in [*after, *(path for path in before if path not in after)]:
        label = local.known_label(settings, path)
        if path not in after:
            told.append(f"{label}\u00a0: valeur nationale")
        elif after[path] != before.get(path):
            told.append(f"{label}\u00a0: «\u00a0{after[path]}\u00a0»")
    return told


def _typed(read: Variant) -> dict[str, Any]:
    """The values of the form; an empty field follows the national value. What is in conflict and not shown stays."""
    shown = {one.path: one for one in read.settings if f"{FIELD}{one.path}" in request.form}
    chosen = {one.path: one.ours for one in read.settings if one.ours is not None and one.path not in shown}
    for path, setting in shown.items():
        text = request.form[f"{FIELD}{path}"].strip().replace("\r\n", "\n")
        if text:
            chosen[path] = int(text) if setting.kind == local.FIGURE and text.isdecimal() and len(text) < 6 else text
    return chosen


def _since(prefecture: str) -> date:
    text = request.form.get("depuis", "").strip()
    if not text:
        return clock.today(identity.prefecture(prefecture).zone)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({"depuis": "Donnez un jour, par exemple 2027-01-01."}) from None


def _number() -> int:
    return request.form.get("numero", -1, type=int)


def _field(path: str) -> str:
    """The name of the field of the page that a refusal is about."""
    return path if path in ("depuis", "note") else f"{FIELD}{path}"


def _names() -> dict[str, str]:
    return {one.code: one.name for one in identity.prefectures()}
