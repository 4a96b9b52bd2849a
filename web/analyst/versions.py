"""What is published, as analysts read it: versions, diagrams, files and scenarios, none of them to be changed."""

from __future__ import annotations

import tomllib
import uuid

from flask import render_template
from markupsafe import Markup

from engine import diagram
from engine.compiling.xml import parse
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from web.analyst.frame import blueprint

COMMON = "_commun"


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
    versions = demarches.versions(found.code)
    return render_template(
        "analyst/demarche.html",
        version=found,
        current=versions[0].id == found.id,
        drawings=[_drawing(name, content) for name, content in found.diagrams.items()],
        own=sorted(name for name in found.files if not name.startswith(f"{COMMON}/")),
        shared=sorted(name for name in found.files if name.startswith(f"{COMMON}/")),
        scenarios=_scenarios(found),
        versions=versions,
    )


def _drawing(name: str, content: bytes) -> tuple[str, str, Markup]:
    """A file's title, its path, its picture."""
    processes = (one for one in parse(content).iter() if isinstance(one.tag, str) and one.tag.endswith("}process"))
    title = next((str(one.get("name")) for one in processes if one.get("name")), name)
    # The renderer escapes every text of the diagram; what it returns is ours.
    return title, name, Markup(diagram.render(content))  # noqa: S704


def _scenarios(found: Version) -> list[dict[str, str]]:
    """The analyst's own tests: the title of each, and its file."""
    told = []
    for name in sorted(found.files):
        if "/scenarios/" in f"/{name}" and name.endswith(".toml"):
            read = tomllib.loads(found.files[name].decode())
            told.append({"file": name, "title": str(read.get("titre") or read.get("nom") or name)})
    return told
