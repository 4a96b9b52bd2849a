"""Operators' commands: read on, see the heat, hold and resume, play decisions again."""

from __future__ import annotations

from click.testing import Result

from tests.api.caller import Caller
from tests.town import TSE, Town, sqlite_town, town  # noqa: F401 (fixtures)


def run(town: Town, *arguments: str) -> Result:  # noqa: F811
    with town.app.app_context():
        return town.app.test_cli_runner().invoke(args=list(arguments))


def test_what_is_read_on_is_told_by_element(town: Town) -> None:  # noqa: F811
    Caller(town.app, "amina").file()
    town.drain()
    assert run(town, "statistics", "observe").output == "OBSERVED 1 dossiers\n"
    assert run(town, "statistics", "observe", "--all").output == "OBSERVED 0 dossiers\n"
    lines = run(town, "demarche", "heat", TSE).output.splitlines()
    assert "verifier_completude\t1\t0\t-\t-\t0" in lines
    assert run(town, "demarche", "heat", "inconnue").exit_code == 1
    assert run(town, "demarche", "heat", TSE, "--version", "9").exit_code == 1


def test_a_version_is_held_and_resumed(town: Town) -> None:  # noqa: F811
    held = run(town, "demarche", "suspend", TSE, "--version", "1", "--reason", "Table fausse.")
    assert held.output.startswith("SUSPENDED ")
    number = held.output.split()[1]
    assert "Table fausse." in run(town, "demarche", "suspensions", TSE).output
    again = run(town, "demarche", "suspend", TSE, "--version", "1", "--reason", "Encore.")
    assert (again.exit_code, "déjà suspendu" in again.output) == (1, True)
    assert run(town, "demarche", "resume", number).output == f"RESUMED {number}\n"


def test_decisions_are_played_again_by_a_worker(town: Town) -> None:  # noqa: F811
    Caller(town.app, "amina").file()
    order = run(town, "demarche", "replay", TSE, "--version", "1").output.split()[1]
    assert run(town, "demarche", "replayed", order).output == "GOING ON 0/1\n"
    town.drain()
    told = run(town, "demarche", "replayed", order).output
    assert "delai_silence\t1\t0\t0\t0\t0" in told
    assert told.endswith("DONE 1/1\n")
