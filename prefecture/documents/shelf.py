"""Files onto the shelf and back: encrypted with a key of their own before the storage sees them."""

from __future__ import annotations

from dataclasses import dataclass

from prefecture.documents import storage
from prefecture.kernel import crypto


@dataclass(frozen=True)
class Shelved:
    """A file that is stored and belongs to no row yet. If none ever takes it, the sweep deletes it after a day."""

    name: str
    content_key: bytes
    size: int
    content_hash: bytes
    original_name: str | None = None


@dataclass(frozen=True)
class Unprinted(Shelved):
    """The page of a letter that is to be printed later."""


def put(data: bytes, content_key: bytes) -> str:
    """Store `data` sealed with `content_key`; returns its storage name. No door may be open."""
    name = storage.new_name()
    storage.current().put(name, crypto.encrypt(content_key, data, _place(name)))
    return name


def get(name: str, content_key: bytes) -> bytes:
    """What `put` stored; raises NotStored or crypto.SealBroken."""
    return crypto.decrypt(content_key, storage.current().get(name), _place(name))


def shelve(data: bytes, *, original: bytes | None = None) -> Shelved:
    """Store a file under a fresh content key, and its original beside if that differs."""
    content_key = crypto.random_key()
    return Shelved(
        name=put(data, content_key),
        content_key=content_key,
        size=len(data),
        content_hash=crypto.keyed_hash(data if original is None else original, "documents.content"),
        original_name=None if original is None else put(original, content_key),
    )


def _place(name: str) -> str:
    return f"file:{name}"
