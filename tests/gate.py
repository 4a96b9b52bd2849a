"""The real application with a dossier in the middle of its way, and strangers of every role at its doors."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from prefecture.kernel.db import db
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
)

NOBODY, LINKED = "nobody", "link"


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


@contextmanager
def opened(sqlite_town: tuple[Path, uuid.UUID], home: Path) -> Iterator[Gate]:
    """The gate, in a folder of its own; the clock stands still within the block."""
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


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Each route of the application with each of its methods."""
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
