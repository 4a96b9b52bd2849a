"""Where an analyst's day begins: the démarches, the drafts, and the ways to begin one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import ANALYSTE, Actor
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import importing, overview, service
from prefecture.studio import queries as studio
from prefecture.studio.importing import Imported
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS

# What the fields of the pages are called by the studio's desk.
_NAMES = {"title": "titre", "prefix": "prefixe"}
ARCHETYPE = "archetype"


@blueprint.get("", strict_slashes=False)
@entry(*READERS)
def home() -> str:
    """The démarches with their version in force, and the drafts (those put away with `?archives=1`)."""
    archived = request.args.get("archives") == "1"
    return render_template(
        "analyst/home.html",
        demarches=overview.overview(session.signed_in()),
        drafts=studio.drafts(archived=archived),
        archived=archived,
        put_away=0 if archived else len(studio.drafts(archived=True)),
    )


@blueprint.get("/nouvelle")
@entry(ANALYSTE)
def new() -> str:
    """A new démarche: from the archetype, from another one, from a file made elsewhere."""
    return _new_page({"source": request.args.get("source", ARCHETYPE)}, {})


@blueprint.post("/nouvelle")
@entry(ANALYSTE)
def begin() -> AnyResponse:
    """Begin a draft of a new démarche."""
    values = {name: request.form.get(name, "").strip() for name in ("code", "titre", "prefixe", "source")}
    diagram = request.files.get("fichier")
    try:
        with unit_of_work():
            actor = session.signed_in()
            draft_id = _begun(actor, values)
            notes: tuple[str, ...] = ()
            if diagram is not None and diagram.filename:
                notes = importing.file_into_draft(actor, draft_id, diagram.filename, diagram.read()).notes
    except Invalid as error:
        fields = {_NAMES.get(name, name): said for name, said in error.fields.items()}
        return make_response(_new_page(values, fields), 422)
    return _opened(Imported(draft_id, notes), "Le brouillon est prêt.")


@blueprint.post("/importer")
@entry(ANALYSTE)
def import_folder() -> AnyResponse:
    """Begin a draft from the zip of a folder."""
    sent = request.files.get("dossier")
    try:
        if sent is None or not sent.filename:
            raise Invalid({"dossier": "Choisissez le fichier zip d’un dossier de démarche."})
        with unit_of_work():
            imported = importing.into_new(session.signed_in(), sent.read())
    except DomainError as error:
        fields = {"dossier": next(iter(error.fields.values()), error.message)}
        return make_response(_new_page({"source": ARCHETYPE}, fields), error.status)
    return _opened(imported, "Le dossier est importé.")


@blueprint.post("/demarches/<code>/brouillons")
@entry(ANALYSTE)
def next_version(code: str) -> AnyResponse:
    """Begin the next version of a démarche, from the version in force or from the one that the form names."""
    asked = request.form.get("version", "")
    version = demarches.current(code) if not asked else demarches.version(_uuid(asked))
    title = request.form.get("titre", "").strip() or f"Suite de la version {version.number}"
    with unit_of_work():
        draft_id = service.from_version(session.signed_in(), version.id, title)
    return _opened(Imported(draft_id), "Le brouillon est prêt.")


@blueprint.get("/versions/<uuid:version_id>/archive.zip")
@entry(*READERS)
def export_version(version_id: uuid.UUID) -> Response:
    """A published version's folder as a zip."""
    return zipped(*importing.export_version(version_id))


def zipped(name: str, content: bytes) -> Response:
    """A zip to be saved under that name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/zip", headers=headers)


def _begun(actor: Actor, values: Mapping[str, str]) -> uuid.UUID:
    code, title, prefix, source = (values[name] for name in ("code", "titre", "prefixe", "source"))
    if source in ("", ARCHETYPE):
        return service.from_archetype(actor, code, title, prefix)
    return service.duplicate(actor, _uuid(source), code, title, prefix)


def _opened(imported: Imported, said: str) -> AnyResponse:
    flash(" ".join((said, *imported.notes)))
    return redirect(url_for("analyst.draft", draft_id=imported.draft_id))


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Invalid({"source": "Choisissez une démarche de la liste."}) from error


def _new_page(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template("analyst/new.html", values=values, errors=errors, demarches=demarches.demarches())
