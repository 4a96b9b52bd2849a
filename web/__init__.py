"""The pages: citizens, agents, managers, analysts. Server-rendered, usable without JavaScript."""

from __future__ import annotations

from flask import Flask

from web import assembly


def register(app: Flask) -> None:
    """Give `app` its pages."""
    assembly.register(app)
