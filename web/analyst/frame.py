"""What analysts' pages share: the blueprint and the header."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

from flask import Blueprint, url_for

from prefecture.identity.permissions import ANALYSTE, RECETTEUR
from web import session
from web.agent.frame import header

blueprint = Blueprint("analyst", __name__, url_prefix="/analyste")


@blueprint.context_processor
def above() -> dict[str, Any]:
    """The header of every page."""
    return {**header(), "editor_of": editor_of, "draft_page": draft_page} if session.actor() else {}


def draft_page(draft_id: uuid.UUID) -> str:
    """Where a draft is read: its own page, or, for who neither writes nor signs, its publication."""
    reads = session.signed_in().roles & {ANALYSTE, RECETTEUR}
    return url_for("analyst.draft" if reads else "analyst.publish_page", draft_id=draft_id)


def editor_of(draft_id: uuid.UUID, path: str = "") -> str:
    """The address of the editor, open on a file of the draft if one is given."""
    return f"{blueprint.url_prefix}/brouillons/{draft_id}{f'?fichier={quote(path)}' if path else ''}"
