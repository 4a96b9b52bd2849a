"""Legal mentions: what a letter lacks is named with its article, and the standard text is enough to have it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest

from prefecture.demarches import bundle, mentions
from prefecture.demarches.mentions import MENTIONS, Mention
from prefecture.demarches.version import SETTINGS, Version

PROCESSES = Path(__file__).parents[3] / "processes"
SHIPPED = ("_archetype", "echange_permis_conduire", "renouvellement_titre_sejour")
FRAME = '{{% extends "courriers/papier.html" %}}{{% block corps %}}{}{{% endblock %}}'
# What the frame says of itself.
FRAMED = {"mention-service"}


def version(code: str, changed: Mapping[str, str], effect: str = "SVR") -> Version:
    """A shipped démarche with some of its letters written otherwise, and that effect of silence."""
    files = dict(bundle.freeze(PROCESSES / code).files)
    files[SETTINGS] = files[SETTINGS].replace(b'effet = "SVR"', f'effet = "{effect}"'.encode())
    files |= {path: text.encode() for path, text in changed.items()}
    return Version(bundle.of_files(files), version_id=uuid.UUID(int=0), code=code, number=0)


def cases() -> list[tuple[str, Mention, str]]:
    """Every mention with each letter that owes it, under an effect of silence by which it is owed."""
    found = []
    for one in MENTIONS:
        effect = next(each for each in ("SVR", "SVA") if one.owed({"silence": {"effet": each}}))
        found += [(letter, one, effect) for letter in sorted(one.letters)]
    return found


CASES = cases()
NAMES = [f"{one.rule}-{letter}" for letter, one, _ in CASES]


@pytest.mark.parametrize(("letter", "mention", "effect"), CASES, ids=NAMES)
def test_a_letter_without_a_mention_is_told_so_and_its_standard_text_is_enough(
    letter: str, mention: Mention, effect: str
) -> None:
    path = f"courriers/{letter}"
    bare = "<html><body><p>Bonjour.</p></body></html>" if mention.rule in FRAMED else FRAME.format("<p>Bonjour.</p>")
    found = {one.rule: one for one in mentions.findings(version("_archetype", {path: bare}, effect), path)}
    assert found[mention.rule].severity == "warning"
    assert mention.law in found[mention.rule].message
    assert "{" in found[mention.rule].fix or "<p>" in found[mention.rule].fix

    mended = version("_archetype", {path: bare.replace("<p>Bonjour.</p>", mention.text)}, effect)
    assert mention.rule not in {one.rule for one in mentions.findings(mended, path)}


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("effect", ["SVR", "SVA", "AUCUN"])
def test_the_letters_of_the_house_lack_none(code: str, effect: str) -> None:
    shipped = version(code, {}, effect)
    assert [one.message for path in shipped.files for one in mentions.findings(shipped, path)] == []


def test_a_replaced_block_takes_its_mention_away_and_super_keeps_it() -> None:
    path = "courriers/refus.html"
    gone = '{% extends "_commun/courriers/refus.html" %}{% block signature %}Le préfet{% endblock %}'
    kept = '{% extends "_commun/courriers/refus.html" %}{% block signature %}{{ super() }}Le préfet{% endblock %}'
    assert [one.rule for one in mentions.findings(version("_archetype", {path: gone}), path)] == ["mention-signature"]
    assert list(mentions.findings(version("_archetype", {path: kept}), path)) == []


def test_what_the_silence_asks_is_owed_only_where_silence_decides() -> None:
    path = "courriers/attestation_depot.html"
    bare = {path: FRAME.format("<p>Reçu le {{ dossier.depose_le | date }}. CNIL.</p>")}
    told = {
        effect: {one.rule for one in mentions.findings(version("_archetype", bare, effect), path)}
        for effect in ("SVR", "SVA", "AUCUN")
    }
    assert told["AUCUN"] == set()
    assert told["SVR"] - told["SVA"] == {"mention-recours"}
    assert told["SVA"] - told["SVR"] == {"mention-attestation"}


def test_a_letter_that_cannot_be_read_is_told_by_another_rule() -> None:
    path = "courriers/refus.html"
    assert mentions.judged(version("_archetype", {path: "{% if %}"}), path) == []
    looped = version("_archetype", {path: '{% include "courriers/refus.html" %}{% include "courriers/refus.html" %}'})
    assert not all(one.there for one in mentions.judged(looped, path))


def test_a_mail_and_a_part_of_a_letter_owe_nothing() -> None:
    shipped = version("_archetype", {})
    for path in ("_commun/courriers/refus.mail.html", "_commun/courriers/_recours.html", "courriers/absent.html"):
        assert mentions.judged(shipped, path) == []
