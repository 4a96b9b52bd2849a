"""PostgreSQL and Redis that the tests start themselves: free ports, data outside the clone, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of its own; yields its URL (database `postgres`). It runs as `postgres` when we are root."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not binaries:
        raise RuntimeError("PostgreSQL is not installed: run .ci/system-packages test")
    folder = binaries[-1].parent
    home = Path(tempfile.mkdtemp(prefix="planipref-pg-"))
    run_as = _unprivileged(home)
    port = free_port()
    subprocess.run(
        [folder / "initdb", "-D", home / "data", "-U", "planipref", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        capture_output=True,
        preexec_fn=run_as,
        cwd=home,
    )
    options = ["-p", str(port), "-k", str(home), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [folder / "postgres", "-D", home / "data", *options],
            stdout=subprocess.DEVNULL,
            stderr=log,
            preexec_fn=run_as,
            cwd=home,
        )
    try:
        _wait_for(port, server, home / "log")
        _wait_until_it_answers(folder / "pg_isready", port)
        yield f"postgresql+psycopg://planipref@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis server of its own, without persistence; yields its URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is not installed: run .ci/system-packages test")
    home = Path(tempfile.mkdtemp(prefix="planipref-redis-"))
    port = free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server, home / "log")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged(home: Path) -> object:
    """What a child calls to stop being root (PostgreSQL refuses root); None when we are not."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(home, user.pw_uid, user.pw_gid)

    def become() -> None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    return become


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(0.1)
                return
        time.sleep(0.05)
    said = log.read_text() if log.exists() else ""
    raise RuntimeError(f"the server on port {port} did not start: {said[-2000:]}")


def _wait_until_it_answers(program: Path, port: int, seconds: float = 30.0) -> None:
    """A PostgreSQL that listens may still be starting up, on a loaded machine for a while."""
    until = time.monotonic() + seconds
    while subprocess.run([program, "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode:
        if time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL on port {port} does not answer")
        time.sleep(0.1)
