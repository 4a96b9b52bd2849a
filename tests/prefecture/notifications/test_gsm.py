"""The telephone alphabet: what fits into one SMS, counted as a network counts it."""

from __future__ import annotations

import pytest

from prefecture.notifications import gsm
from prefecture.notifications.templates import SmsTooLong, sms_text


def test_letters_of_the_alphabet_take_one_septet_and_the_extension_two() -> None:
    assert gsm.septets("Préfecture à 9 h") == 16
    assert gsm.septets("225 €") == 6
    assert gsm.septets("[a]") == 5
    assert gsm.septets("\n") == 1


@pytest.mark.parametrize("letter", ["ê", "ç", "’", "«", "œ", "\u00a0", "…", "你", "😀", "`"])
def test_other_letters_have_no_place_in_it(letter: str) -> None:
    assert gsm.septets(letter) is None


def test_the_alphabet_has_its_127_characters_and_its_escape() -> None:
    every = [chr(code) for code in range(0x3A9 + 0x2000)]
    sizes = [gsm.septets(letter) for letter in every]
    assert sizes.count(1) == 127
    assert sizes.count(2) == 10


def test_french_typography_is_written_plainly() -> None:
    written = gsm.written("«\u00a0Être\u00a0» reçu l’œuvre… à 9\u00a0h\u00a0: n°\u00a03 – ça")
    assert written == '"Etre" recu l\'oeuvre... à 9 h : no 3 - ca'
    assert gsm.septets(written) == len(written)


def test_a_letter_without_a_plain_form_stays_to_be_told() -> None:
    assert gsm.written("你 ê") == "你 e"
    with pytest.raises(SmsTooLong, match="你"):
        sms_text("你")


def test_an_sms_holds_160_septets_and_no_more() -> None:
    assert len(sms_text("a" * 160)) == 160
    assert len(sms_text("€" * 80)) == 80
    for text in ("a" * 161, "€" * 81, "é" * 159 + "€"):
        with pytest.raises(SmsTooLong, match=r"prend 16[12] caractères"):
            sms_text(text)
