"""Expressions of other languages become FEEL, repeated timers where nothing repeats become plain ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.compiling.expressions import to_feel
from engine.compiling.juel import NotTranslatable, is_marked, translate
from engine.compiling.model import definitions
from engine.compiling.registry import rewrite
from engine.compiling.xml import bpmn, bpmn_child, local, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model
    from engine.compiling.xml import Element

_REPEATED: Final = re.compile(r"^R\d*/(?:.*/)?(P[^/]+)$")


@rewrite(
    1,
    drawn="Expressions JUEL simples (`${montant > 100}`), ou qui leur ressemblent",
    run="la même condition en FEEL",
)
def translate_expressions(model: Model) -> None:
    """Bring every expression to FEEL."""
    to_feel(model)
    for kind in ("message", "signal"):
        for element in model.root_elements(kind).values():
            if is_marked(element.get("name") or ""):
                _computed_name(model, element)


def _computed_name(model: Model, element: Element) -> None:
    """A name with an expression in it is computed where it is awaited or sent."""
    try:
        element.set("name", f"={translate(element.get('name') or '')}")
    except NotTranslatable as error:
        model.say(
            element,
            "expression-illisible",
            "error",
            f"Le nom «\u00a0{element.get('name')}\u00a0» ne peut pas être calculé\u00a0: {error.reason}.",
            "Donnez un nom écrit en toutes lettres, ou du FEEL après «\u00a0=\u00a0».",
        )


@rewrite(
    1,
    drawn="Minuterie répétée (`R3/PT10H`) là où rien ne peut se répéter (attente, événement interruptif)",
    run="la durée seule\u00a0: la première échéance suffit",
)
def flatten_cycles(model: Model) -> None:
    """A cycle without a start date on an event that happens once is its duration."""
    for event in model.nodes("intermediateCatchEvent", "boundaryEvent", "startEvent"):
        if local(event) == "boundaryEvent" and event.get("cancelActivity") == "false":
            continue
        if local(event) == "startEvent" and event.get("isInterrupting") == "false":
            continue
        for definition in definitions(event):
            _flatten(definition)


def _flatten(definition: Element) -> None:
    cycle = bpmn_child(definition, "timeCycle")
    match = _REPEATED.match(text_of(cycle))
    if cycle is not None and match is not None and text_of(cycle).count("/") == 1:
        cycle.tag = bpmn("timeDuration")
        cycle.text = match.group(1)
