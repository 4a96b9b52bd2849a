"""What may be written in a letter: every tag and filter is told, and what is inserted can be read."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from prefecture.demarches import bundle
from prefecture.demarches.version import Version
from prefecture.notifications import templates
from prefecture.notifications.sandbox import Sandbox
from prefecture.steps import letters, vocabulary
from prefecture.steps.vocabulary import Tag

TSE = "renouvellement_titre_sejour"
# What shows only as a picture, as another template, or when there is something to say.
UNSHOWN = {"courrier.calculs", "courrier.code_image", "rdv.code_image", "message", "releve_biometrique", "trim"}


@pytest.fixture
def every(world: object) -> list[Tag]:
    version = Version(
        bundle.freeze(Path(__file__).parents[3] / "processes" / TSE), version_id=uuid.UUID(int=0), code=TSE, number=1
    )
    return [*vocabulary.tags(version), *vocabulary.filters(version)]


def test_every_tag_and_every_filter_is_told_with_an_example(every: list[Tag]) -> None:
    known = {name for name in Sandbox(None, html=True).filters if not name.startswith("_")}
    assert {one.name for one in every if one.where == "filtre"} == known
    assert {one.name for one in every} >= letters.TAGS
    assert {one.name for one in every if not one.example} == UNSHOWN
    assert all(one.said for one in every)


def test_what_is_inserted_can_be_read_and_names_known_tags(every: list[Tag]) -> None:
    for one in [*every, *vocabulary.structure()]:
        if one.name in ("sinon", "si", "pour"):  # they wait for what goes into them
            continue
        text = one.insert.replace("$0", "x")
        assert not {tag for tag in templates.unknown_tags(text, letters.TAGS) if "/" not in tag} - {"x", "super"}, text
