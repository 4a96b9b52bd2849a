"""A démarche's folder as a zip, out and in: `code/…` with `_commun/…` beside it, as under `processes/`.

What comes in is not trusted: nothing is written to disk, paths stay inside, links are refused, and no more is
unpacked than a folder may hold, whatever the archive says of itself.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from prefecture.demarches.bundle import COMMON, LARGEST_BUNDLE, LARGEST_FILE
from prefecture.demarches.version import SETTINGS
from prefecture.kernel.errors import Invalid, TooLarge
from prefecture.studio import folder

LARGEST_ARCHIVE = 16 * 1024 * 1024
MOST_ENTRIES = 2000
LARGEST_RATIO = 200  # a diagram shrinks thirty times, a bomb a thousand times
_EPOCH = (1980, 1, 1, 0, 0, 0)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What file managers and git leave beside people's files, and people's dossiers, which never enter a draft.
_PASSED_OVER = ("__MACOSX", "etats")


@dataclass(frozen=True)
class Unpacked:
    """The démarche's own files, the shared ones that came with them, the folder's name, the names left out."""

    own: Mapping[str, bytes]
    shared: Mapping[str, bytes]
    name: str
    left_out: tuple[str, ...]


def pack(code: str, files: Mapping[str, bytes]) -> bytes:
    """The archive of a folder: the same files give the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, content in sorted(files.items()):
            name = path if folder.is_shared(path) else f"{code}/{path}"
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def unpack(content: bytes) -> Unpacked:
    """The folder in an archive: at its root, or in its one folder. Raises Invalid or TooLarge, with what is wrong."""
    if len(content) > LARGEST_ARCHIVE:
        raise TooLarge("Cette archive dépasse 16\u00a0Mo.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = dict(_read(archive))
    # What zipfile says of a broken archive, of a compression that it does not know, of one with a password.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _refused("Cette archive zip ne peut pas être lue.") from error
    return _sorted_out(members)


def _read(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Each file with its name, in order; names that lead outside and links refuse the whole."""
    infos = [one for one in archive.infolist() if not one.is_dir()]
    if len(infos) > MOST_ENTRIES:
        raise TooLarge("Cette archive a trop de fichiers.")
    seen: set[str] = set()
    room = LARGEST_BUNDLE
    for info in infos:
        _check(info, seen)
        seen.add(info.filename)
        if _passed_over(info.filename):
            continue
        with archive.open(info) as member:
            content = member.read(LARGEST_FILE + 1)  # what it says of its size is not believed
        if len(content) > LARGEST_FILE:
            raise TooLarge(f"Le fichier «\u00a0{info.filename}\u00a0» dépasse 2\u00a0Mo.")
        if len(content) > LARGEST_RATIO * max(info.compress_size, 1024):
            raise TooLarge(f"Le fichier «\u00a0{info.filename}\u00a0» est comprimé de façon anormale.")
        room -= len(content)
        if room < 0:
            raise TooLarge("Le contenu de cette archive dépasse 32\u00a0Mo.")
        yield info.filename, content


def _check(info: zipfile.ZipInfo, seen: set[str]) -> None:
    """Raise Invalid for a member that no folder of ours would have."""
    name = info.filename
    parts = PurePosixPath(name).parts
    outside = name.startswith("/") or "\\" in name or ":" in name or ".." in parts or not name.isprintable()
    if outside:
        raise _refused("Cette archive contient un chemin qui sort de son dossier.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _refused(f"Cette archive contient un lien\u00a0: «\u00a0{name}\u00a0».")
    if info.flag_bits & 0x1:
        raise _refused("Cette archive est protégée par un mot de passe.")
    if info.compress_type not in _METHODS:
        raise _refused("Cette archive est comprimée d’une façon qui n’est pas acceptée.")
    if name in seen:
        raise _refused(f"Cette archive contient deux fois «\u00a0{name}\u00a0».")


def _passed_over(name: str) -> bool:
    return any(part.startswith(".") or part in _PASSED_OVER or part.endswith("~") for part in name.split("/"))


def _sorted_out(members: Mapping[str, bytes]) -> Unpacked:
    """The démarche's folder among the members: where `demarche.toml` stands."""
    homes = sorted({path.removesuffix(SETTINGS) for path in members if path.rpartition("/")[2] == SETTINGS}, key=len)
    if not homes:
        raise _refused(
            f"Cette archive n’a pas de fichier «\u00a0{SETTINGS}\u00a0»\u00a0: ce n’est pas un dossier de démarche."
        )
    home = homes[0]
    if len(homes) > 1:
        raise _refused("Cette archive contient plusieurs démarches\u00a0: envoyez-les une par une.")
    beside = f"{home.rstrip('/').rpartition('/')[0]}/{COMMON}/".lstrip("/")
    own, shared, left_out = {}, {}, []
    for path, content in members.items():
        inside = path.removeprefix(home)
        if path.startswith(beside):
            shared[f"{COMMON}/{path.removeprefix(beside)}"] = content
        elif path.startswith(home) and inside.startswith(f"{COMMON}/"):
            shared[inside] = content
        elif path.startswith(home) and folder.refusal_of(inside) is None:
            own[inside] = content
        else:
            left_out.append(path)
    folder.check_size(own)
    return Unpacked(own, shared, home.rstrip("/").rpartition("/")[2], tuple(left_out))


def _refused(message: str) -> Invalid:
    return Invalid({"fichier": message}, message)
