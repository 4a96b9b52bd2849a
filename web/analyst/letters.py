"""Letters, mails and SMS as they will leave, before they do: of a draft, of a published version, of the text that is
being written. With a real dossier nothing personal is shown, and the look is traced."""

from __future__ import annotations

import uuid
from base64 import b64encode
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import letters as demarche_letters
from prefecture.demarches import mentions
from prefecture.demarches import queries as demarches
from prefecture.demarches.mentions import Judged
from prefecture.demarches.proofs import TRACE, Proof, Wanted
from prefecture.demarches.version import Version
from prefecture.documents.signatures import PDF
from prefecture.identity import queries as identity
from prefecture.kernel import traces
from prefecture.kernel.db import db
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid, NotFound
from prefecture.notifications.templates import TemplateRefused
from prefecture.steps import proofs, vocabulary
from prefecture.studio import queries as studio
from web import session
from web.agent.task import LETTER_SECURITY
from web.analyst.frame import blueprint, editor_of
from web.analyst.scripts import READERS, answering, sent, text_of, told, unsaved

LONGEST: Final = 200


@dataclass(frozen=True)
class Place:
    """Where a letter is looked at: its version, its path, and the addresses of its page, its message, what is above."""

    version: Version
    path: str
    page: str
    message: str
    above: str
    name: str
    editor: str = ""


@blueprint.get("/brouillons/<uuid:draft_id>/balises")
@entry(*READERS)
@answering
def tags(draft_id: uuid.UUID) -> FlaskResponse:
    """What may be written in the letters of the draft: tags, filters, blocks, each with an example."""
    version = studio.version(draft_id)
    try:
        known = [*vocabulary.tags(version), *vocabulary.filters(version)]
    except (ValueError, KeyError, NotFound):  # demarche.toml cannot be read, which the findings tell
        known = []
    return told({"tags": [asdict(one) for one in [*known, *vocabulary.structure()]]})


@blueprint.post("/brouillons/<uuid:draft_id>/apercu-courrier")
@entry(*READERS)
@answering
def prove(draft_id: uuid.UUID) -> FlaskResponse:
    """The text that is being written, `{"path", "content", "prefecture", "scenario", "dossier"}`, as it will leave."""
    body = sent()
    path = text_of(body, "path")
    version = studio.version(draft_id, unsaved(body) if "content" in body else None)
    asked = {name: text_of(body, name, "").strip()[:LONGEST] for name in ("prefecture", "scenario", "dossier")}
    owed = [asdict(one) for one in _owed(version, path, None)]
    try:
        made = _made(version, path, Wanted(**asked))
    except TemplateRefused as error:
        fault = {"message": error.message, "line": error.line, "file": error.file or path}
        return told({"fault": fault, "mentions": owed, "prefectures": _prefectures()})
    answer = {**_as_json(made), "mentions": [asdict(one) for one in _owed(version, path, made)]}
    return told({**answer, "fault": None, "prefectures": _prefectures()})


@blueprint.get("/brouillons/<uuid:draft_id>/apercu-courrier/<path:path>")
@entry(*READERS)
def letter(draft_id: uuid.UUID, path: str) -> Response:
    """A draft's letter as saved; `?forme=pdf` gives the file."""
    return _answered(_of_draft(draft_id, path))


@blueprint.get("/brouillons/<uuid:draft_id>/message/<path:path>")
@entry(*READERS)
def letter_message(draft_id: uuid.UUID, path: str) -> FlaskResponse:
    """A draft's mail, for the frame of its page."""
    return _message(_of_draft(draft_id, path))


@blueprint.get("/versions/<uuid:version_id>/apercu-courrier/<path:path>")
@entry(*READERS)
def published_letter(version_id: uuid.UUID, path: str) -> Response:
    """A published version's letter; `?forme=pdf` gives the file."""
    return _answered(_of_version(version_id, path))


@blueprint.get("/versions/<uuid:version_id>/message/<path:path>")
@entry(*READERS)
def published_message(version_id: uuid.UUID, path: str) -> FlaskResponse:
    """A published version's mail, for the frame of its page."""
    return _message(_of_version(version_id, path))


letter_message.talisman_view_options = LETTER_SECURITY  # type: ignore[attr-defined]
published_message.talisman_view_options = LETTER_SECURITY  # type: ignore[attr-defined]


