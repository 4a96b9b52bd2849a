"""Where encrypted files lie: outside the database, under random names that say nothing."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from prefecture.kernel import settings
from prefecture.kernel.errors import DomainError

_NAME = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = ".part"


class NotStored(Exception):
    """There is no file of this name."""


class StorageFull(DomainError):
    """The disk has no room; nothing of the file was kept."""

    status = 507
    code = "stockage-plein"


class Storage(Protocol):
    """A shelf of immutable files."""

    def put(self, name: str, data: bytes) -> None:
        """Keep `data` under a new name; on return it survives a power cut. Raises StorageFull."""

    def get(self, name: str) -> bytes:
        """The bytes kept under `name`; raises NotStored."""

    def delete(self, name: str) -> None:
        """Forget `name`; nothing happens if it is not there."""

    def names(self, *, older_than: datetime) -> Iterator[str]:
        """Names of the files last written before `older_than`."""


class FolderStorage:
    """Files in a folder, in 256 sub-folders, written beside and renamed so that none is ever seen half."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        beside = path.with_suffix(_UNFINISHED)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            beside.unlink(missing_ok=True)
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StorageFull(
                    "L’espace de stockage est plein\u00a0: votre fichier n’a pas été enregistré. Réessayez plus tard."
                ) from error
            raise

    def get(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotStored(name) from error

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self, *, older_than: datetime) -> Iterator[str]:
        limit = older_than.timestamp()
        for path in self._folder.glob("??/*"):
            if path.stat().st_mtime >= limit:
                continue
            if path.suffix == _UNFINISHED:
                path.unlink(missing_ok=True)  # a write that a crash cut short
            elif _NAME.fullmatch(path.name):
                yield path.name

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a storage name: {name!r}")
        return self._folder / name[:2] / name


def new_name() -> str:
    """A fresh random name."""
    return secrets.token_hex(16)


def current() -> Storage:
    """The storage of this installation."""
    return FolderStorage(settings.current().storage_folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
