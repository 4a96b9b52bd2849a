"""The préfecture and the browser of the analyst's stories: founded once, served anew to each story."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

from prefecture.kernel import clock
from prefecture.kernel.db import db
from tests.browser.stories.told import Stage
from tests.town import START
from tests.web.village import Village, copied, founded_once

PATIENCE = 20_000
NAMED = "http://planipref.example"  # what letters print, whatever the port


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A préfecture founded once for all stories."""
    return founded_once(tmp_path_factory)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Headless Chromium, patient."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--lang=fr"],
            env={**os.environ, "LANGUAGE": "fr"},
        )
        yield chromium
        chromium.close()


@pytest.fixture
def stage(founded: tuple[Path, str], tmp_path: Path, browser: Browser) -> Iterator[Stage]:
    """The préfecture of one story on a Monday morning, its pages served on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = copied(founded[0], tmp_path, PLANIPREF_BASE_URL=NAMED)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    with clock.frozen(START):
        thread.start()
        yield Stage(Village.of(app, founded[1]), browser, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    with app.app_context():
        db.engine.dispose()
