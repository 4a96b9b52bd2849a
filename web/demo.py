"""The demonstration's outbox: every mail, SMS and letter as its addressee would see it."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask import Response as FlaskResponse

from prefecture.documents import queries as documents
from prefecture.dossiers import queries as dossiers
from prefecture.kernel.entry import PUBLIC, entry
from prefecture.kernel.errors import NotFound
from prefecture.notifications import queries as notifications
from prefecture.notifications.queries import NotificationView
from web import french, session
from web.citizen.papers import handed, pictured

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

PAGE = 20
KINDS = {"mail": "Courriel", "sms": "SMS", "courrier": "Courrier"}
STATUSES = {
    "queued": "en attente",
    "sent": "envoyé",
    "kept": "gardé ici",
    "failed": "nouvel essai à venir",
    "incident": "non envoyé",
}
# A mail brings its own styles and no script; its links open in the whole window.
MAIL_SECURITY = {
    "content_security_policy": {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
        "sandbox": "allow-top-navigation-by-user-activation allow-popups",
    },
    "content_security_policy_nonce_in": [],
    "frame_options": "SAMEORIGIN",
}
_LINK = re.compile(r"https?://\S+")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


@blueprint.before_request
def only_in_demonstrations() -> None:
    """Anywhere else these pages do not exist."""
    if not session.is_demonstration():
        raise NotFound


@blueprint.get("/courrier")
@entry(PUBLIC)
def outbox() -> str:
    """All messages, the newest first; of one dossier or one kind if asked."""
    kind = request.args.get("genre") if request.args.get("genre") in KINDS else None
    number = request.args.get("q", "").strip().upper()
    page = max(1, request.args.get("page", 1, type=int))
    dossier_id, unknown = _dossier(number)
    total = 0 if unknown else notifications.count(kind=kind, dossier_id=dossier_id)
    found = (
        [] if unknown else notifications.latest(kind=kind, dossier_id=dossier_id, limit=PAGE, offset=(page - 1) * PAGE)
    )
    kept: dict[str, Any] = {name: value for name, value in (("q", number), ("genre", kind)) if value}
    return render_template(
        "demo/outbox.html",
        messages=[_line(one) for one in found],
        number=number,
        kind=kind or "",
        kinds=list(KINDS.items()),
        chips=_chips(number, kind),
        page=page,
        pages=-(-total // PAGE),
        total=total,
        url=url_for("demo.outbox", **kept) + ("&" if kept else "?") + "page={page}",
        unknown=unknown,
    )


@blueprint.get("/courrier/<uuid:message_id>")
@entry(PUBLIC)
def message(message_id: uuid.UUID) -> str:
    """One message, as its addressee sees it."""
    found = notifications.message(message_id)
    return render_template(
        "demo/message.html",
        message=found,
        line=_line(found),
        number=_number(found),
        files=[documents.document(one) for one in found.attachments],
        words=_linked(found.text) if found.kind == "sms" else [],
    )


@blueprint.get("/courrier/<uuid:message_id>/corps")
@entry(PUBLIC)
def body(message_id: uuid.UUID) -> FlaskResponse:
    """The HTML of a mail, for the frame that shows it."""
    found = notifications.message(message_id)
    if not found.html:
        raise NotFound
    return FlaskResponse(_HEAD.sub(lambda head: head[0] + '<base target="_top">', found.html, count=1))


body.talisman_view_options = MAIL_SECURITY  # type: ignore[attr-defined]


@blueprint.get("/courrier/<uuid:message_id>/agenda.ics")
@entry(PUBLIC)
def calendar_file(message_id: uuid.UUID) -> FlaskResponse:
    """The calendar file that came with a mail."""
    found = notifications.message(message_id)
    if found.calendar is None:
        raise NotFound
    headers = {"Content-Disposition": 'attachment; filename="rendez-vous.ics"'}
    return FlaskResponse(found.calendar, mimetype="text/calendar", headers=headers)


@blueprint.get("/courrier/<uuid:message_id>/documents/<uuid:document_id>")
@entry(PUBLIC)
def attachment(message_id: uuid.UUID, document_id: uuid.UUID) -> FlaskResponse:
    """A letter or an attachment, as a download."""
    _attached(message_id, document_id)
    return handed(documents.download(document_id))


@blueprint.get("/courrier/<uuid:message_id>/documents/<uuid:document_id>/pages/<int:page>")
@entry(PUBLIC)
def attachment_page(message_id: uuid.UUID, document_id: uuid.UUID, page: int) -> FlaskResponse:
    """A page of it as a picture."""
    _attached(message_id, document_id)
    return pictured(documents.page_image(document_id, page))


def _attached(message_id: uuid.UUID, document_id: uuid.UUID) -> None:
    if document_id not in notifications.message(message_id).attachments:
        raise NotFound


def _dossier(number: str) -> tuple[uuid.UUID | None, bool]:
    """The dossier that the filter names, and whether there is none of that number."""
    if not number:
        return None, False
    try:
        return dossiers.by_number(number).id, False
    except NotFound:
        return None, True


def _number(found: NotificationView) -> str:
    if found.dossier_id is None:
        return ""
    try:
        return dossiers.by_id(found.dossier_id).number
    except NotFound:
        return ""


def _line(found: NotificationView) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": KINDS[found.kind],
        "title": found.subject or _LINK.sub("…", found.text),
        "to": f"{found.name} <{found.address}>" if found.address else found.name,
        "number": _number(found),
        "date": french.short_moment(found.created_at),
        "status": STATUSES[found.status],
    }


def _chips(number: str, kind: str | None) -> list[dict[str, str]]:
    chips = []
    if number:
        chips.append({"label": f"Dossier {number}", "href": url_for("demo.outbox", genre=kind)})
    if kind:
        chips.append({"label": KINDS[kind], "href": url_for("demo.outbox", q=number or None)})
    return chips


def _linked(text: str) -> list[tuple[str, bool]]:
    """The words of an SMS, and which of them are addresses."""
    return [(part, part.startswith(("http://", "https://"))) for part in re.split(r"(https?://\S+)", text) if part]
