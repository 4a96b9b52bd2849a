"""From nothing to the first page: a fresh process imports the house, builds the application and answers one GET."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import median, tell
from bench.house import House

STARTS = 5
ROOT = Path(__file__).parents[1]
_CHILD = """
import time
began = time.perf_counter()
from wsgi import create_app
answer = create_app().test_client().get("/")
print(time.perf_counter() - began if answer.status_code == 200 else f"status {answer.status_code}")
"""


def measure(house: House) -> None:
    """Tell the median of a few starts on the house's database, the modules compiled once before as on any server."""
    with TemporaryDirectory(prefix="planipref-bytecode-") as bytecode:
        environment = {**os.environ, "DATABASE_URL": house.url, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        _start(environment)
        tell("start_ms", median(_start(environment) for _ in range(STARTS)) * 1000, "ms")


def _start(environment: dict[str, str]) -> float:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(child.stdout.splitlines()[-1])
