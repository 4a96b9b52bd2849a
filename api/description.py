"""The API's own description: OpenAPI 3.1 as JSON, and a page to browse it without any outside resource."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, render_template
from flask.wrappers import Response

from prefecture.kernel.entry import PUBLIC, entry

blueprint = Blueprint("api-description", __name__)


@blueprint.get("/openapi.json")
@entry(PUBLIC)
def openapi() -> Response:
    """The OpenAPI document."""
    return jsonify(current_app.extensions["planipref-openapi"]())


@blueprint.get("/docs")
@entry(PUBLIC)
def browse() -> str:
    """The same, as a page."""
    return render_template("api/docs.html", spec=current_app.extensions["planipref-openapi"]())
