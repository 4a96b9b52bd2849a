"""The préfecture that the stories told in a browser share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prefecture.kernel import clock
from prefecture.kernel.db import db
from tests.town import START
from tests.web.village import Village, copied, founded_once


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A préfecture founded once."""
    return founded_once(tmp_path_factory)


@pytest.fixture
def village(home: tuple[Path, str], tmp_path: Path) -> Iterator[Village]:
    """The préfecture of one test, on a Monday morning."""
    app = copied(home[0], tmp_path)
    with clock.frozen(START):
        yield Village.of(app, home[1])
    with app.app_context():
        db.engine.dispose()
