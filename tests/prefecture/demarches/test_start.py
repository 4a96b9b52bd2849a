"""What a process finds of `demarche.toml`: a scenario finds what a dossier of its day would, and may say otherwise."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from engine import scenarios
from prefecture.demarches import bundle, dated, reglages, start
from prefecture.demarches.version import Version
from tests.town import PROCESSES, TSE

CHANGE = b'\n[[changements]]\nreglage = "silence.etudiant.delai"\ndepuis = 2027-01-01\nvaleur = "P6M"\nsource = "x"\n'
HEAD = 'titre = "Essai"\nle = 2026-12-31T10:00:00\n'


def version(*changes: tuple[bytes, bytes]) -> Version:
    files = dict(bundle.freeze(PROCESSES / TSE).files)
    for before, after in changes:
        assert before in files["demarche.toml"]
        files["demarche.toml"] = files["demarche.toml"].replace(before, after, 1)
    files["demarche.toml"] += CHANGE
    return Version(bundle.of_files(files), version_id=uuid.UUID(int=0), code=TSE, number=7)


@pytest.mark.parametrize(
    ("given", "delay"),
    [
        ("", "P90D"),
        ("[etant_donne.dossier]\ndepose_le = 2027-01-02\n", "P6M"),
        ("[etant_donne.demarche.silence.etudiant]\ndelai = \"P5D\"\n", "P5D"),
    ],
)  # fmt: skip
def test_a_scenario_finds_the_data_of_the_day_it_was_filed_unless_it_says_otherwise(given: str, delay: str) -> None:
    told = start.begun(version(), scenarios.read(f'{HEAD}{given}\n[[etapes]]\nquand = "il est là"\n'.encode())).given[
        "demarche"
    ]
    assert told["silence"]["etudiant"]["delai"] == delay
    assert (told["silence"]["delai"], told["version"]) == ("P4M", 7)
    assert not {"pieces", "donnees", "roles", "changements"} & told.keys()


def test_the_cases_that_have_their_own_delay_are_known_and_their_delays_checked() -> None:
    found = version((b'delai = "P60D"', b'delai = "60 jours"'))
    assert list(dated.cases(found.settings_at(date(2027, 1, 1))))[:2] == ["talent_chercheur", "etudiant"]
    wrong = [one.element for one in reglages.check(found.settings, found) if one.rule == "reglage-duree"]
    assert wrong == ["silence.talent_chercheur.delai"]
