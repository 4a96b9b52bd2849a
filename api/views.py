"""What the API shows of the desks' views: one marshmallow schema a noun."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields


class PersonSchema(Schema):
    """Who filed a dossier."""

    family_name = fields.String()
    given_names = fields.String()
    birth_date = fields.Date(allow_none=True)


class DossierSchema(Schema):
    """A dossier: what it is and where it stands."""

    id = fields.UUID()
    number = fields.String()
    demarche_code = fields.String()
    title = fields.String()
    statut = fields.String(
        metadata={"description": "brouillon, en_construction, en_instruction, accepte, refuse, sans_suite"}
    )
    etape = fields.String(allow_none=True, metadata={"description": "completude, convocation, decision, remise"})
    file = fields.String(allow_none=True)
    prefecture = fields.String()
    zone = fields.String()
    service_id = fields.UUID()
    person = fields.Nested(PersonSchema, allow_none=True)
    revision = fields.Integer()
    filed_at = fields.DateTime()
    silence_at = fields.DateTime(allow_none=True)
    suspended = fields.Boolean()
    finished_at = fields.DateTime(allow_none=True)
    archived_at = fields.DateTime(allow_none=True)


class TaskSchema(Schema):
    """Something that somebody has to do: an agent, or the citizen."""

    id = fields.String()
    number = fields.String()
    demarche_code = fields.String()
    title = fields.String()
    person = fields.Nested(PersonSchema, allow_none=True)
    element = fields.String()
    name = fields.String()
    lane = fields.String(allow_none=True)
    form = fields.String(allow_none=True)
    etape = fields.String(allow_none=True)
    file = fields.String(allow_none=True)
    statut = fields.String()
    status = fields.String()
    revision = fields.Integer()
    assignee = fields.String(allow_none=True)
    opened_at = fields.DateTime()
    due_at = fields.DateTime(allow_none=True)
    late = fields.Boolean()
    card = fields.Dict(keys=fields.String(), values=fields.Raw())


class DocumentSchema(Schema):
    """A pièce or a letter."""

    id = fields.UUID()
    kind = fields.String()
    code = fields.String(allow_none=True, metadata={"description": "Code de la pièce ou du courrier"})
    title = fields.String()
    filename = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    status = fields.String()
    pages = fields.Integer()
    created_at = fields.DateTime()


class HistorySchema(Schema):
    """One fact of the journal."""

    seq = fields.Integer()
    at = fields.DateTime()
    actor_kind = fields.String()
    actor_name = fields.String()
    kind = fields.String()
    element = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    values = fields.Dict(keys=fields.String(), values=fields.Raw(), allow_none=True)
    hash = fields.String()


class SlotSchema(Schema):
    """A start that can be booked."""

    starts_at = fields.DateTime()
    local = fields.String()


class RdvSchema(Schema):
    """An appointment."""

    id = fields.UUID()
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    status = fields.String()
    purpose = fields.String()


def listed(item: type[Schema]) -> type[Schema]:
    """The schema of a page of `item`."""
    name = item.__name__.removesuffix("Schema")
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(item)),
        "next_cursor": fields.String(allow_none=True),
    }
    return type(f"{name}ListSchema", (Schema,), {**members, "__doc__": f"A page of {name}."})
