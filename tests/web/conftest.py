"""A small préfecture for the tests of the pages, founded once and copied for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prefecture.kernel import clock
from prefecture.kernel.db import db
from tests.town import START
from tests.web.village import Village, copied, founded_once


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a préfecture, and the id of its service."""
    return founded_once(tmp_path_factory)


@pytest.fixture
def village(founded: tuple[Path, str], tmp_path: Path) -> Iterator[Village]:
    """The préfecture of one test, on a Monday morning."""
    app = copied(founded[0], tmp_path)
    with clock.frozen(START):
        yield Village.of(app, founded[1])
    with app.app_context():
        db.engine.dispose()
