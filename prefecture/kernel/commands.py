"""Commands that run the house: migrate, serve, worker, sweep. English, for operators."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from types import FrameType

import click
from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from waitress import create_server

from prefecture.kernel import bell, schema, unit_of_work
from prefecture.kernel.db import assert_safe, db
from prefecture.kernel.starting import may_serve
from prefecture.kernel.worker import EmbeddedWorker

THREADS = 8
RQ_WORKER_TTL = 60
BESIDE = "PLANIPREF_BESIDE"


def register(app: Flask) -> None:
    """Give `app` its operators' commands."""
    for command in (migrate, migration, serve, worker, sweep):
        app.cli.add_command(command)


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    schema.upgrade()


@click.command()
@click.argument("number")
@click.argument("message")
def migration(number: str, message: str) -> None:
    """Write migration NUMBER (0002…) from what the models say and the database lacks."""
    schema.write_migration(message, number)


@click.command()
def serve() -> None:
    """Serve web pages and API, and drain due work, in one process."""
    run_server(_app())


@click.command()
@click.option("--beside", type=int, envvar=BESIDE, help="Number of the process that started this one: end with it.")
def sweep(beside: int | None) -> None:
    """Ring the bell every second while work is due (`worker` starts one by itself)."""
    bell.sweep(_app(), _redis_bell(), lambda: beside is None or os.getppid() == beside)


@click.command()
def worker() -> None:
    """Run one RQ worker, with a sweeper beside it; needs REDIS_URL. Waits for a Redis that is away."""
    url = may_serve().redis_url
    if not url:
        raise click.ClickException("REDIS_URL is not set; without Redis the server drains the due work itself")
    app = _app()
    assert_safe(db.engine)
    db.engine.dispose()  # children must open their own connections
    beside = {**os.environ, BESIDE: str(os.getpid())}  # told, not asked: who is killed at once has no number any more
    sweeper = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "sweep"], env=beside)
    atexit.register(sweeper.terminate)
    app.logger.info("worker ready")
    while True:
        try:
            _rq_worker(url).work(logging_level="WARNING")
            return
        except RedisError as error:
            app.logger.warning("Redis is away; trying again: %s", error)
            time.sleep(1.0)


def _rq_worker(url: str) -> Worker:
    connection = Redis.from_url(url, socket_connect_timeout=3, retry=Retry(NoBackoff(), 0))
    queue = Queue(bell.QUEUE, connection=connection, serializer=JSONSerializer)
    return Worker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=RQ_WORKER_TTL,
        job_monitoring_interval=5,
        maintenance_interval=30,
    )


def run_server(app: Flask) -> None:
    """Serve until interrupted; work in hand is ended before the process leaves."""
    chosen = may_serve()
    with app.app_context():
        assert_safe(db.engine)
    background = None
    if chosen.redis_url is None:
        background = EmbeddedWorker(app, chosen.home / "worker.lock")
        unit_of_work.on_commit(background.ring)
        background.start()
    try:
        server = create_server(app, host=chosen.host, port=chosen.port, threads=THREADS, ident="PlaniPref")
    except OSError as error:
        raise click.ClickException(f"cannot listen on {chosen.host}:{chosen.port}: {error.strerror}") from error

    def leave(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    try:
        server.run()
    except KeyboardInterrupt:
        click.echo("\nStopping…", err=True)
    finally:
        server.close()
        if background is not None:
            background.stop()
    sys.exit(0)


def _redis_bell() -> bell.RedisBell:
    chosen = may_serve()
    if not chosen.redis_url:
        raise click.ClickException("REDIS_URL is not set")
    return bell.RedisBell(chosen.redis_url, chosen.bell_slots)


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
