"""Who may enter: every route of the real application × every role × somebody else's things; what every page sends."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from prefecture.agenda import queries as agenda
from prefecture.agenda import service as agenda_service
from prefecture.documents import queries as documents
from prefecture.dossiers import queries as dossiers
from prefecture.identity import queries as people
from prefecture.identity import service as identity
from prefecture.identity.permissions import ROLES, SERVICE_ROLES
from prefecture.kernel import clock, outbox, settings
from prefecture.kernel.db import Model, db
from prefecture.kernel.entry import LINK, PUBLIC, EntryNotDeclared, allows, assert_declared, declared
from prefecture.kernel.settings import Settings
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications
from prefecture.steps import appointments
from prefecture.studio import moves
from prefecture.studio import service as studio
from tests.api.caller import Caller
from tests.town import (
    PASSWORD,
    PIECES,
    START,
    TSE,
    Town,
    build,
    sqlite_town,  # noqa: F401 (a fixture)
)

NOBODY, LINKED = "nobody", "link"
# Parameters of an address that name a thing which is somebody's.
THEIRS = frozenset({"number", "task_id", "document_id", "rdv_id", "session_id", "work_id", "incident_id", "prefecture"})
# For the national administrator, and analysts where they are named: who administers one préfecture is refused.
NATIONAL = frozenset(
    {
        *("analyst.keys", "analyst.add_key", "analyst.remove_key"),
        *("analyst.arrivals", "analyst.arrive", "analyst.arrival", "analyst.publish_arrival"),
        *("analyst.carry", "analyst.seal", "analyst.reopen"),
    }
)
# Written by a GET without a dossier being changed: looks, tries, when an account was last seen.
TRACES = frozenset({"trace", "tries", "login_session", "api_token"})


@dataclass
class Gate:
    """The application with Amina's dossier in the middle of its way, and strangers of every role."""

    app: Flask
    settings: Settings
    objects: dict[str, dict[str, Any]]
    cookies: dict[str, tuple[str, str]]
    tokens: dict[str, str]
    roles: dict[str, frozenset[str] | None] = field(default_factory=dict)

    def ask(self, rule: Rule, method: str, who: str) -> TestResponse:
        """The answer that `who` gets at that route, about Amina's things."""
        settings.use(self.settings)  # another test may have built another application since
        client = self.app.test_client()
        headers = {}
        if rule.rule.startswith("/api/"):
            if who in self.tokens:
                headers["Authorization"] = f"Bearer {self.tokens[who]}"
        elif who in self.cookies:
            client.set_cookie(*self.cookies[who])
        return client.open(self.address(rule), method=method, headers=headers, **self.body(rule, method))

    def address(self, rule: Rule) -> str:
        """The route's address, filled in with Amina's things."""
        audience = "citizen" if rule.endpoint.startswith("citizen.") else "agent"
        values = {name: self.objects[audience][name] for name in rule.arguments}
        with self.app.test_request_context():
            adapter = self.app.url_map.bind("localhost")
            return str(adapter.build(rule.endpoint, values, method=next(iter(rule.methods or ()))))

    @staticmethod
    def body(rule: Rule, method: str) -> dict[str, Any]:
        if method in {"GET", "DELETE"}:
            return {}
        if not rule.rule.startswith("/api/"):
            return {"data": {}}
        bodies: dict[str, Any] = {
            "api-documents.upload": {"data": {}, "content_type": "multipart/form-data"},
            "api-dossiers.file": {"json": {"demarche": TSE, "answers": {}}},
            "api-exchanges.write": {"json": {"text": "Bonjour"}},
            "api-variants.write": {"json": {"number": 0, "values": {}}},
            "api-variants.decide": {"json": {"number": 0, "path": "informations.acces", "keep": True}},
            "api-auth.issue": {"json": {"login": "x", "password": "x"}},
            "api-incidents.skip": {"json": {"reason": "Un motif."}},
            "api-incidents.edit": {"json": {"reason": "Un motif.", "values": {"essai": 1}}},
            "api-incidents.move": {"json": {"reason": "Un motif.", "mapping": {"rien": "rien"}}},
            "api-convocations.book": {"json": {"starts_at": "2026-12-01T09:00:00+00:00"}},
        }
        return bodies.get(rule.endpoint, {"json": {}})


