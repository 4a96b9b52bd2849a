"""Completions over real HTTP: gunicorn with two workers on PostgreSQL, eight callers with kept connections."""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

from bench.figures import tell
from bench.house import COMPLETE, House
from prefecture.identity import service as identity
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.servers import free_port

TASKS = 160
WARM_UP = 20
CALLERS = 8


def measure(house: House) -> None:
    """Tell how many completions a second two web processes answer."""
    tasks = [task for _, task in house.waiting(WARM_UP + TASKS)]
    claire = house.actor("claire")
    with unit_of_work():
        token = identity.issue_api_token(claire)
    db.session.remove()
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": house.url, "PLANIPREF_HOME": str(house.home)}
    log = (house.home / "web.log").open("w")  # a line a request
    command = [
        *(str(Path(sys.executable).parent / "gunicorn"), "--workers", "2", "--threads", "4"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "warning", "wsgi:create_app()"),
    ]
    server = subprocess.Popen(command, env=environment, stderr=log, start_new_session=True)
    try:
        _wait_for(port)
        _complete_all(port, token, tasks[:WARM_UP])
        took, spans = _complete_all(port, token, tasks[WARM_UP:])
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        log.close()
    tell("http_completions_per_s", TASKS / took, "per_s")
    cuts = statistics.quantiles(spans, n=100)
    tell("http_completion_p50_ms", cuts[49] * 1000, "ms")
    tell("http_completion_p99_ms", cuts[98] * 1000, "ms")


def _complete_all(port: int, token: str, tasks: list[str]) -> tuple[float, list[float]]:
    """Seconds that the callers take together, and each answer; every one must be a 200."""
    queue: SimpleQueue[str] = SimpleQueue()
    for task in tasks:
        queue.put(task)
    statuses: list[int] = []
    spans: list[float] = []
    body = json.dumps({"answers": COMPLETE}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            try:
                task = queue.get_nowait()
            except Empty:
                connection.close()
                return
            asked = time.perf_counter()
            connection.request("POST", f"/api/v1/tasks/{task}/complete", body, headers)
            response = connection.getresponse()
            response.read()
            spans.append(time.perf_counter() - asked)
            statuses.append(response.status)

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    began = time.perf_counter()
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    took = time.perf_counter() - began
    if set(statuses) != {200} or len(statuses) != len(tasks):
        raise RuntimeError(f"answers: {statuses}")
    return took, spans


def _wait_for(port: int, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except (ConnectionError, TimeoutError):
            time.sleep(0.2)
        finally:
            connection.close()
    raise RuntimeError("gunicorn did not start")
