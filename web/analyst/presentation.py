"""What a démarche says of itself, by a form: its name, what it is for, who may ask. Works without JavaScript."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import presentation
from prefecture.studio import queries as studio
from prefecture.studio.presentation import FLAG, Card, Written
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS

_BACK = "annuler"  # the form that takes a change back says so


@blueprint.get("/brouillons/<uuid:draft_id>/presentation")
@entry(*READERS)
def presented(draft_id: uuid.UUID) -> Response:
    """What the draft says of itself, to be read or written."""
    try:
        card = presentation.of_draft(draft_id)
    except Invalid as error:
        draft = studio.draft(draft_id, session.signed_in())
        return make_response(render_template("analyst/data_unreadable.html", draft=draft, said=error.message), 422)
    return make_response(_page(draft_id, card))


@blueprint.post("/brouillons/<uuid:draft_id>/presentation")
@entry(ANALYSTE)
def present(draft_id: uuid.UUID) -> Response:
    """Write it; what is refused comes back as it was typed, what is done can be taken back at a press."""
    card = presentation.of_draft(draft_id)
    given = _given(card, request.form, partly=_BACK in request.form)
    try:
        with unit_of_work():
            revision = request.form.get("revision", -1, type=int)
            written = presentation.write(session.signed_in(), draft_id, revision, given)
        return _after(draft_id, written)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        now = presentation.of_draft(draft_id)
        body = _page(draft_id, now, given, error.fields, "" if error.fields else error.message)
        return make_response(body, error.status)


def _after(draft_id: uuid.UUID, written: Written) -> Response:
    refused = written.saved.refused
    card = presentation.of_draft(draft_id)
    if refused is not None:
        return make_response(_page(draft_id, card, refused=refused.message), refused.status)
    if _BACK in request.form or not written.before:
        flash("C’est comme avant." if written.before else "Rien n’a changé.")
        return redirect(url_for("analyst.presented", draft_id=draft_id))
    return make_response(_page(draft_id, card, before=written.before))


def _given(card: Card, sent: Mapping[str, str], *, partly: bool) -> dict[str, str | bool]:
    """The settings as the form sends them; one that is taken back sends only those that it changed."""
    given: dict[str, str | bool] = {}
    for one in card.fields:
        if one.kind == FLAG and not partly:
            given[one.name] = one.name in sent
        elif one.name in sent:
            given[one.name] = sent[one.name] == "oui" if one.kind == FLAG else sent[one.name]
    return given


def _page(
    draft_id: uuid.UUID,
    card: Card,
    given: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    refused: str = "",
    before: Mapping[str, Any] | None = None,
) -> str:
    draft = studio.draft(draft_id, session.signed_in())
    labels = {one.name: one.label for one in card.fields}
    problems = [
        {"message": f"{labels[name]}\u00a0: {said[:1].lower()}{said[1:]}", "target": f"champ-{name.replace('.', '-')}"}
        for name, said in (errors or {}).items()
    ]
    return render_template(
        "analyst/presentation.html",
        draft=draft,
        card=card,
        given=given or {},
        errors=errors or {},
        problems=problems,
        refused=refused,
        before=before or {},
        back=_BACK,
        writes=ANALYSTE in session.signed_in().roles and draft.archived_at is None,
    )
