"""The same verbs from the command line."""

from __future__ import annotations

from pathlib import Path

from prefecture.dossiers import commands as dossier_commands
from prefecture.kernel.db import db
from prefecture.studio import commands
from tests.prefecture.dossiers.conftest import World
from tests.prefecture.dossiers.test_migration import RENAMED, published, row


def told(world: World, *words: str, fails: bool = False) -> str:
    result = world.app.test_cli_runner().invoke(args=["demarche", "moves", *words])
    db.session.rollback()
    assert bool(result.exit_code) == fails, result.output
    return result.output


def test_a_campaign_is_tried_ordered_and_taken_back_by_commands(world: World, tmp_path: Path) -> None:
    dossier_commands.register(world.app)
    commands.register(world.app)
    views = [world.filed(), world.filed(), world.filed()]
    target = published(tmp_path, *RENAMED)
    two = f"numbers={views[0].number},{views[1].number}"
    said = told(world, "new", "essai", "--to", "2", "--from", "1", "--filter", two)
    campaign = said.split()[0]
    assert "version 2 tried tried=2/2 needs_target=2" in said
    assert told(world, "by-hand", campaign, views[0].number, "--map", "verifier=controler") == "CAN MOVE\n"
    assert told(world, "by-hand", campaign, views[1].number, "--leave") == "LEFT\n"
    told(world, "order", campaign, "--by", "ana")
    world.drain()
    assert "ended tried=2/2 moved=1 skipped=1" in told(world, "report", campaign)
    assert row(views[0]).version_id == target.id
    assert told(world, "report", campaign, "--csv").count("\n") == 3
    told(world, "undo", campaign)
    world.drain()
    assert "undone" in told(world, "list", "essai")
    assert row(views[0]).version_id != target.id
    assert "Ce n’est plus possible" in told(world, "pause", campaign, fails=True)
    assert "is not A=B" in told(world, "new", "essai", "--map", "rien", fails=True)
