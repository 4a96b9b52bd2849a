"""A démarche's folder as one frozen bundle: its files, what it uses of `_commun/`, a canonical archive, a digest.

The digest covers names and contents only, so that the same files give the same digest on every machine.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.compiling import xml

COMMON = "_commun"
LARGEST_FILE = 2 * 1024 * 1024
LARGEST_BUNDLE = 32 * 1024 * 1024
# Recorded dossiers are for the next publication's tests; no dossier reads them.
_LEFT_OUT = frozenset({"etats"})
_EPOCH = (1980, 1, 1, 0, 0, 0)


class FolderUnreadable(Exception):
    """The folder is no démarche's folder, or too big; the message is French."""


@dataclass(frozen=True)
class Bundle:
    """The files of one version by path: the folder's own, and the shared ones under `_commun/`."""

    files: Mapping[str, bytes]
    digest: str

    def packed(self) -> bytes:
        """The canonical archive: names in order, no dates."""
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, content in self.files.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
        return held.getvalue()


def of_files(files: Mapping[str, bytes]) -> Bundle:
    """The bundle of these files, in the order of their names."""
    ordered = dict(sorted(files.items()))
    digest = hashlib.sha256()
    for name, content in ordered.items():
        digest.update(f"{len(name.encode())}:{name}:{len(content)}:".encode())
        digest.update(content)
    return Bundle(MappingProxyType(ordered), digest.hexdigest())


def freeze(folder: Path) -> Bundle:
    """The bundle of a démarche's folder and of what it uses of the `_commun` folder beside it.

    Of the shared BPMN files only those that the démarche calls, directly or not; of the others all, since letters
    and forms are named by actions too. Raises FolderUnreadable.
    """
    if not (folder / "demarche.toml").is_file():
        raise FolderUnreadable(f"Il manque «\u00a0demarche.toml\u00a0» dans «\u00a0{folder.name}\u00a0».")
    own = dict(_read(folder, ""))
    shared = dict(_read(folder.parent / COMMON, f"{COMMON}/"))
    files = own | {name: content for name, content in shared.items() if not name.endswith(".bpmn")}
    files |= called(own, {name: content for name, content in shared.items() if name.endswith(".bpmn")})
    if sum(map(len, files.values())) > LARGEST_BUNDLE:
        raise FolderUnreadable("Le dossier de la démarche dépasse 32\u00a0Mo.")
    return of_files(files)


def unpack(content: bytes) -> Bundle:
    """The bundle in an archive made by `Bundle.packed`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return of_files({info.filename: archive.read(info) for info in archive.infolist()})


def called(own: Mapping[str, bytes], shared: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shared BPMN files whose processes the own files call, directly or through one another."""
    where = {process: name for name, content in shared.items() for process in _processes(content)}
    found: dict[str, bytes] = {}
    to_read = [content for name, content in own.items() if name.endswith(".bpmn")]
    while to_read:
        for process in _calls(to_read.pop()):
            name = where.get(process)
            if name is not None and name not in found:
                found[name] = shared[name]
                to_read.append(shared[name])
    return found


def _read(folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "__")) or part.endswith("~") for part in parts)
        if hidden or parts[0] in _LEFT_OUT or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > LARGEST_FILE:
            raise FolderUnreadable(f"Le fichier «\u00a0{'/'.join(parts)}\u00a0» dépasse 2\u00a0Mo.")
        yield prefix + "/".join(parts), path.read_bytes()


def _root(content: bytes) -> xml.Element | None:
    try:
        return xml.parse(content)
    except xml.XmlRefused:
        return None  # the compiler says so, with its line


def _processes(content: bytes) -> list[str]:
    root = _root(content)
    return [] if root is None else [str(one.get("id")) for one in root.iter(xml.bpmn("process"))]


def _calls(content: bytes) -> list[str]:
    root = _root(content)
    found = [] if root is None else root.iter(xml.bpmn("callActivity"))
    return [xml.reference(one.get("calledElement")) for one in found]
