"""Errors that a person may be shown: a French sentence, a status, and the fields concerned.

Services raise them; the faces translate them in one file each. Anything else that is raised is a bug
and becomes a 500 without details.
"""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """What the person asked cannot be done; `message` is French and safe to show."""

    status = 400
    code = "demande-incorrecte"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: Mapping[str, str] = dict(fields or {})
        if code is not None:
            self.code = code


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is not known."""

    status = 401
    code = "non-authentifie"


class Forbidden(DomainError):
    """The person is known and may not do this; only said where the thing's existence is no secret."""

    status = 403
    code = "interdit"


class NotFound(DomainError):
    """There is no such thing, or it is not this person's to see."""

    status = 404
    code = "introuvable"

    def __init__(self, message: str = "Cette page ou cet élément n’existe pas.", **more: str) -> None:
        super().__init__(message, **more)  # type: ignore[arg-type]


class Conflict(DomainError):
    """Somebody was faster: already done, already taken, changed meanwhile."""

    status = 409
    code = "conflit"


class Gone(DomainError):
    """The link or the thing was valid once and no longer is."""

    status = 410
    code = "expire"


class TooLarge(DomainError):
    """What was sent exceeds the size allowed."""

    status = 413
    code = "trop-volumineux"


class WrongType(DomainError):
    """The content sent is of a kind that is not accepted."""

    status = 415
    code = "type-refuse"


class Invalid(DomainError):
    """Some fields are wrong; `fields` maps each dotted path to a French sentence."""

    status = 422
    code = "champs-invalides"

    def __init__(self, fields: Mapping[str, str], message: str = "Certaines réponses sont à corriger.") -> None:
        super().__init__(message, fields=fields)


class TooMany(DomainError):
    """Too many tries in too short a time; `retry_after` in seconds."""

    status = 429
    code = "trop-de-tentatives"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """The database is away, full or too busy: nobody's fault, and it passes. `retry_after` in seconds."""

    status = 503
    code = "indisponible"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
