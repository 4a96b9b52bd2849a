"""The dated data of démarches: read as of a day, given another value from a day on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from api import auth, keyed, problems
from api.drafts import READERS, WRITER
from api.french import RequestSchema, length, one_of
from api.reading import Blueprint
from prefecture.demarches import queries as demarches
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import dated_data, dated_writing
from prefecture.studio.dated_data import KINDS, Sheet
from prefecture.studio.dated_writing import Written

blueprint = Blueprint("api-dated-data", __name__, description="Données datées des démarches")
_NAMES = {
    "depuis": "since",
    "jusqu_au": "until",
    "valeur": "value",
    "fondement": "basis",
    "source": "source",
    "libelle": "label",
    "aide": "help",
    "condition": "condition",
    "indispensable": "required",
    "original": "original",
}
_KIND = "piece, delai (réglage de demarche.toml, par exemple silence.delai) ou tarif"


class ValueSchema(Schema):
    """One value in time."""

    index = fields.Integer(metadata={"description": "Sa ligne, à redonner pour la corriger ; -1 : valeur de départ"})
    since = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True)
    value = fields.Raw(allow_none=True)
    said = fields.String(metadata={"description": "En mots"})
    basis = fields.String()
    source = fields.String()
    state = fields.String(metadata={"description": "passee, en_vigueur ou a_venir, au jour demandé"})


class SubjectSchema(Schema):
    """One thing that has a value each day."""

    kind = fields.String(metadata={"description": _KIND})
    name = fields.String()
    label = fields.String()
    unit = fields.String()
    values = fields.List(fields.Nested(ValueSchema))
    problems = fields.List(fields.String(), metadata={"description": "Ce qui est faux ou douteux dans ses dates"})


class SheetSchema(Schema):
    """All dated data as of a day."""

    day = fields.Date()
    days = fields.List(fields.Date(), metadata={"description": "Les jours où quelque chose change"})
    revision = fields.Integer(metadata={"description": "Révision de demarche.toml, à redonner pour écrire"})
    subjects = fields.List(fields.Nested(SubjectSchema))


class DayQuerySchema(RequestSchema):
    """As of which day; today without one."""

    day = fields.Date(load_default=None)


class VersionDayQuerySchema(DayQuerySchema):
    """The same, of a version by its number; the one in force without one."""

    version = fields.Integer(load_default=None)


class _PlaceSchema(RequestSchema):
    revision = fields.Integer(required=True, strict=True)
    kind = fields.String(required=True, validate=one_of(*KINDS), metadata={"description": _KIND})
    name = fields.String(required=True, validate=length(1, 120))


class NewValueSchema(_PlaceSchema):
    """Another value from a day on; of a pièce, its next wording, or a new one."""

    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)
    value = fields.Raw(load_default="", metadata={"description": "Un nombre, une durée (P6M ou « 6 mois »), un texte"})
    basis = fields.String(load_default="", validate=length(0, dated_writing.LONGEST))
    source = fields.String(load_default="", validate=length(0, dated_writing.LONGEST))
    label = fields.String(load_default="", validate=length(0, dated_writing.LONGEST))
    help = fields.String(load_default="", validate=length(0, dated_writing.LONGEST))
    condition = fields.String(load_default="", validate=length(0, dated_writing.LONGEST))
    required = fields.Boolean(load_default=False)
    original = fields.Boolean(load_default=False)


class RemovedValueSchema(_PlaceSchema):
    """A value that does not hold yet."""

    index = fields.Integer(required=True, strict=True)


class WrittenSchema(Schema):
    """The file's revision after the change, and what is to be known of it."""

    revision = fields.Integer()
    notes = fields.List(fields.String())


@blueprint.get("/drafts/<uuid:draft_id>/data")
@blueprint.arguments(DayQuerySchema, location="query")
@blueprint.response(200, SheetSchema)
@entry(*READERS)
def of_draft(query: dict[str, Any], draft_id: uuid.UUID) -> dict[str, Any]:
    """Les pièces, délais et tarifs d’un brouillon, un jour donné."""
    auth.caller("demarche.review")
    return _told(dated_data.of_draft(draft_id, query["day"]))


@blueprint.get("/demarches/<string:code>/data")
@blueprint.arguments(VersionDayQuerySchema, location="query")
@blueprint.response(200, SheetSchema)
@entry(*READERS)
def of_version(query: dict[str, Any], code: str) -> dict[str, Any]:
    """Les mêmes, d’une version publiée."""
    auth.caller("demarche.review")
    number = query["version"]
    found = next((one.id for one in demarches.versions(code) if number in (None, one.number)), None)
    if found is None:
        raise NotFound("Cette version de la démarche n’existe pas.")
    version = demarches.current(code) if number is None else demarches.version(found)
    return _told(dated_data.of_version(version, query["day"]))


@blueprint.post("/drafts/<uuid:draft_id>/data")
@blueprint.arguments(NewValueSchema)
@blueprint.response(201, WrittenSchema)
@entry(*WRITER)
def add(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Donner une autre valeur à partir d’un jour. Rien n’est écrit sur le travail d’un autre (409, 423)."""
    actor = auth.caller("demarche.draft")
    return _answered(
        201,
        lambda: dated_writing.add(actor, draft_id, body["revision"], body["kind"], body["name"], _fields(body)),
    )


@blueprint.post("/drafts/<uuid:draft_id>/data/removal")
@blueprint.arguments(RemovedValueSchema)
@blueprint.response(200, WrittenSchema)
@entry(*WRITER)
def remove(body: dict[str, Any], draft_id: uuid.UUID) -> Response:
    """Retirer une valeur qui n’est pas encore en vigueur."""
    actor = auth.caller("demarche.draft")
    return _answered(
        200,
        lambda: dated_writing.remove(actor, draft_id, body["revision"], body["kind"], body["name"], body["index"]),
    )


def _answered(status: int, act: Callable[[], Written]) -> Response:
    actor = auth.caller("demarche.draft")

    def work() -> keyed.Answer:
        try:
            written = act()
        except Invalid as error:
            raise problems.named(error, **_NAMES) from error
        refused = written.saved.refused
        if refused is not None:
            kind = "brouillon-tenu" if refused.status == 423 else "conflit"
            return refused.status, problems.problem(refused.status, refused.message, kind=kind).get_json()
        return status, {"revision": written.saved.revision, "notes": list(written.notes)}

    return keyed.once(actor, work)


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """What was sent, under the names of `demarche.toml`."""
    return {ours: body[theirs] for ours, theirs in _NAMES.items()}


def _told(sheet: Sheet) -> dict[str, Any]:
    subjects = [{**asdict(one), "problems": [found.message for found in one.findings]} for one in sheet.subjects]
    return {"day": sheet.day, "days": list(sheet.days), "revision": sheet.revision, "subjects": subjects}
