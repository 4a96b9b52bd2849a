"""Logs: one JSON line an event, with the request's or the work's id; link tokens are masked in every line."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_context: ContextVar[dict[str, str]] = ContextVar("log_context", default={})  # noqa: B039 (never mutated, replaced)
# Addresses that carry a link token: /convocations/<token>, /rendez-vous/<token>, /liens/<token>.
_TOKENS = re.compile(r"(/(?:convocations|rendez-vous|liens)/)[A-Za-z0-9_-]{20,}")

# Libraries that tell more than anybody asked.
NOISY = (
    "fontTools",
    "weasyprint",
    "waitress.queue",
    "rq.worker",
    "SpiffWorkflow",
    "spiff",
    "alembic.runtime.plugins",
)
# Who leaves a line for each request, each piece of work.
ROUTINE = ("web.assembly", "prefecture.kernel.worker")


def masked(text: str) -> str:
    """`text` with every link token replaced."""
    return _TOKENS.sub(r"\1***", text)


@contextmanager
def bound(**fields: str) -> Iterator[None]:
    """Add `fields` to every line logged in the block."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def value(name: str) -> str | None:
    """What `name` is bound to here, None if it is not."""
    return _context.get().get(name)


def leave_out_routine() -> None:
    """Only what goes wrong is said of requests and work: for a terminal where somebody reads something else."""
    for room in ROUTINE:
        logging.getLogger(room).setLevel(logging.WARNING)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name,
            "message": masked(record.getMessage()),
            **_context.get(),
        }
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class PlainFormatter(logging.Formatter):
    """For a terminal: time, level, message, context."""

    def format(self, record: logging.LogRecord) -> str:
        context = " ".join(f"{key}={value}" for key, value in _context.get().items())
        text = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower():7} {record.getMessage()} {context}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return masked(text.rstrip())


def configure(style: str) -> None:
    """Send the process's logs to standard error, as `json` or `plain` lines."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(PlainFormatter() if style == "plain" else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(logging.INFO)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
