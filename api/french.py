"""marshmallow's messages in French, and the strict base schema of all request bodies."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

_MESSAGES: dict[type[fields.Field[Any]], dict[str, str]] = {
    fields.Field: {
        "required": "Ce champ est nécessaire.",
        "null": "Ce champ ne peut pas être vide.",
        "validator_failed": "Cette valeur n’est pas acceptée.",
    },
    fields.String: {"invalid": "Un texte est attendu.", "invalid_utf8": "Ce texte n’est pas de l’UTF-8 valide."},
    fields.UUID: {"invalid_uuid": "Cet identifiant n’a pas la forme attendue (UUID)."},
    fields.Integer: {"invalid": "Un nombre entier est attendu.", "too_large": "Ce nombre est trop grand."},
    fields.Number: {"invalid": "Un nombre est attendu.", "too_large": "Ce nombre est trop grand."},
    fields.Boolean: {"invalid": "Vrai ou faux est attendu."},
    fields.DateTime: {
        "invalid": "Une date et une heure au format ISO 8601 sont attendues.",
        "invalid_awareness": "La date et l’heure doivent porter leur décalage horaire.",
        "format": "La date et l’heure ne s’écrivent pas ainsi.",
    },
    fields.Date: {"invalid": "Une date au format AAAA-MM-JJ est attendue.", "format": "La date ne s’écrit pas ainsi."},
    fields.List: {"invalid": "Une liste est attendue."},
    fields.Nested: {"type": "Un objet est attendu."},
    fields.Mapping: {"invalid": "Un objet est attendu."},
}


def speak_french() -> None:
    """Give marshmallow's field classes their French messages (once, at start)."""
    for kind, messages in _MESSAGES.items():
        kind.default_error_messages = {**kind.default_error_messages, **messages}
    Schema.error_messages = {}
    for schema_class in (Schema, RequestSchema):
        schema_class._default_error_messages = {
            "type": "Un objet est attendu.",
            "unknown": "Ce champ n’est pas connu ici.",
            "string_collection": "Une liste de textes est attendue.",
        }


class RequestSchema(Schema):
    """What a caller sends: unknown fields are refused, so that a typing mistake is never swallowed."""

    class Meta:
        unknown = RAISE


def length(shortest: int, longest: int) -> validate.Length:
    """A text's length, with its French sentence."""
    return validate.Length(shortest, longest, error=f"Entre {shortest} et {longest} caractères sont attendus.")


def one_of(*choices: str) -> validate.OneOf:
    """One of a few words, with its French sentence."""
    return validate.OneOf(choices, error="Une de ces valeurs est attendue : " + ", ".join(choices) + ".")
