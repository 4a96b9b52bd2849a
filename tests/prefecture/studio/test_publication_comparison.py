"""Two versions of a démarche in sentences that an analyst reads without opening a file."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import pytest

from prefecture.demarches.bundle import freeze, of_files
from prefecture.demarches.version import Version
from prefecture.studio.comparison import REWRITTEN, UNREADABLE, Compared, compare
from tests.town import PROCESSES, TSE

FILES = dict(freeze(PROCESSES / TSE).files)


def version(files: Mapping[str, bytes]) -> Version:
    return Version(of_files(files), version_id=uuid.uuid4(), code=TSE, number=1)


def changed(path: str, before: str, after: str) -> Compared:
    assert before.encode() in FILES[path]
    return compare(version(FILES), version({**FILES, path: FILES[path].replace(before.encode(), after.encode(), 1)}))


@pytest.mark.parametrize(
    ("path", "before", "after", "said"),
    [
        ("demarche.toml", 'delai = "P4M"', 'delai = "P6M"', "Délai de réponse : 4 mois (P4M) devient 6 mois (P6M)."),
        (
            "demarche.toml",
            'delai = "P90D"',
            'delai = "P3M"',
            "Délai de réponse (etudiant) : 90 jours (P90D) devient 3 mois (P3M).",
        ),
        ("demarche.toml", "accuse_reception = true", "accuse_reception = false", "accuse_reception : oui devient non."),
        (
            "forms/demande.json",
            "Travaillez-vous toujours",
            "Travaillez-vous encore",
            "Libellé : « Travaillez-vous toujours ? » devient « Travaillez-vous encore ? ».",
        ),
    ],
)
def test_a_change_is_a_sentence(path: str, before: str, after: str, said: str) -> None:
    (files,) = changed(path, before, after).sections.values()
    assert [one.replace("\u00a0", " ") for one in files[0].sentences] == [said]


def test_a_dated_value_is_told_by_its_day_and_says_nothing_twice() -> None:
    row = b'\n[[changements]]\nreglage = "silence.delai"\ndepuis = 2027-01-01\nvaleur = "P6M"\n'
    (files,) = compare(
        version(FILES), version({**FILES, "demarche.toml": FILES["demarche.toml"] + row})
    ).sections.values()
    assert [one.replace("\u00a0", " ") for one in files[0].sentences] == [
        "Réglage « silence.delai » à partir du 01/01/2027, valeur : 6 mois (P6M) (ajouté)."
    ]


def test_a_rule_that_decides_otherwise_is_told_with_both_lines() -> None:
    (files,) = changed("regles.dmn", "<text>demarche.silence.delai<", '<text>"P5M"<').sections.values()
    assert "demarche.silence.delai" in files[0].sentences[0]
    assert '"P5M"' in files[0].sentences[0]


def test_a_letter_shows_the_lines_that_differ() -> None:
    (files,) = changed("courriers/attestation_depot.html", "Séjour", "Titre de séjour").sections.values()
    assert [line[0] for line in files[0].lines if line[0] in "+-"] == ["-", "+"]


def test_a_question_that_must_be_answered_now_and_a_choice_that_is_gone_are_told() -> None:
    before = b'{"components":[{"type":"radio","key":"a","label":"A","values":[{"value":"x","label":"X"}]}]}'
    after = b'{"components":[{"type":"radio","key":"a","label":"A","validate":{"required":true},"values":[]}]}'
    found = compare(version({"forms/f.json": before}), version({"forms/f.json": after}))
    said = [one.replace("\u00a0", " ") for one in found.sections["formulaires"][0].sentences]
    assert said == ["« A » devient obligatoire.", "« A ». Choix retiré : « X »."]


def test_what_cannot_be_read_hides_nothing_and_what_says_the_same_is_told_so() -> None:
    broken = compare(version(FILES), version({**FILES, "demarche.toml": b"=", "regles.dmn": b"<a"}))
    assert broken.sections["donnees"][0].sentences == (UNREADABLE,)
    assert broken.sections["tables"][0].sentences == (UNREADABLE,)
    same = compare(version(FILES), version({**FILES, "demarche.toml": FILES["demarche.toml"] + b"# fin\n"}))
    assert same.sections["donnees"][0].sentences == (REWRITTEN,)


def test_a_first_version_is_new_throughout_and_the_same_version_has_no_difference() -> None:
    assert compare(version(FILES), version(FILES)).count == 0
    assert compare(None, version(FILES)).count == len(FILES)
