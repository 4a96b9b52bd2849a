"""Making the actions known to the rest of the house: to the compiler, to the worker, to the letters' check."""

from __future__ import annotations

from prefecture.demarches import service as demarches
from prefecture.documents import queries as documents
from prefecture.kernel import outbox
from prefecture.notifications import service as notifications
from prefecture.steps.actions import ACTIONS, TABLE, simulated
from prefecture.steps.letters import TAGS
from prefecture.steps.messages import MESSAGES
from prefecture.steps.running import handler


def register() -> None:
    """Enter every action, tag and message and the reader of attachments (composition root); doing it twice is once."""
    demarches.register_actions(TABLE)
    demarches.register_tags(TAGS)
    demarches.register_simulation(simulated)
    demarches.register_messages(MESSAGES)
    notifications.read_with(documents.download)
    known = outbox.handlers()
    for name, action in ACTIONS.items():
        if name not in known:
            outbox.handler(name)(handler(action))
