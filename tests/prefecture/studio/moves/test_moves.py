"""Running dossiers on another version: tried, ordered, paused, resumed, taken back; each is told what became of it."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.version import Version
from prefecture.dossiers import queries, service
from prefecture.dossiers.held import TASKS
from prefecture.dossiers.migration_comparison import Choice
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE, Actor
from prefecture.kernel import clock, outbox, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import campaigns, impact, moves, moving
from prefecture.studio import service as drafts
from tests.prefecture.dossiers.conftest import World
from tests.prefecture.dossiers.test_migration import LABEL, RENAMED, kinds, published, row

ANA = Actor(uuid.uuid4(), "agent", "Ana Lopez", frozenset({ANALYSTE}), None, frozenset())
TO_NEW = {"verifier": "controler"}


def begin(target: Version, mapping: dict[str, str] | None = None, choice: Choice | None = None) -> uuid.UUID:
    with unit_of_work():
        return moves.begin(ANA, "essai", target.id, mapping, choice or Choice())


@contextmanager
def refused(field: str) -> Iterator[None]:
    """What is inside is refused, and the field that is wrong is named."""
    with pytest.raises(Invalid) as error:
        yield
    assert list(error.value.fields) == [field]


def order(campaign: uuid.UUID, **how: object) -> None:
    with unit_of_work():
        moves.order(ANA, campaign, **how)  # type: ignore[arg-type]


def seen(campaign: uuid.UUID) -> campaigns.CampaignView:
    db.session.rollback()
    return campaigns.campaign(ANA, campaign)


def spread(world: World, many: int = 4) -> list[queries.DossierView]:
    """Dossiers that wait to be checked, but one of them awaits an opinion."""
    views = [world.filed() for _ in range(many)]
    world.complete(world.claire, world.task(views[0], "verifier"), {"conclusion": "complet"})
    return views


def test_a_trial_says_of_each_dossier_how_it_would_fare_and_moves_none(world: World, tmp_path: Path) -> None:
    views = spread(world)
    first, target = demarches.current("essai").id, published(tmp_path, *RENAMED)
    found = seen(begin(target))
    assert (found.state, found.total, found.done) == ("tried", 4, 4)
    assert found.outcomes == {"needs_target": 4}  # the one that awaits an opinion: who checked is named otherwise
    rows = campaigns.rows(ANA, found.id)
    assert [one.number for one in rows] == sorted(one.number for one in views)
    assert {reason for one in rows for reason in one.reasons} == {
        impact.REASONS["removed"],
        impact.REASONS["other_person"],
    }
    assert {row(view).version_id for view in views} == {first}
    world.drain()
    assert {row(view).version_id for view in views} == {first}


def test_the_impact_says_who_needs_a_target_and_which_is_likely(world: World, tmp_path: Path) -> None:
    spread(world)
    target = published(tmp_path, *RENAMED)
    found = impact.impact("essai", target, {})
    assert (found.total, found.looked, found.movable) == (4, 4, 0)
    place = next(one for one in found.places if one.place == "essai:verifier")
    assert (place.proposal, place.name) == ("essai:controler", "Vérifier")
    assert {"essai:controler", "essai:approuver", "essai:attendre"} <= {one.place for one in place.steps}
    assert "essai:retrait" not in {one.place for one in place.steps}
    mapped = impact.impact("essai", target, TO_NEW)
    assert mapped.movable == 4
    assert next(one for one in mapped.places if one.place == "essai:verifier").target == "essai:controler"
    with refused("cible"):
        begin(target, {"verifier": "nulle_part"})


def test_an_order_moves_who_follows_and_leaves_the_others(any_world: World, tmp_path: Path) -> None:
    world = any_world
    views = spread(world)
    target = published(tmp_path, *RENAMED)
    campaign = begin(target, TO_NEW, Choice(place="essai:verifier"))
    order(campaign)
    world.drain()
    found = seen(campaign)
    assert (found.state, found.outcomes, found.pending) == ("ended", {"moved": 3}, 0)
    assert row(views[0]).version_id != target.id
    assert {row(view).version_id for view in views[1:]} == {target.id}
    assert [kinds(view).count("migrated") for view in views] == [0, 1, 1, 1]
    told = queries.history(views[1].number, Actor.system())[-1].values or {}
    assert told["by"] == "Ana Lopez"
    assert [act.verb for act in found.acts] == ["essai", "déplacement"]


def test_one_dossier_is_given_a_target_by_hand_and_moves_at_once_when_the_others_have(
    world: World, tmp_path: Path
) -> None:
    views = spread(world, 3)
    target = published(tmp_path, *RENAMED)
    campaign = begin(target)
    with unit_of_work():
        assert moves.by_hand(ANA, campaign, views[1].number.lower(), TO_NEW)
        moves.leave(ANA, campaign, views[0].number)
    order(campaign)
    world.drain()
    assert seen(campaign).outcomes == {"moved": 1, "needs_target": 1, "skipped": 1}
    with unit_of_work():
        assert moves.by_hand(ANA, campaign, views[2].number, TO_NEW)
    world.drain()
    assert seen(campaign).outcomes == {"moved": 2, "skipped": 1}
    assert [one.element for one in queries.open_tasks(views[2].number, world.claire)] == ["controler"]
    with pytest.raises(Conflict, match="déplacé"), unit_of_work():
        moves.by_hand(ANA, campaign, views[1].number, TO_NEW)
    with pytest.raises(NotFound), unit_of_work():
        moves.by_hand(ANA, campaign, "TSE-00", TO_NEW)


def test_a_target_that_does_not_do_is_told_and_the_dossier_stays(world: World, tmp_path: Path) -> None:
    (view,) = [world.filed()]
    campaign = begin(published(tmp_path, *RENAMED))
    with unit_of_work():
        assert not moves.by_hand(ANA, campaign, view.number, {"verifier": "rappel"})
    (told,) = campaigns.rows(ANA, campaign)
    assert (told.outcome, told.reasons) == ("refused", (impact.REASONS["target_elsewhere"],))


def test_a_pause_holds_what_was_not_moved_and_a_resume_takes_it_up(any_world: World, tmp_path: Path) -> None:
    world = any_world
    views = [world.filed() for _ in range(3)]
    target = published(tmp_path, *LABEL)
    campaign = begin(target)
    order(campaign)
    with unit_of_work():
        moves.pause(ANA, campaign)
    world.drain()
    assert seen(campaign).state == "paused"
    assert target.id not in {row(view).version_id for view in views}
    with unit_of_work():
        moves.resume(ANA, campaign)
    world.drain()
    found = seen(campaign)
    assert (found.state, found.outcomes) == ("ended", {"moved": 3})
    assert [kinds(view).count("migrated") for view in views] == [1, 1, 1]


def test_orders_broken_off_between_two_dossiers_are_taken_up(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = [world.filed() for _ in range(4)]
    target = published(tmp_path, *LABEL)
    monkeypatch.setattr(moving, "_SECONDS", 0.0)
    campaign = begin(target)
    order(campaign)
    worker.drain(world.app, limit=3)  # the orders posted, two dossiers moved, and the worker is gone
    assert sorted(seen(campaign).outcomes.items()) == [("moved", 2), ("ordered", 2)]
    assert seen(campaign).state == "moving"
    world.drain()
    assert seen(campaign).outcomes == {"moved": 4}
    assert [kinds(view).count("migrated") for view in views] == [1] * 4


def test_a_campaign_waits_for_its_moment(world: World, tmp_path: Path) -> None:
    view = world.filed()
    target = published(tmp_path, *LABEL)
    campaign = begin(target)
    with refused("date"):
        order(campaign, at=clock.now())
    order(campaign, at=clock.now() + timedelta(days=2))
    world.drain()
    assert seen(campaign).state == "planned"
    assert row(view).version_id != target.id
    with clock.frozen(clock.now() + timedelta(days=3)):
        world.drain()
        assert seen(campaign).state == "ended"
    assert row(view).version_id == target.id


def test_a_dossier_that_has_gone_on_since_the_trial_stays_and_says_why(world: World, tmp_path: Path) -> None:
    stays, ended = world.filed(), world.filed()
    target = published(tmp_path, ('"attendre"', '"patienter"'), (">attendre<", ">patienter<"))
    campaign = begin(target)
    order(campaign)
    world.complete(world.claire, world.task(stays, "verifier"), {"conclusion": "complet"})
    with unit_of_work():
        service.withdraw(world.amina, ended.number, "essai")
    world.drain()
    told = {one.number: (one.outcome, one.reasons) for one in campaigns.rows(ANA, campaign)}
    assert told[ended.number] == ("skipped", (impact.REASONS["finished"],))
    assert told[stays.number][0] == "stayed"


def everything(view: queries.DossierView) -> dict[str, object]:
    """What makes a dossier what it is, apart from its journal and the count of its changes."""
    found = row(view)
    columns = [column for column in TASKS.c if column.name != "card"]  # sealed anew, each time otherwise
    open_ = select(*columns).where(TASKS.c.dossier_id == view.id, TASKS.c.status == "open")
    due = select(outbox.DueWork.key).where(outbox.DueWork.dossier_id == view.id, outbox.DueWork.status == "ready")
    return {
        "version": found.version_id,
        "timers": found.timers,
        "etape": found.etape,
        "file": found.file,
        "tasks": [tuple(one) for one in db.session.execute(open_)],
        "due": sorted(db.session.scalars(due).all()),
        "data": queries.data_of(view.id),
    }


@pytest.mark.parametrize("mapping", [{}, {"verifier": "approuver"}, {"verifier": "verifier"}])
def test_what_was_moved_and_not_touched_since_is_put_back_as_it_was(
    any_world: World, tmp_path: Path, mapping: dict[str, str]
) -> None:
    world = any_world
    view = world.filed()
    with unit_of_work():
        service.claim_task(world.claire, world.task(view, "verifier"))
    before = everything(view)
    target = published(tmp_path, *LABEL)
    campaign = begin(target, mapping)
    order(campaign)
    world.drain()
    assert everything(view) != before
    assert row(view).version_id == target.id
    with unit_of_work():
        moves.undo(ANA, campaign)
    world.drain()
    assert seen(campaign).state == "undone"
    assert seen(campaign).outcomes == {"undone": 1}
    assert everything(view) == before
    assert kinds(view).count("migrated") == 2


def test_a_dossier_put_back_goes_on_to_its_end_and_its_reminder_comes_in_time(world: World, tmp_path: Path) -> None:
    view = world.filed()
    campaign = begin(published(tmp_path, *LABEL), {"verifier": "approuver"})
    order(campaign)
    world.drain()
    with unit_of_work():
        moves.undo(ANA, campaign)
    world.drain()
    with clock.frozen(clock.now() + timedelta(days=6)):
        world.drain()
        assert [one.partition(":")[0] for one in world.done].count("rappeler") == 1
        world.complete(world.claire, world.task(view, "verifier"), {"conclusion": "complet"})
        with unit_of_work():
            service.send_message(view.id, "avis", {})
        world.complete(world.denis, world.task(view, "approuver"), {"accord": True})
        world.drain()
    assert row(view).finished_at is not None
    ids = db.session.scalars(select(TASKS.c.id).where(TASKS.c.dossier_id == view.id)).all()
    assert len(ids) == len(set(ids)) == 3


def test_what_has_advanced_since_its_move_is_not_put_back(world: World, tmp_path: Path) -> None:
    advanced, other = world.filed(), world.filed()
    target = published(tmp_path, *LABEL)
    campaign = begin(target)
    order(campaign)
    world.drain()
    world.complete(world.claire, world.task(advanced, "verifier"), {"conclusion": "complet"})
    with unit_of_work():
        moves.undo(ANA, campaign)
    world.drain()
    told = {one.number: (one.outcome, one.reasons) for one in campaigns.rows(ANA, campaign)}
    assert told[advanced.number] == ("moved", (impact.REASONS["advanced"],))
    assert told[other.number] == ("undone", ())
    assert row(advanced).version_id == target.id
    assert row(other).version_id != target.id


def test_promises_that_get_worse_are_read_before_anybody_is_moved(world: World, tmp_path: Path) -> None:
    view = world.filed()
    folder = tmp_path / "essai"
    published(tmp_path, *LABEL)
    settings = folder / "demarche.toml"
    settings.write_text(settings.read_text() + '\n[[pieces]]\ncode = "bail"\nlibelle = "Bail"\n')
    with unit_of_work():
        target = demarches.version(publishing.publish(folder, by="tests").id)
    campaign = begin(target)
    (told,) = seen(campaign).warnings
    assert (told[0], [one.subject for one in told[1]]) == (1, ["piece"])
    with refused("accord"):
        order(campaign)
    order(campaign, accepted=True)
    world.drain()
    assert row(view).version_id == target.id
    assert "promesses moins bonnes lues et acceptées" in [act.verb for act in seen(campaign).acts]


def test_a_draft_is_tried_and_receives_nobody(world: World) -> None:
    world.filed()
    with unit_of_work():
        draft = drafts.from_version(ANA, demarches.current("essai").id, "Suite")
    with unit_of_work():
        campaign = moves.begin(ANA, "essai", draft)
    found = seen(campaign)
    assert (found.told, found.outcomes) == ("brouillon «\u00a0Suite\u00a0»", {"ready": 1})
    with pytest.raises(Conflict, match="publiez-le"):
        order(campaign)
    with unit_of_work():
        moves.drop(ANA, campaign)
    assert seen(campaign).state == "dropped"


def test_many_are_tried_by_the_workers_portion_by_portion(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        world.filed()
    target = published(tmp_path, *LABEL)
    monkeypatch.setattr(moves, "SMALL", 1)
    monkeypatch.setattr(moving, "PORTION", 2)
    monkeypatch.setattr(moving, "_SECONDS", 0.0)
    campaign = begin(target)
    assert (seen(campaign).state, seen(campaign).done) == ("trying", 0)
    worker.drain(world.app, limit=1)
    assert (seen(campaign).state, seen(campaign).done) == ("trying", 2)
    with pytest.raises(Conflict, match="essai à blanc en cours"):
        order(campaign)
    world.drain()
    assert (seen(campaign).state, seen(campaign).done, seen(campaign).movable) == ("tried", 5, 5)
    order(campaign)
    world.drain()
    assert seen(campaign).outcomes == {"moved": 5}


def test_only_who_may_move_dossiers_does_and_nobody_is_chosen_is_told(world: World, tmp_path: Path) -> None:
    world.filed()
    target = published(tmp_path, *LABEL)
    marc = Actor(uuid.uuid4(), "agent", "Marc", frozenset({ADMINISTRATEUR}), "94", frozenset())
    campaign = begin(target)
    with pytest.raises(Forbidden), unit_of_work():
        moves.begin(marc, "essai", target.id)
    with pytest.raises(Forbidden):
        campaigns.campaigns(marc)
    with pytest.raises(Forbidden), unit_of_work():
        moves.order(marc, campaign)
    with refused("dossiers"):
        begin(target, choice=Choice(prefecture="75"))
    with pytest.raises(NotFound), unit_of_work():
        moves.begin(ANA, "essai", uuid.uuid4())


def test_the_report_is_a_table_with_a_line_a_dossier(world: World, tmp_path: Path) -> None:
    views = spread(world, 3)
    campaign = begin(published(tmp_path, *RENAMED), TO_NEW, Choice(numbers=tuple(one.number for one in views[1:])))
    lines = list(csv.reader(io.StringIO(campaigns.as_csv(ANA, campaign)), delimiter=";"))
    assert [line[0] for line in lines[1:]] == sorted(one.number for one in views[1:])
    assert {line[3] for line in lines[1:]} == {"peut être déplacé"}


def test_a_move_that_fails_for_good_is_told_and_taken_up_again(world: World, tmp_path: Path) -> None:
    world.filed()
    target = published(tmp_path, *LABEL)
    campaign = begin(target)
    order(campaign)
    with unit_of_work():
        work = db.session.scalars(select(outbox.DueWork).where(outbox.DueWork.kind == moving.ORDER)).one()
        assert work.status == "ready"
    worker.drain(world.app, limit=1)
    with unit_of_work():
        for one in db.session.scalars(select(outbox.DueWork).where(outbox.DueWork.kind == moving.MOVE)):
            one.status = "incident"
    assert seen(campaign).incidents == 1
    with unit_of_work():
        moves.resume(ANA, campaign)
    world.drain()
    assert seen(campaign).outcomes == {"moved": 1}
    counted = select(func.count()).select_from(outbox.DueWork).where(outbox.DueWork.kind == moving.MOVE)
    assert db.session.scalar(counted) == 2
