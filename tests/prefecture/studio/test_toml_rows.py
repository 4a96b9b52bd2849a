"""Rows of demarche.toml added, corrected and removed: everything else stays as the analyst wrote it."""

from __future__ import annotations

import difflib
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefecture.kernel.errors import Invalid
from prefecture.studio import toml_rows
from tests.town import PROCESSES, TSE

TEXT = (PROCESSES / TSE / "demarche.toml").read_text()
TAX = ("donnees", "taxe_renouvellement")
STAMP = ("donnees", "droit_timbre")
NEXT = {"depuis": date(2027, 1, 1), "valeur": 225, "source": "Décret « n° 1 »"}


def changed(after: str, before: str = TEXT) -> tuple[list[str], list[str]]:
    """The lines that came and those that went."""
    marks = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [one[2:] for one in marks if one.startswith("+ ")], [one[2:] for one in marks if one.startswith("- ")]


def test_a_row_is_added_after_the_last_one_of_its_list_and_before_the_next_heading() -> None:
    made = toml_rows.add(TEXT, ("donnees", "visa_regularisation_retard"), NEXT)
    came, went = changed(made)
    assert went == []
    assert [one for one in came if one] == [
        "[[donnees.visa_regularisation_retard]]",
        "depuis = 2027-01-01",
        "valeur = 225",
        'source = "Décret « n° 1 »"',
    ]
    assert made.index("depuis = 2027-01-01") < made.index("# ---- Pièces")
    assert tomllib.loads(made)["donnees"]["visa_regularisation_retard"][1]["valeur"] == 225


@pytest.mark.parametrize("path", [TAX, ("pieces",), ("changements",), ("donnees", "taxe_neuve")])
def test_what_is_added_and_removed_again_leaves_the_text_as_it_was(path: tuple[str, ...]) -> None:
    made = toml_rows.add(TEXT, path, NEXT)
    rows = tomllib.loads(made)
    for part in path:
        rows = rows[part]
    assert toml_rows.remove(made, path, len(rows) - 1) == TEXT


def test_a_value_is_corrected_in_its_place_with_its_comment() -> None:
    text = TEXT.replace("valeur = 25\n", "valeur = 25 # à revoir\n", 1)
    made = toml_rows.change(text, STAMP, 0, {"valeur": 50, "jusqu_au": date(2027, 12, 31)})
    came, went = changed(made, text)
    assert went == ["valeur = 25 # à revoir"]
    assert came == ["valeur = 50 # à revoir", "jusqu_au = 2027-12-31"]
    assert toml_rows.change(made, STAMP, 0, {"valeur": 25, "jusqu_au": None}) == text


def test_a_list_that_is_written_in_one_line_is_left_to_the_editor() -> None:
    text = 'donnees.taxe = [{ depuis = 2026-01-01, valeur = 3 }] # tout\ntitre = "x"\n'
    with pytest.raises(Invalid, match="dans l’éditeur"):
        toml_rows.remove(text, ("donnees", "taxe"), 0)
    assert 'valeur = 4 }] # tout\ntitre = "x"' in toml_rows.change(text, ("donnees", "taxe"), 0, {"valeur": 4})


def test_a_text_that_is_no_toml_is_told() -> None:
    with pytest.raises(Invalid, match="ne se lit pas"):
        toml_rows.add("titre = ", TAX, NEXT)


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40), st.integers(-(10**9), 10**9))
def test_any_text_comes_back_as_it_was_typed(source: str, value: int) -> None:
    made = toml_rows.add(TEXT, TAX, {"depuis": date(2027, 1, 1), "valeur": value, "source": source})
    assert tomllib.loads(made)["donnees"]["taxe_renouvellement"][1] == {
        "depuis": date(2027, 1, 1),
        "valeur": value,
        "source": source,
    }
