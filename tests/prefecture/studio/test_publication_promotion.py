"""A version carried to another installation: the same files by digest, from a key that is trusted, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Forbidden, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, promotion
from tests.town import TSE, build


def other(home: Path, template: Path) -> Flask:
    """Another installation, where nothing is published."""
    home.mkdir()
    (home / "planipref.sqlite3").write_bytes(template.read_bytes())
    return build(home, f"sqlite:///{home / 'planipref.sqlite3'}")


def test_the_same_files_are_published_there(studio: Flask, tmp_path: Path, sqlite_template: Path) -> None:
    version, key = demarches.current(TSE), promotion.public_key()
    sealed = promotion.seal(version.id)
    production = other(tmp_path / "production", sqlite_template)
    with production.app_context():
        with unit_of_work():
            received = promotion.receive(Actor.system(), sealed, [key])
        assert (received.digest, received.number) == (version.digest, 1)
        with unit_of_work():
            promotion.receive(Actor.system(), sealed, [key])
        assert [(one.act, one.told["key"]) for one in acts.acts(code=TSE)] == [("received", key)]


def test_what_is_not_trusted_or_was_changed_is_refused(studio: Flask, ana: Actor) -> None:
    sealed, key = promotion.seal(demarches.current(TSE).id), promotion.public_key()
    with pytest.raises(Forbidden), unit_of_work():
        promotion.receive(Actor.system(), sealed, ["00" * 32])
    with pytest.raises(Forbidden), unit_of_work():
        promotion.receive(ana, sealed, [key])
    named = sealed.replace(b'"number":1', b'"number":2', 1)
    for changed in (b"", sealed[:-1], sealed[1:], sealed + b"x", named, sealed.replace(b"{", b"[", 1)):
        with pytest.raises(Invalid), unit_of_work():
            promotion.receive(Actor.system(), changed, [key])


def test_operators_carry_a_version_by_a_file(studio: Flask, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", *words])
        return told.exit_code, told.output

    file, key = str(tmp_path / "tse.version"), run("key")[1].strip()
    assert run("seal", TSE, "1", file) == (0, f"SEALED {TSE} 1 {key}\n")
    assert run("receive", file, "--trust", key)[1].startswith(f"PUBLISHED {TSE} 1 ")
    assert run("receive", file, "--trust", "ff" * 32)[0] == 1
