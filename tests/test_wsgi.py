"""The composition root: a server starts with what it answers with, and every command is there when it is asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
_CHILD = """
import json, sys
import click
import wsgi
from prefecture.kernel import outbox
app = wsgi.create_app()
told = {"rooms": sorted(sys.modules), "handlers": sorted(outbox.handlers())}
context = click.Context(app.cli)
told["named"] = app.cli.list_commands(context)
told["found"] = [name for name in told["named"] if app.cli.get_command(context, name) is not None]
told["known"] = sorted(app.cli.commands)
told["handlers afterwards"] = sorted(outbox.handlers())
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh process has imported and entered when its application stands, before and after its commands."""
    environment = {name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL"}}
    environment |= {"PLANIPREF_DEMO": "1", "PLANIPREF_HOME": str(tmp_path_factory.mktemp("home"))}
    done = subprocess.run([sys.executable, "-c", _CHILD], env=environment, cwd=ROOT, check=True, capture_output=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_server_imports_nothing_that_only_commands_need(started: dict[str, Any]) -> None:
    late = {"rq", "redis", "alembic", "waitress", "prefecture.demonstration", "engine.conformance", "psycopg"}
    assert late & set(started["rooms"]) == set()


def test_every_command_is_found_under_its_name(started: dict[str, Any]) -> None:
    assert started["found"] == started["named"]
    assert "demarche" in started["named"]


def test_no_room_has_a_command_that_is_not_named(started: dict[str, Any]) -> None:
    assert started["known"] == started["named"]


def test_every_kind_of_due_work_is_known_without_a_command(started: dict[str, Any]) -> None:
    assert started["handlers"] == started["handlers afterwards"]
    assert {"dossiers.timer", "statistics.observe", "studio.trials"} <= set(started["handlers"])
