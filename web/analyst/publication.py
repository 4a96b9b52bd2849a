"""A draft's publication as a report: what changes, who is touched, what was tested, who signs; one button."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import DefinitionInvalid
from prefecture.demarches.service import DemarcheRefused
from prefecture.demarches.variants import Setting
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE, RECETTEUR, Actor
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, impact, promises, publication, retiring, signoff, variants
from prefecture.studio import queries as studio
from prefecture.studio.impact import Impact
from prefecture.studio.promises import Worse
from prefecture.studio.publication import PublicationRefused
from web import session
from web.analyst.comparison import WORDS, shown
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS


@blueprint.get("/brouillons/<uuid:draft_id>/publication")
@entry(*READERS)
def publish_page(draft_id: uuid.UUID) -> str:
    """What a publication of the draft would mean, and what is still missing."""
    return _page(draft_id, {})


@blueprint.post("/brouillons/<uuid:draft_id>/publication")
@entry(ANALYSTE, ADMINISTRATEUR)
def publish(draft_id: uuid.UUID) -> AnyResponse:
    """Publish the files that were read, passing over what may be if a reason is given."""
    actor, reason = session.signed_in(), request.form.get("motif", "")
    try:
        if not reason.strip() and ANALYSTE not in actor.roles:
            raise Invalid({"motif": "Dites pourquoi passer outre\u00a0: sans raison, c’est à l’analyste de publier."})
        with unit_of_work():
            version = publication.publish(actor, draft_id, request.form.get("empreinte", ""), reason)
    except (Invalid, PublicationRefused, DemarcheRefused) as error:
        return make_response(_page(draft_id, error.fields or {"publication": error.message}), error.status)
    except DomainError as error:
        return _back(draft_id, error)
    flash(f"La version {version.number} est en vigueur\u00a0: les nouveaux dossiers la suivent.")
    return redirect(url_for("analyst.publications", code=version.code), 303)


@blueprint.post("/brouillons/<uuid:draft_id>/publication/demande")
@entry(ANALYSTE)
def ask_sign_off(draft_id: uuid.UUID) -> AnyResponse:
    """Ask for the sign-off."""
    return _done(
        draft_id, lambda actor: signoff.ask(actor, draft_id, request.form.get("note", "")), "La recette est demandée."
    )


@blueprint.post("/brouillons/<uuid:draft_id>/publication/recette")
@entry(RECETTEUR)
def sign(draft_id: uuid.UUID) -> AnyResponse:
    """Sign these files off, or refuse them with a note."""
    accepted = request.form.get("avis") == "oui"
    digest, note = request.form.get("empreinte", ""), request.form.get("note", "")
    said = "Vous avez recetté ce brouillon." if accepted else "Votre refus est enregistré, avec ses raisons."
    return _done(draft_id, lambda actor: signoff.answer(actor, draft_id, digest, accepted, note), said)


def _done(draft_id: uuid.UUID, act: Callable[[Actor], None], said: str) -> AnyResponse:
    try:
        with unit_of_work():
            act(session.signed_in())
    except Invalid as error:
        return make_response(_page(draft_id, error.fields), error.status)
    except DomainError as error:
        return _back(draft_id, error)
    flash(said)
    return redirect(url_for("analyst.publish_page", draft_id=draft_id), 303)


def _back(draft_id: uuid.UUID, error: DomainError) -> AnyResponse:
    """The page again with what was refused; what is not this person's to see stays so."""
    if error.status in (403, 404):
        raise error
    return make_response(_page(draft_id, {"publication": error.message}), error.status)


def _page(draft_id: uuid.UUID, errors: Mapping[str, str]) -> str:
    actor = session.signed_in()
    draft, new = studio.draft(draft_id, actor), studio.version(draft_id)
    old = publication.in_force(draft.code)
    return render_template(
        "analyst/publication.html",
        draft=draft,
        old=old,
        gate=publication.gate(draft_id),
        shown=shown(old, new),
        words=WORDS,
        worse=_worse(old, new),
        local=local_conflicts(draft.code, new) if old else [],
        impact=_touched(draft.code, new) if old else None,
        closed=retiring.closed(draft.code),
        acts=acts.acts(draft_id=draft_id),
        writes=ANALYSTE in actor.roles,
        signs=RECETTEUR in actor.roles,
        may_sign=signoff.may_sign(actor, draft_id),
        governs=publication.governs(actor),
        errors=errors,
        note=request.form.get("note", ""),
        reason=request.form.get("motif", ""),
    )


def _touched(code: str, new: Version) -> Impact | None:
    """What the draft means for running dossiers; None while it does not compile or cannot be read."""
    try:
        return impact.impact(code, new, {})
    except (DefinitionInvalid, ValueError):
        return None


def local_conflicts(code: str, new: Version) -> list[tuple[str, Setting, str]]:
    """The préfectures whose own values a version would conflict with; nothing is said of what cannot be read."""
    try:
        found = variants.touched(code, new)
    except ValueError:
        return []
    return [(one.name, one.setting, url_for("analyst.variant", code=code, prefecture=one.prefecture)) for one in found]


def _worse(old: Version | None, new: Version) -> tuple[Worse, ...]:
    """What citizens would lose; nothing is said of settings that cannot be read, the findings do."""
    try:
        return () if old is None else promises.worse(old, new, clock.now().date())
    except ValueError:
        return ()
