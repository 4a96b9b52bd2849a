"""The speech between this process and its workshops: length-prefixed frames of JSON and bytes over pipes."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

import orjson

Message = tuple[dict[str, Any], list[bytes]]
Handle = Callable[[dict[str, Any], list[bytes]], Message]
_LENGTH = struct.Struct(">I")


def write(stream: BinaryIO, message: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send `message` (JSON values) and `blobs` as one frame."""
    head = orjson.dumps({"message": dict(message), "blobs": [len(blob) for blob in blobs]})
    stream.write(_LENGTH.pack(len(head)))
    stream.write(head)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read(stream: BinaryIO) -> Message | None:
    """The next frame, None when the other side closed before its end."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    head = stream.read(_LENGTH.unpack(prefix)[0])
    try:
        told = orjson.loads(head)
    except orjson.JSONDecodeError:
        return None
    blobs = [stream.read(length) for length in told["blobs"]]
    if sum(map(len, blobs)) != sum(told["blobs"]):
        return None
    return told["message"], blobs


def serve(handle: Handle) -> None:
    """Answer each frame of standard input by `handle`, until it is closed.

    Whatever a library prints goes to standard error, so that it cannot break a frame.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while (asked := read(sys.stdin.buffer)) is not None:
        message, blobs = handle(*asked)
        write(answers, message, blobs)
