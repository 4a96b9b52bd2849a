"""Masks: whatever a person answered, nothing of it is left; what the démarche itself says stays."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from prefecture.demarches import bundle
from prefecture.demarches.version import Version
from prefecture.steps import specimens
from prefecture.steps.masks import HIDDEN, Masks

TSE = "renouvellement_titre_sejour"
VERSION = Version(
    bundle.freeze(Path(__file__).parents[3] / "processes" / TSE), version_id=uuid.UUID(int=0), code=TSE, number=1
)
FILED = date(2026, 11, 23)
INVENTED = {HIDDEN, specimens.TEXT, *specimens.BY_NAME.values()}
TEXTS = [name for name, one in specimens.components(VERSION).items() if one.kind in ("textfield", "textarea")]
# What cannot be taken for an invented text, nor for a word that the démarche writes itself.
personal = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=4).map(lambda text: f"¤{text}¤")
anything = st.recursive(
    personal | st.booleans() | st.none() | st.integers(100, 999) | st.dates(),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.sampled_from(["nom", "autre", "liste"]), held),
    max_leaves=8,
)


def masks() -> Masks:
    return Masks(VERSION, "TSE-94-26-000000-X", FILED)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for held in value.values():
            yield from leaves(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from leaves(held)
    else:
        yield value


def is_personal(value: Any) -> bool:
    return isinstance(value, str) and "¤" in value


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from([*TEXTS, "inconnue", "logement", "titre_nature"]), anything))
def test_no_text_that_a_person_wrote_is_left(answers: dict[str, Any]) -> None:
    data = {"demande": answers, "usager": {"nom": "¤a¤", "autre": answers}, "instruction": answers, "liste": [answers]}
    masked = masks().data(data)
    assert not any(is_personal(one) for one in leaves(masked))
    assert set(masked) == set(data)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(TEXTS), st.sampled_from(["complet", "SVR", "refus", "conditions"]), min_size=1))
def test_an_answer_is_masked_even_when_it_is_a_word_of_the_demarche(answers: dict[str, str]) -> None:
    masked = masks().data({"suite": list(answers.values()), "demande": answers})
    assert set(leaves(masked)) <= INVENTED


@settings(max_examples=50, deadline=None)
@given(st.dates(max_value=FILED))
def test_a_birth_is_never_told(born: date) -> None:
    found = masks().data({"demande": {"naissance_le": born, "ne_le": born}, "usager": {"date_naissance": str(born)}})
    assert found["demande"]["naissance_le"] == specimens.BIRTH
    assert found["usager"]["date_naissance"] == specimens.BIRTH.isoformat()
    if born.year < FILED.year - 10:
        assert found["demande"]["ne_le"] == specimens.BIRTH


def test_choices_days_and_the_words_of_the_demarche_stay() -> None:
    data = {
        "demande": {"logement": "heberge", "titre_expire_le": date(2027, 2, 1), "sur_honneur": True, "photo": ["id"]},
        "instruction": {"sens": "refuser", "motifs": ["conditions"], "considerants_fait": "Elle a dit que…"},
        "dossier": {"numero": "TSE-94-26-004817-K", "depose_le": FILED},
        "delai": 120,
    }
    assert masks().data(data) == {
        "demande": {"logement": "heberge", "titre_expire_le": date(2027, 2, 1), "sur_honneur": True, "photo": []},
        "instruction": {"sens": "refuser", "motifs": ["conditions"], "considerants_fait": HIDDEN},
        "dossier": {"numero": "TSE-94-26-000000-X", "depose_le": FILED},
        "delai": 120,
    }


def test_the_same_text_is_replaced_by_the_same() -> None:
    found = masks().data({"avis": {"de": "Kébir"}, "demande": {"nom": "Kébir", "nom_usage": "Kébir"}})
    assert {found["demande"]["nom"], found["demande"]["nom_usage"], found["avis"]["de"]} == {"Martin"}


def test_a_choice_that_the_form_does_not_offer_is_nobodys() -> None:
    assert masks().demande({"logement": "chez Amina El Kébir"}) == {"logement": None}


def test_a_choice_that_says_who_somebody_is_gives_way_to_another() -> None:
    family = specimens.components(VERSION)["situation_famille"].choices
    found = masks().demande({"situation_famille": family[-1].value, "titre_nature": "salarie"})
    assert found == {"situation_famille": family[0].value, "titre_nature": "salarie"}
    assert masks().demande({"situation_famille": None}) == {"situation_famille": None}
