"""The dated data of a démarche by the pages: read as of a day, changed from a date, and acting on that date."""

from __future__ import annotations

import html
import re
import tomllib
import uuid
from datetime import UTC, date, datetime

import pytest

from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches.version import PARIS
from prefecture.dossiers import queries as dossiers
from prefecture.dossiers.settings import settings_of
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, service
from tests.town import TSE
from tests.web.village import Village, Visitor, plain

SETTINGS = "demarche.toml"
TAX = {"sorte": "tarif", "nom": "taxe_renouvellement"}


@pytest.fixture
def draft(village: Village) -> uuid.UUID:
    """Ana's draft of the next version."""
    ana = village.actor("ana")
    with village.app.app_context(), unit_of_work():
        return service.from_version(ana, demarches.current(TSE).id, "Tarifs de 2027")


def page_of(draft: uuid.UUID) -> str:
    return f"/analyste/brouillons/{draft}/donnees"


def text_of(village: Village, draft: uuid.UUID) -> str:
    with village.app.app_context():
        return queries.content(draft, SETTINGS)[0].decode()


def revision_of(village: Village, draft: uuid.UUID) -> int:
    with village.app.app_context():
        return queries.content(draft, SETTINGS)[1]


def change(village: Village, visitor: Visitor, draft: uuid.UUID, **given: str) -> tuple[int, str]:
    """Send the form of a value; the status and the text of the answer."""
    address = f"{page_of(draft)}/valeur"
    told = {"revision": str(revision_of(village, draft)), **given}
    kept = "&".join(f"{name}={given[name]}" for name in ("sorte", "nom") if name in given)
    answer = visitor.post(address, told, form=f"{address}?{kept}")
    return answer.status_code, plain(answer)


def test_a_published_version_is_read_as_of_any_day_and_changed_by_nobody(village: Village) -> None:
    with village.app.app_context():
        version = demarches.current(TSE).id
    rita = village.browse("rita")
    text = plain(rita.get(f"/analyste/versions/{version}/donnees"))
    assert "Taxe de renouvellement" in text
    assert "200 €" in text
    assert "CESEDA, art. L.436-1" in text
    assert "Changer à une date" not in text
    before = plain(rita.get(f"/analyste/versions/{version}/donnees?au=2021-04-30"))
    assert "Tel que c’était le" in before
    assert "aucune valeur" in before
    assert rita.get(f"/analyste/versions/{version}/donnees?au=demain").status_code == 422


def test_a_coming_amount_is_added_corrected_and_taken_away_and_the_file_is_as_before(
    village: Village, draft: uuid.UUID
) -> None:
    ana, before = village.browse("ana"), text_of(village, draft)
    source = {"source": "Décret du 1er décembre 2026"}
    status, _ = change(village, ana, draft, **TAX, depuis="2027-01-01", valeur="225,50 €", **source)
    assert status == 302
    rows = tomllib.loads(text_of(village, draft))["donnees"]["taxe_renouvellement"]
    assert rows[1] == {
        "libelle": "Taxe de renouvellement",
        "depuis": date(2027, 1, 1),
        "valeur": 225.5,
        **source,
    }
    shown = plain(ana.get(page_of(draft)))
    assert "à partir du 1 janv. 2027 · à venir" in shown
    then = plain(ana.get(f"{page_of(draft)}?au=2027-01-01")).partition('id="tarif-taxe_renouvellement"')[2]
    assert then.partition('class="is-day"')[2].partition("</td>")[0].endswith(">225,5 €")
    status, _ = change(village, ana, draft, **TAX, ligne="1", depuis="2027-02-01", valeur="230", **source)
    assert status == 302
    assert tomllib.loads(text_of(village, draft))["donnees"]["taxe_renouvellement"][1]["depuis"] == date(2027, 2, 1)
    away = {**TAX, "ligne": "1", "revision": str(revision_of(village, draft))}
    ana.post(f"{page_of(draft)}/retrait", away, form=page_of(draft))
    assert text_of(village, draft) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"depuis": "2027-01-01", "valeur": "cher", "source": "x"}, "Écrivez un nombre"),
        ({"depuis": "", "valeur": "30", "source": "x"}, "Dites à partir de quel jour."),
        ({"depuis": "", "valeur": "cher", "source": ""}, "3 réponses sont à corriger"),
        ({"depuis": "31/12/2027", "valeur": "30", "source": "x"}, "Donnez un jour"),
        ({"depuis": "2021-05-01", "valeur": "30", "source": "x"}, "Une valeur commence déjà ce jour-là"),
        ({"depuis": "2027-01-01", "valeur": "30", "source": ""}, "Dites d’où vient cette valeur"),
        ({"depuis": "2027-02-01", "jusqu_au": "2027-01-01", "valeur": "30", "source": "x"}, "La fin vient avant"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    village: Village, draft: uuid.UUID, given: dict[str, str], said: str
) -> None:
    before = text_of(village, draft)
    status, text = change(village, village.browse("ana"), draft, **TAX, **given)
    assert status == 422
    assert said in text
    assert f'value="{html.escape(given["valeur"])}"' in text
    assert text_of(village, draft) == before


