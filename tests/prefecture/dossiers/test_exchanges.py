"""Messages beside the process: sealed, read by who may, answered or closed, paced, and gone with the dossier."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from prefecture.dossiers import exchanges, journal, queries, service
from prefecture.dossiers.models import DossierMessage
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Invalid, NotFound, TooMany
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications
from tests.prefecture.dossiers.conftest import World


def write(actor: Actor, view: queries.DossierView, text: str) -> None:
    with unit_of_work():
        exchanges.write(actor, view.number, text)


def said(view: queries.DossierView, actor: Actor) -> list[tuple[str, str, bool]]:
    return [(one.by, one.text, one.open) for one in exchanges.thread(view.number, actor)]


def test_a_citizen_writes_an_agent_answers_and_a_mail_says_only_that(any_world: World) -> None:
    world = any_world
    view = world.filed()
    write(world.amina, view, "  Mon adresse change le 3 mai.\r\nQue dois-je faire ?  ")
    assert said(view, world.claire) == [("", "Mon adresse change le 3 mai.\nQue dois-je faire ?", True)]
    assert [one.number for one in exchanges.waiting(world.claire)] == [view.number]
    write(world.claire, view, "Envoyez le nouveau bail.")
    assert [(by, is_open) for by, _, is_open in said(view, world.amina)] == [("", False), (world.claire.name, False)]
    assert exchanges.waiting(world.claire) == []
    mail = notifications.of_dossier(view.id)[-1]
    assert mail.subject == "Le service vous a répondu"
    assert view.number in mail.text
    assert "bail" not in mail.text
    assert [one.kind for one in queries.history(view.number, world.claire)][-2:] == ["message_written"] * 2
    assert journal.verify()[1] is None


def test_what_is_written_lies_sealed_and_goes_with_the_dossier(world: World) -> None:
    view = world.filed()
    write(world.amina, view, "Un mot très personnel.")
    row = db.session.scalars(select(DossierMessage)).one()
    assert b"personnel" not in row.sealed
    with unit_of_work():
        service.withdraw(world.amina, view.number, "Je pars.")
    with unit_of_work():
        service.erase(view.id)
    assert db.session.scalars(select(DossierMessage)).all() == []
    assert exchanges.thread(view.number, Actor.system()) == []


def test_nobody_else_reads_or_writes(world: World) -> None:
    view = world.filed()
    for stranger in (world.boris, world.foreign):
        with pytest.raises(NotFound):
            exchanges.thread(view.number, stranger)
        with pytest.raises(NotFound):
            write(stranger, view, "Bonjour")
    with pytest.raises(NotFound), unit_of_work():
        exchanges.close(world.amina, view.number)


def test_what_cannot_be_sent_says_why(world: World) -> None:
    view = world.filed()
    for text in ("", "  \n ", "x" * 4001, "a\x00b"):
        with pytest.raises(Invalid):
            write(world.amina, view, text)
    for number in range(exchanges.MOST_A_DAY):
        write(world.amina, view, f"Message {number}")
    with pytest.raises(TooMany):
        write(world.amina, view, "Encore")
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        write(world.amina, view, "Le lendemain")


def test_an_agent_may_say_that_no_answer_is_needed(world: World) -> None:
    view = world.filed()
    with pytest.raises(Conflict), unit_of_work():
        exchanges.close(world.claire, view.number)
    write(world.amina, view, "Merci beaucoup.")
    with unit_of_work():
        exchanges.close(world.claire, view.number)
    assert said(view, world.amina) == [("", "Merci beaucoup.", False)]
    assert queries.history(view.number, world.claire)[-1].kind == "message_handled"
