"""The bell never keeps a request waiting, and is heard once Redis answers again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from prefecture.kernel.bell import QUEUE, BesideRequests, RedisBell

pytestmark = pytest.mark.redis


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis that the test may freeze without anybody else noticing."""
    from sys import modules

    with modules["tests_servers"].redis() as url:
        client = Redis.from_url(url)
        yield client
        client.close()


def address(client: Redis) -> str:
    where = client.connection_pool.connection_kwargs
    return f"redis://{where['host']}:{where['port']}/0"


def rung(client: Redis) -> int:
    return Queue(QUEUE, connection=client, serializer=JSONSerializer).count


def wait_for(client: Redis, count: int) -> None:
    until = time.monotonic() + 10
    while rung(client) < count and time.monotonic() < until:
        time.sleep(0.02)
    assert rung(client) == count


def test_a_request_rings_without_waiting_for_a_frozen_redis(own_redis: Redis) -> None:
    bell = BesideRequests(RedisBell(address(own_redis), slots=4).ring)
    bell.ring()
    wait_for(own_redis, 1)
    server = own_redis.info("server")["process_id"]
    os.kill(server, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for _ in range(50):
            bell.ring()
        took = time.monotonic() - began
    finally:
        os.kill(server, signal.SIGCONT)
    assert took < 0.1


def test_rings_that_come_together_are_one_and_the_last_is_never_lost() -> None:
    heard: list[float] = []

    def slow() -> None:
        heard.append(time.monotonic())
        time.sleep(0.2)

    bell = BesideRequests(slow)
    for _ in range(100):
        bell.ring()
    time.sleep(0.1)  # the first is being rung; this one is not to be swallowed by it
    bell.ring()
    time.sleep(0.6)
    assert 2 <= len(heard) <= 3


def test_a_forked_process_rings_by_itself() -> None:
    reader, writer = os.pipe()
    bell = BesideRequests(lambda: os.write(writer, b"!") and None)
    bell.ring()
    assert os.read(reader, 1) == b"!"
    child = os.fork()
    if child == 0:
        bell.ring()
        time.sleep(0.5)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    os.set_blocking(reader, False)
    assert os.read(reader, 1) == b"!"
