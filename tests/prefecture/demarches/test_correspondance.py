"""Keys under which other systems write to a dossier are FEEL, and told as such when they are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from prefecture.demarches import service


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('[correspondance]\nreference = "demande.objet"', []),
        ('[correspondance]\nreference = "demande."', [("cle-invalide", "correspondance.reference")]),
        ('correspondance = "demande.objet"', [("cle-invalide", "correspondance")]),
    ],
)
def test_a_key_that_cannot_be_computed_is_refused(
    app: Flask, folder: Path, change: Callable[[str, str, str], None], written: str, found: list[tuple[str, str]]
) -> None:
    change("demarche.toml", '[correspondance]\nreference = "demande.objet"', written)
    errors = [(one.rule, one.element) for one in service.check(folder) if one.severity == "error"]
    assert errors == found
