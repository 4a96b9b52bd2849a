"""Lists: whose tasks, in which order, page by page; search by accents, beginnings, dates and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from prefecture.dossiers import queries, search, service
from prefecture.dossiers.queries import InboxFilter
from prefecture.kernel import clock
from prefecture.kernel.db import db
from prefecture.kernel.errors import Invalid
from prefecture.kernel.unit_of_work import unit_of_work


def numbers(page: Any) -> list[str]:
    return [item.number for item in page.items]


def test_the_most_urgent_stands_first_and_pages_follow_without_gap(any_world: Any) -> None:
    filed = []
    for _ in range(5):
        filed.append(any_world.filed().number)
        clock.move(timedelta(days=1))
    found, cursor = [], None
    while True:
        page = queries.inbox(any_world.claire, cursor=cursor, limit=2)
        found += numbers(page)
        cursor = page.cursor
        if cursor is None:
            break
    assert found == filed
    with pytest.raises(Invalid):
        queries.inbox(any_world.claire, cursor="nonsense")


def test_late_tasks_say_so_and_have_a_view(world: Any) -> None:
    late = world.filed()
    clock.move(timedelta(days=20))
    soon = world.filed()
    assert numbers(queries.inbox(world.claire, "late")) == [late.number]
    assert numbers(queries.inbox(world.claire)) == [late.number, soon.number]
    assert queries.counts(world.claire).late == 1


def test_views_and_counts_tell_mine_from_the_services(world: Any) -> None:
    first, second = world.filed(), world.filed(world.boris)
    with unit_of_work():
        service.claim_task(world.claire, world.task(first, "verifier"))
    assert numbers(queries.inbox(world.claire, "mine")) == [first.number]
    assert numbers(queries.inbox(world.claire, "unassigned")) == [second.number]
    counted = queries.counts(world.claire)
    assert (counted.mine, counted.service, counted.unassigned) == (1, 2, 1)
    assert counted.by_file == {"a_verifier": 2}
    assert counted.by_etape == {"completude": 2}


def test_another_service_another_lane_and_citizens_see_nothing(world: Any) -> None:
    world.filed()
    assert queries.inbox(world.foreign).items == ()
    assert queries.inbox(world.agent("ana", "Ana Vert", ["accueil"])).items == ()
    assert queries.counts(world.foreign).service == 0
    assert queries.tasks(world.boris).items == ()
    assert queries.dossiers_of_service(world.foreign).items == ()
    assert queries.dossiers_of_person(world.boris) == []


def test_filters_narrow_the_list(world: Any) -> None:
    view = world.filed()
    world.filed(world.boris)
    assert len(queries.inbox(world.claire, filters=InboxFilter(etape="completude")).items) == 2
    assert queries.inbox(world.claire, filters=InboxFilter(etape="decision")).items == ()
    assert queries.inbox(world.claire, filters=InboxFilter(statut="accepte")).items == ()
    assert numbers(queries.inbox(world.claire, filters=InboxFilter(text="kébir"))) == [view.number]
    assert numbers(queries.inbox(world.claire, filters=InboxFilter(text=view.number))) == [view.number]


@pytest.mark.parametrize("text", ["kebir", "KÉBIR", "Kéb", "amina el", "el kébir amina", "04/05/1994 amin", "el"])
def test_a_person_is_found_by_words_beginnings_and_birth_date(world: Any, text: str) -> None:
    view = world.filed()
    world.filed(world.boris)
    assert [one.number for one in queries.search(world.claire, text)] == [view.number]


@pytest.mark.parametrize("text", ["kb", "ebir", "amina martinet", "05/05/1994", "  ", "%", "TSE-9"])
def test_what_is_not_said_is_not_found(world: Any, text: str) -> None:
    world.filed()
    world.filed(world.boris)
    assert queries.search(world.claire, text) == []


def test_search_stays_within_ones_services(any_world: Any) -> None:
    view = any_world.filed()
    assert queries.search(any_world.foreign, "kebir") == []
    assert queries.search(any_world.foreign, view.number) == []
    assert queries.search(any_world.boris, view.number) == []
    assert [one.number for one in queries.search(any_world.amina, view.number)] == [view.number]
    assert [one.number for one in queries.search(any_world.claire, view.number[:12].lower())] == [view.number]


def test_words_lose_accents_ligatures_and_case() -> None:
    assert search.words("Œuvrard-D’Ôrmesson  ŁUKASZ") == ["oeuvrard", "d", "ormesson", "lukasz"]
    assert search.words("4/5/1994") == ["1994-05-04"]
    assert search.beginnings("ly") == ["ly"]
    assert search.beginnings("amina") == ["ami", "amin", "amina"]


def test_a_services_dossiers_are_listed_latest_first(world: Any) -> None:
    filed = []
    for actor in (world.amina, world.boris, world.amina):
        filed.append(world.filed(actor).number)
        clock.move(timedelta(hours=1))
    first = queries.dossiers_of_service(world.claire, limit=2)
    assert [one.number for one in first.items] == filed[:0:-1]
    rest = queries.dossiers_of_service(world.claire, cursor=first.cursor)
    assert [one.number for one in rest.items] == filed[:1]
    assert queries.dossiers_of_service(world.claire, archived=True).items == ()
    assert [one.number for one in queries.dossiers_of_person(world.amina)] == [filed[2], filed[0]]


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda world: queries.inbox(world.claire), "ix_dossier_task_inbox"),
        (lambda world: queries.inbox(world.claire, "late"), "ix_dossier_task_inbox"),
        (lambda world: queries.inbox(world.claire, "mine"), "ix_dossier_task_mine"),
        (lambda world: queries.tasks(world.amina), "ix_dossier_task_person"),
        (lambda world: queries.dossiers_of_person(world.amina), "ix_dossier_person"),
        (lambda world: queries.search(world.claire, "amina"), "ix_dossier_search_token"),
    ],
)
def test_lists_are_read_in_the_order_of_an_index(world: Any, ask: Any, index: str) -> None:
    world.filed()
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        if statement.startswith("SELECT") and "FROM dossier" in statement:
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("\n".join(row[3] for row in rows))

    event.listen(db.engine, "before_cursor_execute", explain)
    ask(world)
    event.remove(db.engine, "before_cursor_execute", explain)
    assert plans
    assert index in plans[0]
    assert "SCAN" not in "".join(plans)
    assert "TEMP B-TREE FOR ORDER BY" not in plans[0]


@pytest.mark.postgresql
def test_postgresql_counts_from_the_index_alone_and_lists_in_its_order(postgresql_world: Any) -> None:
    world = postgresql_world
    world.filed()
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE dossier_task")
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    db.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    assert "Index Only Scan using ix_dossier_task_inbox" in plans_of(lambda: queries.counts(world.claire))
    inbox = plans_of(lambda: queries.inbox(world.claire))
    assert "Index Scan using ix_dossier_task_inbox" in inbox
    assert "Sort" not in inbox
    assert "using ix_dossier_filed" in plans_of(lambda: queries.dossiers_of_service(world.claire))


def plans_of(call: Callable[[], object]) -> str:
    """How PostgreSQL would carry out what `call` asks."""
    said: list[tuple[str, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        said.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        call()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    cursor = db.session.connection().connection.cursor()
    plans = [cursor.execute(f"EXPLAIN {statement}", values).fetchall() for statement, values in said]
    return "\n".join(line for plan in plans for (line,) in plan)
