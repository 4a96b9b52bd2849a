"""A draft as its folder: what it holds, what is wrong with it, its history, and what may be done with it as a whole."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prefecture.identity.permissions import ANALYSTE, Actor
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import importing, service
from prefecture.studio import queries as studio
from web import session
from web.analyst.contents import Contents
from web.analyst.frame import blueprint
from web.analyst.home import zipped
from web.analyst.scripts import READERS, REVIEWERS


@blueprint.get("/brouillons/<uuid:draft_id>/dossier")
@entry(*READERS)
def draft(draft_id: uuid.UUID) -> str:
    """A draft's folder, readable without JavaScript."""
    actor = session.signed_in()
    version = studio.version(draft_id)
    return render_template(
        "analyst/draft.html",
        draft=studio.draft(draft_id, actor),
        folder=Contents(version),
        findings=studio.findings(draft_id),
        comments=studio.comments(draft_id),
        milestones=studio.milestones(draft_id),
        writes=ANALYSTE in actor.roles,
    )


@blueprint.get("/brouillons/<uuid:draft_id>/archive.zip")
@entry(*READERS)
def export(draft_id: uuid.UUID) -> Response:
    """The draft's folder as a zip."""
    return zipped(*importing.export(draft_id))


@blueprint.post("/brouillons/<uuid:draft_id>/importer")
@entry(ANALYSTE)
def import_into(draft_id: uuid.UUID) -> AnyResponse:
    """Take in what was made elsewhere: a zip of the whole folder, or one file of it."""
    sent = request.files.get("fichier")
    notes: list[str] = []

    def taken(actor: Actor) -> None:
        if sent is None or not sent.filename:
            raise Invalid({}, "Choisissez un fichier.")
        content = sent.read()
        if sent.filename.lower().endswith(".zip"):
            notes.extend(importing.into_draft(actor, draft_id, content).notes)
        else:
            notes.extend(importing.file_into_draft(actor, draft_id, sent.filename, content).notes)

    return _done(draft_id, taken, "Import fait. Le jalon d’avant est dans l’historique.", notes)


@blueprint.post("/brouillons/<uuid:draft_id>/titre")
@entry(ANALYSTE)
def rename_draft(draft_id: uuid.UUID) -> AnyResponse:
    """Give the draft another name."""
    title = request.form.get("titre", "")
    return _done(draft_id, lambda actor: service.rename(actor, draft_id, title), "Le brouillon a changé de nom.")


@blueprint.post("/brouillons/<uuid:draft_id>/copie")
@entry(ANALYSTE)
def copy(draft_id: uuid.UUID) -> AnyResponse:
    """Begin another draft from this one."""
    title = studio.draft(draft_id).title
    with unit_of_work():
        made = service.from_draft(session.signed_in(), draft_id, f"Copie de {title}"[:200])
    flash("La copie est prête.")
    return redirect(url_for("analyst.draft", draft_id=made))


@blueprint.post("/brouillons/<uuid:draft_id>/archivage")
@entry(ANALYSTE)
def put_away(draft_id: uuid.UUID) -> AnyResponse:
    """Put the draft away, or with `retour` bring it back."""
    if request.form.get("retour"):
        return _done(draft_id, lambda actor: service.unarchive(actor, draft_id), "Le brouillon est de nouveau ouvert.")
    return _done(draft_id, lambda actor: service.archive(actor, draft_id), "Le brouillon est archivé.")


@blueprint.post("/brouillons/<uuid:draft_id>/remarques")
@entry(*REVIEWERS)
def remark(draft_id: uuid.UUID) -> AnyResponse:
    """Say something about the draft, or about the file that the form names."""
    text, path = request.form.get("texte", ""), request.form.get("fichier", "")
    return _done(draft_id, lambda actor: service.comment(actor, draft_id, text, path=path), "Le commentaire est écrit.")


@blueprint.post("/brouillons/<uuid:draft_id>/remarques/<uuid:comment_id>")
@entry(*REVIEWERS)
def answer(draft_id: uuid.UUID, comment_id: uuid.UUID) -> AnyResponse:
    """Say that a comment is answered, or with `rouvrir` that it is not."""
    done = not request.form.get("rouvrir")
    said = "Le commentaire a sa réponse." if done else "Le commentaire est de nouveau ouvert."
    return _done(draft_id, lambda actor: service.resolve(actor, draft_id, comment_id, done=done), said)


@blueprint.post("/brouillons/<uuid:draft_id>/communs")
@entry(ANALYSTE)
def refresh(draft_id: uuid.UUID) -> AnyResponse:
    """Take the shared files of this installation in place of those that the draft began with."""
    done: list[str] = []

    def taken(actor: Actor) -> None:
        changed = service.refresh_shared(actor, draft_id)
        done.append(f"{changed} fichiers communs mis à jour." if changed else "Ils sont déjà à jour.")

    return _done(draft_id, taken, "", done)


def _done(draft_id: uuid.UUID, act: Callable[[Actor], object], said: str, notes: Sequence[str] = ()) -> AnyResponse:
    """Do it, then back to the draft's page with what is to be known of it."""
    try:
        with unit_of_work():
            act(session.signed_in())
        flash(" ".join(part for part in (said, *notes) if part))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        flash(next(iter(error.fields.values()), error.message))
    return redirect(url_for("analyst.draft", draft_id=draft_id))
