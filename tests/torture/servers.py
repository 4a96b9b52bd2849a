"""A Redis and a PostgreSQL that an ordeal may kill, freeze and start again."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from redis import Redis
from redis.exceptions import RedisError

from tests.torture.world import World


def _module() -> ModuleType:
    """The servers that all tests start: by path, as the fixtures of all tests load them."""
    if "tests_servers" not in sys.modules:
        spec = importlib.util.spec_from_file_location("tests_servers", Path(__file__).parents[1] / "servers.py")
        if spec is None or spec.loader is None:
            raise RuntimeError("tests/servers.py is gone")
        sys.modules["tests_servers"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["tests_servers"])
    return sys.modules["tests_servers"]


servers = _module()


class Bell:
    """A Redis on one port, without persistence, that can die and come back empty."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.port: int = servers.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = Redis.from_url(self.url, socket_timeout=2)
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._home)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                self.client.ping()
                return
            except RedisError:
                time.sleep(0.02)
        raise RuntimeError("Redis did not start")

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP: it accepts connections and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        self.client.close()
        self.kill()


@contextmanager
def bell(home: Path) -> Iterator[Bell]:
    """A Redis for the length of the block."""
    found = Bell(home)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def restartable(world: World) -> Iterator[Postmaster]:
    """The PostgreSQL server of a world, ours alone, under a hand that restarts it."""
    folder = Path(world.statement("SHOW data_directory")[0][0])
    hand = Postmaster(folder)
    try:
        yield hand
    finally:
        hand.stop()


class Postmaster:
    """pg_ctl on a data folder of ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        self._program = str(programs[-1])
        self.restarted = False

    def restart(self, mode: str = "immediate") -> None:
        """Cut the power, or nearly: no checkpoint, recovery from the log."""
        self._run("restart", "-m", mode, "-w", "-l", str(self._folder.parent / "again.log"))
        self.restarted = True

    def stop(self) -> None:
        """End a server that we started again: the one who started it first would not find it."""
        if self.restarted:
            self._run("stop", "-m", "fast", "-w")

    def _run(self, verb: str, *more: str) -> None:
        as_root = os.geteuid() == 0
        subprocess.run(
            [self._program, verb, "-D", str(self._folder), *more],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.parent,
            user="postgres" if as_root else None,
            extra_groups=[] if as_root else None,
        )