def _of_draft(draft_id: uuid.UUID, path: str) -> Place:
    draft = studio.draft(draft_id, session.signed_in())
    return Place(
        studio.version(draft_id),
        path,
        url_for("analyst.letter", draft_id=draft_id, path=path),
        url_for("analyst.letter_message", draft_id=draft_id, path=path),
        url_for("analyst.draft", draft_id=draft_id),
        draft.title,
        editor_of(draft_id, path),
    )


def _of_version(version_id: uuid.UUID, path: str) -> Place:
    version = demarches.version(version_id)
    return Place(
        version,
        path,
        url_for("analyst.published_letter", version_id=version_id, path=path),
        url_for("analyst.published_message", version_id=version_id, path=path),
        url_for("analyst.version", version_id=version_id),
        f"{version.title}, version {version.number}",
    )


def _wanted() -> Wanted:
    given = {name: request.args.get(name, "").strip()[:LONGEST] for name in ("prefecture", "scenario", "dossier")}
    return Wanted(**given)


def _answered(place: Place) -> Response:
    """The page of a letter; what was asked and cannot be had is said on it, and stays as typed."""
    if not demarche_letters.is_letter(place.path) or place.path not in place.version.files:
        raise NotFound(f"Le courrier «\u00a0{place.path}\u00a0» n’est pas dans cette démarche.")
    wanted = _wanted()
    try:
        made = _made(place.version, place.path, wanted)
    except TemplateRefused as error:
        return _page(place, wanted, None, fault=str(error), status=422)
    except DomainError as error:
        fields = dict(error.fields) or ({"dossier": error.message} if wanted.dossier else {})
        return _page(place, wanted, None, refused=error.message, errors=fields, status=error.status)
    if request.args.get("forme") == "pdf" and made.kind == "courrier":
        return _file(made, place.path)
    return _page(place, wanted, made)


def _page(
    place: Place,
    wanted: Wanted,
    made: Proof | None,
    *,
    fault: str = "",
    refused: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    shown = render_template(
        "analyst/letter.html",
        at=place,
        wanted=wanted,
        proof=made,
        pages=_pictures(proofs.printed(made)) if made and made.kind == "courrier" else [],
        mentions=_owed(place.version, place.path, made),
        prefectures=[(one["code"], one["name"]) for one in _prefectures()],
        query={name: value for name, value in asdict(wanted).items() if value},
        fault=fault,
        refused=refused,
        errors=errors or {},
    )
    return make_response(shown, status)


def _message(place: Place) -> FlaskResponse:
    """The HTML part of a mail as it would be sent."""
    try:
        made = _made(place.version, place.path, _wanted(), traced=False)
    except TemplateRefused as error:
        raise Invalid({}, str(error)) from error
    return FlaskResponse(made.html)


def _file(made: Proof, path: str) -> Response:
    name = f"apercu-{path.rpartition('/')[2].removesuffix('.html')}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return FlaskResponse(proofs.printed(made), mimetype=PDF, headers=headers)


def _made(version: Version, path: str, wanted: Wanted, *, traced: bool = True) -> Proof:
    """The proof; who looked at a real dossier is traced. No transaction stays open for what prints it."""
    actor = session.signed_in()
    made = proofs.proof(version, path, wanted, actor)
    if made.dossier and traced:
        traces.record(TRACE, made.dossier, actor.id)
    db.session.close()
    return made


def _owed(version: Version, path: str, made: Proof | None) -> list[Judged]:
    """The legal mentions that the letter owes; that of tables is known once it is written."""
    try:
        found = mentions.judged(version, path)
    except (ValueError, NotFound):  # demarche.toml cannot be read
        return []
    if made is not None and made.tables:
        there = demarche_letters.names_tables(version, path)
        found = [*found, replace(mentions.ALGORITHM, there=there)]
    return found


def _as_json(made: Proof) -> dict[str, Any]:
    shown = asdict(made)
    shown["scenarios"] = [{"path": path, "title": title} for path, title in made.scenarios]
    if made.kind == "courrier":
        content = proofs.printed(made)
        shown |= {"html": "", "pages": _pictures(content), "pdf": _data(PDF, content)}
    return shown


def _pictures(content: bytes) -> list[dict[str, Any]]:
    """The pages as pictures that stand in the page itself: they are of no use elsewhere."""
    drawn = proofs.pages(content)
    return [{"src": _data(one.media_type, one.data), "width": one.width, "height": one.height} for one in drawn]


def _data(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _prefectures() -> list[dict[str, str]]:
    return [{"code": one.code, "name": one.name} for one in identity.prefectures()]
