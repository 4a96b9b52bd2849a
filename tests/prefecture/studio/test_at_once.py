"""Two analysts at the very same moment, on both databases: one text is written, the other is kept, none is lost."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime

import pytest
from flask import Flask

from prefecture.identity.permissions import Actor
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, service
from prefecture.studio.service import Saved
from tests.prefecture.studio.conftest import furnish

README = "LISEZMOI.md"


@pytest.fixture
def studio(any_app: Flask, frozen_clock: datetime) -> Flask:
    furnish()
    return any_app


def test_of_two_texts_written_at_once_one_stands_and_the_other_is_kept(
    studio: Flask, ana: Actor, bob: Actor, draft: uuid.UUID
) -> None:
    _, read = queries.content(draft, README)
    together = threading.Barrier(2)
    answers: dict[bytes, Saved] = {}

    def write(actor: Actor, text: bytes) -> None:
        with studio.app_context():
            together.wait(20)
            with unit_of_work():
                answers[text] = service.save_file(actor, draft, README, text, read)
            db.session.remove()

    hands = [threading.Thread(target=write, args=pair) for pair in ((ana, b"# Ana"), (bob, b"# Bob"))]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    db.session.rollback()
    stands = queries.content(draft, README)[0]
    (late,) = [answers[text].refused for text in answers if text != stands]
    assert answers[stands].refused is None
    assert late is not None
    assert {stands, queries.milestone_files(draft, late.milestone)[README]} == {b"# Ana", b"# Bob"}


def test_a_history_is_kept_held_and_brought_back(ana: Actor, bob: Actor, draft: uuid.UUID) -> None:
    before, read = queries.content(draft, README)
    with unit_of_work():
        service.edit(ana, draft)
    with unit_of_work():
        assert not service.edit(bob, draft).mine
    with unit_of_work():
        service.save_file(ana, draft, README, b"# Un", read)
        service.comment(bob, draft, "Trop court.", path=README)
    with unit_of_work():
        service.restore(ana, draft, queries.milestones(draft)[-1].number)
    assert queries.content(draft, README)[0] == before
    assert [one.code for one in queries.drafts()] == [queries.draft(draft).code]
