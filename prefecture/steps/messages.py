"""The messages that the desks send to a dossier's process: what a drawing may await without waiting for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prefecture.dossiers.service import RETURN, WITHDRAWAL
from prefecture.steps.appointments import BOOKED, CANCELLED, CARRIED, MOVED

# Name → what it carries (FEEL types).
MESSAGES: Final[Mapping[str, Mapping[str, str]]] = {
    BOOKED: CARRIED,
    MOVED: CARRIED,
    CANCELLED: CARRIED,
    WITHDRAWAL: {"motif_retrait": "string"},
    RETURN: {"message": "string"},
}
