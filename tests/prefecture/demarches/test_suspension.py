"""A version, or one element, held and resumed: nothing goes on there meanwhile, and nothing is lost."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from prefecture.demarches import queries as demarches
from prefecture.demarches import suspension
from prefecture.demarches.suspension import DemarcheSuspended, SuspensionView
from prefecture.dossiers import queries
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work
from tests.api.caller import Caller
from tests.town import TSE, Town, sqlite_town, town  # noqa: F401 (fixtures)

PIECES = ("passeport", "titre_actuel", "photo", "domicile")
VALID: dict[str, dict[str, str]] = {code: {"etat": "valide"} for code in PIECES}
COMPLETE = {"conclusion": "complet", "pieces": VALID}


def suspend(town: Town, element: str = "") -> SuspensionView:  # noqa: F811
    ana = town.actor("ana")
    with town.app.app_context(), unit_of_work():
        return suspension.suspend(ana, demarches.current(TSE).id, "Erreur dans la table.", element)


def resume(town: Town, held: SuspensionView) -> None:  # noqa: F811
    ana = town.actor("ana")
    with town.app.app_context(), unit_of_work():
        suspension.resume(ana, held.id)


def elements(town: Town, number: str) -> list[str]:  # noqa: F811
    with town.app.app_context():
        return sorted(one.element for one in queries.open_tasks(number, Actor.system()))


def test_a_held_version_takes_no_new_dossier_and_loses_nothing(town: Town) -> None:  # noqa: F811
    amina = Caller(town.app, "amina")
    held = suspend(town)
    refused = amina.post("/dossiers", amina.filing())
    assert refused.status_code == 409
    assert "suspendue" in refused.json["detail"]
    assert "Rien n’est perdu" in refused.json["detail"]
    resume(town, held)
    assert amina.post("/dossiers", amina.filing()).status_code == 201


def test_effects_wait_while_their_version_is_held_and_are_done_afterwards(town: Town) -> None:  # noqa: F811
    number = Caller(town.app, "amina").file()  # its attestation is due, and not yet made
    held = suspend(town)
    town.drain()
    assert elements(town, number) == []
    with town.app.app_context():
        waiting = db.session.scalars(select(DueWork).where(DueWork.kind == "depot.attester")).one()
        assert (waiting.status, waiting.attempts) == ("ready", 0)
    resume(town, held)
    town.later(minutes=6)
    assert elements(town, number) == ["verifier_completude"]


def test_a_task_of_a_held_element_is_refused_and_the_others_go_on(town: Town) -> None:  # noqa: F811
    number = Caller(town.app, "amina").file()
    town.drain()
    claire = Caller(town.app, "claire")
    held = suspend(town, "verifier_completude")
    refused = claire.complete(number, "verifier_completude", COMPLETE)
    assert refused.status_code == 409
    assert "suspendue" in refused.json["detail"]
    resume(town, held)
    suspend(town, "autoriser_convocation")
    assert claire.complete(number, "verifier_completude", COMPLETE).status_code == 200
    town.drain()
    assert elements(town, number) == ["autoriser_convocation"]


def test_a_timer_at_the_edge_of_a_held_element_waits_and_fires_afterwards(town: Town) -> None:  # noqa: F811
    number = Caller(town.app, "amina").file()
    town.drain()
    expired = VALID | {"domicile": {"etat": "refusee", "motif": "perime"}}
    asked = {"conclusion": "complement", "delai_jours": 30, "pieces": expired}
    assert Caller(town.app, "claire").complete(number, "verifier_completude", asked).status_code == 200
    town.drain()
    assert elements(town, number) == ["deposer_complement"]
    held = suspend(town, "deposer_complement")
    town.later(days=32)
    assert elements(town, number) == ["deposer_complement"]
    resume(town, held)
    town.later(minutes=6)
    assert elements(town, number) != ["deposer_complement"]


def test_who_holds_what_and_why_is_kept(town: Town) -> None:  # noqa: F811
    held = suspend(town)
    with town.app.app_context():
        assert suspension.suspensions(TSE) == [held]
    resume(town, held)
    with town.app.app_context():
        past = suspension.suspensions(TSE)[0]
    assert (past.reason, past.by, past.ended_by) == ("Erreur dans la table.", "Ana Lopez", "Ana Lopez")
    assert past.ended_at == clock.now()


def test_only_analysts_hold_and_only_once_and_with_a_reason(town: Town) -> None:  # noqa: F811
    claire, ana = town.actor("claire"), town.actor("ana")
    held = suspend(town)
    with town.app.app_context():
        version = demarches.current(TSE).id
        with pytest.raises(Forbidden), unit_of_work():
            suspension.suspend(claire, version, "Parce que.")
        with pytest.raises(Invalid), unit_of_work():
            suspension.suspend(ana, version, " ", "verifier_completude")
        with pytest.raises(Conflict), unit_of_work():
            suspension.suspend(ana, version, "Encore.")
        with pytest.raises(NotFound), unit_of_work():
            suspension.suspend(ana, version, "Parce que.", "nulle_part")
        with unit_of_work():
            suspension.resume(ana, held.id)
        with pytest.raises(Conflict), unit_of_work():
            suspension.resume(ana, held.id)
        with pytest.raises(NotFound), unit_of_work():
            suspension.resume(ana, uuid.uuid4())


def test_another_process_learns_of_it_within_seconds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    held = suspend(town)
    with town.app.app_context():
        with pytest.raises(DemarcheSuspended):
            suspension.refuse_if_held(held.version_id)
        with unit_of_work():  # as another process would: nothing here is told of it
            row = db.session.get_one(suspension.Suspension, held.id)
            row.ended_at = clock.now() + timedelta(0)
        with pytest.raises(DemarcheSuspended):
            suspension.refuse_if_held(held.version_id)
        monkeypatch.setattr(suspension, "BELIEVED_SECONDS", 0.0)
        suspension.refuse_if_held(held.version_id)
