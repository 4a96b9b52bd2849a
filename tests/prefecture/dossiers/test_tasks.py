"""Tasks: whose they are, taking and giving back, two agents at once, two persons for one decision."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import event, text

from prefecture.dossiers import queries, service
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work

COMPLETE = {"conclusion": "complet"}
INCOMPLETE = {"conclusion": "incomplet", "message": "Il manque une page."}


def claim(world: Any, actor: Any, task_id: str) -> None:
    with unit_of_work():
        service.claim_task(actor, task_id)


def test_a_task_taken_by_a_colleague_is_not_done_by_another(world: Any) -> None:
    task_id = world.task(world.filed(), "verifier")
    claim(world, world.claire, task_id)
    claim(world, world.claire, task_id)
    with pytest.raises(Conflict, match="prise par Claire Petit"):
        claim(world, world.denis, task_id)
    with pytest.raises(Conflict, match="prise par Claire Petit"):
        world.complete(world.denis, task_id, COMPLETE)
    world.complete(world.claire, task_id, COMPLETE)


def test_a_task_given_back_is_anybodys_again(world: Any) -> None:
    task_id = world.task(world.filed(), "verifier")
    claim(world, world.claire, task_id)
    with pytest.raises(Conflict), unit_of_work():
        service.release_task(world.denis, task_id)
    with unit_of_work():
        service.release_task(world.claire, task_id)
    claim(world, world.denis, task_id)
    assert queries.task(task_id, world.denis).task.assignee == "Denis Roux"


def test_the_head_of_service_may_take_a_task_from_who_holds_it(world: Any) -> None:
    view = world.filed()
    task_id = world.task(view, "verifier")
    claim(world, world.claire, task_id)
    head = world.agent("helene", "Hélène Noir", ["chef_de_service"])
    with unit_of_work():
        service.assign_task(head, task_id, world.denis.id)
    assert queries.task(task_id, world.denis).task.assignee == "Denis Roux"
    with pytest.raises(Forbidden), unit_of_work():
        service.assign_task(world.claire, task_id, world.claire.id)
    with pytest.raises(Invalid), unit_of_work():
        service.assign_task(head, task_id, world.foreign.id)


def test_who_checked_does_not_approve(world: Any) -> None:
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), COMPLETE)
    with unit_of_work():
        service.send_message(view.id, "avis", {})
    task_id = world.task(view, "approuver")
    with pytest.raises(Forbidden, match="un autre agent"):
        world.complete(world.claire, task_id, {"accord": True})
    world.complete(world.denis, task_id, {"accord": True})


def test_a_dossier_that_moved_meanwhile_is_a_conflict_that_says_who_and_when(world: Any) -> None:
    view = world.filed()
    task_id = world.task(view, "verifier")
    read = queries.task(task_id, world.denis).dossier.revision
    world.complete(world.claire, task_id, INCOMPLETE)
    world.complete(world.amina, world.task(view, "completer"), {"piece": [world.document(world.amina)]})
    again = world.task(view, "verifier")
    with pytest.raises(Conflict, match="par l’usager") as refused:
        world.complete(world.denis, again, COMPLETE, revision=read)
    assert refused.value.code == "dossier-modifie"
    world.complete(world.denis, again, COMPLETE, revision=read + 2)


def test_answers_that_no_question_asks_are_refused(world: Any) -> None:
    task_id = world.task(world.filed(), "verifier")
    with pytest.raises(Invalid) as refused:
        world.complete(world.claire, task_id, {**COMPLETE, "decision": "accepter"})
    assert list(refused.value.fields) == ["decision"]
    with pytest.raises(Invalid):
        world.complete(world.claire, task_id, {**COMPLETE, "typename": "x"})


def test_a_citizens_task_takes_their_document_and_no_other(world: Any) -> None:
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), INCOMPLETE)
    task_id = world.task(view, "completer")
    (mine,) = queries.tasks(world.amina).items
    assert mine.id == task_id
    before = queries.dossier(view.number, world.amina).revision
    with pytest.raises(NotFound):
        world.complete(world.amina, task_id, {"piece": [world.document(world.boris)]})
    with pytest.raises(Invalid):
        world.complete(world.amina, task_id, {"piece": ["not-an-id"]})
    assert queries.dossier(view.number, world.amina).revision == before
    document = world.document(world.amina)
    world.complete(world.amina, task_id, {}, documents={"complement": [document]})
    assert queries.data(view.number, world.claire)["complement"] == {"piece": [document]}
    assert queries.tasks(world.amina).items == ()


def test_only_one_of_two_agents_who_click_at_once_wins(any_world: Any) -> None:
    view = any_world.filed()
    task_id = any_world.task(view, "verifier")
    results: list[str] = []
    start = threading.Barrier(4)

    def click(actor: Any) -> None:
        with any_world.app.app_context():
            start.wait()
            try:
                any_world.complete(actor, task_id, COMPLETE)
                results.append("done")
            except Conflict:
                results.append("conflict")
            db.session.remove()

    threads = [threading.Thread(target=click, args=[actor]) for actor in (any_world.claire, any_world.denis) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict", "conflict", "conflict", "done"]
    db.session.rollback()
    assert len([one for one in queries.history(view.number, any_world.claire) if one.kind == "task_done"]) == 1


def test_a_hundred_rounds_cost_the_last_what_the_first_cost(world: Any) -> None:
    """Nothing that a completion reads or writes grows with what was done before."""
    view = world.filed()
    world.complete(world.claire, world.task(view, "verifier"), INCOMPLETE)
    document = world.document(world.amina)

    def a_round() -> tuple[int, int]:
        statements: list[str] = []

        def count(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            if "demarche_suspension" not in statement:  # asked again every other second, whoever works
                statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", count)
        world.complete(world.amina, world.task(view, "completer"), {"piece": [document]})
        world.complete(world.claire, world.task(view, "verifier"), INCOMPLETE)
        event.remove(db.engine, "before_cursor_execute", count)
        state = db.session.execute(text("SELECT length(state) FROM dossier")).scalar_one()
        return len(statements), int(state)

    a_round()
    first = a_round()
    for _ in range(97):
        a_round()
    last = a_round()
    assert last[0] == first[0]
    assert last[1] <= first[1] * 1.3
