"""The homes of applications under test: each has its own, and templates that one of them compiled serve all of them."""

from __future__ import annotations

import os
from pathlib import Path

COMPILED = "PLANIPREF_TESTS_COMPILED"  # names the folder of what is compiled, for this process and its children


def furnished(home: Path) -> Path:
    """`home`, made if need be, with a door to the templates compiled so far."""
    home.mkdir(parents=True, exist_ok=True)
    compiled, door = os.environ.get(COMPILED), home / "templates"
    if compiled and not door.exists():
        door.symlink_to(compiled, target_is_directory=True)
    return home
