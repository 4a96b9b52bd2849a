"""Repetition: how often, over what, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.model import ACTIVITIES, loop_of
from engine.compiling.registry import rule
from engine.compiling.xml import bpmn_child, extension, local, text_of

if TYPE_CHECKING:
    from engine.compiling.model import Model


@rule("repetition-sans-nombre", says="Une répétition (multi-instance) sans nombre ni liste")
def several_without_number(model: Model) -> None:
    """A multi-instance marker says how many or over which list."""
    for activity in model.nodes(*ACTIVITIES):
        marker = loop_of(activity)
        if marker is None:
            continue
        loop = extension(marker, "boucle")
        listed = loop is not None and loop.get("collection")
        if not listed and not text_of(bpmn_child(marker, "loopCardinality")):
            model.say(
                activity,
                "repetition-sans-nombre",
                "error",
                "L’étape se répète, mais rien ne dit combien de fois ni pour quelle liste.",
                "Donnez un nombre, ou la liste dont chaque élément fait une étape.",
            )


@rule("boucle-sans-fin", says="Une boucle sans condition ni nombre maximal")
def endless_loop(model: Model) -> None:
    """A standard loop says when it stops."""
    for activity in model.nodes(*ACTIVITIES):
        loop = bpmn_child(activity, "standardLoopCharacteristics")
        if loop is not None and not text_of(bpmn_child(loop, "loopCondition")) and not loop.get("loopMaximum"):
            model.say(
                activity,
                "boucle-sans-fin",
                "error",
                "L’étape se répète sans fin\u00a0: ni condition, ni nombre maximal.",
                "Donnez la condition qui fait recommencer, ou un nombre maximal de tours.",
            )


@rule("ad-hoc-vide", says="Un sous-processus ad hoc sans étape")
def empty_ad_hoc(model: Model) -> None:
    """Nothing in it could ever be done."""
    for scope in model.scopes():
        if local(scope) == "adHocSubProcess" and not any(local(c) in ACTIVITIES for c in scope):
            model.say(
                scope,
                "ad-hoc-vide",
                "error",
                "Ce sous-processus libre ne contient aucune étape.",
                "Dessinez les étapes qu’il propose.",
            )
