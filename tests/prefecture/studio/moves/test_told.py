"""What a move leaves in the history and in the report: undone, it is told once; skipped, it waits for nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import select

from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.version import Version
from prefecture.dossiers import incidents, migration, migration_undo, queries
from prefecture.identity.permissions import Actor
from prefecture.kernel import worker
from prefecture.kernel.db import db
from prefecture.kernel.outbox import DueWork
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import campaigns, impact, moving
from tests.prefecture.dossiers.conftest import FOLDER, World
from tests.prefecture.dossiers.test_migration import LABEL, published, row
from tests.prefecture.studio.moves.test_moves import ANA, begin, order, seen

# Between the deposit and the check, a calculation that the citizen reads of.
RULE = (
    (
        '<bpmn:userTask id="verifier"',
        '<bpmn:businessRuleTask id="trier" name="Trier"><bpmn:extensionElements>'
        '<planipref:decision ref="tri" resultat="tri"/></bpmn:extensionElements></bpmn:businessRuleTask>'
        '<bpmn:userTask id="verifier"',
    ),
    (
        '<bpmn:sequenceFlow id="flux_a_verifier__verifier" sourceRef="a_verifier" targetRef="verifier">',
        '<bpmn:sequenceFlow id="flux_trier" sourceRef="a_verifier" targetRef="trier"></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="flux_a_verifier__verifier" sourceRef="trier" targetRef="verifier">',
    ),
    ("<bpmn:flowNodeRef>a_verifier</bpmn:flowNodeRef>", "<bpmn:flowNodeRef>a_verifier</bpmn:flowNodeRef>"
     "<bpmn:flowNodeRef>trier</bpmn:flowNodeRef>"),
)  # fmt: skip
TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="regles" name="Règles" namespace="urn:essai">
  <decision id="tri" name="Tri">
    <variable id="tri_variable" name="tri"/>
    <decisionTable id="tri_table" hitPolicy="FIRST">
      <input id="tri_i">
        <inputExpression id="tri_e" typeRef="string"><text>dossier.canal</text></inputExpression>
      </input>
      <output id="tri_sortie" name="file" typeRef="string"/>
      <rule id="tri_regle">
        <inputEntry id="tri_1"><text>-</text></inputEntry><outputEntry id="tri_2"><text>"a"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


def with_rule(tmp_path: Path) -> Version:
    """A version in which a table decides before the check."""
    folder = tmp_path / "essai"
    shutil.copytree(FOLDER, folder)
    drawn = (folder / "processus.bpmn").read_text()
    for old, new in RULE:
        assert old in drawn
        drawn = drawn.replace(old, new)
    (folder / "processus.bpmn").write_text(drawn)
    (folder / "regles.dmn").write_text(TABLE)
    with unit_of_work():
        return demarches.version(publishing.publish(folder, by="tests").id)


def decisions(view: queries.DossierView, actor: Actor) -> int:
    """How many calculations that person reads in the history."""
    return [one.kind for one in queries.history(view.number, actor)].count("decision")


def test_what_an_undone_move_passed_is_not_told_to_the_citizen_a_second_time(world: World, tmp_path: Path) -> None:
    view = world.filed()
    target, mapping = with_rule(tmp_path), {"verifier": "trier"}
    with unit_of_work():
        was = migration_undo.before(view.id)
        assert was is not None
        assert migration.move(view.id, target, mapping).status == migration.MOVED
    assert decisions(view, world.amina) == 1
    with unit_of_work():
        assert migration_undo.undo(view.id, was, target, mapping).status == migration_undo.UNDONE
    assert decisions(view, world.amina) == 0
    with unit_of_work():
        assert migration.move(view.id, target, mapping).status == migration.MOVED
    assert decisions(view, world.amina) == 1
    assert decisions(view, world.claire) == 2  # whoever answers for the dossier reads all of it


def test_a_move_that_failed_and_is_skipped_by_hand_is_left_and_the_campaign_ends(world: World, tmp_path: Path) -> None:
    first, second = world.filed(), world.filed()
    campaign = begin(published(tmp_path, *LABEL))
    order(campaign)
    worker.drain(world.app, limit=1)
    with unit_of_work():
        failed = db.session.scalars(
            select(DueWork).where(DueWork.kind == moving.MOVE, DueWork.dossier_id == first.id)
        ).one()
        failed.status = "incident"
        failed_id = str(failed.id)
    world.drain()
    assert (seen(campaign).outcomes, seen(campaign).incidents) == ({"ordered": 1, "moved": 1}, 1)
    with unit_of_work():
        incidents.skip(Actor.system(), failed_id, "Ce dossier est vu à la main.")
    found = seen(campaign)
    assert (found.state, found.outcomes, found.incidents) == ("ended", {"skipped": 1, "moved": 1}, 0)
    left = next(one for one in campaigns.rows(ANA, campaign) if one.number == first.number)
    assert left.reasons == (impact.REASONS["by_hand"],)
    assert row(second).version_id != row(first).version_id
