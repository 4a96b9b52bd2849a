"""The API: JSON for agents, citizens and other systems, at /api/v1, described by OpenAPI 3.1."""

from __future__ import annotations

from flask import Flask

from api import assembly


def register(app: Flask) -> None:
    """Give `app` its API."""
    assembly.register(app)
