"""What analysts' pages share: the blueprint and the header."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from web import session
from web.agent.frame import header

blueprint = Blueprint("analyst", __name__, url_prefix="/analyste")


@blueprint.context_processor
def above() -> dict[str, Any]:
    """The header of every page."""
    return header() if session.actor() else {}
