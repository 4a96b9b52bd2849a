"""Pages that anybody may read: the home page, help, legal mentions, accessibility."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.kernel import ratelimit
from prefecture.kernel.db import db
from prefecture.kernel.entry import PUBLIC, entry
from prefecture.steps.verification import recognise
from web import session
from web.account import home_of
from web.citizen.closed import open_ones

blueprint = Blueprint("public", __name__)

TRIES = 20
TRIES_WINDOW = timedelta(minutes=15)


@blueprint.get("/")
@entry(PUBLIC)
def home() -> Response | str:
    """What one can do here; who is signed in goes to their own home."""
    actor = session.actor()
    if actor is not None:
        return redirect(home_of(actor))
    return render_template("public/home.html", demarches=open_ones(demarches.demarches()))


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


@blueprint.get("/verifier")
@entry(PUBLIC)
def verify() -> str:
    """Whether a letter that somebody shows is one of ours: number and code, as printed on it."""
    return render_template("public/verify.html", values={}, errors={}, found=None, asked=False)


@blueprint.post("/verifier")
@entry(PUBLIC)
def verify_post() -> Response:
    """Look the letter up; tries are counted, so that nobody guesses."""
    ratelimit.hit("letters.verify", request.remote_addr or "", TRIES, TRIES_WINDOW)
    values = {name: request.form.get(name, "").strip()[:60] for name in ("numero", "code")}
    missing = {name: "Recopiez ce qui est écrit sur le courrier." for name, value in values.items() if not value}
    found = None if missing else recognise(values["numero"], values["code"])
    page = render_template("public/verify.html", values=values, errors=missing, found=found, asked=not missing)
    return make_response(page, 422 if missing else 200)


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
