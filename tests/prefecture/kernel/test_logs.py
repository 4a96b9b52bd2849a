"""What is left out of the lines of a terminal, and what is not."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from prefecture.kernel import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    levels = {room: logging.getLogger(room).level for room in logs.ROUTINE}
    yield
    for room, level in levels.items():
        logging.getLogger(room).setLevel(level)


@pytest.mark.parametrize("room", logs.ROUTINE)
def test_routine_is_left_out_and_trouble_is_told(room: str, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger(room)
    log.setLevel(logging.INFO)
    log.info("before")
    logs.leave_out_routine()
    log.info("routine")
    log.warning("trouble")
    assert [record.getMessage() for record in caplog.records] == ["before", "trouble"]
