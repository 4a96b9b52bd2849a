"""Children of an ordeal: forks of this process, which have the application loaded and are killed without mercy."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from prefecture.kernel.db import db


@dataclass
class Child:
    """A forked process of ours."""

    pid: int
    status: int | None = None

    def alive(self) -> bool:
        """Whether it still runs."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.alive():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, and wait for its end."""
        self.send(signal.SIGKILL)
        self.wait()

    def stop(self, seconds: float = 10.0) -> None:
        """SIGTERM, then kill -9 if it does not listen."""
        self.send(signal.SIGTERM)
        if self.wait(seconds) is None:
            self.kill()

    def wait(self, seconds: float = 60.0) -> int | None:
        """Its exit status (negative: the signal), or None if it outlives `seconds`."""
        until = time.monotonic() + seconds
        while self.alive() and time.monotonic() < until:
            time.sleep(0.005)
        return self.status


def fork(app: Flask, log: Path, work: Callable[[], object]) -> Child:
    """Run `work` in a child; what it says goes to `log`. The parent's connections are given back before."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Child(pid)
    status = 1
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        work()
        status = 0
    except SystemExit as error:
        status = int(error.code or 0)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)
