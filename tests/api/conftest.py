"""Fixtures of the API's tests: the préfecture, and its people calling."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.caller import Caller
from tests.town import (  # noqa: F401 (fixtures)
    Town,
    any_town,
    postgresql_copy,
    postgresql_town,
    sqlite_town,
    town,
)


@pytest.fixture
def call(town: Town) -> Callable[..., Caller]:  # noqa: F811 (the fixture)
    """A caller by first name; without a name, nobody."""

    def calling(name: str | None = None, scopes: list[str] | None = None) -> Caller:
        return Caller(town.app, name, scopes)

    return calling
