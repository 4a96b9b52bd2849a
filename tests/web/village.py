"""The whole application on a small préfecture, for tests that go in by the pages: `founded` is made once and copied."""

from __future__ import annotations

import html
import io
import os
import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from prefecture.documents import service as documents
from prefecture.dossiers import queries as dossiers
from prefecture.dossiers import service
from prefecture.dossiers.queries import DossierView
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import settings, worker
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications
from tests import town
from tests.homes import furnished
from tests.town import PASSWORD, PDF, PIECES, TSE, demande, login_of
from wsgi import create_app


def build(home: Path, **environment: str) -> Flask:
    """The real application on the SQLite file of `home`."""
    url = f"sqlite:///{home / 'planipref.sqlite3'}"
    told = {**os.environ, "PLANIPREF_HOME": str(furnished(home)), "DATABASE_URL": url, **environment}
    app = create_app(settings.read(told))
    app.testing = True
    return app


def make(home: Path, now: datetime) -> uuid.UUID:
    """Found the préfecture in `home`; returns its service."""
    return town.make(home, f"sqlite:///{home / 'planipref.sqlite3'}", now)


def founded_once(places: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a préfecture founded once, and the id of its service."""
    path, service_id = town.town_on_sqlite(places)
    return path.parent, str(service_id)


def copied(source: Path, home: Path, **environment: str) -> Flask:
    """An application on a copy of the préfecture."""
    shutil.copy(source / "planipref.sqlite3", home / "planipref.sqlite3")
    return build(home, **environment)


@dataclass
class Village:
    """What a test of the pages does, beside looking at them. No application context stays open."""

    app: Flask
    service_id: uuid.UUID

    @classmethod
    def of(cls, app: Flask, service_id: str) -> Village:
        """The préfecture that `make` founded."""
        return cls(app, uuid.UUID(service_id))

    def actor(self, name: str) -> Actor:
        """The account of that first name."""
        with self.app.app_context():
            return identity.authenticate(login_of(name), PASSWORD)

    def drain(self) -> None:
        """Do all due work now."""
        worker.run_until_quiet(self.app)

    def browse(self, name: str | None = None) -> Visitor:
        """A browser, signed in as somebody if asked."""
        visitor = Visitor(self.app.test_client())
        if name is not None:
            visitor.post("/connexion", {"login": login_of(name), "mot_de_passe": PASSWORD}, form="/connexion")
        return visitor

    def file(self, name: str = "amina", **answers: Any) -> DossierView:
        """A dossier filed, its first effects done."""
        actor = self.actor(name)
        with self.app.app_context():
            told = {**demande(**answers), **{code: [self.document(actor)] for code in PIECES}}
            with unit_of_work():
                view = service.submit(actor, TSE, told, service_id=self.service_id)
        self.drain()
        return view

    def document(self, actor: Actor) -> str:
        """A file of that person's, joined to nothing yet."""
        with unit_of_work():
            return str(documents.receive(actor, "piece.pdf", io.BytesIO(PDF)).id)

    def do(self, view: DossierView, element: str, answers: Mapping[str, Any], name: str = "claire") -> None:
        """Complete the open task of that element, and do what follows."""
        actor = self.actor(name)
        with self.app.app_context(), unit_of_work():
            task = next(one.id for one in dossiers.open_tasks(view.number, Actor.system()) if one.element == element)
            service.complete_task(actor, task, answers)
        self.drain()

    def judge(self, view: DossierView, states: Mapping[str, str] | None = None) -> None:
        """The completeness is checked; `states` are those of the pièces that are not valid."""
        pieces: dict[str, Any] = {code: {"etat": "valide"} for code in PIECES}
        if not states:
            self.do(view, "verifier_completude", {"conclusion": "complet", "pieces": pieces})
            return
        for code, state in states.items():
            pieces[code] = {"etat": state, **({"motif": "illisible"} if state == "refusee" else {})}
        told = {"conclusion": "complement", "delai_jours": 30, "pieces": pieces, "message": "Merci."}
        self.do(view, "verifier_completude", told)

    def convoke(self, view: DossierView) -> None:
        """Complete, and invited to choose a slot."""
        self.judge(view)
        self.do(view, "autoriser_convocation", {"venue": "convoquer", "originaux": ["passeport"]})

    def now(self, view: DossierView) -> DossierView:
        """The dossier as it stands."""
        with self.app.app_context():
            return dossiers.by_number(view.number)

    def open(self, view: DossierView) -> list[str]:
        """The elements of its open tasks."""
        with self.app.app_context():
            return sorted(one.element for one in dossiers.open_tasks(view.number, Actor.system()))

    def message(self, view: DossierView, code: str) -> uuid.UUID:
        """The mail of that notice."""
        with self.app.app_context():
            return next(one.id for one in notifications.of_dossier(view.id) if one.key.endswith(f"courriel:{code}"))


class Visitor:
    """A browser without JavaScript: it sends the tokens that the forms carry."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(self, address: str, data: Mapping[str, Any] | None = None, *, form: str = "/connexion") -> TestResponse:
        """Post with the token of the page `form`."""
        page = self.client.get(form, follow_redirects=True).get_data(as_text=True)
        match = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert match is not None, f"no form on {form}"
        return self.client.post(
            address, data={"csrf_token": match[1], **(data or {})}, content_type="multipart/form-data"
        )


def plain(response: TestResponse) -> str:
    """The text of a page with ordinary spaces."""
    return " ".join(
        html.unescape(response.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ").split()
    )
