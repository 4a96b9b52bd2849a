"""Whether there are fonts: without any, WeasyPrint's text library crashes instead of complaining."""

from __future__ import annotations

import ctypes
import ctypes.util

MISSING = (
    "no font is installed: letters cannot be written. On Debian: apt-get install fonts-dejavu-core libpangoft2-1.0-0"
)


class FontsMissing(Exception):
    """Letters cannot be written on this machine; the message says what to install."""


class _FontSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_int), ("size", ctypes.c_int), ("fonts", ctypes.c_void_p))


def count() -> int:
    """How many fonts fontconfig, which WeasyPrint asks, can see; 0 without fontconfig."""
    name = ctypes.util.find_library("fontconfig")
    if name is None:
        return 0
    library = ctypes.CDLL(name)
    library.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    library.FcConfigGetFonts.argtypes = (ctypes.c_void_p, ctypes.c_int)
    if not library.FcInit():
        return 0
    found = library.FcConfigGetFonts(None, 0)
    return int(found.contents.count) if found else 0


def check() -> None:
    """Raise FontsMissing unless letters can be written here (asked at the start)."""
    if count() == 0:
        raise FontsMissing(MISSING)
