"""Ten minutes of hostile cases: `make fuzz` (FUZZ_SECONDS). What breaks is kept in finds/ and replayed by the tests.

Cases are played in child processes with a bound on their memory. A child that dies, or that stands still in code that
no signal interrupts, leaves the case it was playing; so nothing is lost.
"""

from __future__ import annotations

import hashlib
import math
import os
import secrets
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz import cases
from tests.fuzz.limits import bound_memory

HERE = Path(__file__).parent
FINDS = HERE / "finds"
ROUND = 60.0
STANDSTILL = 20.0
PLAYING = "playing.json"
COUNT = "count"
Player = Callable[[cases.Case], None]


def keep(case: cases.Case, what: str, folder: Path) -> None:
    """Keep a find, the shortest of its sort."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{case.kind}_{hashlib.sha256(what.encode()).hexdigest()[:12]}.json"
    path = folder / name
    if not path.exists() or len(case.text()) < len(path.read_text()):
        path.write_text(case.text())
        sys.stdout.write(f"FIND {name}: {what}\n")
        sys.stdout.flush()


def sort_of(error: BaseException) -> str:
    """What makes two finds the same: the error, and where it comes out."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/engine/" in f.filename]
    place = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.name}"


def run_child(number: int, seconds: float, finds: Path, scratch: Path, play: Player = cases.play) -> int:
    """Play random cases for so long, from the first one on; keep what breaks. The number of cases played."""
    end = math.inf
    played = 0
    playing = scratch / PLAYING

    @settings(
        max_examples=200,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases.strategy())
    def one(case: cases.Case) -> None:
        nonlocal end, played
        if not played:  # a fresh clone has Hypothesis read all of Unicode before
            end = time.monotonic() + seconds
        if time.monotonic() > end:
            return
        playing.write_text(case.text())
        played += 1
        try:
            play(case)
        except Exception as error:
            keep(case, sort_of(error), finds)

    turn = number
    while time.monotonic() < end:
        seed(turn)(one)()
        turn += 1
    playing.unlink(missing_ok=True)
    (scratch / COUNT).write_text(str(played))
    return played


def watch(number: int, seconds: float, finds: Path, scratch: Path) -> tuple[int, str]:
    """Run one child; how many cases it played, and how it ended when not well."""
    (scratch / COUNT).unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.campaign", str(number), str(seconds), str(finds), str(scratch)]
    child = subprocess.Popen(command, cwd=HERE.parents[1])
    playing = scratch / PLAYING
    trouble = ""
    while child.poll() is None:
        time.sleep(0.5)
        if playing.exists() and time.time() - playing.stat().st_mtime > STANDSTILL:
            child.kill()
            child.wait()
            trouble = "standstill"
    if child.returncode and not trouble:
        trouble = f"child ended with {child.returncode}"
    if trouble and playing.exists():
        keep(cases.read(playing.read_text()), trouble, finds)
    count = scratch / COUNT
    return (int(count.read_text()) if count.exists() else 0), trouble


def campaign(seconds: float, finds: Path, scratch: Path) -> Counter[str]:
    """Children one after the other until the time is over."""
    told: Counter[str] = Counter()
    before = set(finds.glob("*.json"))
    end = time.monotonic() + seconds
    number = secrets.randbelow(2**31)
    while (left := end - time.monotonic()) > 0:
        played, trouble = watch(number, min(ROUND, left), finds, scratch)
        told["cases"] += played
        told["broken children"] += bool(trouble)
        number += 1_000_000
    told["finds"] = len(set(finds.glob("*.json")) - before)
    return told


def main() -> int:
    """The campaign, or one child of it."""
    if len(sys.argv) > 1:
        bound_memory()
        run_child(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        told = campaign(float(os.environ.get("FUZZ_SECONDS", "600")), FINDS, Path(scratch))
    sys.stdout.write(f"FUZZ cases={told['cases']} broken={told['broken children']} finds={told['finds']}\n")
    return 1 if told["finds"] or told["broken children"] else 0


if __name__ == "__main__":
    sys.exit(main())
