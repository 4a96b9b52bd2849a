"""The editor's page: a draft open on one of its files, everything else is asked by its scripts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.steps.actions import ACTIONS
from prefecture.studio import queries as studio
from prefecture.studio.queries import DraftView, FileView
from web import session
from web.analyst.bundle import Bundle, BundleMissing, bundle
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS
from web.assembly import CONTENT_SECURITY

FIRST = "processus.bpmn"
# bpmn-js and its simulation write `style="…"` in what they draw: places and colours that they compute from the
# diagram. Style sheets and scripts stay as strict as everywhere.
POLICY = {**CONTENT_SECURITY, "style-src-attr": "'unsafe-inline'"}
View = TypeVar("View", bound=Callable[..., Any])


def _under(policy: dict[str, Any]) -> Callable[[View], View]:
    """Have a view answer under its own content security policy, as Talisman reads it from the function."""

    def mark(view: View) -> View:
        vars(view)["talisman_view_options"] = {"content_security_policy": policy}
        return view

    return mark


@blueprint.get("/brouillons/<uuid:draft_id>")
@_under(POLICY)
@entry(*READERS)
def editor(draft_id: uuid.UUID) -> ResponseReturnValue:
    """A draft's files, one of them open (`?fichier=`); without the built scripts, what to do about it."""
    draft = studio.draft(draft_id, session.signed_in())
    try:
        built = bundle()
    except BundleMissing as error:
        current_app.logger.error("studio: %s", error)
        return render_template("analyst/editor_missing.html", draft=draft), 503
    return render_template("analyst/editor.html", draft=draft, bundle=built, settings=_settings(draft, built))


def _settings(draft: DraftView, built: Bundle) -> dict[str, object]:
    """What the scripts need to know before they ask anything."""
    return {
        "address": url_for("analyst.editor", draft_id=draft.id),
        "token": generate_csrf(),
        "signIn": url_for("account.sign_in"),
        "draft": {"id": str(draft.id), "code": draft.code, "title": draft.title},
        "writes": ANALYSTE in session.signed_in().roles,
        "labels": {name: one.label for name, one in ACTIONS.items()},
        "path": _asked(draft),
        "styles": {name: _address(file) for name, file in built.sheets.items()},
        "files": [{"path": one.path, "shared": one.shared} for one in draft.files],
    }


def _address(name: str) -> str:
    return url_for("static_files.static", filename=f"studio/{name}")


def _asked(draft: DraftView) -> str:
    """The file that the address names, else the démarche's diagram, else the first file there is."""
    paths = [one.path for one in sorted(draft.files, key=_rank)]
    asked = request.args.get("fichier", FIRST)
    return asked if asked in paths else paths[0]


def _rank(file: FileView) -> tuple[bool, bool, str]:
    return file.shared, not file.path.endswith(".bpmn"), file.path
