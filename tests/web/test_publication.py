"""Publishing by the pages: what changes, who is touched, who signs, the way back."""

from __future__ import annotations

import re
import uuid

import pytest

from prefecture.demarches import queries as demarches
from prefecture.identity import service as identity
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, service
from tests.town import PASSWORD, TSE
from tests.web.village import Village, plain

SETTINGS, DIAGRAM = "demarche.toml", "processus.bpmn"
JOURNAL = "/analyste/publications"


@pytest.fixture
def draft(village: Village) -> uuid.UUID:
    """Ana's draft: researchers answered after three months, and a step under another name."""
    ana = village.actor("ana")
    with village.app.app_context():
        with unit_of_work():
            made = service.from_version(ana, demarches.current(TSE).id, "Trois mois")
        changes = (
            (SETTINGS, b'delai = "P60D"', b'delai = "P3M"'),
            (DIAGRAM, 'name="Attester le dépôt"'.encode(), b'name="Attester la demande"'),
        )
        for path, before, after in changes:
            content, revision = queries.content(made, path)
            assert before in content
            with unit_of_work():
                service.save_file(ana, made, path, content.replace(before, after, 1), revision)
    return made


def digest_on(page: str) -> str:
    found = re.search(r'name="empreinte" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def sign(village: Village, address: str) -> str:
    """Rita signs what she reads; the digest of it."""
    rita = village.browse("rita")
    digest = digest_on(rita.get(address).text)
    rita.post(f"{address}/recette", {"empreinte": digest, "avis": "oui"}, form=address)
    return digest


def test_the_report_says_what_changes_who_loses_and_what_is_missing(village: Village, draft: uuid.UUID) -> None:
    text = plain(village.browse("ana").get(f"/analyste/brouillons/{draft}/publication"))
    assert "Délai de réponse (talent_chercheur) : 60 jours (P60D) devient 3 mois (P3M)." in text
    assert "nom : « Attester le dépôt » devient « Attester la demande »" in text
    assert "Le délai de réponse (« Talent-chercheur ») passe de 60 jours à 3 mois." in text
    assert "La recette n’a pas été demandée." in text
    assert "Il manque une condition" in text


def test_a_draft_is_asked_for_signed_and_published(village: Village, draft: uuid.UUID) -> None:
    ana, address = village.browse("ana"), f"/analyste/brouillons/{draft}/publication"
    ana.post(f"{address}/demande", {"note": "Pour le décret de mai"}, form=address)
    assert "Trois mois" in plain(village.browse("rita").get(JOURNAL))
    digest = sign(village, address)
    done = ana.post(address, {"empreinte": digest}, form=address)
    assert done.status_code == 303
    text = plain(ana.get(f"/analyste/demarches/{TSE}/publications"))
    assert "Les nouveaux dossiers suivent la version 2." in text
    assert "Rita Sow" in text
    assert "Recette donnée" in text


def test_what_is_missing_is_refused_with_all_of_it(village: Village, draft: uuid.UUID) -> None:
    ana, address = village.browse("ana"), f"/analyste/brouillons/{draft}/publication"
    refused = ana.post(address, {"empreinte": digest_on(ana.get(address).text)}, form=address)
    assert refused.status_code == 422
    assert "La recette n’a pas été demandée." in plain(refused)
    late = ana.post(address, {"empreinte": "0" * 64}, form=address)
    assert late.status_code == 409


def test_a_refusal_without_a_note_loses_nothing_and_one_with_it_is_read_by_the_analyst(
    village: Village, draft: uuid.UUID
) -> None:
    rita, address = village.browse("rita"), f"/analyste/brouillons/{draft}/publication"
    digest = digest_on(rita.get(address).text)
    empty = rita.post(f"{address}/recette", {"empreinte": digest, "avis": "non", "note": ""}, form=address)
    assert empty.status_code == 422
    assert "Dites ce qui est à corriger" in plain(empty)
    rita.post(f"{address}/recette", {"empreinte": digest, "avis": "non", "note": "Le décret dit quatre."}, form=address)
    assert "Le décret dit quatre." in plain(village.browse("ana").get(address))


def test_new_dossiers_go_back_to_the_version_before(village: Village, draft: uuid.UUID) -> None:
    ana, address = village.browse("ana"), f"/analyste/brouillons/{draft}/publication"
    ana.post(address, {"empreinte": sign(village, address)}, form=address)
    with village.app.app_context():
        first = demarches.versions(TSE)[-1].id
    here = f"/analyste/demarches/{TSE}/publications"
    refused = ana.post(here, {"version": str(first), "motif": ""}, form=here)
    assert refused.status_code == 422
    ana.post(here, {"version": str(first), "motif": "Le décret est suspendu."}, form=here)
    text = plain(ana.get(here))
    assert "Les nouveaux dossiers suivent la version 1." in text
    assert "Le décret est suspendu." in text
    compared = plain(ana.get(f"/analyste/demarches/{TSE}/comparaison?de=1&a=2"))
    assert "modifié" in compared
    assert compared.count('class="bpmn"') == 2


def test_the_national_administrator_sets_the_threshold_and_passes_over(village: Village, draft: uuid.UUID) -> None:
    with village.app.app_context(), unit_of_work():
        identity.create_agent("nina", "Nina Roy", PASSWORD, ["administrateur"])
    nina, address = village.browse("nina"), f"/analyste/brouillons/{draft}/publication"
    wrong = nina.post(JOURNAL, {"seuil": "beaucoup", "motif": "On verra bien."}, form=JOURNAL)
    assert wrong.status_code == 422
    assert "beaucoup" in wrong.text
    nina.post(JOURNAL, {"seuil": "70", "motif": "Décision du comité."}, form=JOURNAL)
    assert "70" in plain(nina.get(JOURNAL))
    digest = digest_on(nina.get(address).text)
    nina.post(address, {"empreinte": digest, "motif": "Décret de ce matin, recette demain."}, form=address)
    assert "Publiée malgré les conditions 2" in plain(nina.get(JOURNAL))


def test_an_administrator_of_a_prefecture_reads_and_changes_nothing(village: Village, draft: uuid.UUID) -> None:
    marc, address = village.browse("marc"), f"/analyste/brouillons/{draft}/publication"
    assert "Fixer le seuil" not in plain(marc.get(JOURNAL))
    digest = digest_on_or_zero(marc.get(address).text)
    refused = marc.post(address, {"empreinte": digest, "motif": "Je le veux vraiment."}, form=JOURNAL)
    assert refused.status_code == 403


def digest_on_or_zero(page: str) -> str:
    found = re.search(r'name="empreinte" value="([0-9a-f]{64})"', page)
    return found[1] if found else "0" * 64
