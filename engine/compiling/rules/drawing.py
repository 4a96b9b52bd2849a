"""The drawing itself: a démarche without diagram cannot be shown to anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.model import NODES
from engine.compiling.registry import rule
from engine.compiling.xml import BPMNDI, local, reference

if TYPE_CHECKING:
    from engine.compiling.model import Model


@rule("dessin-absent", says="Un élément sans place dans le diagramme, ou un fichier sans diagramme")
def not_drawn(model: Model) -> None:
    """Every node of a démarche has a place; foreign models may be bare."""
    if model.foreign:
        return
    for document in model.documents:
        drawn = {reference(s.get("bpmnElement")) for s in document.root.iter(f"{{{BPMNDI}}}BPMNShape")}
        missing = [e for e in document.root.iter() if local(e) in NODES and e.get("id") not in drawn]
        if missing and not drawn:
            model.say(
                document.root,
                "dessin-absent",
                "warning",
                "Le fichier ne contient pas de dessin\u00a0: il ne peut être ni montré ni modifié dans l’éditeur.",
                "Il peut être disposé automatiquement\u00a0; déplacez ensuite ce qui se lirait mieux ailleurs.",
                automatic=True,
                file=document.name,
            )
            continue
        for element in missing:
            model.say(
                element,
                "dessin-absent",
                "warning",
                "L’élément n’a pas de place dans le diagramme.",
                "Ouvrez le fichier dans l’atelier et placez l’élément.",
            )
