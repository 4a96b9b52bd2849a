"""A citizen's hand on their appointment: booked, moved or cancelled, and the process told in the same unit of work.

The dossier is locked before its convocation, as the actions of a process lock them: nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from prefecture.agenda import queries as agenda_queries
from prefecture.agenda import service as agenda
from prefecture.agenda.convocations import Which
from prefecture.agenda.queries import ConvocationView, RdvView
from prefecture.dossiers import service as dossiers

BOOKED: Final = "creneau_reserve"
MOVED: Final = "creneau_deplace"
CANCELLED: Final = "creneau_annule"
# What the messages carry, for who draws (FEEL types).
CARRIED: Final[Mapping[str, str]] = {"reservation": "context"}


def book(which: Which, starts_at: datetime, *, by_agent: bool = False) -> RdvView:
    """Book that start, or move what is booked to it. Raises as `agenda.book` and `agenda.move`."""
    held = _locked(which, by_agent=by_agent).rdv
    if held is not None and held.status != "retenu":
        return move(which, starts_at, by_agent=by_agent)
    rdv = agenda.book(which, starts_at, by_agent=by_agent)
    _tell(BOOKED, rdv)
    return rdv


def move(which: Which, starts_at: datetime, *, by_agent: bool = False) -> RdvView:
    """Move what is booked. Raises as `agenda.move`."""
    _locked(which, by_agent=by_agent)
    rdv = agenda.move(which, starts_at, by_agent=by_agent)
    _tell(MOVED, rdv)
    return rdv


def cancel(which: Which, *, by_agent: bool = False) -> RdvView:
    """Give the slot back; the link stays good for another choice. Raises as `agenda.cancel`."""
    _locked(which, by_agent=by_agent)
    rdv = agenda.cancel(which, by_agent=by_agent)
    if rdv.status != "expire":  # letting a hold go is no cancellation: the process never heard of it
        _tell(CANCELLED, rdv)
    return rdv


def _locked(which: Which, *, by_agent: bool) -> ConvocationView:
    """The convocation as it stands once its dossier is locked: what was read before the wait may be over."""
    dossiers.lock(agenda_queries.convocation(which, by_agent=by_agent).dossier_id)
    return agenda_queries.convocation(which, by_agent=by_agent)


def _tell(message: str, rdv: RdvView) -> None:
    """The same change told twice is told once: its key is the appointment and its sequence."""
    key = f"{message}:{rdv.id}:{rdv.sequence}"
    dossiers.send_message(rdv.dossier_id, message, {"reservation": dict(rdv.variables())}, key=key)
