"""The first préfecture and its people are made from the command line; no password stands in it."""

from __future__ import annotations

import pytest
from click.testing import Result
from flask import Flask

from prefecture.identity import commands, queries, service
from prefecture.kernel.db import db

HOUSE = ("--address", "1 rue Haute", "--postal-code", "60000", "--city", "Beauvais", "--email", "p60@example.fr")
FOUND = (
    "found",
    "60",
    "Préfecture de l’Oise",
    *HOUSE,
    "--phone",
    "03 00 00 00 00",
    "--service",
    "Bureau des étrangers",
)
ADMIN = ("--admin", "Ada", "--admin-name", "Ada Blanc")
PASSWORD = "une phrase de passe assez longue"


@pytest.fixture
def call(app: Flask) -> object:
    commands.register(app)

    def run(*words: str, typed: str = PASSWORD + "\n") -> Result:
        result = app.test_cli_runner().invoke(args=["identity", *words], input=typed)
        db.session.rollback()
        return result

    return run


def test_a_prefecture_is_founded_with_its_services_and_first_administrator(call) -> None:  # type: ignore[no-untyped-def]
    told = call(*FOUND, *ADMIN, "--password-stdin")
    assert told.exit_code == 0, told.output
    assert told.output.splitlines()[0] == "PREFECTURE 60"
    assert told.output.splitlines()[-1] == "AGENT Ada"
    (house,) = queries.prefectures()
    assert (house.code, house.zone.key) == ("60", "Europe/Paris")
    actor = service.authenticate("ada", PASSWORD)
    assert actor.roles == {"administrateur"}
    made = call("agent", "claire", "Claire Petit", "--role", "instructeur", "--role", "guichet", "--prefecture", "60",
                "--service", "Bureau des étrangers", typed=f"{PASSWORD}\n{PASSWORD}\n")  # fmt: skip
    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    assert service.authenticate("claire", PASSWORD).service_ids == {queries.services_of("60")[0].id}


def test_a_password_is_given_anew(call) -> None:  # type: ignore[no-untyped-def]
    call(*FOUND, *ADMIN, "--password-stdin")
    assert call("password", "ADA", "--password-stdin", typed="une autre phrase de passe\n").output == "PASSWORD ADA\n"
    assert service.authenticate("ada", "une autre phrase de passe").name == "Ada Blanc"
    assert call("password", "nobody", "--password-stdin").exit_code == 1


def test_what_is_refused_leaves_nothing_and_says_why(call) -> None:  # type: ignore[no-untyped-def]
    short = call(*FOUND, *ADMIN, "--password-stdin", typed="court\n")
    assert short.exit_code == 1
    assert "mot_de_passe" in short.output
    assert queries.prefectures() == []
    nowhere = call("prefecture", "99", "Nulle part", *HOUSE, "--phone", "0")
    assert "département" in nowhere.output
    call(*FOUND, *ADMIN, "--password-stdin")
    assert "existe déjà" in call(*FOUND, *ADMIN, "--password-stdin").output
    told = call("service", "60", "Bureau des permis", "--hours", "9 h à 12 h")
    assert told.output.startswith("SERVICE ")
    lost = call("agent", "denis", "Denis Roux", "--role", "guichet", "--prefecture", "60", "--service", "Ailleurs",
                "--password-stdin")  # fmt: skip
    assert lost.exit_code == 1
    assert "Bureau des permis" in lost.output
