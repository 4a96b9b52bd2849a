"""The error page says what happened: a letter that is not ready is nobody's doing."""

from __future__ import annotations

import pytest
from flask import Flask

from prefecture.kernel.entry import PUBLIC, entry
from prefecture.kernel.errors import Conflict
from tests.web.village import Village


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("conflit", "Quelqu’un a été plus rapide"),
        ("en-preparation", "Pas encore prêt"),
        ("en-quarantaine", "Pas encore prêt"),
    ],
)
def test_a_conflict_is_titled_by_what_it_is(village: Village, code: str, title: str) -> None:
    page = shown(village.app, code)
    assert f"<title>{title}" in page
    assert "Réessayez dans quelques minutes." in page


def shown(app: Flask, code: str) -> str:
    """The page of a route that ends so."""

    @entry(PUBLIC)
    def ends() -> str:
        raise Conflict("Réessayez dans quelques minutes.", code=code)

    view = app.view_functions["public.alive"]
    app.view_functions["public.alive"] = ends
    try:
        response = app.test_client().get("/healthz")
    finally:
        app.view_functions["public.alive"] = view
    assert response.status_code == 409
    return response.text
