"""What analysts do to drafts, in the caller's unit of work: begin, write, rename, archive, restore.

A text that comes too late, or while somebody else holds the draft, is not written; it is kept as a milestone, and the
answer says so: two analysts never lose each other's work.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from prefecture.demarches import examples
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import SETTINGS
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.db import db, new_id
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.studio import folder, held, history
from prefecture.studio.held import LOCK, Locked
from prefecture.studio.history import milestone, restore
from prefecture.studio.models import Draft
from prefecture.studio.sharing import comment, edit, release, resolve

__all__ = [
    "Locked",
    "Refusal",
    "Saved",
    "add_file",
    "archive",
    "begin",
    "comment",
    "delete_file",
    "delete_files",
    "duplicate",
    "edit",
    "from_archetype",
    "from_draft",
    "from_version",
    "milestone",
    "refresh_shared",
    "release",
    "rename",
    "rename_file",
    "replace_files",
    "resolve",
    "restore",
    "save_file",
    "unarchive",
]


@dataclass(frozen=True)
class Refusal:
    """Why a text was not written, who wrote or holds the draft, and the milestone that keeps the text."""

    status: int
    message: str
    by: str
    milestone: int


@dataclass(frozen=True)
class Saved:
    """A file's revision after a save; with a refusal, the revision that stands and what became of the text."""

    revision: int
    refused: Refusal | None = None


def from_archetype(actor: Actor, code: str, title: str, prefix: str) -> uuid.UUID:
    """Begin a new démarche from the archetype; returns the draft's id. Raises Invalid by field."""
    _check_new(code, title, prefix)
    files = folder.renamed(folder.archetype().files, code, title.strip(), prefix)
    return begin(actor, code, title, folder.with_blocks(files))


def from_version(actor: Actor, version_id: uuid.UUID, title: str) -> uuid.UUID:
    """Begin the next version of a démarche from a published one. Raises NotFound, Invalid."""
    version = demarches.version(version_id)
    return begin(actor, version.code, title, folder.with_blocks(version.files), based_on=version.id)


def from_draft(actor: Actor, draft_id: uuid.UUID, title: str) -> uuid.UUID:
    """Begin a draft that is the copy of another. Raises NotFound, Invalid."""
    source = held.find(draft_id)
    return begin(actor, source.code, title, held.files_of(source.id), based_on=source.based_on)


def duplicate(actor: Actor, version_id: uuid.UUID, code: str, title: str, prefix: str) -> uuid.UUID:
    """Begin another démarche from a published one: the same folder under its own code. Raises NotFound, Invalid."""
    _check_new(code, title, prefix)
    files = folder.renamed(demarches.version(version_id).files, code, title.strip(), prefix)
    return begin(actor, code, title, folder.with_blocks(files))


