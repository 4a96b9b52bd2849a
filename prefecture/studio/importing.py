"""Work done elsewhere, in Camunda Modeler and git, comes in: a zip of the folder, or a single file of it.

The same checks judge it as what is written here. Nothing is imported in silence: what is left out is told.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from engine.compiling import xml
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import SETTINGS
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import archive, folder, held, service
from prefecture.studio.models import Draft


@dataclass(frozen=True)
class Imported:
    """The draft that received the files, and French sentences about what was not taken as it came."""

    draft_id: uuid.UUID
    notes: tuple[str, ...] = ()


def export(draft_id: uuid.UUID) -> tuple[str, bytes]:
    """A draft's folder as a zip and its file name; raises NotFound."""
    row: Draft = held.find(draft_id)
    return f"{row.code}.zip", archive.pack(row.code, held.files_of(row.id))


def export_version(version_id: uuid.UUID) -> tuple[str, bytes]:
    """A published version's folder as a zip and its file name; raises NotFound."""
    version = demarches.version(version_id)
    return f"{version.code}-{version.number}.zip", archive.pack(version.code, version.files)


def into_new(actor: Actor, content: bytes, title: str | None = None) -> Imported:
    """Begin a draft from the zip of a folder. Raises Invalid, TooLarge.

    Its démarche is the one that demarche.toml names; if that one is published, the draft is for its next version.
    """
    came = archive.unpack(content)
    settings = _settings(came.own)
    code = str(settings.get("code", came.name))
    folder.check_code(code)
    named = (title or str(settings.get("titre", "")) or code).strip()[:200]
    based_on, common = _beside(code)
    draft_id = service.begin(actor, code, named, {**common, **came.own}, based_on=based_on)
    return Imported(draft_id, _notes(came, common))


def into_draft(actor: Actor, draft_id: uuid.UUID, content: bytes) -> Imported:
    """Replace a draft's own files by those of a zip; the milestone before it keeps the others.

    Raises Invalid (another démarche's folder too), TooLarge, Locked.
    """
    came = archive.unpack(content)
    row = held.find(draft_id)
    code = str(_settings(came.own).get("code", row.code))
    if code != row.code:
        said = f"Ce dossier est celui de la démarche «\u00a0{code}\u00a0»\u00a0: importez-le à part."
        raise Invalid({"fichier": said}, said)
    common = {path: text for path, text in held.files_of(draft_id).items() if folder.is_shared(path)}
    service.replace_files(actor, draft_id, came.own, "Avant l’import d’un dossier")
    return Imported(draft_id, _notes(came, common))


def file_into_draft(actor: Actor, draft_id: uuid.UUID, name: str, content: bytes) -> Imported:
    """Put one file made elsewhere into a draft, where files of its kind stand. Raises Invalid, TooLarge, Locked.

    A diagram takes the place of the file of the same name, else that of the démarche's process.
    """
    files = held.files_of(held.find(draft_id).id)
    path = _place_of(name, files)
    folder.check_size({path: content})
    own = {**folder.own(files), path: content}
    notes = [f"Le fichier est devenu «\u00a0{path}\u00a0»."] if path != name else []
    if path == folder.PROCESS:
        own[SETTINGS], changed = with_process(own[SETTINGS], content)
        notes += changed
    service.replace_files(actor, draft_id, own, f"Avant l’import de {name}"[:200])
    return Imported(draft_id, tuple(notes))


def with_process(settings: bytes, diagram: bytes) -> tuple[bytes, list[str]]:
    """`demarche.toml` naming the process that a diagram holds, and what was changed for it."""
    executable = processes_of(diagram)
    try:
        named = str(tomllib.loads(settings.decode()).get("processus", ""))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return settings, []
    if named in executable or not executable:
        return settings, []
    said = f"demarche.toml nomme maintenant le processus «\u00a0{executable[0]}\u00a0» de ce diagramme."
    return folder.with_settings(settings, processus=executable[0]), [said]


def processes_of(diagram: bytes) -> list[str]:
    """The ids of a diagram's processes, executable ones first; none when it cannot be read."""
    try:
        root = xml.parse(diagram)
    except xml.XmlRefused:
        return []
    found = [one for one in root.iter(xml.bpmn("process")) if one.get("id")]
    found.sort(key=lambda one: one.get("isExecutable") != "true")
    return [str(one.get("id")) for one in found]


def _place_of(name: str, files: Mapping[str, bytes]) -> str:
    """Where a file of that name goes."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    same = next((path for path in folder.own(files) if path.rpartition("/")[2] == plain), None)
    if same is not None:
        return same
    if plain.endswith(".bpmn"):
        return folder.PROCESS
    for home in ("", "forms/", "courriers/", "scenarios/"):
        if folder.refusal_of(home + plain) is None:
            return home + plain
    raise Invalid({"fichier": folder.refusal_of(plain) or "Ce nom de fichier n’est pas accepté."})


def _settings(files: Mapping[str, bytes]) -> Mapping[str, object]:
    """The settings as far as they can be read: the findings say what is wrong with them."""
    try:
        return tomllib.loads(files[SETTINGS].decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _beside(code: str) -> tuple[uuid.UUID | None, dict[str, bytes]]:
    """The version that a folder follows, and the shared files that stand beside it."""
    try:
        version = demarches.current(code)
    except NotFound:
        return None, folder.shared()
    shared = {path: text for path, text in version.files.items() if folder.is_shared(path)}
    return version.id, folder.with_blocks(shared)


def _notes(came: archive.Unpacked, common: Mapping[str, bytes]) -> tuple[str, ...]:
    notes = []
    if came.left_out:
        shown = ", ".join(came.left_out[:10])
        notes.append(f"Laissés de côté, car un dossier de démarche ne contient pas ces fichiers\u00a0: {shown}.")
    different = sorted(path for path, text in came.shared.items() if common.get(path) != text)
    if different:
        shown = ", ".join(different[:10])
        notes.append(f"Les fichiers communs de l’archive diffèrent de ceux d’ici, qui sont gardés\u00a0: {shown}.")
    return tuple(notes)
