"""Reading a form file: form-js JSON, our extensions under `properties`, shared blocks, into components and findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
import re2

from forms.components import (
    ANSWERED,
    CHOICES,
    FORMATS,
    KINDS,
    MAX_ITEMS,
    RESERVED_KEYS,
    SUBTYPES,
    Choice,
    Component,
    Finding,
    Limits,
    Page,
    quoted,
)

DEEPEST = 12
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class FormUnreadable(ValueError):
    """The file is not a form at all; the message is French."""


@dataclass(frozen=True, slots=True)
class Read:
    """A form file once read: what it asks, and what should be changed in it."""

    id: str
    title: str
    pages: tuple[Page, ...]
    findings: tuple[Finding, ...]

    @property
    def components(self) -> tuple[Component, ...]:
        return tuple(page.component for page in self.pages)


@dataclass(slots=True)
class _Reading:
    blocks: Mapping[str, bytes]
    findings: list[Finding] = field(default_factory=list)

    def find(self, rule: str, path: str, message: str, fix: str) -> None:
        self.findings.append(Finding(rule, path, message, fix))


def read(content: bytes, blocks: Mapping[str, bytes]) -> Read:
    """The form in these bytes. Raises FormUnreadable when they are no form; every lesser fault is a finding."""
    document = _document(content)
    reading = _Reading(blocks)
    components = tuple(_components(reading, document["components"], "", ()))
    title = str(document.get("title") or _mapping(document.get("properties")).get("titre") or document.get("id") or "")
    pages = _paged(components, title)
    _duplicates(reading, components)
    return Read(str(document.get("id") or ""), title, pages, tuple(reading.findings))


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        where = f"ligne {error.lineno}, caractère {error.colno}"
        raise FormUnreadable(f"Ce fichier n’est pas du JSON\u00a0: il ne se lit plus à la {where}.") from error
    if not isinstance(document, dict) or not isinstance(document.get("components"), list):
        raise FormUnreadable(
            "Ce fichier n’est pas un formulaire\u00a0: il lui manque la liste «\u00a0components\u00a0»."
        )
    return document


def _components(reading: _Reading, raw: Any, where: str, opened: tuple[str, ...]) -> Iterator[Component]:
    for position, source in enumerate(raw if isinstance(raw, list) else []):
        if not isinstance(source, dict):
            reading.find("composant", where, f"Le composant n° {position + 1} n’est pas un objet.", "Retirez-le.")
        elif source.get("type") == "bloc":
            yield from _block(reading, source, where, opened)
        else:
            component = _component(reading, source, where, opened)
            if component is not None:
                yield component


def _block(reading: _Reading, source: dict[str, Any], where: str, opened: tuple[str, ...]) -> Iterator[Component]:
    ref = str(source.get("ref", ""))
    if ref not in reading.blocks:
        known = ", ".join(sorted(reading.blocks)) or "aucun"
        told = f"Le bloc {quoted(ref)} n’existe pas."
        reading.find("bloc-inconnu", where or ref, told, f"Choisissez un bloc partagé\u00a0: {known}.")
        return
    if ref in opened or len(opened) >= DEEPEST:
        told = f"Le bloc {quoted(ref)} se contient lui-même."
        reading.find("bloc-en-boucle", where or ref, told, "Retirez cette inclusion.")
        return
    content = _block_document(reading, ref)
    inner = tuple(_components(reading, content, _join(where, str(source.get("path", ""))), (*opened, ref)))
    if source.get("path") or source.get("conditional") or source.get("label") or source.get("properties"):
        yield _built({**source, "type": "group"}, inner)
    else:
        yield from inner


def _block_document(reading: _Reading, ref: str) -> Any:
    try:
        return _document(reading.blocks[ref])["components"]
    except FormUnreadable as error:
        reading.find("bloc-illisible", ref, str(error), "Corrigez le fichier du bloc.")
        return []


def _component(reading: _Reading, source: dict[str, Any], where: str, opened: tuple[str, ...]) -> Component | None:
    kind = source.get("type")
    key = str(source.get("key") or source.get("path") or "")
    place = _join(where, key or str(source.get("label") or source.get("id") or kind))
    if not isinstance(kind, str) or kind not in KINDS:
        told = f"Le type {quoted(str(kind))} n’est pas connu."
        reading.find("type-inconnu", place, told, f"Choisissez parmi\u00a0: {', '.join(sorted(KINDS))}.")
        return None
    if len(opened) + place.count(".") > DEEPEST:
        reading.find(
            "trop-profond", place, "Les groupes sont imbriqués trop profondément.", "Aplatissez le formulaire."
        )
        return None
    inner = tuple(_components(reading, source.get("components"), _join(where, str(source.get("path") or "")), opened))
    component = _built(source, inner)
    if kind == "datetime" and source.get("subtype") not in SUBTYPES:
        reading.find(
            "sous-type-inconnu", place, "Cette date n’a pas de sous-type connu.", "Écrivez date, time ou datetime."
        )
    _look_at(reading, component, place)
    return component


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where and name else where or name


def _built(source: Mapping[str, Any], children: tuple[Component, ...]) -> Component:
    kind = str(source["type"])
    key = source.get("key") if kind in ANSWERED else source.get("path")
    validate = _mapping(source.get("validate"))
    appearance = _mapping(source.get("appearance"))
    hide = _mapping(source.get("conditional")).get("hide")
    properties = dict(_mapping(source.get("properties")))
    if validate.get("validationType") in ("email", "phone"):
        properties.setdefault("format", {"email": "email", "phone": "telephone"}[validate["validationType"]])
    return Component(
        kind=kind,
        segments=tuple(str(key).split(".")) if key else (),
        label=str(source.get("label") or source.get("dateLabel") or source.get("timeLabel") or ""),
        hint=str(source.get("description") or ""),
        subtype=_subtype(source),
        required=bool(validate.get("required")),
        readonly=bool(source.get("readonly") or source.get("disabled")),
        hide=str(hide).strip().removeprefix("=").strip() if hide else None,
        choices=tuple(_choices(source.get("values"))),
        limits=_limits(source, validate),
        multiple=bool(source.get("multiple")),
        accept=str(source.get("accept") or ""),
        default=source.get("defaultValue"),
        text=str(source.get("text") or ""),
        prefix=str(appearance.get("prefixAdorner") or ""),
        suffix=str(appearance.get("suffixAdorner") or ""),
        repetitions=min(max(_whole(source.get("defaultRepetitions")) or 0, 0), MAX_ITEMS)
        if kind == "dynamiclist"
        else 1,
        fixed=source.get("allowAddRemove") is False,
        properties=properties,
        children=children,
    )


def _subtype(source: Mapping[str, Any]) -> str:
    """What a datetime asks; a date unless the file says time or datetime."""
    subtype = source.get("subtype")
    return subtype if isinstance(subtype, str) and subtype in SUBTYPES else "date"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _choices(values: Any) -> Iterator[Choice]:
    for value in values if isinstance(values, list) else []:
        if isinstance(value, Mapping) and isinstance(value.get("value"), str | int | bool):
            told = str(value.get("label") or value["value"])
            yield Choice(value["value"], told, str(_mapping(value.get("properties")).get("aide") or ""))


def _limits(source: Mapping[str, Any], validate: Mapping[str, Any]) -> Limits:
    return Limits(
        min_length=_whole(validate.get("minLength")),
        max_length=_whole(validate.get("maxLength")),
        minimum=_decimal(validate.get("min")),
        maximum=_decimal(validate.get("max")),
        decimals=_whole(source.get("decimalDigits")),
        pattern=str(validate["pattern"]) if validate.get("pattern") else None,
    )


def _whole(value: Any) -> int | None:
    number = _decimal(value)
    return int(number) if number is not None else None


def _decimal(value: Any) -> Decimal | None:
    text = str(value)
    return Decimal(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", text, re.ASCII) else None


def _look_at(reading: _Reading, component: Component, place: str) -> None:
    """The faults that one component shows by itself."""
    if component.answered:
        _look_at_name(reading, component, place)
    elif component.kind == "dynamiclist" and not component.segments:
        reading.find("cle-absente", place, "Cette liste n’a pas de chemin (path).", "Donnez-lui un nom sans espace.")
    if component.kind in CHOICES and not component.choices:
        reading.find("choix-sans-valeurs", place, "Cette question n’offre aucune réponse.", "Ajoutez des valeurs.")
    if len({str(choice.value) for choice in component.choices}) != len(component.choices):
        reading.find("choix-en-double", place, "Deux réponses ont la même valeur.", "Donnez une valeur à chacune.")
    if component.format and component.format not in FORMATS:
        told = f"Le format {quoted(component.format)} n’est pas connu."
        reading.find("format-inconnu", place, told, f"Choisissez parmi\u00a0: {', '.join(sorted(FORMATS))}.")
    if component.limits.pattern and not _compiles(component.limits.pattern):
        reading.find(
            "motif-illisible", place, "Le motif (pattern) ne se lit pas.", "Écrivez-le sans renvoi ni anticipation."
        )


def _look_at_name(reading: _Reading, component: Component, place: str) -> None:
    if not component.segments:
        reading.find("cle-absente", place, "Cette question n’a pas de clé (key).", "Donnez-lui un nom sans espace.")
    for segment in component.segments:
        if segment in RESERVED_KEYS:
            reading.find("cle-reservee", place, f"La clé {quoted(segment)} est réservée.", "Choisissez un autre nom.")
        elif not _NAME.fullmatch(segment):
            told = f"La clé {quoted(segment)} s’écrit avec des lettres sans accent, des chiffres et «\u00a0_\u00a0»."
            reading.find("cle-invalide", place, told, "Renommez-la.")
    if not component.label:
        reading.find(
            "libelle-absent", place, "Cette question n’a pas de libellé.", "Écrivez ce que la personne doit comprendre."
        )


def _compiles(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True


def _duplicates(reading: _Reading, components: tuple[Component, ...]) -> None:
    """The same place asked twice is a fault, unless conditions tell the two apart."""
    seen: dict[str, bool] = {}
    for place, conditional in _places(components, "", False):
        if place in seen and not (conditional and seen[place]):
            told = f"La clé {quoted(place)} sert à deux questions."
            reading.find("cle-en-double", place, told, "Renommez l’une des deux, ou donnez une condition à chacune.")
        seen[place] = seen.get(place, True) and conditional


def _places(components: tuple[Component, ...], prefix: str, conditional: bool) -> Iterator[tuple[str, bool]]:
    for component in components:
        place = _join(prefix, ".".join(component.segments))
        under = conditional or component.hide is not None
        if (component.answered and component.segments) or component.kind == "dynamiclist":
            yield place, under
        mark = "[]" if component.kind == "dynamiclist" else ""
        yield from _places(component.children, place + mark, under)


def _paged(components: tuple[Component, ...], title: str) -> tuple[Page, ...]:
    """Top-level groups with `properties.page` are the pages; what stands loose joins the page before (or the first)."""
    groups: list[tuple[Component, list[Component]]] = []
    loose: list[Component] = []
    for component in components:
        if component.kind == "group" and component.properties.get("page"):
            groups.append((component, []))
        elif groups:
            groups[-1][1].append(component)
        else:
            loose.append(component)
    if not groups:
        return (Page(1, title, "", "", Component("group", children=components)),)
    return tuple(
        _page(number, group, loose if number == 1 else [], after)
        for number, (group, after) in enumerate(groups, start=1)
    )


def _page(number: int, group: Component, before: list[Component], after: list[Component]) -> Page:
    told = group.properties["page"]
    title = told if isinstance(told, str) and not told.isdigit() and told != "true" else group.label
    why, aid = str(group.properties.get("pourquoi") or ""), str(group.properties.get("aide") or group.hint)
    if before or after:
        group = Component("group", children=(*before, group, *after))
    return Page(number, title, why, aid, group)
