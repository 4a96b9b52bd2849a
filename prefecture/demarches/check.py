"""Checking a démarche's folder: everything wrong or doubtful, in one pass, in French, each with a fix.

What an analyst may name (forms, actions, letters, decisions) is gathered in a catalogue; the engine's compiler judges
the diagrams by it, and each other kind of file has its own look here.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import compile as compiler
from engine import feel
from engine.compile import ActionSpec, Catalogue, Finding
from forms import FormUnreadable
from prefecture.demarches import bundle as bundles
from prefecture.demarches import examples, letters, questions, reglages, scenarios
from prefecture.demarches.bundle import COMMON, Bundle
from prefecture.demarches.scenarios import Simulated
from prefecture.demarches.version import SETTINGS, Version

Messages = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Known:
    """What the house offers to démarches: actions, tags that letters may use, what actions answer in scenarios.

    `messages`: those that the desks send to a process, with what each carries; None leaves messages unjudged.
    """

    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    simulated: Simulated | None = None
    messages: Messages | None = None


def check(folder: Path, known: Known) -> list[Finding]:
    """Every finding about a démarche's folder, errors first; an empty list means that all is well."""
    try:
        frozen = bundles.freeze(folder)
    except bundles.FolderUnreadable as error:
        return [found("dossier-illisible", "error", SETTINGS, str(error), "Complétez le dossier de la démarche.")]
    return check_bundle(frozen, folder.name, known)


def check_bundle(frozen: Bundle, code: str, known: Known, *, play: bool = True) -> list[Finding]:
    """The same for files that are already read; `play` false leaves the scenarios unplayed."""
    try:
        settings = tomllib.loads(frozen.files[SETTINGS].decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"Ce fichier n’est pas du TOML\u00a0: {error}."
        return [found("reglages-illisibles", "error", SETTINGS, message, "Corrigez la ligne indiquée.")]
    version = Version(frozen, version_id=uuid.UUID(int=0), code=str(settings.get("code", code)), number=0)
    findings = list(reglages.check(settings, version))
    known_forms, form_findings = _forms(version)
    findings += form_findings
    findings += letters.check(version, known.tags)
    compiled = compile_diagrams(version, known_forms, known)
    findings += compiled.findings
    if compiled.definition is not None:
        findings += letters.mentions(version, compiled.definition, known.actions)
    findings += examples.findings(version)
    if play and compiled.definition is not None:
        findings += scenarios.findings(scenarios.play(version, compiled.definition, known.simulated))
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(dict.fromkeys(findings), key=lambda one: (order[one.severity], one.file, one.line, one.rule))


def found(rule: str, severity: compiler.Severity, file: str, message: str, fix: str, element: str = "") -> Finding:
    """A finding about a file that is no diagram."""
    return Finding(rule, severity, file, element, "", 0, message, fix)


def as_json(findings: list[Finding]) -> list[dict[str, Any]]:
    """The findings as `check --json` prints them."""
    names = ("rule", "severity", "file", "element", "line", "message", "fix")
    return [{name: getattr(one, name) for name in names} for one in findings]


def compile_diagrams(
    version: Version, known_forms: Mapping[str, Mapping[str, str]], known: Known
) -> compiler.Compilation:
    """The diagrams and tables, judged by what they may name."""
    catalogue = Catalogue(
        forms=known_forms,
        actions=known.actions,
        templates=frozenset(name.removeprefix(f"{COMMON}/") for name in version.files if letters.is_letter(name)),
        data={**questions.START_DATA, **_answers(known_forms.get(version.form_id, {}))},
        choices=questions.choices_of(version),
        messages=None if known.messages is None else {**known.messages, **reglages.messages(version.settings)},
        errors=frozenset[str]().union(*(one.errors for one in known.actions.values())),
    )
    return compiler.compile(version.sources(), catalogue, process=version.process_id)


def _answers(fields: Mapping[str, str]) -> dict[str, str]:
    """What the start form's answers add to the variables."""
    return {f"demande.{name}": kind for name, kind in fields.items()}


def _forms(version: Version) -> tuple[dict[str, Mapping[str, str]], list[Finding]]:
    """The fields of every form that can be read, and what is wrong with the others."""
    fields: dict[str, Mapping[str, str]] = {}
    findings: list[Finding] = []
    for form_id in version.form_ids:
        path = f"forms/{form_id}.json"
        name = path if path in version.files else f"{COMMON}/{path}"
        try:
            form = version.form(form_id)
        except FormUnreadable as error:
            findings.append(found("formulaire-illisible", "error", name, str(error), "Corrigez le fichier."))
            continue
        fields[form_id] = form.fields
        findings += [
            found(f"formulaire-{one.rule}", "error", name, one.message, one.fix, one.path) for one in form.findings()
        ]
        findings += _expressions(form.expressions, name)
    return fields, findings


def _expressions(expressions: tuple[tuple[str, str], ...], file: str) -> Iterator[Finding]:
    for where, text in expressions:
        try:
            feel.compile_expression(text.removeprefix("=").strip())
        except feel.FeelSyntaxError as error:
            message = f"La condition «\u00a0{text}\u00a0» n’est pas du FEEL\u00a0: {error}"
            yield found("formulaire-condition", "error", file, message, "Corrigez la condition.", where)
