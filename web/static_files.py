"""Style sheets, scripts and pictures: served with a version in the address, so that browsers may keep them.

A file with a compressed twin beside it (`name.js.br`, `name.js.gz`, as the studio's bundler leaves them) is sent as the
twin to whoever can read it.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.security import safe_join

from prefecture.kernel.entry import PUBLIC, entry

FOLDER = Path(__file__).parent / "static"
ONE_YEAR = 365 * 24 * 3600
# The smaller one first.
TWINS = (("br", ".br"), ("gzip", ".gz"))

blueprint = Blueprint("static_files", __name__)


@blueprint.get("/static/<path:filename>", endpoint="static")
@entry(PUBLIC)
def static(filename: str) -> Response:
    """One file of `web/static`."""
    twin = _twin(filename)
    if twin is None:
        return send_from_directory(FOLDER, filename, max_age=ONE_YEAR)
    coding, suffix = twin
    kind = mimetypes.guess_type(filename)[0]
    response = send_from_directory(FOLDER, filename + suffix, mimetype=kind, max_age=ONE_YEAR)
    response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    return response


def _twin(filename: str) -> tuple[str, str] | None:
    """The first compressed twin that the browser takes and that is there."""
    there = (one for one in TWINS if request.accept_encodings.quality(one[0]) and _is_file(filename + one[1]))
    return next(there, None)


def _is_file(filename: str) -> bool:
    """Whether this is a file of ours, and none outside the folder."""
    found = safe_join(str(FOLDER), filename)
    return found is not None and Path(found).is_file()
