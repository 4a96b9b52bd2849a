"""What the files of a draft may name: actions, forms, letters, decisions, data with their types, roles, blocks."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.compile import ActionSpec, Catalogue
from engine.compiling import reading, xml
from engine.compiling.model import Model
from engine.compiling.names import known_names
from forms import FormUnreadable
from prefecture.demarches import bundle as bundles
from prefecture.demarches import dated, letters, questions, service, start
from prefecture.demarches.bundle import COMMON
from prefecture.demarches.version import DEFAULT_FORM, PARIS, SETTINGS, Version
from prefecture.kernel import clock


@dataclass(frozen=True)
class Block:
    """A shared process that a diagram may call."""

    process: str
    name: str
    file: str


@dataclass(frozen=True)
class Completion:
    """What one may write where; `data` holds each variable, and each field of it, with its FEEL type, `pieces` what the
    citizen may be asked for, by code."""

    actions: Mapping[str, ActionSpec]
    forms: tuple[str, ...]
    letters: tuple[str, ...]
    decisions: tuple[str, ...]
    data: Mapping[str, str]
    roles: tuple[str, ...]
    blocks: tuple[Block, ...]
    pieces: Mapping[str, str]


def completion_of(files: Mapping[str, bytes], code: str) -> Completion:
    """What these files may name. Files that cannot be read bring nothing, and stop nothing."""
    version = Version(bundles.of_files(files), version_id=uuid.UUID(int=0), code=code, number=0)
    fields = {form: found for form in version.form_ids if (found := _fields(version, form)) is not None}
    asked = {f"demande.{name}": kind for name, kind in fields.get(_start_form(files), {}).items()}
    actions = service.actions()
    catalogue = Catalogue(forms=fields, actions=actions, data={**questions.START_DATA, **asked, **_told(files)})
    read = reading.read(version.sources())
    known = known_names(Model(read.documents, tuple(read.decisions), catalogue))
    inside = {f"{name}.{key}": kind for name, held in known.fields.items() for key, kind in held.items()}
    return Completion(
        actions=actions,
        forms=version.form_ids,
        letters=tuple(sorted({path.removeprefix(f"{COMMON}/") for path in files if letters.is_letter(path)})),
        decisions=tuple(sorted(read.decisions)),
        data=dict(sorted({**inside, **known.types}.items())),
        roles=tuple(sorted(catalogue.roles)),
        blocks=tuple(_blocks(files)),
        pieces=dict(_pieces(_settings(files))),
    )


def _fields(version: Version, form: str) -> Mapping[str, str] | None:
    try:
        return version.form(form).fields
    except FormUnreadable:
        return None


def _start_form(files: Mapping[str, bytes]) -> str:
    return str(_settings(files).get("formulaire", DEFAULT_FORM))


def _settings(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        return tomllib.loads(files.get(SETTINGS, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _told(files: Mapping[str, bytes]) -> dict[str, str]:
    """What a process finds of `demarche.toml`, with the type of each single value."""
    found = start.told(dated.at(_settings(files), clock.today(PARIS)), 0)
    return dict(_typed(found, start.DEMARCHE))


def _typed(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield path, "context"
        for name, inner in value.items():
            yield from _typed(inner, f"{path}.{name}")
    elif isinstance(value, bool):
        yield path, "boolean"
    elif isinstance(value, int | float):
        yield path, "number"
    elif isinstance(value, str):
        yield path, "string"


def _pieces(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told = settings.get("pieces")
    for one in told if isinstance(told, list) else []:
        if isinstance(one, Mapping) and one.get("code"):
            yield str(one["code"]), str(one.get("libelle") or one["code"])


def _blocks(files: Mapping[str, bytes]) -> list[Block]:
    found = []
    for path, content in files.items():
        if path.startswith(f"{COMMON}/") and path.endswith(".bpmn"):
            root = xml.parse(content)
            found += [
                Block(str(one.get("id")), str(one.get("name") or one.get("id")), path)
                for one in root.iter(xml.bpmn("process"))
            ]
    return found
