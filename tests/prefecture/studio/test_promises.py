"""What was promised to a citizen does not get worse without being said."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from prefecture.demarches.bundle import of_files
from prefecture.demarches.version import Version
from prefecture.studio import promises
from tests.town import PROCESSES, TSE

DAY = date(2026, 11, 23)
TEXT = (PROCESSES / TSE / "demarche.toml").read_text()


def version(*changes: tuple[str, str]) -> Version:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return Version(of_files({"demarche.toml": text.encode()}), version_id=uuid.uuid4(), code=TSE, number=1)


def said(*changes: tuple[str, str], backwards: bool = False) -> list[str]:
    before, after = version(), version(*changes)
    found = promises.worse(after, before, DAY) if backwards else promises.worse(before, after, DAY)
    return [one.message for one in found]


def test_the_same_promises_say_nothing() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('delai = "P4M"', 'delai = "P6M"'), "Le délai de réponse passe de 4 mois à 6 mois."),
        (
            ('delai = "P60D"', 'delai = "P3M"'),
            "Le délai de réponse («\u00a0Talent-chercheur\u00a0») passe de 60 jours à 3 mois.",
        ),
        (('delai = "P60D"', ""), "Le délai de réponse («\u00a0Talent-chercheur\u00a0») passe de 60 jours à 4 mois."),
        (('delai = "P4M"', ""), "Le délai de réponse (4 mois) n’est plus promis."),
        (("indispensable = false", "indispensable = true"), "devient indispensable."),
        (("original = false", "original = true"), "L’original de la pièce"),
        (("condition = 'demande.logement = \"heberge\"'\n", ""), "est demandée à tous."),
        (("delai_jours = 30", "delai_jours = 15"), "Le temps laissé pour compléter un dossier passe de 30 à 15."),
        (("valeur = 200", "valeur = 250"), "«\u00a0Taxe de renouvellement\u00a0» passe de 200 à 250."),
    ],
)
def test_each_promise_that_gets_worse_is_told_and_what_gets_better_is_not(change: tuple[str, str], told: str) -> None:
    found = said(change)
    assert len(found) == 1
    assert told in found[0]
    better = said(change, backwards=True)
    assert not [one for one in better if told in one]


def test_silence_that_accepted_and_would_refuse_is_told() -> None:
    assert said(('effet = "SVR"', 'effet = "SVA"')) == []
    assert said(('effet = "SVR"', 'effet = "SVA"'), backwards=True) == [
        "Le silence valait l’acceptation\u00a0; il vaudrait le refus."
    ]


def test_a_longer_delay_is_known_in_whatever_unit_it_is_written() -> None:
    assert said(('delai = "P4M"', 'delai = "P90D"')) == []
    assert said(('delai = "P4M"', 'delai = "P1Y"')) == ["Le délai de réponse passe de 4 mois à 1 an."]


def test_only_former_versions_to_which_something_happens_are_named() -> None:
    longer = ('delai = "P4M"', 'delai = "P6M"')
    new, same, other = version(longer), version(longer), version()
    found = promises.worse_for([new, same, other], new, DAY)
    assert [one.id for one, _ in found] == [other.id]


def test_one_more_document_is_told() -> None:
    told = said(('code = "domicile"', 'code = "bail"'))
    assert told == ["Une pièce de plus est demandée\u00a0: «\u00a0Justificatif de domicile de moins de 6 mois\u00a0»."]


def test_what_will_be_worse_from_a_day_on_is_told_with_its_day() -> None:
    change = '[[changements]]\nreglage = "silence.delai"\ndepuis = 2027-01-01\nvaleur = "P6M"\n\n# ---- Clauses'
    assert said(("# ---- Clauses", change)) == [
        "À partir du 01/01/2027\u00a0: le délai de réponse passe de 4 mois à 6 mois."
    ]
    assert said(("depuis = 2021-05-01", "depuis = 2028-05-01")) == []
