"""Secrets: random tokens, keyed hashes, passwords, and authenticated encryption of bytes.

AES-256-GCM with a random 96-bit nonce in front; the additional data ties a sealed value to its place, so that a
value copied to another row does not open. Passwords: argon2id with the library's default cost.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from prefecture.kernel import settings

NONCE_BYTES = 12
KEY_BYTES = 32
TOKEN_BYTES = 24  # 192 bits: well over the 128 that a guessable link must not go below

Cipher = AESGCM

_hasher = PasswordHasher()


class SealBroken(Exception):
    """The bytes were changed, moved to another place, or sealed with another key."""


def random_token() -> str:
    """An unguessable token, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def random_key() -> bytes:
    """A fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def token_hash(token: str) -> bytes:
    """What the database keeps of a token: its SHA-256 (a token is random, so needs no salt)."""
    return hashlib.sha256(token.encode()).digest()


def keyed_hash(value: str | bytes, purpose: str) -> bytes:
    """A hash that only this installation can compute: finds equal values without keeping them."""
    data = value.encode() if isinstance(value, str) else value
    return hmac.new(settings.derived(settings.current(), purpose), data, hashlib.sha256).digest()


def cipher(key: bytes) -> Cipher:
    """A key made ready, for who seals and opens several times with it."""
    return AESGCM(key)


def sealed(by: Cipher, plain: bytes, aad: str) -> bytes:
    """Nonce and ciphertext of `plain`, tied to `aad`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + by.encrypt(nonce, plain, aad.encode())


def opened(by: Cipher, kept: bytes, aad: str) -> bytes:
    """The bytes that were `sealed` at `aad`; raises SealBroken."""
    try:
        return by.decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], aad.encode())
    except InvalidTag as error:
        raise SealBroken("sealed bytes do not open here") from error


def encrypt(key: bytes, plain: bytes, aad: str) -> bytes:
    """Nonce and ciphertext of `plain` under `key`, tied to `aad`."""
    return sealed(AESGCM(key), plain, aad)


def decrypt(key: bytes, kept: bytes, aad: str) -> bytes:
    """The bytes that `encrypt` sealed; raises SealBroken."""
    return opened(AESGCM(key), kept, aad)


def hash_password(password: str) -> str:
    """An argon2id hash of `password`."""
    return _hasher.hash(password)


def verify_password(hashed: str, password: str) -> bool:
    """Whether `password` is the one of `hashed`."""
    try:
        return _hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
