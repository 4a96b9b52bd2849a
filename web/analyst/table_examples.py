"""Examples kept beside a decision table: by the page's forms, and by the editor with the text that is being written."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from prefecture.demarches.examples import NAME
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio
from prefecture.studio import table_examples, tables
from prefecture.studio.service import Saved
from prefecture.studio.tables import OpenTable
from web import session
from web.analyst.frame import blueprint
from web.analyst.scripts import answering, sent, text_of, told, unsaved
from web.analyst.tables import DECISION, ROWS, TRY, given_of

DO, FORGET = "faire", "retirer"


@blueprint.post("/brouillons/<uuid:draft_id>/exemples/<path:path>")
@entry(ANALYSTE)
def change_examples(draft_id: uuid.UUID, path: str) -> ResponseReturnValue:
    """Keep what stands in the form under the name `nom`, each line (`faire=lignes`), or take one back (`retirer`)."""
    given = {name: value for name, value in request.form.items() if name not in ("csrf_token", DO, NAME)}
    opened = tables.open_table(studio.version(draft_id), path, given.get(DECISION, ""))
    ask, name = request.form.get(DO, ""), request.form.get(NAME, "")
    asked: dict[str, Any] = {**given, ROWS if ask == ROWS else TRY: "oui"}
    back: dict[str, Any] = {DECISION: opened.table.decision} if ask == FORGET else asked
    try:
        with unit_of_work():
            saved = _changed(draft_id, opened, ask, name, given)
        flash(saved.refused.message if saved.refused is not None else _DONE.get(ask, "L’exemple est gardé."))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        flash(" ".join(dict.fromkeys([error.message, *error.fields.values()])))
    return redirect(url_for("analyst.draft_table", draft_id=draft_id, path=path, **back, _anchor="exemples"))


@blueprint.post("/brouillons/<uuid:draft_id>/lignes/<path:path>")
@entry(ANALYSTE)
@answering
def keep_examples(draft_id: uuid.UUID, path: str) -> Response:
    """The same for the editor: `{"content", "decision", "ask": "" | "lignes" | "retirer", "nom", "given"}`."""
    body = sent()
    written = unsaved({**body, "path": path}) if "content" in body else {}
    opened = tables.open_table(studio.version(draft_id, written), path, text_of(body, "decision", ""))
    given = given_of(body.get("given", {}))
    with unit_of_work():
        saved = _changed(draft_id, opened, text_of(body, "ask", ""), text_of(body, NAME, ""), given)
    if saved.refused is not None:
        return told({"message": saved.refused.message}, saved.refused.status)
    now = tables.open_table(studio.version(draft_id, written), path, opened.table.decision)
    return told({"examples": asdict(table_examples.of_table(now))})


def _changed(draft_id: uuid.UUID, opened: OpenTable, ask: str, name: str, given: Mapping[str, str]) -> Saved:
    actor = session.signed_in()
    if ask == FORGET:
        return table_examples.forget(actor, draft_id, opened, name)
    named = table_examples.of_rows(opened, given) if ask == ROWS else {name: given}
    if not named:
        raise Invalid({}, "Aucune règle ne répond à son exemple\u00a0: il n’y a rien à garder.")
    return table_examples.keep(actor, draft_id, opened, named)


_DONE = {FORGET: "L’exemple est retiré. L’historique le garde.", ROWS: "Un exemple par règle est gardé."}
