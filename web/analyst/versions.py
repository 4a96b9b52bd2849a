"""What is published, as analysts read it: a démarche's versions, each as its folder, none of them to be changed."""

from __future__ import annotations

import uuid

from flask import render_template

from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import figures
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.studio import overview, promotion
from prefecture.studio import queries as studio
from web import session
from web.analyst.contents import Contents
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS


@blueprint.get("/demarches/<code>")
@entry(*READERS)
def demarche(code: str) -> str:
    """A démarche: the version in force as its folder, its drafts, its versions and who follows them."""
    return _page(demarches.current(code))


@blueprint.get("/versions/<uuid:version_id>")
@entry(*READERS)
def version(version_id: uuid.UUID) -> str:
    """An earlier version, as it was frozen."""
    return _page(demarches.version(version_id))


def _page(found: Version) -> str:
    versions = demarches.versions(found.code)
    return render_template(
        "analyst/demarche.html",
        version=found,
        current=demarches.current(found.code).id == found.id,
        folder=Contents(found),
        health=overview.health(found.id),
        drafts=studio.drafts(code=found.code),
        versions=versions,
        running=figures.running_by_version(),
        writes=ANALYSTE in session.signed_in().roles,
        carries=promotion.may_seal(session.signed_in()),
    )
