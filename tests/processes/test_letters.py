"""The letters and mails of the démarches, written from what their actions say: the mention of the law, one page."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from prefecture.demarches import bundle, check
from prefecture.demarches.version import Version
from prefecture.documents import pdf
from prefecture.dossiers.views import DossierView
from prefecture.identity.queries import PrefectureView, ServiceView
from prefecture.kernel import settings
from prefecture.notifications.templates import Mail
from prefecture.steps import letters
from prefecture.steps.actions import ACTIONS, TABLE
from prefecture.steps.letters import Setting, Signer
from prefecture.steps.mention import calculated
from prefecture.steps.plan import Facts, Plan

PROCESSES = Path(__file__).parents[2] / "processes"
PERMIT = "renouvellement_titre_sejour"
LICENCE = "echange_permis_conduire"
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MENTION = "L.311-3-1"
DEADLINE = {"depose_le": date(2026, 11, 23), "delai": "P4M", "effet": "SVR"}
# What each action is given where it writes the longest.
ASKED: Mapping[str, Mapping[str, Any]] = {
    "depot.attester": {**DEADLINE, "fenetre": "en_retard", "regularisation": 180},
    "completude.demander_complement": {
        **DEADLINE,
        "pieces": {
            "domicile": {"etat": "refusee", "motif": "illisible", "precision": "Le bas de la page est coupé."},
            "photo": {"etat": "manquante"},
        },
        "delai_jours": 30,
        "message": "Le bail est illisible.",
        "complements": [],
    },
    "decision.constater_refus_implicite": {"echeance": date(2026, 11, 1)},
    "decision.prolonger": {"droit": True},
    "remise.annoncer_disponibilite": {"numero_titre": "AB1234567", "regularisation": 180},
    "completude.passer_en_instruction": {},
}
WITH_TABLES = sorted(name for name, one in ACTIONS.items() if one.writes)


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path) -> None:
    settings.use(settings.read({**os.environ, "PLANIPREF_HOME": str(tmp_path)}))


def version(code: str) -> Version:
    return Version(bundle.freeze(PROCESSES / code), version_id=uuid.UUID(int=0), code=code, number=1)


def planned(found: Version, action: str, params: Mapping[str, Any]) -> Plan:
    return ACTIONS[action].plan(Facts(params, NOW, PARIS, found.settings, statut="en_instruction"))


def setting(found: Version, action: str, params: Mapping[str, Any]) -> Setting:
    dossier = DossierView(
        id=uuid.UUID(int=1), number="TSE-94-26-000123-Q", demarche_code=found.code, title=found.title,
        version_id=uuid.UUID(int=0), statut="en_construction", etape=None, file=None, prefecture="94",
        zone="Europe/Paris", service_id=uuid.UUID(int=2), person_id=None, person=None, revision=1, filed_at=NOW,
        silence_at=None, suspended=False, finished_at=None, archived_at=None, erased_at=None, incident=None,
        key_id=None,
    )  # fmt: skip
    town = PrefectureView(
        "94", "Préfecture du Val-de-Marne", "21-29, avenue du Général-de-Gaulle", "94038", "Créteil Cedex",
        "prefecture@example.fr", "01 49 56 60 00", PARIS,
    )  # fmt: skip
    office = ServiceView(
        uuid.UUID(int=2), "94", "Bureau de l’accueil et de l’admission au séjour", town.full_address,
        "Du lundi au vendredi, de 9 h à 16 h", "etrangers@example.fr", "01 49 56 60 00",
    )  # fmt: skip
    demande = {
        "nom": "El Kébir", "prenoms": "Amina Sarah", "adresse": "12, rue des Lilas", "code_postal": "94000",
        "complement_adresse": "Bâtiment C, escalier 2", "ville": "Créteil", "naissance_le": "1994-05-04",
        "nationalite": "Algérienne", "numero_etranger": "7503054321", "titre_numero": "AB123456",
    }  # fmt: skip
    return Setting(
        dossier=dossier, version=found, demande=demande, person=None, prefecture=town, service=office,
        signer=Signer("", ""), now=NOW, base_url="https://prefecture.example.fr",
        calculated=calculated(found, action, params),
    )  # fmt: skip


def written(found: Version, action: str, params: Mapping[str, Any]) -> dict[str, str | Mail]:
    """What the action writes, by template."""
    told, plan = setting(found, action, params), planned(found, action, params)
    pages: dict[str, str | Mail] = {
        f"{one.code}.html": letters.write_letter(told, one, f"k:{one.code}") for one in plan.letters
    }
    mails = [one for one in plan.notices if one.channel == "courriel"]
    return pages | {f"{one.code}.mail.html": letters.write_mail(told, one, "k") for one in mails}


def resting() -> Iterator[tuple[str, str]]:
    """Each action that writes what a table decided, in each démarche that asks for it."""
    for code in (PERMIT, LICENCE):
        named = {node.info.action for node in version(code).definition.nodes.values()}
        yield from ((code, action) for action in WITH_TABLES if action in named)


@pytest.mark.parametrize(("code", "action"), list(resting()))
def test_what_a_table_decided_is_said_with_the_mention_of_the_law(code: str, action: str) -> None:
    found = version(code)
    pages = written(found, action, ASKED[action])
    assert ACTIONS[action].writes.keys() <= pages.keys()
    for template in ACTIONS[action].writes:
        page = pages[template]
        for text in (page.html, page.text) if isinstance(page, Mail) else (page,):
            assert MENTION in text, template
            assert "www.cada.fr" in text, template
            assert any(table in text for table in ("Délai et sens du silence", "Canal et date de dépôt")), template


def test_a_letter_that_no_table_stands_behind_has_no_mention() -> None:
    found = version(PERMIT)
    by_hand = {**ASKED["decision.prolonger"], "droit": None}
    assert calculated(found, "decision.prolonger", by_hand) == {}
    (mail,) = written(found, "completude.passer_en_instruction", {}).values()
    assert isinstance(mail, Mail)
    assert MENTION not in mail.html
    assert "algorithmique" not in mail.text


def test_the_mention_names_the_tables_of_what_is_said_and_no_other() -> None:
    found = version(PERMIT)
    silence, window = "Délai et sens du silence", "Canal et date de dépôt"
    assert calculated(found, "depot.attester", ASKED["depot.attester"]) == {"attestation_depot.html": (window, silence)}
    assert calculated(found, "completude.demander_complement", DEADLINE) == {"demande_complement.html": (silence,)}
    refused = calculated(found, "decision.constater_refus_implicite", {"echeance": date(2026, 11, 1)})
    assert refused == {"refus_implicite.mail.html": (silence,)}
    assert calculated(found, "completude.relancer_complement", {"limite": date(2026, 11, 1)}) == {}


def test_what_an_action_says_that_it_rests_on_is_its_own() -> None:
    for name, spec in TABLE.items():
        assert spec.rests.keys() <= spec.results.keys(), name
        for params in (*spec.rests.values(), *spec.writes.values()):
            assert params <= spec.params.keys(), name


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (PERMIT, "depot.attester"),
        (LICENCE, "depot.attester"),
        (PERMIT, "completude.demander_complement"),
        (PERMIT, "decision.prolonger"),
    ],
)
def test_a_letter_with_the_mention_is_still_one_page(code: str, action: str) -> None:
    (letter,) = (page for page in written(version(code), action, ASKED[action]).values() if isinstance(page, str))
    printed = pypdfium2.PdfDocument(io.BytesIO(pdf.render_letter(letter, title="Courrier")))
    try:
        assert len(printed) == 1
        assert MENTION in printed[0].get_textpage().get_text_bounded()
    finally:
        printed.close()


def test_a_version_without_the_mention_is_told_so() -> None:
    frozen = bundle.freeze(PROCESSES / PERMIT)
    frame = "_commun/courriers/papier.html"
    bare = frozen.files[frame].replace(b'{% include "courriers/_calculs.html" %}', b"")
    assert bare != frozen.files[frame]
    known = check.Known(TABLE, letters.TAGS)
    spoiled = check.check_bundle(bundle.of_files({**frozen.files, frame: bare}), PERMIT, known)
    found = {one.file: one for one in spoiled if one.rule == "mention-algorithmique"}
    assert set(found) == {
        "courriers/attestation_depot.html",
        "courriers/attestation_prolongation.html",
        "_commun/courriers/demande_complement.html",
    }
    assert "Délai et sens du silence" in found["courriers/attestation_depot.html"].message
    whole = check.check_bundle(frozen, PERMIT, known)
    assert "mention-algorithmique" not in {one.rule for one in whole}
