"""Pages that anybody may read: the home page, help, legal mentions, accessibility."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.kernel.db import db
from prefecture.kernel.entry import PUBLIC, entry
from web import session
from web.account import home_of

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@entry(PUBLIC)
def home() -> Response | str:
    """What one can do here; who is signed in goes to their own home."""
    actor = session.actor()
    if actor is not None:
        return redirect(home_of(actor))
    return render_template("public/home.html", demarches=demarches.demarches())


@blueprint.get("/aide")
@entry(PUBLIC)
def help_page() -> str:
    """How filing, following and appointments work."""
    return render_template("public/help.html")


@blueprint.get("/mentions-legales")
@entry(PUBLIC)
def legal() -> str:
    """Legal mentions and what happens to personal data."""
    return render_template("public/legal.html")


@blueprint.get("/accessibilite")
@entry(PUBLIC)
def accessibility() -> str:
    """The accessibility declaration: not audited, hence « non conforme » by law."""
    return render_template("public/accessibility.html")


@blueprint.get("/healthz")
@entry(PUBLIC)
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@entry(PUBLIC)
def ready() -> dict[str, str]:
    """The database answers too."""
    db.session.execute(db.text("SELECT 1"))
    return {"status": "ready"}
