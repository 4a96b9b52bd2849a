"""Decision tables of a draft, judged and tried, for an analyst's own tools."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed, problems
from api.draft_files import FindingSchema
from api.drafts import READERS, WRITER
from api.french import RequestSchema, length
from api.reading import Blueprint
from prefecture.demarches.bundle import COMMON, LARGEST_FILE
from prefecture.demarches.examples import NAME
from prefecture.identity.permissions import Actor
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid
from prefecture.studio import folder, table_examples, tables
from prefecture.studio import queries as studio
from prefecture.studio.service import Saved
from prefecture.studio.tables import OpenTable

blueprint = Blueprint("api-tables", __name__, description="Tables de décision des brouillons")


class TableTrialRequestSchema(RequestSchema):
    """Which table, the text not yet saved if there is one, and what is given to it."""

    path = fields.String(required=True, validate=length(1, 200), metadata={"description": "Comme `regles.dmn`"})
    decision = fields.String(
        load_default="", validate=length(0, 200), metadata={"description": "La décision ; à défaut, la première table"}
    )
    content = fields.String(load_default=None, validate=length(0, LARGEST_FILE))
    given = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        load_default=None,
        metadata={
            "description": "Une valeur par entrée, comme une personne l’écrit ; sans elles, la table n’est pas jouée"
        },
    )
    rows = fields.Boolean(load_default=False, metadata={"description": "Vrai pour jouer chaque règle avec un exemple"})


class TableInputSchema(Schema):
    """One input."""

    name = fields.String(metadata={"description": "Le nom sous lequel la donner"})
    label = fields.String()
    expression = fields.String()
    kind = fields.String(metadata={"description": "Type FEEL, vide pour tous"})
    choices = fields.List(fields.List(fields.String()), metadata={"description": "Valeur et libellé"})
    closed = fields.Boolean(metadata={"description": "Vrai quand rien d’autre ne peut être donné"})
    usual = fields.String(metadata={"description": "Ce qu’elle vaut si rien n’est donné : les données de la démarche"})


class TableRuleSchema(Schema):
    """One rule as written."""

    number = fields.Integer()
    id = fields.String()
    tests = fields.List(fields.String())
    answers = fields.List(fields.String())
    note = fields.String()


class TableSchema(Schema):
    """A decision table."""

    path = fields.String()
    decision = fields.String()
    name = fields.String()
    policy = fields.String()
    columns = fields.List(fields.Nested(TableInputSchema))
    others = fields.List(fields.Nested(TableInputSchema), metadata={"description": "Ce que les réponses lisent aussi"})
    outputs = fields.List(fields.String())
    rules = fields.List(fields.Nested(TableRuleSchema))


class TableResultSchema(Schema):
    """What a table answered."""

    applying = fields.List(fields.Integer(), metadata={"description": "Les règles qui s’appliquent"})
    answering = fields.List(fields.Integer(), metadata={"description": "Celles qui répondent"})
    answers = fields.List(fields.List(fields.String()), metadata={"description": "Titre de la sortie et valeur"})
    warnings = fields.List(fields.String())
    told = fields.String(metadata={"description": "Ce que lira l’usager"})
    broken = fields.String(metadata={"description": "Pourquoi un dossier s’arrêterait"})


class TableRowSchema(Schema):
    """A rule tried with an example."""

    rule = fields.Nested(TableRuleSchema)
    example = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    result = fields.Nested(TableResultSchema, allow_none=True)
    answers = fields.Boolean(metadata={"description": "Vrai quand la règle répond à son exemple"})
    why = fields.String()


class MissedSchema(Schema):
    """An output that is not what an example expects."""

    output = fields.String()
    awaited = fields.String()
    got = fields.String()


class TableExampleSchema(Schema):
    """An example kept with the table, played on it."""

    name = fields.String()
    given = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "Comme `given`"})
    said = fields.List(fields.List(fields.String()), metadata={"description": "Titre de l’entrée et valeur"})
    awaited = fields.List(fields.List(fields.String()), metadata={"description": "Titre de la sortie et valeur"})
    passed = fields.Boolean()
    missed = fields.List(fields.Nested(MissedSchema))
    rules = fields.List(fields.Integer(), metadata={"description": "Les règles qui répondent"})
    failure = fields.String(metadata={"description": "Ce qui est venu à la place, en une phrase"})


class ShelfSchema(Schema):
    """The examples of a table, and the file that keeps them."""

    path = fields.String()
    kept = fields.List(fields.Nested(TableExampleSchema))
    unreadable = fields.String(metadata={"description": "Pourquoi le fichier ne se lit pas"})


class NewExampleSchema(RequestSchema):
    """What to keep: values under a name, or one example for each rule."""

    path = fields.String(required=True, validate=length(1, 200), metadata={"description": "Comme `regles.dmn`"})
    decision = fields.String(load_default="", validate=length(0, 200))
    name = fields.String(load_default="", validate=length(0, table_examples.LONGEST))
    given = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    rows = fields.Boolean(load_default=False, metadata={"description": "Vrai pour garder un exemple par règle"})


class ForgottenExampleSchema(RequestSchema):
    """Which example to take back."""

    path = fields.String(required=True, validate=length(1, 200))
    decision = fields.String(load_default="", validate=length(0, 200))
    name = fields.String(required=True, validate=length(1, table_examples.LONGEST))


class TableTrialSchema(Schema):
    """A table, what is wrong with it, what it answered, the examples kept with it."""

    table = fields.Nested(TableSchema)
    findings = fields.List(fields.Nested(FindingSchema))
    result = fields.Nested(TableResultSchema, allow_none=True)
    rows = fields.List(fields.Nested(TableRowSchema), allow_none=True)
    examples = fields.Nested(ShelfSchema)


class TableNameSchema(Schema):
    """A decision table by its file and its decision."""

    path = fields.String()
    decision = fields.String()
    name = fields.String()


class TableListSchema(Schema):
    """The decision tables of a draft."""

    items = fields.List(fields.Nested(TableNameSchema))


@blueprint.get("/drafts/<uuid:draft_id>/tables")
@blueprint.response(200, TableListSchema)
@entry(*READERS)
def list_tables(draft_id: uuid.UUID) -> dict[str, Any]:
    """Les tables de décision du brouillon."""
    auth.caller("demarche.review")
    version = studio.version(draft_id)
    paths = [one for one in version.files if one.endswith(".dmn") and not one.startswith(f"{COMMON}/")]
    items = [
        {"path": path, "decision": key, "name": name}
        for path in paths
        for key, name in tables.tables_of(version, path).items()
    ]
    return {"items": items}


@blueprint.post("/drafts/<uuid:draft_id>/table-trials")
@blueprint.arguments(TableTrialRequestSchema)
@blueprint.response(200, TableTrialSchema)
@entry(*READERS)
def try_table(body: dict[str, Any], draft_id: uuid.UUID) -> dict[str, Any]:
    """Vérifier une table et l’essayer : les règles qui s’appliquent, ce qu’elle répond, un exemple par règle."""
    auth.caller("demarche.review")
    path = body["path"]
    override = {} if body["content"] is None else {path: body["content"].encode()}
    if override:
        folder.check_path(path)
        folder.check_size(override)
    opened = tables.open_table(studio.version(draft_id, override), path, body["decision"])
    given = body["given"] or {}
    return {
        "table": opened.table,
        "findings": opened.findings(),
        "result": None if body["given"] is None else opened.play(given),
        "rows": opened.rows(given) if body["rows"] else None,
        "examples": table_examples.of_table(opened),
    }


@blueprint.post("/drafts/<uuid:draft_id>/table-examples")
@blueprint.arguments(NewExampleSchema)
@blueprint.response(201, ShelfSchema)
@entry(*WRITER)
def keep_example(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Garder ce qui est donné et ce que la table répond : la vérification le rejoue. Le même nom le remplace."""
    actor = auth.caller("demarche.draft")
    opened = tables.open_table(studio.version(draft_id), body["path"], body["decision"])

    def keep() -> Saved:
        given = body["given"]
        named = table_examples.of_rows(opened, given) if body["rows"] else {body["name"]: given}
        return table_examples.keep(actor, draft_id, opened, named)

    return _changed(actor, draft_id, opened, keep, 201)


@blueprint.post("/drafts/<uuid:draft_id>/table-examples/removal")
@blueprint.arguments(ForgottenExampleSchema)
@blueprint.response(200, ShelfSchema)
@entry(*WRITER)
def forget_example(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Retirer un exemple ; l’historique le garde."""
    actor = auth.caller("demarche.draft")
    opened = tables.open_table(studio.version(draft_id), body["path"], body["decision"])
    return _changed(actor, draft_id, opened, lambda: table_examples.forget(actor, draft_id, opened, body["name"]), 200)


def _changed(actor: Actor, draft_id: uuid.UUID, opened: OpenTable, act: Callable[[], Saved], status: int) -> Response:
    def work() -> keyed.Answer:
        try:
            saved = act()
        except Invalid as error:
            raise problems.named(error, **{NAME: "name"}) from error
        if saved.refused is not None:
            kind = "brouillon-tenu" if saved.refused.status == 423 else "conflit"
            refused = problems.problem(saved.refused.status, saved.refused.message, kind=kind)
            return saved.refused.status, refused.get_json()
        now = tables.open_table(studio.version(draft_id), opened.table.path, opened.table.decision)
        return status, ShelfSchema().dump(table_examples.of_table(now))

    return keyed.once(actor, work)
