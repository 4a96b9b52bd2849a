"""A dossier from its filing to its end, and what refuses to happen twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prefecture.dossiers import queries, service
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work

COMPLETE = {"conclusion": "complet"}


def test_a_filed_dossier_asks_its_first_effect_and_then_opens_its_first_task(world: Any) -> None:
    view = world.submit()
    assert view.number.startswith("ESS-94-26-000001-")
    assert (view.statut, view.revision) == ("en_construction", 1)
    assert queries.open_tasks(view.number, world.claire) == []
    world.drain()
    assert world.done == ["accuser:Renouveler"]
    (task,) = queries.open_tasks(view.number, world.claire)
    assert (task.element, task.lane, task.etape, task.file) == ("verifier", "instructeur", "completude", "a_verifier")
    assert task.person is not None
    assert task.person.name == "Amina El Kébir"
    assert task.card == {"label": "Étape controle", "meaning": "Ce que cela veut dire.", "actor": "prefecture"}


def test_a_task_is_due_at_the_end_of_its_day_in_the_prefecture(world: Any) -> None:
    view = world.filed()
    (task,) = queries.open_tasks(view.number, world.claire)
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2026-12-03T22:59:59+00:00"
    assert not task.late


def test_a_dossier_goes_through_its_tasks_to_its_end(any_world: Any) -> None:
    view = any_world.filed()
    any_world.complete(any_world.claire, any_world.task(view, "verifier"), COMPLETE)
    with unit_of_work():
        assert service.send_message(view.id, "avis", {"favorable": True})
    outcome = any_world.complete(any_world.denis, any_world.task(view, "approuver"), {"accord": True})
    assert outcome.finished
    assert queries.dossier(view.number, any_world.amina).finished_at is not None
    assert [entry.kind for entry in queries.history(view.number, any_world.claire)][:3] == [
        "filed",
        "effect_answered",
        "task_done",
    ]
    data = queries.data(view.number, any_world.claire)
    assert data["controle"] == {"conclusion": "complet"}
    assert str(data["demande"]["le"]) == "2026-11-01"


def test_a_second_click_is_a_conflict_that_names_the_first(any_world: Any) -> None:
    view = any_world.filed()
    task_id = any_world.task(view, "verifier")
    any_world.complete(any_world.claire, task_id, COMPLETE)
    with pytest.raises(Conflict, match="déjà été traitée par Claire Petit, le 23/11/2026 à 10:00"):
        any_world.complete(any_world.denis, task_id, COMPLETE)
    assert len([e for e in queries.history(view.number, any_world.claire) if e.kind == "task_done"]) == 1


def test_wrong_answers_name_their_fields_and_leave_nothing(world: Any) -> None:
    view = world.filed()
    task_id = world.task(view, "verifier")
    with pytest.raises(Invalid) as refused:
        world.complete(world.claire, task_id, {"conclusion": "incomplet"})
    assert list(refused.value.fields) == ["message"]
    assert queries.dossier(view.number, world.claire).revision == 2
    assert world.task(view, "verifier") == task_id


def test_who_may_not_see_a_dossier_does_not_learn_that_it_exists(world: Any) -> None:
    view = world.filed()
    task_id = world.task(view, "verifier")
    for stranger in (world.boris, world.foreign):
        with pytest.raises(NotFound):
            world.complete(stranger, task_id, COMPLETE)
        with pytest.raises(NotFound):
            queries.dossier(view.number, stranger)
        with pytest.raises(NotFound):
            queries.task(task_id, stranger)
        with pytest.raises(NotFound):
            queries.history(view.number, stranger)


def test_a_citizen_does_not_do_an_agents_task(world: Any) -> None:
    view = world.filed()
    with pytest.raises(Forbidden):
        world.complete(world.amina, world.task(view, "verifier"), COMPLETE)


def test_a_task_that_was_due_with_the_legal_delay_is_due_with_the_new_one(any_world: Any) -> None:
    view = any_world.filed()
    (task,) = queries.open_tasks(view.number, any_world.claire)
    assert task.due_at is not None
    with unit_of_work():
        service.set_deadline(view.id, task.due_at)
    with unit_of_work():  # a complement is asked for: the clock of silence stands still
        service.set_deadline(view.id, task.due_at + timedelta(days=30), suspended=True)
    (moved,) = queries.open_tasks(view.number, any_world.claire)
    assert moved.due_at == task.due_at + timedelta(days=30)
    with unit_of_work():
        service.set_deadline(view.id, None)
    (free,) = queries.open_tasks(view.number, any_world.claire)
    assert free.due_at is None