def test_two_analysts_never_lose_each_others_values(village: Village, draft: uuid.UUID) -> None:
    ana, stale = village.browse("ana"), revision_of(village, draft)
    other = {"sorte": "tarif", "nom": "droit_timbre", "depuis": "2027-01-01", "valeur": "50", "source": "Loi"}
    assert change(village, ana, draft, **other)[0] == 302
    late = {**TAX, "depuis": "2027-01-01", "valeur": "225", "source": "Décret"}
    status, text = change(village, ana, draft, **late, revision=str(stale))
    assert status == 409
    assert "Ana Lopez a changé demarche.toml entre-temps." in text
    assert 'value="225"' in text
    fresh = re.search(r'name="revision" value="(\d+)"', text)
    assert fresh is not None
    assert change(village, ana, draft, **late, revision=fresh[1])[0] == 302
    assert text_of(village, draft).count("depuis = 2027-01-01") == 2


def test_a_value_in_force_is_not_taken_away_and_a_past_date_is_told(village: Village, draft: uuid.UUID) -> None:
    village.file()
    ana = village.browse("ana")
    away = {**TAX, "ligne": "0", "revision": str(revision_of(village, draft))}
    ana.post(f"{page_of(draft)}/retrait", away, form=page_of(draft))
    assert "en vigueur, ou l’a été" in plain(ana.get(page_of(draft)))
    change(village, ana, draft, **TAX, depuis="2026-11-01", valeur="225", source="Décret")
    text = plain(ana.get(page_of(draft)))
    assert "Un dossier en cours a été déposé depuis." in text
    assert "annoncés au dépôt ne changent pas pour eux" in text


def test_a_piece_ends_and_another_begins_and_a_delay_is_typed_in_words(village: Village, draft: uuid.UUID) -> None:
    ana = village.browse("ana")
    piece = {"sorte": "piece", "nom": "photo", "libelle": "Code photo-signature", "original": "on"}
    assert change(village, ana, draft, **piece, depuis="2027-01-01", source="Arrêté")[0] == 302
    new = {"sorte": "piece", "code": "casier", "libelle": "Extrait de casier", "source": "Arrêté"}
    assert change(village, ana, draft, **new, depuis="2027-03-01")[0] == 302
    assert "Aucun formulaire ne reçoit encore cette pièce" in plain(ana.get(page_of(draft)))
    delay = {"sorte": "delai", "nom": "silence.delai", "valeur": "6 mois", "source": "Décret"}
    assert change(village, ana, draft, **delay, depuis="2027-01-01")[0] == 302
    read = tomllib.loads(text_of(village, draft))
    photos = [one for one in read["pieces"] if one["code"] == "photo"]
    assert [(one.get("depuis"), one.get("jusqu_au")) for one in photos] == [
        (None, date(2026, 12, 31)),
        (date(2027, 1, 1), None),
    ]
    assert photos[1]["formats"] == photos[0]["formats"]
    assert read["changements"][0]["valeur"] == "P6M"
    text = plain(ana.get(f"{page_of(draft)}?au=2027-01-01"))
    assert "Code photo-signature" in text
    assert "6 mois" in text
    assert change(village, ana, draft, **{**delay, "valeur": "longtemps"}, depuis="2028-01-01")[0] == 422


def test_who_signs_off_reads_and_changes_nothing(village: Village, draft: uuid.UUID) -> None:
    rita = village.browse("rita")
    assert "Changer à une date" not in plain(rita.get(page_of(draft)))
    assert rita.get(f"{page_of(draft)}/valeur?sorte=tarif&nom=droit_timbre").status_code == 403
    assert village.browse("amina").get(page_of(draft)).status_code == 403


def test_settings_that_cannot_be_read_are_told(village: Village, draft: uuid.UUID) -> None:
    with village.app.app_context():
        actor, revision = village.actor("ana"), queries.content(draft, SETTINGS)[1]
        with unit_of_work():
            service.save_file(actor, draft, SETTINGS, b"titre = ", revision)
    answer = village.browse("ana").get(page_of(draft))
    assert answer.status_code == 422
    assert "demarche.toml ne se lit pas" in plain(answer)


