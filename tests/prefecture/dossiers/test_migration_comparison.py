"""Many dossiers compared at once say what each says alone; a choice takes whom it names."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from engine import migration as engine
from engine.migrating.shape import shape
from prefecture.demarches import queries as demarches
from prefecture.dossiers import migration
from prefecture.dossiers import migration_comparison as comparing
from prefecture.dossiers.held import hold
from prefecture.dossiers.migration_comparison import Choice
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from tests.prefecture.dossiers.conftest import World
from tests.prefecture.dossiers.test_migration import LABEL, RENAMED, published


def spread(world: World) -> list[uuid.UUID]:
    """Four dossiers at two places."""
    views = [world.filed() for _ in range(4)]
    for view in views[:2]:
        world.complete(world.claire, world.task(view, "verifier"), {"conclusion": "complet"})
    return [view.id for view in views]


def test_dossiers_compared_by_their_shapes_fare_as_each_alone(world: World, tmp_path: Path) -> None:
    ids = spread(world)
    target = published(tmp_path, *RENAMED)
    for mapping in ({}, {"verifier": "controler"}):
        found = {one.id: one.report for one in comparing.compared(comparing.Comparison(target, mapping), "essai")}
        assert set(found) == set(ids)
        for one in ids:
            held = hold(Actor.system(), one)
            alone = engine.compare(held.state, held.version.definition, target.definition, mapping)
            told = {(finding.place, finding.verdict, finding.code) for finding in alone.findings}
            assert told <= {(finding.place, finding.verdict, finding.code) for finding in found[one].findings}
            assert found[one].changed == alone.changed


def test_dossiers_that_stand_alike_have_one_shape_whatever_they_hold(world: World) -> None:
    ids = spread(world)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        later = world.filed(world.boris).id
    shapes = [shape(hold(Actor.system(), one).state) for one in (*ids, later)]
    assert shapes[0] == shapes[1] != shapes[2] == shapes[3] == shapes[4]


def test_a_choice_takes_whom_it_names(world: World, tmp_path: Path) -> None:
    ids = spread(world)
    number = hold(Actor.system(), ids[0]).dossier.number
    first, target = demarches.current("essai").id, published(tmp_path, *LABEL)
    now = clock.now()
    counts = {
        Choice(): 4,
        Choice(version_id=first): 4,
        Choice(version_id=target.id): 0,
        Choice(prefecture="94"): 4,
        Choice(prefecture="75"): 0,
        Choice(service_id=world.service_id): 4,
        Choice(service_id=uuid.uuid4()): 0,
        Choice(filed_from=now + timedelta(days=1)): 0,
        Choice(filed_before=now + timedelta(days=1)): 4,
        Choice(numbers=(number,)): 1,
        Choice(place="essai:verifier"): 2,
        Choice(place="essai:nulle_part"): 0,
    }
    for choice, count in counts.items():
        assert sum(migration.diff(target, {}, choice=choice).dossiers.values()) == count, choice


@pytest.mark.parametrize("limit", [1, 3])
def test_a_look_at_some_reads_no_more(world: World, tmp_path: Path, limit: int) -> None:
    spread(world)
    target = published(tmp_path, *LABEL)
    assert sum(migration.diff(target, {}, limit=limit).dossiers.values()) == limit
    assert migration.running("essai", target.id) == 4
