"""Dossiers: file, list, read, complete, withdraw, and download what belongs to them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed, paging
from api.french import RequestSchema, length, one_of
from api.paging import PageSchema
from api.reading import Blueprint
from api.views import DocumentSchema, DossierSchema, HistorySchema, TaskSchema, listed
from prefecture.documents import queries as documents
from prefecture.documents.queries import DocumentView
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import TaskView
from prefecture.identity.permissions import ACCUEIL, CHEF_DE_SERVICE, GUICHET, INSTRUCTEUR
from prefecture.identity.service import Actor
from prefecture.kernel import traces
from prefecture.kernel.entry import SIGNED_IN, entry
from prefecture.kernel.errors import Conflict, NotFound

blueprint = Blueprint("api-dossiers", __name__, description="Dossiers")

Files = dict[str, list[uuid.UUID]]


class FilesField(fields.Dict):
    """Document ids by pièce."""

    def __init__(self) -> None:
        super().__init__(
            keys=fields.String(validate=length(1, 80)),
            values=fields.List(fields.UUID()),
            load_default=dict,
            metadata={"description": "Pièce → identifiants de POST /documents"},
        )


class FilingSchema(RequestSchema):
    """A dossier to file. `service_id` or `prefecture` says where; an agent names the person by `person_id`."""

    demarche = fields.String(required=True, validate=length(1, 80))
    answers = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)
    documents = FilesField()
    prefecture = fields.String(load_default=None, allow_none=True, validate=length(2, 3))
    service_id = fields.UUID(load_default=None, allow_none=True)
    person_id = fields.UUID(load_default=None, allow_none=True)


class ComplementSchema(RequestSchema):
    """What a citizen gives when something was missing."""

    answers = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), load_default=dict)
    documents = FilesField()


class WithdrawalSchema(RequestSchema):
    """Why a citizen withdraws."""

    reason = fields.String(load_default="", validate=length(0, 2000))


class DossierQuerySchema(PageSchema):
    """What to list."""

    statut = fields.String(
        load_default=None,
        validate=one_of("brouillon", "en_construction", "en_instruction", "accepte", "refuse", "sans_suite"),
    )
    demarche = fields.String(load_default=None, validate=length(1, 80))
    etape = fields.String(load_default=None, validate=length(1, 80))
    text = fields.String(load_default=None, validate=length(1, 100), metadata={"description": "Nom ou numéro"})


class DossierDetailSchema(DossierSchema):
    """A dossier with its open tasks and its documents."""

    tasks = fields.List(fields.Nested(TaskSchema))
    documents = fields.List(fields.Nested(DocumentSchema))


class KeptMessageSchema(Schema):
    """A message that came before the process awaited it."""

    id = fields.UUID()
    name = fields.String()
    status = fields.String(metadata={"description": "kept (gardé) ou expired (date limite passée)"})
    kept_at = fields.DateTime()
    expires_at = fields.DateTime()


@blueprint.post("/dossiers")
@blueprint.arguments(FilingSchema)
@blueprint.response(201, DossierSchema)
@entry(SIGNED_IN)
def file(body: dict[str, Any]) -> Response:
    """Déposer un dossier."""
    actor = auth.caller("dossier.submit")

    def work() -> keyed.Answer:
        filed = service.submit(
            actor,
            body["demarche"],
            body["answers"],
            body["documents"],
            service_id=body["service_id"],
            prefecture=body["prefecture"],
            person_id=body["person_id"],
        )
        return 201, DossierSchema().dump(filed)

    return keyed.once(actor, work, of_dossier=True)


@blueprint.get("/dossiers")
@blueprint.arguments(DossierQuerySchema, location="query")
@blueprint.response(200, listed(DossierSchema))
@entry(SIGNED_IN)
def list_dossiers(query: dict[str, Any]) -> dict[str, Any]:
    """Mes dossiers, ou ceux de mon service."""
    actor = auth.caller("dossier.read")
    if actor.kind == "person":
        return _mine(actor, **query)
    found = queries.dossiers_of_service(actor, **query)
    return {"items": found.items, "next_cursor": found.cursor}


@blueprint.get("/dossiers/<string:number>")
@blueprint.response(200, DossierDetailSchema)
@entry(SIGNED_IN)
def read(number: str) -> dict[str, Any]:
    """Un dossier, ses tâches ouvertes et ses documents."""
    actor = auth.caller("dossier.read")
    found = queries.dossier(number, actor)
    traces.record("dossier.consulte", found.id, actor.id)
    return {**vars(found), "tasks": _tasks_for(actor, number), "documents": _documents_for(actor, found.id)}


@blueprint.get("/dossiers/<string:number>/history")
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, listed(HistorySchema))
@entry(SIGNED_IN)
def history(query: dict[str, Any], number: str) -> dict[str, Any]:
    """Ce qui s’est passé, du plus ancien au plus récent."""
    after = paging.decode(query["cursor"], int) or [0]
    entries = queries.history(number, auth.caller("dossier.read"))
    left = [one for one in entries if [one.seq] > after]
    return paging.page(left, query["limit"], lambda one: (one.seq,))


@blueprint.get("/dossiers/<string:number>/messages")
@blueprint.response(200, listed(KeptMessageSchema))
@entry(ACCUEIL, GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE)
def messages(number: str) -> dict[str, Any]:
    """Les messages arrivés trop tôt : gardés jusqu’à leur date limite, puis signalés comme incidents."""
    return {"items": queries.kept_messages(number, auth.caller("dossier.read")), "next_cursor": None}


@blueprint.get("/dossiers/<string:number>/documents/<uuid:document_id>")
@blueprint.response(200, description="Le fichier, en pièce jointe")
@entry(SIGNED_IN)
def download(number: str, document_id: uuid.UUID) -> Response:
    """Télécharger une pièce ou un courrier."""
    actor = auth.caller("document.read")
    dossier = queries.dossier(number, actor)
    document = documents.document(document_id)
    if document.dossier_id != dossier.id or document not in _documents_for(actor, dossier.id):
        raise NotFound
    found = documents.download(document_id)
    traces.record("document.telecharge", document_id, actor.id)
    headers = {"Content-Disposition": found.disposition}
    return Response(found.content, mimetype=found.media_type, headers=headers)


@blueprint.post("/dossiers/<string:number>/complement")
@blueprint.arguments(ComplementSchema)
@blueprint.response(200, DossierSchema)
@entry("usager")
def complement(body: dict[str, Any], number: str) -> Response:
    """Donner le complément demandé."""
    actor = auth.caller("dossier.complete")

    def work() -> keyed.Answer:
        dossier = queries.dossier(number, actor)
        asked = [one for one in queries.tasks(actor, number=number).items if one.etape == "completude"]
        if not asked:
            raise Conflict("Rien ne vous est demandé en ce moment pour ce dossier.", code="rien-a-completer")
        service.complete_task(actor, asked[0].id, body["answers"], documents=body["documents"])
        return 200, DossierSchema().dump(queries.by_id(dossier.id))

    return keyed.once(actor, work, of_dossier=True)


@blueprint.post("/dossiers/<string:number>/withdrawal")
@blueprint.arguments(WithdrawalSchema)
@blueprint.response(200, DossierSchema)
@entry("usager")
def withdrawal(body: dict[str, Any], number: str) -> Response:
    """Retirer sa demande."""
    actor = auth.caller("dossier.withdraw")

    def work() -> keyed.Answer:
        return 200, DossierSchema().dump(service.withdraw(actor, number, body["reason"]))

    return keyed.once(actor, work, of_dossier=True)


def _mine(
    actor: Actor,
    *,
    statut: str | None,
    demarche: str | None,
    etape: str | None,
    text: str | None,
    cursor: str | None,
    limit: int,
) -> dict[str, Any]:
    """A page of a citizen's own dossiers, the latest first."""
    after = paging.decode(cursor, str, str)
    mine = [
        one
        for one in queries.dossiers_of_person(actor)
        if statut in (None, one.statut)
        and demarche in (None, one.demarche_code)
        and etape in (None, one.etape)
        and (text or "").strip().upper() in one.number
        and (after is None or [one.filed_at.isoformat(), one.number] < after)
    ]
    mine.sort(key=lambda one: (one.filed_at, one.number), reverse=True)
    return paging.page(mine, limit, lambda one: (one.filed_at.isoformat(), one.number))


def _tasks_for(actor: Actor, number: str) -> Sequence[TaskView]:
    """The open tasks; a citizen sees their own."""
    return queries.tasks(actor, number=number).items if actor.kind == "person" else queries.open_tasks(number, actor)


def _documents_for(actor: Actor, dossier_id: uuid.UUID) -> list[DocumentView]:
    """The documents; previews of letters are the agents'."""
    return [one for one in documents.of_dossier(dossier_id) if actor.kind == "agent" or one.kind != "apercu"]