def begin(
    actor: Actor, code: str, title: str, files: Mapping[str, bytes], *, based_on: uuid.UUID | None = None
) -> uuid.UUID:
    """Begin a draft with these files, shared ones included; returns its id. Raises Forbidden, Invalid, TooLarge."""
    held.may(actor, "demarche.draft")
    folder.check_code(code)
    folder.check_title(title)
    folder.check_size(files)
    now = clock.now()
    row = Draft(
        id=new_id(),
        code=code,
        title=title.strip(),
        owner=actor.id,
        based_on=based_on,
        revision=0,
        created_at=now,
        changed_at=now,
        changed_by=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    held.fill(row, actor, files)
    return row.id


def save_file(actor: Actor, draft_id: uuid.UUID, path: str, content: bytes, revision: int) -> Saved:
    """Write a file that was read at `revision` (0: a new one).

    What comes too late or while another holds the draft is kept as a milestone and told in `Saved.refused`.
    """
    row = _writable(actor, draft_id, path)
    folder.check_size({path: content})
    held.assert_room(row, path, len(content))
    file = held.file_of(draft_id, path)
    stands = file.revision if file is not None else 0
    if file is not None and file.content == content:
        return Saved(stands)
    holder = held.holder_of(row)
    if holder not in (None, actor.id):
        by = held.name_of(holder)
        return _refuse(row, actor, path, content, revision, stands, 423, by, f"{by} a pris la main sur ce brouillon")
    if stands != revision:
        by = held.name_of(file.changed_by if file is not None else row.changed_by)
        why = f"{by} a enregistré ce fichier entre-temps" if file is not None else f"{by} a retiré ce fichier"
        return _refuse(row, actor, path, content, revision, stands, 409, by, why)
    history.keep_before(row, actor, f"Avant les changements de {actor.name}")
    if holder == actor.id:
        row.edited_until = clock.now() + LOCK
    return Saved(held.write(row, actor, path, content))


def add_file(actor: Actor, draft_id: uuid.UUID, path: str, content: bytes = b"") -> int:
    """Put a new file into a draft; returns its revision. Raises Conflict when it is there, Locked."""
    row = _writable(actor, draft_id, path)
    held.assert_free(row, actor)
    if held.file_of(draft_id, path) is not None:
        raise Conflict(f"Le brouillon a déjà un fichier «\u00a0{path}\u00a0».")
    folder.check_size({path: content})
    held.assert_room(row, path, len(content))
    history.keep_before(row, actor, f"Avant l’ajout de {path}")
    return held.write(row, actor, path, content)


def rename_file(actor: Actor, draft_id: uuid.UUID, path: str, to: str) -> None:
    """Give a file another path. Raises NotFound, Conflict when another is there, Locked."""
    row = _writable(actor, draft_id, path, to)
    held.assert_free(row, actor)
    _present(draft_id, path)
    if path == SETTINGS:
        raise Conflict("demarche.toml garde son nom.")
    if held.file_of(draft_id, to) is not None:
        raise Conflict(f"Le brouillon a déjà un fichier «\u00a0{to}\u00a0».")
    history.keep_before(row, actor, f"Avant le changement de nom de {path}", always=True)
    held.move(row, actor, path, to)
    if path.endswith(".dmn") and to.endswith(".dmn"):
        _move_examples(row, actor, examples.file_of(path), examples.file_of(to))


def delete_file(actor: Actor, draft_id: uuid.UUID, path: str) -> None:
    """Take a file out of a draft; the milestone before it has it. Raises NotFound, Conflict, Locked."""
    delete_files(actor, draft_id, (path,), f"Avant le retrait de {path}")


def delete_files(actor: Actor, draft_id: uuid.UUID, paths: Sequence[str], label: str) -> None:
    """Take several out at once, with one milestone before them. Raises NotFound, Conflict, Locked."""
    row = _writable(actor, draft_id, *paths)
    held.assert_free(row, actor)
    for path in paths:
        _present(draft_id, path)
    if SETTINGS in paths:
        raise Conflict("Une démarche ne va pas sans demarche.toml.")
    history.keep_before(row, actor, label, always=True)
    held.remove(row, actor, *paths)


def replace_files(actor: Actor, draft_id: uuid.UUID, files: Mapping[str, bytes], label: str) -> None:
    """Make a draft's own files exactly these; the milestone before it has the others. Raises Locked, TooLarge."""
    row = held.hold_free(actor, draft_id)
    for path in files:
        folder.check_path(path)
    before = held.files_of(draft_id)
    wanted = {**{path: content for path, content in before.items() if folder.is_shared(path)}, **files}
    folder.check_size(wanted)
    history.keep_before(row, actor, label, always=True)
    held.write_all(row, actor, wanted)


def refresh_shared(actor: Actor, draft_id: uuid.UUID) -> int:
    """Take the shared files of this installation in place of the draft's; returns how many differed. Raises Locked."""
    row = held.hold_free(actor, draft_id)
    before = held.files_of(draft_id)
    wanted = {**folder.own(before), **folder.shared()}
    differing = sum(before.get(path) != wanted.get(path) for path in before.keys() | wanted.keys())
    if differing:
        history.keep_before(row, actor, "Avant la mise à jour des fichiers communs", always=True)
        held.write_all(row, actor, wanted)
    return differing


def rename(actor: Actor, draft_id: uuid.UUID, title: str) -> None:
    """Give a draft another name; the démarche's own title stands in demarche.toml."""
    folder.check_title(title)
    held.hold(actor, draft_id).title = title.strip()


def archive(actor: Actor, draft_id: uuid.UUID) -> None:
    """Put a draft away: it is no longer written, and can be brought back. Twice is once; raises Locked."""
    row = held.hold(actor, draft_id, archived=True)
    held.assert_free(row, actor)
    row.archived_at = row.archived_at or clock.now()
    row.edited_by = row.edited_until = None


def unarchive(actor: Actor, draft_id: uuid.UUID) -> None:
    """Bring a draft back that was put away."""
    held.hold(actor, draft_id, archived=True).archived_at = None


def _refuse(
    row: Draft, actor: Actor, path: str, content: bytes, base: int, stands: int, status: int, by: str, why: str
) -> Saved:
    kept = history.keep_refused(row, actor, path, content, base, f"Texte de {actor.name} non enregistré\u00a0: {why}")
    message = f"{why}. Votre texte n’est pas perdu\u00a0: il est gardé au jalon {kept} de l’historique."
    return Saved(stands, Refusal(status, message, by, kept))


def _writable(actor: Actor, draft_id: uuid.UUID, *paths: str) -> Draft:
    row = held.hold(actor, draft_id)
    for path in paths:
        if folder.is_shared(path):
            said = "Les fichiers communs servent à toutes les démarches\u00a0: ils ne se changent pas ici."
            raise Invalid({"path": said}, said)
        folder.check_path(path)
    return row


def _move_examples(row: Draft, actor: Actor, path: str, to: str) -> None:
    """The examples of a table follow its file."""
    if held.file_of(row.id, path) is not None and held.file_of(row.id, to) is None:
        held.move(row, actor, path, to)


def _present(draft_id: uuid.UUID, path: str) -> None:
    if held.file_of(draft_id, path) is None:
        raise NotFound(f"Le fichier «\u00a0{path}\u00a0» n’est pas dans ce brouillon.")


def _check_new(code: str, title: str, prefix: str) -> None:
    """A new démarche has a code and a prefix that no other has."""
    for check, value in ((folder.check_code, code), (folder.check_title, title), (folder.check_prefix, prefix)):
        check(value)
    taken = {one.code: demarches.version(one.id).prefix for one in demarches.demarches()}
    drafted = db.session.scalar(select(Draft.id).where(Draft.code == code).limit(1))
    if code in taken or drafted is not None:
        raise Invalid({"code": "Une démarche porte déjà ce code\u00a0: ouvrez-la pour en préparer la suite."})
    if prefix in taken.values():
        raise Invalid({"prefix": "Les dossiers d’une autre démarche commencent déjà ainsi."})
