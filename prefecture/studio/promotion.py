"""A published version carried from one installation to another (recette → production), the very same files, signed.

Each installation signs with an Ed25519 key of its own, derived from its master key. A sealed file is one line that says
what it is, then one line of JSON, the head, whose signature covers everything said, then the canonical archive. The
signature and the digest of the archive are looked at before anything is unpacked.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.state import FORMAT as ENGINE
from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches.bundle import LARGEST_BUNDLE, Bundle
from prefecture.demarches.queries import VersionView
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, settings
from prefecture.kernel.errors import Forbidden, Invalid, TooLarge
from prefecture.studio import acts, publication, trust
from prefecture.studio.acts import ACCEPTED, FORCED, PUBLISHED, RECEIVED, SEALED

FORMAT = 1
_MARK = f"PLANIPREF VERSION {FORMAT}\n".encode()
_ANY_MARK = re.compile(rb"PLANIPREF VERSION ([0-9]{1,6})\n")
_PURPOSE = "promotion"
_LONGEST_HEAD = 64 * 1024
_MOST_BEFORE = 400  # earlier versions named in a head
UNREADABLE = "Ce fichier n’est pas une version scellée par PlaniPref, ou il a été abîmé ou modifié en route."
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "code": re.compile(r"[a-z0-9_]{1,80}"),
    "digest": _DIGEST,
    "content": _DIGEST,
    "key": _DIGEST,
    "signature": re.compile(r"[0-9a-f]{128}"),
}


@dataclass(frozen=True)
class Sealed:
    """What a sealed file says, its signature found right. `before`: digests of the versions before it, latest first.

    `engine`: of the installation that sealed it; `told`: who published, signed off and sealed it there, and when.
    """

    code: str
    number: int
    digest: str
    key: str
    signature: str
    engine: int
    before: tuple[str, ...]
    told: Mapping[str, str]
    packed: bytes

    @property
    def fingerprint(self) -> str:
        """Of the key that sealed it."""
        return trust.fingerprint(self.key)


def public_key() -> str:
    """The key by which others recognise what this installation sealed, 64 hexadecimal digits."""
    return _private_key().public_key().public_bytes_raw().hex()


def seal(actor: Actor, version_id: uuid.UUID) -> bytes:
    """A published version as one signed file; the journal says who took it, in the caller's unit of work.

    Raises Forbidden, NotFound.
    """
    assert_may_seal(actor)
    version = demarches.version(version_id)
    packed = bundles.of_files(version.files).packed()
    known = demarches.versions(version.code)
    said = {
        "code": version.code,
        "number": version.number,
        "digest": version.digest,
        "content": hashlib.sha256(packed).hexdigest(),
        "key": public_key(),
        "engine": ENGINE,
        "before": [one.digest for one in known if one.number < version.number][:_MOST_BEFORE],
        "told": _told(actor, next(one for one in known if one.id == version.id)),
    }
    signature = _private_key().sign(_signed(said)).hex()
    told = {"number": version.number, "signature": signature, "key": said["key"]}
    acts.record(actor, SEALED, code=version.code, version_id=version.id, digest=version.digest, told=told)
    return _MARK + orjson.dumps({**said, "signature": signature}) + b"\n" + packed


def may_seal(actor: Actor) -> bool:
    """Whether the actor may carry versions elsewhere: who publishes them, and the national administrator."""
    return permissions.may(actor, "demarche.publish") or publication.governs(actor)


def assert_may_seal(actor: Actor) -> None:
    """Raise Forbidden unless the actor may carry versions elsewhere."""
    if not may_seal(actor):
        raise Forbidden("Emporter une version revient à un analyste ou à l’administrateur national.")


def opened(content: bytes) -> Sealed:
    """What a sealed file says, when its signature is that of the key it names and its archive is the one signed.

    Whether that key is trusted is another question. Raises Invalid (changed, unreadable, too new), TooLarge.
    """
    if len(content) > LARGEST_BUNDLE + _LONGEST_HEAD:
        raise TooLarge("Une version scellée fait 32\u00a0Mo au plus.")
    _check_format(content)
    head, _, packed = content.removeprefix(_MARK).partition(b"\n")
    said = _head(head)
    if not _is_signed(said) or hashlib.sha256(packed).hexdigest() != said["content"]:
        raise Invalid({"fichier": UNREADABLE})
    before, told = said.get("before"), said.get("told")
    return Sealed(
        code=said["code"],
        number=int(said.get("number", 0)),
        digest=said["digest"],
        key=said["key"],
        signature=said["signature"],
        engine=int(said.get("engine", 1)),
        before=tuple(map(str, before)) if isinstance(before, list) else (),
        told={str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {},
        packed=packed,
    )


def files(sealed: Sealed) -> Bundle:
    """The files in a sealed version, whose key is trusted. Raises Invalid when they are not those of its digest."""
    frozen = bundles.unpack(sealed.packed)
    if frozen.digest != sealed.digest:
        raise Invalid({"fichier": UNREADABLE})
    return frozen


def moment(text: str) -> datetime | None:
    """An instant that a head tells; None where it tells none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _told(actor: Actor, version: VersionView) -> dict[str, str]:
    """Who answers for the version here: published, signed off or passed over, sealed."""
    own = [one for one in acts.acts(code=version.code) if one.digest == version.digest]
    accepted = next((one for one in own if one.act == ACCEPTED), None)
    entered = next((one for one in own if one.act in (PUBLISHED, FORCED, RECEIVED)), None)
    return {
        "published_at": version.published_at.isoformat(),
        "published_by": version.published_by,
        "signed_off_at": accepted.at.isoformat() if accepted else "",
        "signed_off_by": accepted.by if accepted else "",
        "passed_over": entered.reason if entered and entered.act == FORCED else "",
        "sealed_at": clock.now().isoformat(),
        "sealed_by": actor.name,
    }


def _check_format(content: bytes) -> None:
    mark = _ANY_MARK.match(content)
    if mark is None:
        raise Invalid({"fichier": UNREADABLE})
    if int(mark[1]) > FORMAT:
        said = f"Ce fichier est d’un format plus récent ({int(mark[1])}) que celui d’ici ({FORMAT})\u00a0: "
        raise Invalid({"fichier": said + "mettez cette installation à jour, puis recommencez."})
    if not content.startswith(_MARK):
        raise Invalid({"fichier": UNREADABLE})


def _head(head: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(head) if len(head) < _LONGEST_HEAD else None
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict) or not _is_whole(said) or orjson.dumps(said) != head:
        raise Invalid({"fichier": UNREADABLE})
    return said


def _is_whole(said: Mapping[str, Any]) -> bool:
    """Whether all that a head must say is there, written in the one way that `seal` writes it."""
    return all(isinstance(said.get(name, 1), int) for name in ("number", "engine")) and all(
        isinstance(said.get(name), str) and shape.fullmatch(said[name]) for name, shape in _SHAPES.items()
    )


def _is_signed(said: Mapping[str, Any]) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["key"]))
        key.verify(bytes.fromhex(said["signature"]), _signed(said))
    except (ValueError, InvalidSignature):
        return False
    return True


def _signed(said: Mapping[str, Any]) -> bytes:
    """What the signature is of: everything said but the signature itself."""
    told = {name: value for name, value in said.items() if name != "signature"}
    return _MARK + orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.derived(settings.current(), _PURPOSE))
