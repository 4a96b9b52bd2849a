"""Making the actions known to the rest of the house: to the compiler, to the worker, to the letters' check."""

from __future__ import annotations

from prefecture.demarches import proofs as wanted
from prefecture.demarches import service as demarches
from prefecture.documents import queries as documents
from prefecture.kernel import outbox
from prefecture.notifications import service as notifications
from prefecture.steps import proofs
from prefecture.steps.actions import ACTIONS, TABLE, simulated
from prefecture.steps.letters import TAGS
from prefecture.steps.messages import MESSAGES
from prefecture.steps.running import handler


def register() -> None:
    """Enter actions, tags and messages, who proves letters, who reads attachments (composition root); twice is once."""
    demarches.register_actions(TABLE)
    demarches.register_tags(TAGS)
    demarches.register_simulation(simulated)
    demarches.register_messages(MESSAGES)
    wanted.register(proofs.proof, proofs.printed)
    notifications.read_with(documents.download)
    known = outbox.handlers()
    for name, action in ACTIONS.items():
        if name not in known:
            outbox.handler(name)(handler(action))
