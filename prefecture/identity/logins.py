"""How a login or an e-mail address is compared and found, without being kept."""

from __future__ import annotations

import unicodedata

from prefecture.kernel import crypto


def canonical(login: str) -> str:
    """A login or an e-mail address as it is compared: no case, no outer blanks, one Unicode form."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def login_hash(login: str) -> bytes:
    """The keyed hash that finds an account's e-mail address, and under which its tries are counted."""
    return crypto.keyed_hash(canonical(login), "identity.login")
