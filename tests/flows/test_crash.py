"""A worker dies between the PDF and the mail: another takes its work over, and one letter and one mail go out."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from prefecture.kernel import clock, outbox, settings
from prefecture.kernel.outbox import LEASE
from tests.flows.told import begin
from tests.town import Town

ROOT = Path(__file__).parents[2]
KILLED = 9
# A worker of its own, which dies without a word where it is told to.
WORKER = """
import os, sys
from datetime import datetime
import wsgi
from prefecture.kernel import clock, outbox, unit_of_work, worker
from prefecture.documents import pdf
from prefecture.notifications import service as notifications

def die(*_, **__):
    os._exit(9)

where, moment = sys.argv[1], datetime.fromisoformat(sys.argv[2])
app = wsgi.create_app()
if where == "before the letter is printed":
    pdf.render_letter = die
elif where == "between the letter and the mail":
    notifications.queue_mail = die
elif where == "when all is written and nothing committed":
    outbox.Work.done = die
elif where == "just after the commit":
    kept = outbox.deliver
    def deliver(work):
        kept(work)
        die()
    outbox.deliver = deliver
with clock.frozen(moment):
    worker.drain(app)
"""
POINTS = (
    "before the letter is printed",
    "between the letter and the mail",
    "when all is written and nothing committed",
    "just after the commit",
)


def dies(town: Town, where: str) -> None:
    """A worker process begins the town's due work and dies there."""
    chosen = settings.current()
    environment = {
        **os.environ,
        "DATABASE_URL": chosen.database_url,
        "PLANIPREF_HOME": str(chosen.home),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", WORKER, where, clock.now().isoformat()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == KILLED, done.stderr


@pytest.mark.parametrize("where", POINTS)
def test_whatever_the_instant_one_letter_and_one_mail_go_out(town: Town, where: str) -> None:
    _one_of_each(town, where)


@pytest.mark.postgresql
@pytest.mark.parametrize("where", POINTS[1:2])
def test_on_postgresql_too(any_town: Town, where: str) -> None:
    _one_of_each(any_town, where)


def _one_of_each(town: Town, where: str) -> None:
    story = begin(town)
    story.number = story.amina.file()
    dies(town, where)
    town.drain()
    if where != POINTS[-1]:  # its lease still runs: nobody touches the work
        assert town.letters(story.number) == []
        assert town.sent(story.number) == []
    with clock.frozen(clock.now() + LEASE + timedelta(seconds=1)):
        town.drain()
    assert town.letters(story.number) == ["attestation_depot"]
    assert town.sent(story.number) == ["Votre demande est enregistrée"]
    assert story.claire.task(story.number, "verifier_completude")
    with town.app.app_context():
        counts = outbox.counts()
    assert (counts["running"], counts["incident"]) == (0, 0)
