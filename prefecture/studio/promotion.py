"""A published version carried from one installation to another (recette → production), the very same files, signed.

Each installation signs with an Ed25519 key of its own, derived from its master key; whoever receives names the keys
that are trusted. The signature is looked at before anything is unpacked, the digest before anything is published.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.bundle import LARGEST_BUNDLE
from prefecture.demarches.queries import VersionView
from prefecture.identity.permissions import Actor
from prefecture.kernel import settings
from prefecture.kernel.errors import Forbidden, Invalid, TooLarge
from prefecture.studio import acts, publication
from prefecture.studio.acts import RECEIVED

_MARK = b"PLANIPREF VERSION 1\n"
_PURPOSE = "promotion"
_LONGEST_HEAD = 4096
UNREADABLE = "Ce fichier n’est pas une version scellée par PlaniPref, ou il est abîmé."


def public_key() -> str:
    """The key by which others recognise what this installation sealed, 64 hexadecimal digits."""
    return _private_key().public_key().public_bytes_raw().hex()


def seal(version_id: uuid.UUID) -> bytes:
    """A published version as one signed file. Raises NotFound."""
    version = demarches.version(version_id)
    packed = bundles.of_files(version.files).packed()
    said = {
        "code": version.code,
        "number": version.number,
        "digest": version.digest,
        "content": hashlib.sha256(packed).hexdigest(),
        "key": public_key(),
    }
    signature = _private_key().sign(_signed(said)).hex()
    return _MARK + orjson.dumps({**said, "signature": signature}) + b"\n" + packed


def receive(actor: Actor, content: bytes, trusted: Collection[str]) -> VersionView:
    """Publish a sealed version as the one that new dossiers follow here, in the caller's unit of work.

    What is in force already changes nothing. Raises Forbidden (its key is not trusted, or the actor may not), Invalid
    (unreadable, changed since it was sealed), TooLarge, demarches.service.DemarcheRefused (it does not run here).
    """
    publication.assert_governs(actor)
    said, packed = _opened(content)
    _check_signature(said, packed, trusted)
    frozen = bundles.unpack(packed)
    if frozen.digest != said["digest"]:
        raise Invalid({"fichier": UNREADABLE})
    code = str(said["code"])
    current = publication.in_force(code)
    version = publishing.publish_files(frozen, code, actor.name)
    if current is None or current.id != version.id:
        told = {"number": version.number, "sealed_as": said["number"], "key": said["key"]}
        acts.record(actor, RECEIVED, code=code, version_id=version.id, digest=version.digest, told=told)
    return version


def _opened(content: bytes) -> tuple[dict[str, Any], bytes]:
    if len(content) > LARGEST_BUNDLE + _LONGEST_HEAD:
        raise TooLarge("Une version scellée fait 32\u00a0Mo au plus.")
    head, _, packed = content.removeprefix(_MARK).partition(b"\n")
    try:
        said = orjson.loads(head) if content.startswith(_MARK) and len(head) < _LONGEST_HEAD else None
    except orjson.JSONDecodeError:
        said = None
    texts = ("code", "digest", "content", "key", "signature")
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in texts):
        raise Invalid({"fichier": UNREADABLE})
    return said, packed


def _check_signature(said: dict[str, Any], packed: bytes, trusted: Collection[str]) -> None:
    if said["key"] not in {key.strip().lower() for key in trusted}:
        raise Forbidden("Cette version est scellée par une installation qui n’est pas de confiance ici.")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["key"]))
        key.verify(bytes.fromhex(said["signature"]), _signed(said))
    except (ValueError, InvalidSignature) as error:
        raise Invalid({"fichier": UNREADABLE}) from error
    if hashlib.sha256(packed).hexdigest() != said["content"]:
        raise Invalid({"fichier": UNREADABLE})


def _signed(said: dict[str, Any]) -> bytes:
    """What the signature is of: everything said but the signature itself."""
    told = {name: value for name, value in said.items() if name != "signature"}
    return _MARK + orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.derived(settings.current(), _PURPOSE))
