"""The studio on a small préfecture: two analysts, and drafts of the first démarche."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from flask import Flask

from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import service
from tests.town import PASSWORD, PROCESSES, TSE


@pytest.fixture
def studio(any_app: Flask, frozen_clock: datetime) -> Flask:
    """The application with one published démarche."""
    with unit_of_work():
        publishing.publish(PROCESSES / TSE, by="tests")
    return any_app


@pytest.fixture
def ana(studio: Flask) -> Actor:
    """An analyst."""
    return _agent("ana", "Ana Lopez", "analyste")


@pytest.fixture
def bob(studio: Flask) -> Actor:
    """Another analyst."""
    return _agent("bob", "Bob Denis", "analyste")


@pytest.fixture
def rita(studio: Flask) -> Actor:
    """Whoever signs off."""
    return _agent("rita", "Rita Sow", "recetteur")


@pytest.fixture
def draft(ana: Actor) -> uuid.UUID:
    """Ana's draft of the démarche's next version."""
    with unit_of_work():
        return service.from_version(ana, demarches.current(TSE).id, "Version 2")


def _agent(login: str, name: str, role: str) -> Actor:
    with unit_of_work():
        return identity.create_agent(login, name, PASSWORD, [role]).actor
