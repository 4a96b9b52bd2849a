"""Whether a letter that somebody shows was written here: its dossier's number and the code printed on it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from prefecture.dossiers import queries as dossiers
from prefecture.kernel.errors import NotFound
from prefecture.notifications import queries as notifications
from prefecture.steps.letters import verification_code


@dataclass(frozen=True, slots=True)
class Recognised:
    """A letter of ours: what it is and when it was written, nothing about the person."""

    title: str
    written_at: datetime


def recognise(number: str, code: str) -> Recognised | None:
    """The letter of that dossier which bears this code, None if there is none. Faces count the tries."""
    try:
        dossier = dossiers.by_number(number)
    except NotFound:
        return None
    typed = "".join(sign for sign in code.upper() if sign.isalnum())
    for one in notifications.of_dossier(dossier.id):
        printed = verification_code(one.key).replace("-", "")
        if one.kind == "courrier" and hmac.compare_digest(printed, typed):
            return Recognised(one.subject, one.created_at)
    return None
