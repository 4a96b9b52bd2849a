"""The national administrator: of no préfecture, they keep the threshold, the trusted keys, and may pass over."""

from __future__ import annotations

import re

import pytest

from prefecture.demarches import queries as demarches
from prefecture.identity import service as identity
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import service
from tests.town import PASSWORD, TSE
from tests.web.village import Village, Visitor, plain

HOME = "/analyste/publications"


@pytest.fixture
def nina(village: Village) -> Visitor:
    """The national administrator, signed in; an analyst has a draft open."""
    ana = village.actor("ana")
    with village.app.app_context(), unit_of_work():
        identity.create_agent("nina", "Nina Roy", PASSWORD, ["administrateur"])
        service.from_version(ana, demarches.current(TSE).id, "Six mois")
    return village.browse("nina")


def links(page: str) -> set[str]:
    found = re.findall(r'href="(/[^"#]*)', page)
    return {one.replace("&amp;", "&") for one in found if not re.match(r"/static/|/demo|/connexion", one)}


def test_their_day_begins_with_the_publications(nina: Visitor) -> None:
    assert nina.get("/").headers["Location"] == HOME
    page = plain(nina.get(HOME))
    assert "Fixer le seuil de couverture" in page
    assert "Six mois" in page


def test_every_page_that_they_are_led_to_opens(nina: Visitor) -> None:
    waiting, seen = [HOME], {HOME}
    while waiting:
        here = waiting.pop()
        answer = nina.get(here)
        assert answer.status_code < 400, here
        if answer.mimetype == "text/html":
            found = links(answer.text) - seen
            seen |= found
            waiting += sorted(found)
    assert f"/analyste/demarches/{TSE}" in seen
    assert "/pilotage" in seen
    assert not any("travaux" in one for one in seen)


def test_an_administrator_of_a_prefecture_keeps_their_own_home(village: Village) -> None:
    marc = village.browse("marc")
    assert marc.get("/").headers["Location"] == "/pilotage/travaux"
    assert "Fixer le seuil" not in plain(marc.get(HOME))
