"""Settings that are unsafe are refused; keys seal, tie to their place, and erase."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from prefecture.kernel import clock, crypto, keyring, logs, ratelimit, settings, traces
from prefecture.kernel.db import db
from prefecture.kernel.errors import TooMany
from prefecture.kernel.unit_of_work import unit_of_work

GOOD_KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"PLANIPREF_SECRET": "short", "PLANIPREF_MASTER_KEY": GOOD_KEY},
        {"PLANIPREF_SECRET": "x" * 40},
        {"PLANIPREF_SECRET": "x" * 40, "PLANIPREF_MASTER_KEY": "not base64"},
        {"PLANIPREF_SECRET": "x" * 40, "PLANIPREF_MASTER_KEY": base64.b64encode(bytes(32)).decode()},
    ],
)
def test_a_start_without_good_secrets_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(settings.SettingsInvalid):
        settings.read({**environment, "PLANIPREF_HOME": str(tmp_path)})


def test_the_demonstration_makes_its_own_secrets_once(tmp_path: Path) -> None:
    environment = {"PLANIPREF_HOME": str(tmp_path), "PLANIPREF_DEMO": "1"}
    first, second = settings.read(environment), settings.read(environment)
    assert (first.secret, first.master_key) == (second.secret, second.master_key)
    assert (tmp_path / "demo-master-key").stat().st_mode & 0o077 == 0


def test_a_bare_postgresql_address_means_psycopg(tmp_path: Path) -> None:
    assert settings.database_url("postgresql://h/d") == "postgresql+psycopg://h/d"
    assert settings.database_url("sqlite:///x") == "sqlite:///x"


def test_a_sealed_value_opens_only_in_its_place(kernel: Flask) -> None:
    with unit_of_work():
        key_id = keyring.new_key("dossier")
    sealed = keyring.seal(key_id, b"Amina", "dossier:1")
    assert keyring.unseal(key_id, sealed, "dossier:1") == b"Amina"
    with pytest.raises(crypto.SealBroken):
        keyring.unseal(key_id, sealed, "dossier:2")


def test_an_erased_key_opens_nothing(any_kernel: Flask) -> None:
    with unit_of_work():
        key_id = keyring.new_key("dossier")
        sealed = keyring.seal_json(key_id, {"nom": "Amina"}, "x")
    with unit_of_work():
        keyring.erase(key_id)
    db.session.remove()
    with pytest.raises(keyring.KeyErased):
        keyring.unseal_json(key_id, sealed, "x")


def test_too_many_tries_are_refused_until_the_window_ends(any_kernel: Flask) -> None:
    with clock.frozen(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)):
        for _ in range(3):
            ratelimit.hit("login", "amina", 3, timedelta(minutes=5))
        with pytest.raises(TooMany) as refused:
            ratelimit.hit("login", "amina", 3, timedelta(minutes=5))
        assert refused.value.retry_after == 300
        ratelimit.hit("login", "bruno", 3, timedelta(minutes=5))
        clock.move(timedelta(minutes=5, seconds=1))
        ratelimit.hit("login", "amina", 3, timedelta(minutes=5))


def test_a_trace_is_kept_by_its_own_door(any_kernel: Flask) -> None:
    traces.record("dossier.consulte", "d1", "a1")
    assert db.session.query(traces.Trace).count() == 1


def test_link_tokens_never_reach_a_log() -> None:
    token = crypto.random_token()
    record = logging.LogRecord("x", logging.INFO, "f", 1, f"GET /rendez-vous/{token}?a=1", None, None)
    with logs.bound(request="r1"):
        line = json.loads(logs.JsonFormatter().format(record))
    assert token not in line["message"]
    assert line["request"] == "r1"


def test_passwords_are_argon2id() -> None:
    hashed = crypto.hash_password("correct horse")
    assert hashed.startswith("$argon2id$")
    assert crypto.verify_password(hashed, "correct horse")
    assert not crypto.verify_password(hashed, "wrong")
    assert not crypto.verify_password("not a hash", "wrong")


def test_the_clock_takes_aware_instants_only() -> None:
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_a_command_that_needs_no_secret_does_without_and_a_server_does_not(tmp_path: Path) -> None:
    chosen = settings.read({"PLANIPREF_HOME": str(tmp_path)}, lenient=True)
    assert "PLANIPREF_SECRET" in chosen.problem
    settings.use(chosen)
    with pytest.raises(settings.SettingsInvalid):
        settings.assert_may_serve()


def test_a_home_that_holds_the_demonstration_needs_no_variable(tmp_path: Path) -> None:
    settings.use(settings.read({"PLANIPREF_HOME": str(tmp_path), "PLANIPREF_DEMO": "1"}))
    settings.mark_demonstration()
    assert settings.read({"PLANIPREF_HOME": str(tmp_path)}).demo
    assert not settings.read(
        {"PLANIPREF_HOME": str(tmp_path), "PLANIPREF_SECRET": "x" * 40, "PLANIPREF_MASTER_KEY": GOOD_KEY}
    ).demo
