"""Analysts' pages: the published démarches, their versions, their diagrams and what they hold."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template
from markupsafe import Markup

from engine import diagram
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry

blueprint = Blueprint("analyst", __name__, url_prefix="/analyste")


@blueprint.get("", strict_slashes=False)
@entry(ANALYSTE)
def home() -> str:
    """The démarches with their version in force."""
    return render_template("analyst/home.html", demarches=demarches.demarches())


@blueprint.get("/demarches/<code>")
@entry(ANALYSTE)
def demarche(code: str) -> str:
    """A démarche: its diagrams, its files, its versions."""
    return _page(demarches.current(code))


@blueprint.get("/versions/<uuid:version_id>")
@entry(ANALYSTE)
def version(version_id: uuid.UUID) -> str:
    """An earlier version, as it was frozen."""
    return _page(demarches.version(version_id))


def _page(found: Version) -> str:
    # The renderer escapes every text of the diagram; what it returns is ours.
    drawings = [(name, Markup(diagram.render(content))) for name, content in found.diagrams.items()]  # noqa: S704
    return render_template(
        "analyst/demarche.html",
        version=found,
        drawings=drawings,
        files=sorted(found.files),
        versions=demarches.versions(found.code),
    )