def test_a_table_that_writes_the_delay_itself_is_told_beside_the_delay(village: Village, draft: uuid.UUID) -> None:
    ana, writer = village.browse("ana"), village.actor("ana")
    assert "C’est le délai annoncé." not in plain(ana.get(page_of(draft)))
    with village.app.app_context(), unit_of_work():
        content, revision = queries.content(draft, "regles.dmn")
        assert b"<text>demarche.silence.delai</text>" in content
        after = content.replace(b"<text>demarche.silence.delai</text>", b'<text>"P4M"</text>')
        service.save_file(writer, draft, "regles.dmn", after, revision)
    assert "C’est le délai annoncé." in plain(ana.get(page_of(draft)))


def test_a_title_that_has_its_own_delay_changes_it_from_a_date_too(village: Village, draft: uuid.UUID) -> None:
    ana = village.browse("ana")
    text = plain(ana.get(page_of(draft)))
    assert "Réponse au plus tard, sinon le silence vaut décision : Étudiant" in text
    assert "CESEDA, art. R.422-5" in text
    delay = {"sorte": "delai", "nom": "silence.etudiant.delai", "valeur": "4 mois", "source": "Décret"}
    assert change(village, ana, draft, **delay, depuis="2027-01-01")[0] == 302
    with village.app.app_context():
        version = queries.version(draft)
    days = (date(2026, 12, 31), date(2027, 1, 1))
    assert [version.settings_at(day)["silence"]["etudiant"]["delai"] for day in days] == ["P90D", "P4M"]
    wrong = change(village, ana, draft, **{**delay, "valeur": "bientôt"}, depuis="2028-01-01")
    assert (wrong[0], "Écrivez une durée" in wrong[1]) == (422, True)


def test_a_change_takes_effect_on_its_date_and_a_dossier_keeps_what_it_was_promised(
    village: Village, draft: uuid.UUID
) -> None:
    ana = village.browse("ana")
    change(village, ana, draft, **TAX, depuis="2027-01-01", valeur="225", source="Décret")
    delay = {"sorte": "delai", "nom": "silence.delai", "valeur": "6 mois", "source": "Décret"}
    change(village, ana, draft, **delay, depuis="2027-01-01")
    days = {"sorte": "delai", "nom": "convocation.validite_jours", "valeur": "20", "source": "Instruction"}
    change(village, ana, draft, **days, depuis="2027-01-01")
    piece = {"sorte": "piece", "nom": "photo", "libelle": "Code photo-signature", "source": "Arrêté"}
    change(village, ana, draft, **piece, depuis="2027-01-01")
    with village.app.app_context(), unit_of_work():
        publishing.publish_files(queries.bundle(draft), TSE, "Ana Lopez")
    before = village.file()
    assert facts(village, before.number) == ("P4M", 30, "Photo d’identité ou code photo-signature numérique")
    assert deadline(village, before.number) == date(2027, 3, 23)
    page = plain(village.browse().get(f"/demarches/{TSE}"))
    assert "200 €" in page
    assert "225 €" not in page
    with clock.frozen(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):  # already January in Paris
        page = plain(village.browse().get(f"/demarches/{TSE}"))
        assert "225 €" in page
        assert "Code photo-signature" in page
        assert "Photo d’identité" not in page
        after = village.file("boris")
        assert facts(village, after.number) == ("P6M", 20, "Code photo-signature")
        assert deadline(village, after.number) == date(2027, 7, 1)
        assert deadline(village, before.number) == date(2027, 3, 23)
        assert facts(village, before.number) == ("P4M", 20, "Photo d’identité ou code photo-signature numérique")


def deadline(village: Village, number: str) -> date | None:
    """Until when the préfecture answers, on its own calendar."""
    with village.app.app_context():
        found = dossiers.by_number(number)
        return found.silence_at.astimezone(PARIS).date() if found.silence_at else None


def facts(village: Village, number: str) -> tuple[str, int, str]:
    """What the dossier was promised, and by what it is treated now."""
    with village.app.app_context():
        data = dossiers.data(number, Actor.system())
        from_start = data["demarche"]["silence"]["delai"]
        told = settings_of(dossiers.by_number(number))
        assert told["silence"]["delai"] == from_start
        photo = next(one["libelle"] for one in told["pieces"] if one["code"] == "photo")
        return from_start, told["convocation"]["validite_jours"], photo
