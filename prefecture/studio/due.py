"""What a changed draft makes due: its scenarios, played once the hand has rested a moment."""

from __future__ import annotations

import uuid
from datetime import timedelta

from prefecture.kernel import clock, outbox

TRIALS = "studio.trials"
REST = timedelta(seconds=2)


def trials_after(draft_id: uuid.UUID, revision: int) -> None:
    """Have the scenarios of a draft played as it stands at `revision`; a later change makes this one idle."""
    key = f"{TRIALS}:{draft_id}:{revision}"
    outbox.post(TRIALS, key, {}, key_id=None, run_at=clock.now() + REST, priority=outbox.LEAST_URGENT)
