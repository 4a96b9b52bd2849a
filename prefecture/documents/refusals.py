"""How a file is refused: one sentence why and what to do, told for the field that the file was given in."""

from __future__ import annotations

from prefecture.kernel.errors import Invalid


def invalid(message: str, code: str) -> Invalid:
    """A refusal of the field `fichier` with status 422 and its own code."""
    error = Invalid({"fichier": message}, message)
    error.code = code
    return error
