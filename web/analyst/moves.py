"""Running dossiers moved onto another version: prepared on the diagram, tried on all, ordered, followed, taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from engine import diagram
from engine.drawing.places import places
from engine.errors import DefinitionInvalid
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers.migration_comparison import EVERYBODY
from prefecture.identity import queries as identity
from prefecture.identity.permissions import ANALYSTE, Actor
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, DomainError, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import campaigns as reading
from prefecture.studio import impact as impacts
from prefecture.studio import moves as moving
from prefecture.studio.campaigns import CampaignView, DossierRow
from prefecture.studio.coverage import sheets
from prefecture.studio.impact import Impact, Step
from web import session
from web.analyst import moving_form, pictures
from web.analyst.frame import blueprint
from web.analyst.moving_form import TARGET, Wanted

Act = Callable[[Actor, uuid.UUID], None]
# What the buttons of a campaign do, and what is said once it is done.
ACTS: Mapping[str, tuple[Act, str]] = {
    "pause": (moving.pause, "Le déplacement est en pause\u00a0: ce qui a été déplacé le reste."),
    "reprise": (moving.resume, "Le déplacement reprend."),
    "annulation": (moving.undo, "Les dossiers qui n’ont pas avancé depuis reviennent à leur version."),
    "abandon": (moving.drop, "C’est abandonné\u00a0: aucun dossier n’a été déplacé."),
}


@dataclass(frozen=True)
class Drawn:
    """A diagram on which dossiers stand."""

    title: str
    svg: Markup


@dataclass(frozen=True)
class Pair:
    """A diagram on which dossiers need a target, and what has become of it."""

    title: str
    before: Markup
    after: Markup


@blueprint.get("/demarches/<code>/deplacements")
@entry(ANALYSTE)
def moves(code: str) -> str:
    """The moves of a démarche's dossiers, and the way to a new one."""
    return render_template(
        "analyst/moves.html",
        version=demarches.current(code),
        campaigns=reading.campaigns(session.signed_in(), code),
        targets=moving_form.targets(code),
        states=reading.STATES,
    )


@blueprint.get("/demarches/<code>/deplacements/nouveau")
@entry(ANALYSTE)
def new_move(code: str) -> tuple[str, int]:
    """What a version would mean for the dossiers that run: who follows, who needs a target, who is refused and why."""
    asked = moving_form.wanted(code, request.args)
    return _plan(code, asked, dict(asked.errors))


@blueprint.post("/demarches/<code>/deplacements/nouveau")
@entry(ANALYSTE)
def look_again(code: str) -> AnyResponse:
    """The same page with other targets or filters, at an address of its own."""
    asked = moving_form.wanted(code, request.form)
    return redirect(url_for("analyst.new_move", code=code, **asked.params), 303)


@blueprint.post("/demarches/<code>/deplacements")
@entry(ANALYSTE)
def try_move(code: str) -> AnyResponse | tuple[str, int]:
    """Try the move on all the chosen dossiers."""
    asked = moving_form.wanted(code, request.form)
    if asked.errors:
        return _plan(code, asked, dict(asked.errors))
    try:
        with unit_of_work():
            found = moving.begin(session.signed_in(), code, asked.target.id, asked.mapping, asked.choice)
    except Invalid as error:
        return _plan(code, asked, dict(error.fields))
    return redirect(url_for("analyst.move", code=code, campaign_id=found))


@blueprint.get("/demarches/<code>/deplacements/<uuid:campaign_id>")
@entry(ANALYSTE)
def move(code: str, campaign_id: uuid.UUID) -> str:
    """A move: how far it is, what became of each dossier, what can be done now."""
    return _campaign(code, campaign_id, {})


