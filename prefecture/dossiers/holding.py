"""Which due work of a dossier waits because its version, or the element that it is for, is held.

An element is held with the events at its edge. Asked before each try; while nothing is held anywhere it costs nothing.
"""

from __future__ import annotations

from engine import runtime
from engine.compiling import xml
from prefecture.demarches import queries as demarches
from prefecture.demarches import suspension
from prefecture.demarches.suspension import WHOLE
from prefecture.demarches.version import Version
from prefecture.dossiers.advance import TIMER
from prefecture.dossiers.held import place
from prefecture.dossiers.models import Dossier
from prefecture.kernel import clock, keyring
from prefecture.kernel.db import db
from prefecture.kernel.outbox import Work

_KEY_PARTS = 3  # dossier:element:effect


def is_held(work: Work) -> bool:
    """Whether this work must wait: a timer or an effect of a dossier whose version, or whose element, is held."""
    if work.dossier_id is None or not suspension.anything_held():
        return False
    row = db.session.get(Dossier, work.dossier_id)
    held = suspension.held_elements(row.version_id) if row is not None else frozenset()
    if row is None or not held or not _belongs(work):
        return False
    if WHOLE in held:
        return True
    version = demarches.version(row.version_id)
    element = _timer_element(work, row, version) if work.kind == TIMER else work.key.split(":")[1]
    return element in held or _host(version, element) in held


def _belongs(work: Work) -> bool:
    """Whether it is the process's own: a timer, or an effect that the drawing asked for."""
    parts = work.key.split(":")
    return work.kind == TIMER or (len(parts) == _KEY_PARTS and parts[0] == str(work.dossier_id))


def _host(version: Version, element: str) -> str | None:
    """The element at whose edge an event stands."""
    for content in version.diagrams.values():
        for one in xml.parse(content).iter(xml.bpmn("boundaryEvent")):
            if one.get("id") == element:
                return xml.reference(one.get("attachedToRef"))
    return None


def _timer_element(work: Work, row: Dossier, version: Version) -> str:
    if row.state is None or row.key_id is None:
        return ""
    state = keyring.unseal(row.key_id, row.state, place(row.id))
    wanted = work.key.partition(":timer:")[2].rpartition("@")[0]
    shown = runtime.inspect(version.definition, state, now=clock.now())
    return next((one.element for one in shown.timers if one.id == wanted), "")
