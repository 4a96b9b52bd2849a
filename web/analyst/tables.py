"""Decision tables tried: which rules apply to what one gives, what they answer, and one example for each of them.

The page works by its address alone; the editor asks the same with the text that is being written. What is kept of it
stands in `table_examples`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.identity.permissions import ANALYSTE
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid
from prefecture.studio import queries as studio
from prefecture.studio import table_examples, tables
from prefecture.studio.tables import OpenTable, Result, Row
from web import session
from web.analyst.frame import blueprint
from web.analyst.judging import as_json
from web.analyst.scripts import READERS, answering, sent, text_of, told, unsaved

TRY, ROWS, DECISION = "essayer", "lignes", "decision"


@dataclass(frozen=True)
class Tried:
    """What came of one asking: the answer or each rule's, or what is to be corrected."""

    result: Result | None = None
    rows: tuple[Row, ...] | None = None
    errors: Mapping[str, str] | None = None
    message: str = ""


@blueprint.get("/brouillons/<uuid:draft_id>/tables/<path:path>")
@entry(*READERS)
def draft_table(draft_id: uuid.UUID, path: str) -> ResponseReturnValue:
    """A table of a draft as it is saved; what is given and asked stands in the address."""
    draft = studio.draft(draft_id)
    back = (draft.title, url_for("analyst.draft", draft_id=draft_id))
    here = url_for("analyst.draft_table", draft_id=draft_id, path=path)
    keeps = url_for("analyst.change_examples", draft_id=draft_id, path=path) if _writes(draft) else ""
    return _page(studio.version(draft_id), path, back, here, keeps)


@blueprint.get("/versions/<uuid:version_id>/tables/<path:path>")
@entry(*READERS)
def version_table(version_id: uuid.UUID, path: str) -> ResponseReturnValue:
    """The same of a published version."""
    version = demarches.version(version_id)
    back = (version.title, url_for("analyst.version", version_id=version_id))
    return _page(version, path, back, url_for("analyst.version_table", version_id=version_id, path=path))


def _writes(draft: studio.DraftView) -> bool:
    return ANALYSTE in session.signed_in().roles and draft.archived_at is None


def _page(version: Version, path: str, back: tuple[str, str], address: str, keeps: str = "") -> ResponseReturnValue:
    given = request.args.to_dict()
    try:
        names = tables.tables_of(version, path)
        opened = tables.open_table(version, path, given.get(DECISION, ""))
    except Invalid as error:
        body = render_template("analyst/table_unreadable.html", back=back, path=path, reason=error.message)
        return body, error.status
    tried = _tried(opened, given, rows=ROWS in given) if TRY in given or ROWS in given else Tried()
    body = render_template(
        "analyst/table.html",
        back=back,
        here=address,
        names=names,
        table=opened.table,
        findings=opened.findings(),
        given=given,
        tried=tried,
        shelf=table_examples.of_table(opened),
        keeps=keeps,
    )
    return body, 422 if tried.errors else 200


@blueprint.post("/brouillons/<uuid:draft_id>/tables/<path:path>")
@entry(*READERS)
@answering
def try_table(draft_id: uuid.UUID, path: str) -> Response:
    """Try a table: `{"content", "decision", "given": {name: text}, "ask": "" | "essayer" | "lignes"}`.

    Without a question it tells what the table asks. `content`: the text that is being written, in place of the saved.
    """
    body = sent()
    written = unsaved({**body, "path": path}) if "content" in body else {}
    opened = tables.open_table(studio.version(draft_id, written), path, text_of(body, "decision", ""))
    ask = text_of(body, "ask", "")
    tried = _tried(opened, given_of(body.get("given")), rows=ask == ROWS) if ask in (TRY, ROWS) else Tried()
    answer = {
        "table": asdict(opened.table),
        "result": None if tried.result is None else asdict(tried.result),
        "rows": None if tried.rows is None else [asdict(one) for one in tried.rows],
        "findings": [as_json(one) for one in opened.findings()],
        "examples": asdict(table_examples.of_table(opened)),
        "fields": dict(tried.errors or {}),
        "message": tried.message,
    }
    return told(answer, 422 if tried.errors else 200)


def _tried(opened: OpenTable, given: Mapping[str, str], *, rows: bool) -> Tried:
    try:
        return Tried(rows=opened.rows(given)) if rows else Tried(result=opened.play(given))
    except Invalid as error:
        return Tried(errors=error.fields or {"": error.message}, message=error.message)


def given_of(sent_: object) -> dict[str, str]:
    """The values sent by a script. Raises Invalid."""
    if not isinstance(sent_, dict) or any(not isinstance(one, str) for one in sent_.values()):
        raise Invalid({"given": "Envoyez les valeurs comme des textes."})
    return {str(name): value for name, value in sent_.items()}
