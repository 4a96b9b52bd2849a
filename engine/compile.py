"""Publishing is compiling: what an analyst drew becomes a definition that runs as BPMN says, or a list of findings.

`compile` never raises for what a file holds: everything wrong is told at once. `apply_fixes` corrects a file where
the correction has one meaning.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.compiling import dialects, fixes, reading, schema, tables
from engine.compiling.choice import choose_process, keep_called, too_large
from engine.compiling.findings import ActionSpec, Catalogue, Finding, Severity, Source
from engine.compiling.model import Model
from engine.compiling.registry import Stage
from engine.compiling.rewrites import REWRITES
from engine.compiling.rules import RULES
from engine.definition import Definition, build
from engine.errors import DefinitionInvalid

__all__ = [
    "ActionSpec",
    "Catalogue",
    "Compilation",
    "Finding",
    "Severity",
    "Source",
    "apply_fixes",
    "compile",
    "normalise",
]

_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Compilation:
    """What came out: every finding, and a definition when none of them is an error."""

    findings: tuple[Finding, ...]
    definition: Definition | None

    @property
    def refused(self) -> tuple[str, ...]:
        """The codes of the rules that refuse the model, each once."""
        return tuple(sorted({f.rule for f in self.findings if f.severity == "error"}))


def compile(
    sources: Sequence[Source],
    catalogue: Catalogue | None,
    *,
    process: str | None = None,
    foreign: bool = False,
) -> Compilation:
    """Compile BPMN and DMN files into the definition of one process.

    `process` is the process to start (default: the one that is executable and that no other calls). Without a
    catalogue nothing is said about forms, actions, templates, messages and variables. `foreign` accepts models made
    for other engines: their services become steps that do nothing.
    """
    read = reading.read(sources)
    choices = {} if catalogue is None else catalogue.choices
    told = [*read.findings, *tables.check(read.tables, choices, foreign=foreign)]
    model = Model(read.documents, tuple(read.decisions), catalogue, foreign, findings=told)
    normalise(model, process)
    if not model.main or any(f.severity == "error" for f in model.findings):
        return Compilation(_sorted(model.findings), None)
    try:
        definition = build([d.root for d in model.documents], process=model.main, decisions=read.decisions)
    except DefinitionInvalid as error:
        model.findings += [
            Finding(
                f"moteur-{p.rule}", "error", model.file_of(None), p.element, p.element_name, p.line, p.message, p.fix
            )
            for p in error.findings
        ]
        return Compilation(_sorted(model.findings), None)
    return Compilation(_sorted(model.findings), definition)


def normalise(model: Model, process: str | None) -> None:
    """Check the model and bring it to the normal form, in place; the findings stand in the model."""
    model.main = choose_process(model, process)
    if not model.main:
        return
    keep_called(model)
    if too_large(model):
        return
    schema.check(model)
    dialects.read(model)
    _check(model, "drawn")
    for one in REWRITES:
        one.apply(model)
    _check(model, "normal")


def _check(model: Model, stage: Stage) -> None:
    for one in RULES:
        if one.stage == stage and (model.catalogue is not None or not one.needs_catalogue):
            one.check(model)


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by place; each once."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda f: (_ORDER[f.severity], f.file, f.line, f.rule, f.element)))


def apply_fixes(source: bytes, chosen: Collection[tuple[str, str]] | None = None) -> bytes:
    """A BPMN file with its automatic findings corrected; ids and places stay, unreadable bytes come back as they are.

    `chosen`: the findings to correct, as (rule, element); None for all of them.
    """
    return fixes.apply(source, chosen)
