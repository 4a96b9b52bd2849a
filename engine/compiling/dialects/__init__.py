"""Reading what modelers write for other engines: their attributes become elements of our own vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.dialects import associations, camunda, plain, spiff, zeebe

if TYPE_CHECKING:
    from engine.compiling.model import Model


def read(model: Model) -> None:
    """Turn what the documents say in the vocabularies of Camunda, Flowable, Zeebe, Spiff and plain BPMN into ours."""
    for reader in (camunda.read, zeebe.read, spiff.read, associations.read, plain.read):
        reader(model)
