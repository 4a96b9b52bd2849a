"""The notifications desk in the whole house, on both databases."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture
def app(any_app: Flask) -> Flask:
    """The application, on one database after the other."""
    return any_app
