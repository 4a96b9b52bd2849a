"""What a démarche says of itself: its name, what it is for, who may ask, by which letters its dossiers are known.

The single values at the head of `demarche.toml`, written one by one: comments, order and layout stay the analyst's.
Each change is one save at the revision that was read, which the history undoes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.compiling import xml
from prefecture.demarches import dated, questions
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import SETTINGS, Version
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.studio import folder, held, queries, service, toml_rows
from prefecture.studio.dated_writing import Stale
from prefecture.studio.service import Saved

TEXT, AREA, FLAG, CHOICE = "texte", "paragraphe", "oui_non", "choix"
LONGEST = 1000
TITLE, PREFIX = "titre", "prefixe"
_NEEDED = frozenset({TITLE, PREFIX, "formulaire", "processus"})
# Shown even where the file does not have them yet.
_ALWAYS = (TITLE, "description", "qui", "duree_indicative")


@dataclass(frozen=True)
class Kind:
    """What a setting is: its words, how it is given, what it is for."""

    label: str
    kind: str = TEXT
    hint: str = ""


KNOWN: Mapping[str, Kind] = {
    TITLE: Kind("Nom de la démarche", TEXT, "Ce que lit l’usager, partout où la démarche est nommée."),
    "description": Kind("Présentation", AREA, "En une phrase ou deux\u00a0: ce que l’usager obtient."),
    "qui": Kind("Qui peut faire cette demande", AREA),
    "duree_indicative": Kind("Durée annoncée", TEXT, "Ce que l’usager lit avant de commencer."),
    "motif": Kind("Thème", TEXT, "Le domaine dont relève la démarche."),
    PREFIX: Kind(
        "Préfixe des numéros de dossier",
        TEXT,
        "Deux à cinq lettres majuscules. Les dossiers déjà déposés gardent leur numéro.",
    ),
    "service": Kind("Service qui la traite", TEXT, "Un mot du nom que ce service a dans les préfectures."),
    "formulaire": Kind("Formulaire que l’usager remplit", CHOICE),
    "processus": Kind("Processus que suit le dossier", CHOICE, "Un processus des diagrammes de la démarche."),
    "accuse_reception": Kind("Un accusé de réception est délivré", FLAG),
    "notification_electronique": Kind("Les décisions sont notifiées par voie électronique", FLAG),
    "observation.motif": Kind(
        "Question qui distingue les dossiers", CHOICE, "Sur la carte de chaleur\u00a0: des nombres, jamais une réponse."
    ),
}
_MEETING = "motifs_rdv."
_NO_VALUE = "Un texte est attendu."


@dataclass(frozen=True)
class Field:
    """One setting as the form shows it. `later`: it may also change from a date on, by the dated data."""

    name: str
    label: str
    kind: str
    hint: str
    value: str | bool
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    later: bool = False


@dataclass(frozen=True)
class Card:
    """What a démarche says of itself, and the revision of the file that was read."""

    fields: tuple[Field, ...]
    revision: int


@dataclass(frozen=True)
class Written:
    """What became of a change: the save, and what the changed settings were, by which it is taken back."""

    saved: Saved
    before: Mapping[str, str | bool]


def of_draft(draft_id: uuid.UUID) -> Card:
    """What a draft says of itself. Raises NotFound, Invalid (its `demarche.toml` cannot be read)."""
    content, revision = queries.content(draft_id, SETTINGS)
    settings = toml_rows.read(content.decode(errors="replace"))
    return Card(tuple(_fields(settings, queries.version(draft_id))), revision)


def write(actor: Actor, draft_id: uuid.UUID, revision: int, given: Mapping[str, object]) -> Written:
    """Give settings other values, by their names; those that are not given stay.

    Raises Forbidden, NotFound, Conflict, Invalid by field, Stale.
    """
    row = held.hold(actor, draft_id)
    card = of_draft(draft_id)
    if card.revision != revision:
        raise Stale(
            "demarche.toml a changé entre-temps. Ce que vous avez écrit est encore là\u00a0: relisez, puis "
            "enregistrez de nouveau."
        )
    fields = {one.name: one for one in card.fields}
    changed = _changed(fields, given, row.code)
    text = queries.content(draft_id, SETTINGS)[0].decode()
    for name, value in changed.items():
        text = toml_rows.put(text, name.split("."), value)
    saved = service.save_file(actor, draft_id, SETTINGS, text.encode(), revision)
    return Written(saved, {name: fields[name].value for name in changed})


def _fields(settings: Mapping[str, Any], version: Version) -> Iterator[Field]:
    choices = {
        "formulaire": tuple((one, one) for one in version.form_ids),
        "processus": tuple((one, one) for one in _processes(version)),
        "observation.motif": tuple(_asked(version)),
    }
    for name, known in KNOWN.items():
        value = dated.base_of(settings, name)
        if value is None and name not in _ALWAYS:
            continue
        offered = choices.get(name, ())
        if offered and value not in dict(offered):
            offered = ((str(value), str(value)), *offered)
        yield Field(
            name,
            known.label,
            known.kind,
            known.hint,
            bool(value) if known.kind == FLAG else str(value or ""),
            offered,
            needed=name in _NEEDED,
            later=name in dated.CHANGEABLE_TEXTS,
        )
    meetings = settings.get(_MEETING.rstrip("."))
    for code, label in meetings.items() if isinstance(meetings, Mapping) else ():
        if isinstance(label, str) and "." not in code:
            yield Field(f"{_MEETING}{code}", f"Rendez-vous «\u00a0{code}\u00a0»", TEXT, "", label, needed=True)


def _processes(version: Version) -> Iterator[str]:
    for path, content in version.diagrams.items():
        if not folder.is_shared(path):
            try:
                root = xml.parse(content)
            except xml.XmlRefused:
                continue
            yield from (str(one.get("id")) for one in root.iter(xml.bpmn("process")) if one.get("id"))


def _asked(version: Version) -> Iterator[tuple[str, str]]:
    for path, question in questions.questions_of(version).items():
        if question.choices:
            yield path.removeprefix(f"{questions.ANSWERS}."), question.label


def _changed(fields: Mapping[str, Field], given: Mapping[str, object], code: str) -> dict[str, str | bool]:
    """The values that differ, once they are fit to be written. Raises NotFound, Invalid."""
    unknown = given.keys() - fields.keys()
    if unknown:
        raise NotFound(f"Le réglage «\u00a0{min(unknown)}\u00a0» n’est pas de ceux que cette page écrit.")
    wrong: dict[str, str] = {}
    changed: dict[str, str | bool] = {}
    for name, raw in given.items():
        value = _on_one_line(raw) if isinstance(raw, str | bool) else ""
        problem = _problem(fields[name], value, code) if isinstance(raw, str | bool) else _NO_VALUE
        if problem:
            wrong[name] = problem
        elif value != _on_one_line(fields[name].value):
            changed[name] = value
    if wrong:
        raise Invalid(wrong, "Certaines valeurs sont à corriger.")
    return changed


def _on_one_line(value: str | bool) -> str | bool:
    return " ".join(value.split()) if isinstance(value, str) else value


def _problem(field: Field, value: str | bool, code: str) -> str:
    """Why a setting cannot have that value; empty when it can."""
    if isinstance(value, bool) != (field.kind == FLAG):
        return "Répondez oui ou non." if field.kind == FLAG else _NO_VALUE
    if isinstance(value, bool):
        return ""
    if field.needed and not value:
        return "Donnez une valeur."
    if len(value) > LONGEST or not value.isprintable():
        return f"{LONGEST} caractères au plus, sans caractère spécial."
    if field.kind == CHOICE and value not in dict(field.choices):
        return "Choisissez dans la liste."
    if field.name == TITLE and len(value) > folder.LONGEST_TITLE:
        return f"{folder.LONGEST_TITLE} caractères au plus."
    return _problem_of_prefix(value, code) if field.name == PREFIX and value != field.value else ""


def _problem_of_prefix(prefix: str, code: str) -> str:
    if not folder.PREFIX.fullmatch(prefix):
        return "Deux à cinq lettres majuscules sans accent."
    others = (one for one in demarches.demarches() if one.code != code)
    taken = any(demarches.version(one.id).prefix == prefix for one in others)
    return "Les dossiers d’une autre démarche commencent déjà ainsi." if taken else ""
