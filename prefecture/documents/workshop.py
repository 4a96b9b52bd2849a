"""Workshops: recycled child processes for work that eats memory or reads hostile files.

A child is a module run by `python -m`, which answers frames on its standard input. It knows nothing of the
environment's secrets, is limited in memory, is killed when it takes too long, and retires after a number of jobs.
A crash in a native library ends the child, never the server. Started afresh, not forked: the server has threads.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from prefecture.documents import frames

ROOT = Path(__file__).resolve().parents[2]
# What a child may know of its environment: where programs, fonts and the cache of fonts are, and the language.
_TOLD = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
_LAST_WORDS = 2000


class WorkshopFailed(Exception):
    """The child died or took too long; nothing came out. Another try gets a fresh child."""


class Workshop:
    """At most `size` children of `module`, started when needed, each recycled after `most_jobs` jobs."""

    def __init__(self, module: str, *, size: int = 1, most_jobs: int = 200, timeout: float = 30.0) -> None:
        self._module = module
        self._size = size
        self._most_jobs = most_jobs
        self._timeout = timeout
        self._process = 0
        self._idle: list[_Child] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(size)
        self._reset()
        atexit.register(self.close)

    def ask(
        self, message: Mapping[str, Any], blobs: Sequence[bytes] = (), *, timeout: float | None = None
    ) -> frames.Message:
        """The child's answer to `message`; raises WorkshopFailed."""
        if self._process != os.getpid():  # forked since: the children belong to the parent
            self._reset()
        with self._places:
            child = self._take()
            try:
                answer = child.ask(message, blobs, timeout or self._timeout)
            except BaseException:
                child.end()
                raise
            self._give_back(child)
            return answer

    def close(self) -> None:
        """End the idle children; a later job starts new ones."""
        if self._process != os.getpid():
            return
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _reset(self) -> None:
        self._process = os.getpid()
        self._idle = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self._size)

    def _take(self) -> _Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Child(self._module)

    def _give_back(self, child: _Child) -> None:
        if child.jobs >= self._most_jobs:
            child.end()
            return
        with self._lock:
            self._idle.append(child)


class _Child:
    """One running child and its pipes."""

    def __init__(self, module: str) -> None:
        self.jobs = 0
        self._module = module
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the child)
        environment = {name: os.environ[name] for name in _TOLD if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter, our own module)
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=ROOT,
            env=environment,
            start_new_session=True,  # Ctrl-C stops the server, which ends its children when it is done with them
        )

    def ask(self, message: Mapping[str, Any], blobs: Sequence[bytes], timeout: float) -> frames.Message:
        assert self._process.stdin is not None  # noqa: S101 (both are pipes)
        assert self._process.stdout is not None  # noqa: S101
        late = threading.Event()

        def too_long() -> None:
            late.set()
            self._process.kill()

        watch = threading.Timer(timeout, too_long)
        watch.daemon = True
        watch.start()
        try:
            frames.write(self._process.stdin, message, blobs)  # type: ignore[arg-type]
            answer = frames.read(self._process.stdout)  # type: ignore[arg-type]
        except BrokenPipeError:
            answer = None
        finally:
            watch.cancel()
        if answer is None:
            why = f"took more than {timeout:g} s" if late.is_set() else f"died: {self._last_words()}"
            raise WorkshopFailed(f"{self._module} {why}")
        self.jobs += 1
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:  # what was not yet sent to a dead child
                    continue

    def _last_words(self) -> str:
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        return f"exit status {status}; {said[-_LAST_WORDS:]}"
