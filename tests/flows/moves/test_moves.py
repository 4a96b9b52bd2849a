"""A step is inserted and two hundred running dossiers follow: 197 by themselves, three of them by hand."""

from __future__ import annotations

import uuid
from pathlib import Path

from prefecture.dossiers import queries
from prefecture.identity.permissions import ANALYSTE, Actor
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import campaigns, moves
from tests.prefecture.dossiers.conftest import World
from tests.prefecture.dossiers.test_migration import kinds, published, row

ANA = Actor(uuid.uuid4(), "agent", "Ana Lopez", frozenset({ANALYSTE}), None, frozenset())
MANY, BY_HAND = 200, 3
# A second reading after the check; completing is done at the counter's own step now.
INSERTED = (
    (">complet</bpmn:flowNodeRef>", ">complet</bpmn:flowNodeRef><bpmn:flowNodeRef>relire</bpmn:flowNodeRef>"),
    (
        '<bpmn:exclusiveGateway id="complet"',
        '<bpmn:userTask id="relire" name="Relire"><bpmn:extensionElements><planipref:formulaire ref="accord" '
        'variable="relecture"/></bpmn:extensionElements></bpmn:userTask><bpmn:exclusiveGateway id="complet"',
    ),
    (
        '<bpmn:sequenceFlow id="flux_verifier__complet" sourceRef="verifier" targetRef="complet">',
        '<bpmn:sequenceFlow id="flux_relire__complet" sourceRef="relire" targetRef="complet"></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="flux_verifier__complet" sourceRef="verifier" targetRef="relire">',
    ),
    ('"completer"', '"rectifier"'),
    (">completer<", ">rectifier<"),
)


def test_a_step_is_inserted_and_two_hundred_dossiers_follow_three_of_them_by_hand(world: World, tmp_path: Path) -> None:
    views = [world.submit() for _ in range(MANY)]
    world.drain()
    for view in views[:BY_HAND]:
        world.complete(world.claire, world.task(view, "verifier"), {"conclusion": "incomplet", "message": "Une page."})
    before = {view.id: row(view).timers for view in views}
    target = published(tmp_path, *INSERTED)
    with unit_of_work():
        campaign = moves.begin(ANA, "essai", target.id)
    assert campaigns.campaign(ANA, campaign).outcomes == {"ready": MANY - BY_HAND, "needs_target": BY_HAND}
    for one in campaigns.rows(ANA, campaign, outcome="needs_target"):
        with unit_of_work():
            assert moves.by_hand(ANA, campaign, one.number, {one.needs[0]: "rectifier"})
    with unit_of_work():
        moves.order(ANA, campaign)
    world.drain()
    found = campaigns.campaign(ANA, campaign)
    assert (found.state, found.outcomes) == ("ended", {"moved": MANY})
    assert {row(view).version_id for view in views} == {target.id}
    assert all(kinds(view).count("migrated") == 1 for view in views[:5])
    assert {view.id: row(view).timers for view in views} == before
    last = views[-1]
    world.complete(world.claire, world.task(last, "verifier"), {"conclusion": "complet"})
    assert [one.name for one in queries.open_tasks(last.number, world.claire)] == ["Relire"]
    (task,) = queries.open_tasks(views[0].number, world.amina)
    assert task.element == "rectifier"