@pytest.fixture(scope="module")
def gate(sqlite_town: tuple[Path, uuid.UUID], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:  # noqa: F811
    home = tmp_path_factory.mktemp("gate")
    shutil.copy(sqlite_town[0], home / "planipref.sqlite3")
    app = build(home, f"sqlite:///{home / 'planipref.sqlite3'}")
    app.config.update(WTF_CSRF_ENABLED=False, SHOW_ERROR_PAGES=True, PROPAGATE_EXCEPTIONS=False)
    with clock.frozen(START):
        town = Town(app, sqlite_town[1])
        waiting, booked = _filed(town), _filed(town)
        found = Gate(app, settings.current(), {}, {}, {}, {NOBODY: None, LINKED: None})
        with app.app_context():
            _enter_strangers(found, town)
            _name_objects(found, town, waiting, booked)
        yield found
    with app.app_context():
        db.engine.dispose()


def _filed(town: Town) -> str:
    """A dossier of Amina's, one task of hers and one of the agents' open on two dossiers."""
    amina, claire = Caller(town.app, "amina"), Caller(town.app, "claire")
    number = amina.file()
    town.drain()
    judged = {code: {"etat": "valide"} for code in PIECES}
    assert (
        claire.complete(number, "verifier_completude", {"conclusion": "complet", "pieces": judged}).status_code == 200
    )
    town.drain()
    asked = claire.complete(number, "autoriser_convocation", {"venue": "convoquer", "originaux": ["passeport"]})
    assert asked.status_code == 200
    town.drain()
    return number


def _enter_strangers(gate: Gate, town: Town) -> None:
    """An account of each role, in another préfecture; each with a session and a token. And Amina and Claire."""
    elsewhere = people.services_of("93")[0].id
    actors = {name: town.actor(name) for name in ("amina", "claire", "denis", "ana", "marc")}
    actors["usager"] = town.actor("boris")
    with unit_of_work():
        for role in sorted(set(ROLES) - {"usager"}):
            services = [elsewhere] if role in SERVICE_ROLES else []
            stranger = identity.create_agent(
                f"stranger-{role}", role, PASSWORD, [role], prefecture="93", service_ids=services
            )
            actors[role] = stranger.actor
        for name, actor in actors.items():
            gate.cookies[name] = ("session", identity.open_session(actor))
            gate.tokens[name] = identity.issue_api_token(actor)
            gate.roles[name] = actor.roles


def _name_objects(gate: Gate, town: Town, waiting: str, booked: str) -> None:
    """Amina's things: a slot to choose on one dossier, an appointment on the other."""
    amina, claire = town.actor("amina"), town.actor("claire")
    token = town.link_of(booked)
    starts = agenda.free_slots(token)[0].morning[0].starts_at
    with unit_of_work():
        appointments.book(token, starts)
    town.drain()
    with unit_of_work():
        gate.cookies[LINKED] = ("lien", agenda_service.open_link(town.link_of(waiting)))
    view = dossiers.dossier(booked, claire)
    with unit_of_work():
        outbox.post("tests.nobody_does_this", f"{view.id}:incident", {}, key_id=None, dossier_id=view.id)
    town.drain()
    incident = next(one.id for one in outbox.incidents() if one.dossier_id == view.id)
    ana = town.actor("ana")
    with unit_of_work():
        draft = studio.from_version(ana, view.version_id, "Suite")
        comment = studio.comment(ana, draft, "À revoir.")
        studio.milestone(ana, draft, "Relu")
        campaign = moves.begin(ana, TSE, draft)
    rdv = agenda.appointment_of(view.id)
    assert rdv is not None
    common = {
        "code": TSE,
        "prefecture": "94",
        "page": 1,
        "version_id": view.version_id,
        "draft_id": draft,
        "comment_id": comment,
        "campaign_id": campaign,
        "reference": "TSE-94-26-000000-A",
        "jalon": 1,
        "path": "LISEZMOI.md",
        "token": "x" * 43,
        "filename": "css/nothing.css",
        "message_id": notifications.of_dossier(view.id)[0].id,
        "work_id": incident,
        "incident_id": incident,
        "suspension_id": uuid.uuid4(),
        "replay_id": uuid.uuid4(),
        "key_id": uuid.uuid4(),
        "arrival_id": uuid.uuid4(),
        "retirement_id": uuid.uuid4(),
        "element": "verifier_completude",
        "rdv_id": rdv.id,
        "session_id": people.sessions_of(amina)[0].id,
    }
    gate.objects = {
        "agent": {
            **common,
            "number": booked,
            "task_id": dossiers.open_tasks(booked, claire)[0].id,
            "document_id": documents.of_dossier(view.id)[0].id,
        },
        "citizen": {
            **common,
            "number": waiting,
            "task_id": dossiers.open_tasks(waiting, amina)[0].id,
            "document_id": documents.of_dossier(dossiers.dossier(waiting, amina).id)[0].id,
        },
    }


def _routes(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _wrong(gate: Gate, rule: Rule, method: str, who: str, status: int, location: str) -> str | None:
    """What is wrong with this answer, None if the declared policy was enforced."""
    entering = declared(gate.app, rule.endpoint) or frozenset()
    api = rule.rule.startswith("/api/")
    inside = allows(entering, gate.roles[who], link=who == LINKED and LINK in entering)
    if not inside:
        signed_in = gate.roles[who] is not None
        wanted = {403} if signed_in else {410} if LINK in entering else {401} if api else {302}
        sent_home = status != 302 or "/connexion" in location
        return None if status in wanted and sent_home else f"not refused: {status} {location}"
    if rule.endpoint in NATIONAL and who in {"administrateur", "marc"}:
        return None if status == 403 else f"open to who administers one préfecture: {status}"
    theirs = set(rule.arguments) & THEIRS and not rule.endpoint.startswith("demo.")
    if who == "analyste" and rule.endpoint.startswith(("analyst.", "api-incidents.", "api-observation.")):
        theirs = False  # analysts watch and repair every démarche, wherever its dossiers are
    if theirs:
        scopeless = api and (who in {"analyste", "recetteur", "administrateur"} or rule.endpoint == "api-tasks.claim")
        return None if status == 404 or (scopeless and status == 403) else f"somebody else's thing answers {status}"
    if status >= 500:
        return f"broken: {status}"
    shut = (status in {401, 403} and not api) or "/connexion" in location
    return f"shut to who may enter: {status} {location}" if shut and PUBLIC not in entering else None


def test_every_route_says_who_may_enter(gate: Gate) -> None:
    assert_declared(gate.app)


def test_a_route_that_says_nothing_is_named() -> None:
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/secret", "secret", lambda: "open")
    with pytest.raises(EntryNotDeclared, match="secret"):
        assert_declared(app)


@pytest.mark.parametrize("who", [NOBODY, LINKED, *ROLES])
def test_every_route_lets_in_whom_it_declares_and_shows_nobody_elses_things(gate: Gate, who: str) -> None:
    wrong = []
    for rule, method in _routes(gate.app):
        if rule.endpoint in {"account.sign_out", "api-auth.revoke"}:
            continue  # they end the session that the next routes need
        response = gate.ask(rule, method, who)
        said = _wrong(gate, rule, method, who, response.status_code, response.headers.get("Location", ""))
        response.close()
        if said:
            wrong.append(f"{method} {rule.rule} as {who}: {said}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["amina", "claire", "denis", "ana", "marc", LINKED])
def test_reading_changes_nothing(gate: Gate, who: str) -> None:
    before = _contents(gate.app)
    seen = 0
    with closing(sqlite3.connect(gate.settings.home / "planipref.sqlite3")) as watch:
        version = _version(watch)
        for rule, method in _routes(gate.app):
            if method != "GET":
                continue
            response = gate.ask(rule, method, who)
            seen += response.status_code == 200
            assert response.status_code < 500, rule.rule
            response.close()
            if version != (version := _version(watch)):  # reading all tables takes long, on a loaded machine too long
                assert _contents(gate.app) == before, rule.rule
    assert seen > 10


def _version(watch: sqlite3.Connection) -> int:
    """A number that changes when anybody else commits a change to the file."""
    found: int = watch.execute("PRAGMA data_version").fetchone()[0]
    return found


def _contents(app: Flask) -> dict[str, str]:
    """A digest of each table's rows, apart from traces."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: hashlib.sha256(
                repr(sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()))).encode()  # noqa: S608
            ).hexdigest()
            for name in Model.metadata.tables
            if name not in TRACES
        }


FORM_PREVIEWS = ("analyst.form_preview", "analyst.version_form_preview")


def test_every_page_is_sent_with_its_security(gate: Gate) -> None:
    wrong = []
    for rule, method in _routes(gate.app):
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
        for rule, method in _routes(gate.app):
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
        for rule, method in _routes(gate.app):
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