@blueprint.post("/demarches/<code>/deplacements/<uuid:campaign_id>")
@entry(ANALYSTE)
def act(code: str, campaign_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    """Order it, pause it, resume it, take it back, give it up: as the button says."""
    _of(code, campaign_id)
    try:
        said = _done(campaign_id, request.form.get("acte", ""))
    except Invalid as error:
        return _campaign(code, campaign_id, error.fields), 422
    except Conflict as error:
        said = error.message
    flash(said)
    return redirect(url_for("analyst.move", code=code, campaign_id=campaign_id))


@blueprint.post("/demarches/<code>/deplacements/<uuid:campaign_id>/a-la-main")
@entry(ANALYSTE)
def by_hand(code: str, campaign_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    """Give one dossier its own targets, or leave it on its version."""
    _of(code, campaign_id)
    number = request.form.get("dossier", "").replace("\0", "")
    targets = {key.removeprefix(TARGET): value for key, value in request.form.items() if key.startswith(TARGET)}
    try:
        flash(_placed(campaign_id, number, {place: value for place, value in targets.items() if value}))
    except Invalid as error:
        return _campaign(code, campaign_id, error.fields, dossier=number), 422
    except DomainError as error:
        flash(error.message)
    return redirect(url_for("analyst.move", code=code, campaign_id=campaign_id, _anchor="rapport"))


@blueprint.get("/demarches/<code>/deplacements/<uuid:campaign_id>/rapport.csv")
@entry(ANALYSTE)
def move_report(code: str, campaign_id: uuid.UUID) -> Response:
    """What became of each dossier, for a spreadsheet."""
    _of(code, campaign_id)
    told = "\ufeff" + reading.as_csv(session.signed_in(), campaign_id)
    response = Response(told, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-deplacement.csv"'
    return response


# -- acts --------------------------------------------------------------------------------------------------------------


def _done(campaign_id: uuid.UUID, verb: str) -> str:
    if verb in ACTS:
        act, said = ACTS[verb]
        with unit_of_work():
            act(session.signed_in(), campaign_id)
        return said
    when = None
    if request.form.get("quand") == "date":
        try:
            when = moving_form.moment(request.form.get("jour", ""), request.form.get("heure", ""))
        except ValueError as error:
            raise Invalid({"date": "Donnez un jour et une heure, par exemple 2026-11-30 et 20:00."}) from error
    with unit_of_work():
        moving.order(session.signed_in(), campaign_id, at=when, accepted="accord" in request.form)
    return "Le déplacement commence." if when is None else "C’est prévu\u00a0: le déplacement commencera à cette date."


def _placed(campaign_id: uuid.UUID, number: str, targets: Mapping[str, str]) -> str:
    with unit_of_work():
        if "laisser" in request.form:
            moving.leave(session.signed_in(), campaign_id, number)
            return f"Le dossier {number} reste sur sa version."
        if not targets:
            raise Invalid({"a-la-main": "Choisissez où le dossier reprend."})
        can = moving.by_hand(session.signed_in(), campaign_id, number, targets)
    if can:
        return f"Le dossier {number} peut être déplacé ainsi."
    return f"Le dossier {number} ne peut pas être déplacé ainsi\u00a0: le rapport dit pourquoi."


# -- pages -------------------------------------------------------------------------------------------------------------


def _plan(code: str, asked: Wanted, errors: dict[str, str]) -> tuple[str, int]:
    found, whole = _looked_at(code, asked, errors)
    paired = _pairs(code, asked, whole)
    shown = render_template(
        "analyst/moves_plan.html",
        version=demarches.current(code),
        asked=asked,
        impact=found,
        pairs=list(paired.values()),
        drawings=[one for name, one in _drawings(code, asked, whole).items() if name not in paired],
        new_drawings=[Drawn(pictures.title_of(one, name), _svg(one)) for name, one in asked.target.diagrams.items()],
        choices=_choices(code, asked, whole),
        in_words=_in_words(asked, whole),
        target=TARGET,
        options_of=_options,
        errors=errors,
        problems=[{"message": message, "target": f"champ-{name}"} for name, message in errors.items()],
    )
    return shown, 422 if errors else 200


def _looked_at(code: str, asked: Wanted, errors: dict[str, str]) -> tuple[Impact | None, Impact | None]:
    """The impact on the chosen dossiers, and on all (for the filter by step); None for a draft with errors."""
    try:
        whole = impacts.impact(code, asked.target, asked.mapping)
        if asked.choice == EVERYBODY:
            return whole, whole
        return impacts.impact(code, asked.target, asked.mapping, asked.choice), whole
    except Invalid as error:
        errors.update(error.fields)
    except DefinitionInvalid:
        errors["vers"] = "Ce brouillon a encore des erreurs\u00a0: corrigez-les avant de regarder qui peut le suivre."
    return None, None


def _choices(code: str, asked: Wanted, whole: Impact | None) -> dict[str, Any]:
    services = identity.services_of(asked.choice.prefecture) if asked.choice.prefecture else []
    return {
        "targets": moving_form.targets(code),
        "versions": [(str(one.number), f"Version {one.number}") for one in demarches.versions(code)],
        "prefectures": [(one.code, f"{one.name} ({one.code})") for one in identity.prefectures()],
        "services": [(str(one.id), one.name) for one in services],
        "steps": [(one.place, one.name) for one in whole.places] if whole else [],
    }


def _in_words(asked: Wanted, whole: Impact | None) -> list[str]:
    numbers = {one.id: one.number for one in demarches.versions(asked.target.code)}
    return moving_form.in_words(asked.choice, numbers, {one.place: one.name for one in (whole.places if whole else ())})


def _pairs(code: str, asked: Wanted, found: Impact | None) -> dict[str, Pair]:
    """The diagrams on which somebody needs a target beside those of the new version, by file of the old one."""
    if found is None:
        return {}
    lacking = {one.place.partition(":")[0] for one in found.places if one.steps}
    becomes = {process: one for one in sheets(asked.target.diagrams) for process in one.processes & lacking}
    old = _drawings(code, asked, found)
    pairs = {}
    for one in sheets(_old(code, asked).diagrams):
        process = next(iter(one.processes & becomes.keys()), None)
        if one.file in old and process is not None:
            pairs[one.file] = Pair(old[one.file].title, old[one.file].svg, _svg(becomes[process].content))
    return pairs


def _drawings(code: str, asked: Wanted, found: Impact | None) -> dict[str, Drawn]:
    """The diagrams of the version that most of them run on, by file, with who stands where and who stays."""
    if found is None or not found.places:
        return {}
    old = _old(code, asked)
    standing = {one.element: one.dossiers for one in found.places}
    told = {one.element: f"{one.stays} sans cible" for one in found.places if one.stays}
    drawn = {}
    for name, content in old.diagrams.items():
        here = {one.id for one in places(content)}
        if here & standing.keys():
            tokens = {element: count for element, count in standing.items() if element in here}
            figures = {element: words for element, words in told.items() if element in here}
            drawn[name] = Drawn(pictures.title_of(content, name), _svg(content, tokens=tokens, figures=figures))
    return drawn


def _old(code: str, asked: Wanted) -> Version:
    if asked.choice.version_id is not None:
        return demarches.version(asked.choice.version_id)
    others = [one for one in demarches.versions(code) if one.id != asked.target.id]
    return demarches.version(others[0].id) if others else asked.target


def _svg(content: bytes, **shown: Any) -> Markup:
    # The renderer escapes every text of the diagram; what it returns is ours.
    return Markup(diagram.render(content, **shown))  # noqa: S704


def _likely(one: DossierRow, target: Version, numbers: Mapping[uuid.UUID, int]) -> dict[str, str]:
    """For each place of a dossier that needs a target, the step that is likeliest what it has become."""
    old = demarches.version(next(version for version, number in numbers.items() if number == one.version)).definition
    parts = {place: place.partition(":") for place in one.needs}
    return {
        place: impacts.propose(old.element(process, element), target, process)
        for place, (process, _, element) in parts.items()
    }


def _options(steps: Iterable[Step]) -> list[tuple[str, str]]:
    return [(one.place, one.name) for one in steps]


def _of(code: str, campaign_id: uuid.UUID) -> CampaignView:
    found = reading.campaign(session.signed_in(), campaign_id)
    if found.code != code:
        raise NotFound
    return found


def _campaign(code: str, campaign_id: uuid.UUID, errors: Mapping[str, str], *, dossier: str = "") -> str:
    found, actor = _of(code, campaign_id), session.signed_in()
    outcome = request.args.get("resultat", "")
    outcome = outcome if outcome in reading.OUTCOMES else ""
    rows = reading.rows(actor, campaign_id, outcome=outcome, after=request.args.get("apres", "").replace("\0", ""))
    number = dossier or request.args.get("dossier", "").replace("\0", "")
    chosen = next(iter(reading.rows(actor, campaign_id, number=number)), None) if number else None
    target = demarches.version(found.target_id) if found.target_id else None
    steps = (
        {place: impacts.steps(target, place.partition(":")[0]) for place in chosen.needs} if chosen and target else {}
    )
    numbers = {one.id: one.number for one in demarches.versions(code)}
    return render_template(
        "analyst/moves_campaign.html",
        likely=_likely(chosen, target, numbers) if chosen and target else {},
        version=demarches.current(code),
        campaign=found,
        rows=rows,
        outcome=outcome,
        more=rows[-1].number if len(rows) == reading.PAGE else "",
        outcomes=reading.OUTCOMES,
        states=reading.STATES,
        chosen=chosen,
        steps=steps,
        in_words=moving_form.in_words(found.choice, numbers, {}),
        again={
            "vers": f"version:{target.number}" if target else f"brouillon:{found.draft_id}",
            **{f"{TARGET}{place}": step for place, step in found.mapping.items()},
        },
        target=TARGET,
        options_of=_options,
        given=request.form.to_dict(),
        errors=errors,
        problems=[{"message": message, "target": f"champ-{name}"} for name, message in errors.items()],
    )
