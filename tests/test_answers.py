"""What every answer of the real application is sent with, and what it never shows."""

from __future__ import annotations

import logging
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from prefecture.identity import service as identity
from prefecture.kernel import clock
from prefecture.kernel.db import db
from tests.gate import NOBODY, Gate, opened, routes
from tests.town import (
    PASSWORD,
    START,
    build,
    sqlite_town,  # noqa: F401 (a fixture)
)

# The editor frames them.
FORM_PREVIEWS = ("analyst.form_preview", "analyst.version_form_preview")


@pytest.fixture(scope="module")
def gate(sqlite_town: tuple[Path, uuid.UUID], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:  # noqa: F811
    with opened(sqlite_town, tmp_path_factory.mktemp("gate")) as found:
        yield found


def test_every_page_is_sent_with_its_security(gate: Gate) -> None:
    wrong = []
    for rule, method in routes(gate.app):
        if method != "GET":
            continue
        for who in (NOBODY, "amina", "claire"):
            response = gate.ask(rule, method, who)
            headers = response.headers
            policy = headers.get("Content-Security-Policy", "")
            # What is shown within a page of ours (a letter, a mail) runs nothing and may style itself.
            if rule.endpoint == "analyst.editor":  # its drawings are placed by computed styles
                policy = policy.replace("style-src-attr 'unsafe-inline'", "")
            if rule.endpoint in FORM_PREVIEWS:  # the editor frames them, and only pages of ours may
                policy = policy.replace("frame-ancestors 'self'", "frame-ancestors 'none'")
            boxed = "sandbox" in policy and ("default-src 'none'" in policy or rule.rule.startswith("/api/"))
            fine = (
                headers.get("X-Content-Type-Options") == "nosniff"
                and headers.get("Referrer-Policy") == "same-origin"
                and (boxed or ("frame-ancestors 'none'" in policy and "unsafe-inline" not in policy))
                and "unsafe-eval" not in policy
            )
            response.close()
            if not fine:
                wrong.append(f"{rule.rule} as {who}: {response.status_code} {dict(headers)}")
    assert not wrong, "\n".join(wrong)


def test_every_script_of_a_page_carries_the_nonce_of_its_answer(gate: Gate) -> None:
    for address in ("/", "/connexion", "/aide"):
        response = gate.app.test_client().get(address)
        nonce = re.search(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
        assert nonce is not None
        inline = re.findall(r"<(?:script|style)(?![^>]*\bsrc=)([^>]*)>", response.text)
        assert all(f'nonce="{nonce[1]}"' in attributes or "application/json" in attributes for attributes in inline)
        assert not re.search(r'\son\w+="', response.text)
    again = gate.app.test_client().get("/").headers["Content-Security-Policy"]
    assert nonce[1] not in again


def test_no_form_is_taken_without_its_token(gate: Gate) -> None:
    gate.app.config["WTF_CSRF_ENABLED"] = True
    try:
        taken = []
        for rule, method in routes(gate.app):
            if method == "POST" and not rule.rule.startswith("/api/"):
                for who in (NOBODY, "amina", "claire", "marc"):
                    response = gate.ask(rule, method, who)
                    if response.status_code != 400:
                        taken.append(f"{rule.rule} as {who}: {response.status_code}")
        assert not taken, "\n".join(taken)
    finally:
        gate.app.config["WTF_CSRF_ENABLED"] = False


def test_the_demonstrations_pages_exist_in_demonstrations_only(gate: Gate) -> None:
    gate.app.config["HIDE_DEMONSTRATION"] = True
    try:
        for rule, method in routes(gate.app):
            if rule.endpoint.startswith("demo."):
                assert gate.ask(rule, method, NOBODY).status_code == 404, rule.rule
    finally:
        gate.app.config["HIDE_DEMONSTRATION"] = False


def test_errors_show_nothing_internal(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret inside /srv/planipref")

    monkeypatch.setattr("prefecture.demarches.queries.demarches", broken)
    monkeypatch.setattr(gate.app, "testing", False)
    for address in ("/", "/demarches", "/api/v1/demarches"):
        response = gate.app.test_client().get(address)
        assert response.status_code == 500
        for word in ("secret", "Traceback", "RuntimeError", "planipref/", ".py"):
            assert word not in response.text


def _sign_in(app: Flask, client: Any, login: str) -> TestResponse:
    """Sign in as a browser does: the form's token, then the form."""
    base = "https://pref.example"
    page = client.get("/connexion", base_url=base)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    form = {"csrf_token": token[1], "login": login, "mot_de_passe": PASSWORD}
    response: TestResponse = client.post(
        "/connexion", base_url=base, data=form, headers={"Referer": base + "/connexion"}
    )
    assert response.status_code == 302, response.text
    return response


def test_under_tls_cookies_are_bound_to_this_host_and_a_login_changes_the_session(
    sqlite_town: tuple[Path, uuid.UUID],  # noqa: F811
    tmp_path: Path,
) -> None:
    shutil.copy(sqlite_town[0], tmp_path / "planipref.sqlite3")
    app = build(tmp_path, f"sqlite:///{tmp_path / 'planipref.sqlite3'}", PLANIPREF_BASE_URL="https://pref.example")
    client = app.test_client()
    with clock.frozen(START):
        first = _sign_in(app, client, "claire")
        cookies = first.headers.getlist("Set-Cookie") + client.get(
            "/aide", base_url="https://pref.example"
        ).headers.getlist("Set-Cookie")
        assert cookies
        for cookie in cookies:
            assert cookie.startswith("__Host-"), cookie
            for wanted in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
                assert wanted in cookie, cookie
            assert "Domain=" not in cookie
        assert "max-age=" in first.headers["Strict-Transport-Security"]
        held = client.get_cookie("__Host-session", domain="pref.example")
        assert held is not None
        client.set_cookie("__Host-session", held.value, domain="pref.example", secure=True)
        app.config["WTF_CSRF_ENABLED"] = False
        form = {"login": "denis", "mot_de_passe": PASSWORD}
        assert client.post("/connexion", base_url="https://pref.example", data=form).status_code == 302
        after = client.get_cookie("__Host-session", domain="pref.example")
        assert after is not None
        assert after.value != held.value
        with app.app_context():
            assert identity.actor_of(held.value) is None
            assert identity.actor_of(after.value) is not None
    with app.app_context():
        db.engine.dispose()


def test_links_tokens_never_reach_the_log(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    from prefecture.kernel.logs import JsonFormatter, PlainFormatter

    token = "A" * 43
    caplog.set_level(logging.DEBUG)
    client = gate.app.test_client()
    for address in (f"/api/v1/convocations/{token}/slots", f"/rendez-vous/{token}"):
        client.get(address)
        client.post(address)
        logging.getLogger("werkzeug").info('127.0.0.1 "GET %s HTTP/1.1" 200', address)
    assert caplog.records
    for record in caplog.records:
        for formatter in (JsonFormatter(), PlainFormatter()):
            assert token not in formatter.format(record)
