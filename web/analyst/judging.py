"""What the editor asks while one writes: findings of the unsaved text, its corrections, its drawing, what to name."""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict
from typing import Any

from flask import Response

from engine import compile as compiler
from engine.compile import Finding
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid
from prefecture.studio import layout
from prefecture.studio import queries as studio
from web.analyst.frame import blueprint
from web.analyst.scripts import READERS, answering, sent, told, unsaved


@blueprint.post("/brouillons/<uuid:draft_id>/verification")
@entry(*READERS)
@answering
def verify(draft_id: uuid.UUID) -> Response:
    """Everything wrong or doubtful in the draft, with `{"path", "content"}` in place of what is saved."""
    began = time.perf_counter()
    found = studio.findings(draft_id, unsaved(sent()))
    spent = round((time.perf_counter() - began) * 1000)
    return told({"findings": [as_json(one) for one in found], "ms": spent})


@blueprint.post("/brouillons/<uuid:draft_id>/corrections")
@entry(*READERS)
@answering
def correct(draft_id: uuid.UUID) -> Response:
    """The text sent, corrected where one correction has one meaning: `{"path", "content"}` → `{"content"}`.

    `findings`: those to correct, as `[{"rule", "element"}]`; without it, all of them. Nothing is saved.
    """
    studio.draft(draft_id)
    body = sent()
    written = unsaved(body)
    if not written:
        raise Invalid({"path": "Dites quel fichier corriger."})
    ((_, content),) = written.items()
    return told({"content": compiler.apply_fixes(content, _chosen(body.get("findings"))).decode()})


@blueprint.post("/brouillons/<uuid:draft_id>/disposition")
@entry(*READERS)
@answering
def arrange(draft_id: uuid.UUID) -> Response:
    """The diagram sent, laid out: `{"path", "content"}` → `{"content"}`. Nothing is saved."""
    studio.draft(draft_id)
    written = unsaved(sent())
    if not written:
        raise Invalid({"path": "Dites quel diagramme disposer."})
    ((path, content),) = written.items()
    return told({"content": layout.laid_out(path, content)})


@blueprint.get("/brouillons/<uuid:draft_id>/aide")
@entry(*READERS)
@answering
def help_(draft_id: uuid.UUID) -> Response:
    """What the files of the draft may name."""
    known = studio.completion(draft_id)
    actions = {
        name: {"params": dict(one.params), "results": dict(one.results), "required": sorted(one.required)}
        for name, one in known.actions.items()
    }
    return told(
        {
            "actions": actions,
            "forms": known.forms,
            "letters": known.letters,
            "decisions": known.decisions,
            "data": dict(known.data),
            "roles": known.roles,
            "blocks": [asdict(one) for one in known.blocks],
            "pieces": dict(known.pieces),
        }
    )


def _chosen(findings: object) -> set[tuple[str, str]] | None:
    """The findings sent, as (rule, element); None when none are named. Raises Invalid."""
    if findings is None:
        return None
    if not isinstance(findings, list) or not all(isinstance(one, dict) for one in findings):
        raise Invalid({"findings": "Envoyez une liste de constats."})
    return {(str(one.get("rule", "")), str(one.get("element", ""))) for one in findings}


def as_json(one: Finding) -> dict[str, Any]:
    """A finding as scripts read it."""
    names = ("rule", "severity", "file", "element", "element_name", "line", "message", "fix")
    return {**{name: getattr(one, name) for name in names}, "fixable": one.automatic}
