"""Style sheets, scripts and pictures: served with a version in the address, so that browsers may keep them."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

from prefecture.kernel.entry import PUBLIC, entry

FOLDER = Path(__file__).parent / "static"
ONE_YEAR = 365 * 24 * 3600

blueprint = Blueprint("static_files", __name__)


@blueprint.get("/static/<path:filename>", endpoint="static")
@entry(PUBLIC)
def static(filename: str) -> Response:
    """One file of `web/static`."""
    return send_from_directory(FOLDER, filename, max_age=ONE_YEAR)
