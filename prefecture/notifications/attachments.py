"""What is attached to mails. The documents desk stands beside this one, so it is handed in by whoever knows both."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Protocol

from prefecture.kernel.outbox import PermanentFailure


class Attached(Protocol):
    """A file as a mail needs it (`documents.queries.Download` is one)."""

    @property
    def content(self) -> bytes: ...

    @property
    def media_type(self) -> str: ...

    @property
    def filename(self) -> str: ...


Reader = Callable[[uuid.UUID], Attached]
_reader: list[Reader] = []


def read_with(reader: Reader) -> None:
    """Have attachments read by `reader` (composition root: `documents.queries.download`)."""
    _reader[:] = [reader]


def read(ids: Iterable[uuid.UUID]) -> list[Attached]:
    """The files of these documents; raises what the reader raises."""
    wanted = list(ids)
    if wanted and not _reader:
        raise PermanentFailure("nobody reads attachments: notifications.attachments.read_with was not called")
    return [_reader[0](each) for each in wanted]
