"""A préfecture's own values by the pages: set, shown to its own people only, decided when the national ones change."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

import pytest

from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.demarches import variants
from prefecture.dossiers import queries as dossiers
from prefecture.dossiers import service as filing
from prefecture.dossiers.settings import settings_of
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, service
from tests.town import PIECES, START, TSE, demande
from tests.web.village import Village, plain

SETTINGS = "demarche.toml"
LIST = "/analyste/reglages-locaux"
HERE, THERE = f"/analyste/demarches/{TSE}/variantes/94", f"/analyste/demarches/{TSE}/variantes/93"
ACCESS, DAYS, HELP = "informations.acces", "convocation.validite_jours", "pieces.domicile.aide"


def number(village: Village, prefecture: str = "94") -> str:
    with village.app.app_context():
        return str(variants.variant(TSE, prefecture).number)


def write(village: Village, name: str, address: str, values: Mapping[str, str], **other: str) -> tuple[int, str]:
    """Send the form of a préfecture's values."""
    given = {f"valeur.{path}": text for path, text in values.items()}
    told = {"numero": number(village, address[-2:]), **given, **other}
    answer = village.browse(name).post(address, told, form=address)
    return answer.status_code, plain(answer)


def publish(village: Village, *changes: tuple[str, str]) -> uuid.UUID:
    """A draft with these changes of the settings; its id. The draft is not published."""
    ana = village.actor("ana")
    with village.app.app_context():
        with unit_of_work():
            draft = service.from_version(ana, demarches.current(TSE).id, "La suite")
        content, revision = queries.content(draft, SETTINGS)
        text = content.decode()
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        with unit_of_work():
            service.save_file(ana, draft, SETTINGS, text.encode(), revision)
    return draft


def put_in_force(village: Village, draft: uuid.UUID) -> None:
    with village.app.app_context(), unit_of_work():
        publishing.publish_files(queries.bundle(draft), TSE, "Ana Lopez")


def test_a_head_of_service_sets_what_the_demarche_leaves_and_nothing_else(village: Village) -> None:
    denis = village.browse("denis")
    assert LIST not in denis.get("/agent").text
    assert LIST in denis.get("/pilotage").text
    assert "Tout est national." in plain(denis.get(LIST))
    text = plain(denis.get(HERE))
    assert "Comment venir" in text
    assert "Consigne pour la pièce « Passeport »" in text
    assert "silence" not in text.partition("Réglages</h2>")[2]
    status, _ = write(village, "denis", HERE, {ACCESS: "Tramway T1", DAYS: "45"}, note="Travaux")
    assert status == 303
    text = plain(denis.get(HERE))
    assert "Comment venir : « Tramway T1 »" in text
    assert "Denis Roux" in text
    assert "Travaux" in text
    assert "2 réglages à vous." in plain(denis.get(LIST))
    status, _ = write(village, "denis", HERE, {ACCESS: "", DAYS: "45"})
    assert status == 303
    assert "Comment venir : valeur nationale" in plain(denis.get(HERE))


@pytest.mark.parametrize(
    ("values", "other", "said"),
    [
        ({DAYS: "20"}, {}, "est un minimum pour l’usager"),
        ({DAYS: "longtemps"}, {}, "Un nombre entier de 1 à 365 est attendu."),
        ({ACCESS: "x" * 801}, {}, "800 caractères au plus."),
        ({ACCESS: "Tram"}, {"depuis": "2026-11-01"}, "Ce jour est passé"),
        ({ACCESS: "Tram"}, {"depuis": "demain"}, "Donnez un jour"),
    ],
)
def test_what_is_refused_is_told_and_stays_typed(
    village: Village, values: dict[str, str], other: dict[str, str], said: str
) -> None:
    status, text = write(village, "denis", HERE, values, **other)
    assert status == 422
    assert said in text
    assert next(iter(values.values())) in text
    assert number(village) == "0"


def test_two_who_write_at_once_lose_nothing(village: Village) -> None:
    write(village, "denis", HERE, {ACCESS: "Tram"})
    status, text = write(village, "marc", HERE, {ACCESS: "Bus 393"}, numero="0")
    assert status == 409
    assert "Denis Roux a changé ces réglages entre-temps." in text
    assert "Bus 393" in text
    assert write(village, "marc", HERE, {ACCESS: "Bus 393"})[0] == 303


def test_each_prefecture_writes_its_own_and_reads_no_other(village: Village) -> None:
    write(village, "denis", HERE, {ACCESS: "Tramway T1"})
    omar = village.browse("omar")
    assert omar.get(HERE).status_code == 404
    assert omar.post(HERE, {"numero": "1"}, form=THERE).status_code == 404
    assert write(village, "omar", THERE, {ACCESS: "Métro 5"})[0] == 303
    assert village.browse("claire").get(HERE).status_code == 403
    assert village.browse("amina").get(LIST).status_code == 403


def test_its_values_reach_its_own_dossiers_and_citizens_from_their_day_on(village: Village) -> None:
    later = (START + timedelta(days=10)).date()
    write(village, "denis", HERE, {ACCESS: "Tramway T1", DAYS: "45", HELP: "Un bail suffit."}, depuis=later.isoformat())
    mine, theirs = village.file(), file_there(village)
    page = f"/dossiers/{mine.number}"
    assert settings(village, mine.number) == (30, "", "")
    assert "Tramway T1" not in plain(village.browse("amina").get(page))
    with clock.frozen(START + timedelta(days=10)):
        assert settings(village, mine.number) == (45, "Tramway T1", "Un bail suffit.")
        assert settings(village, theirs) == (30, "", "")
        amina = village.browse("amina")
        text = plain(amina.get(page))
        assert "Tramway T1" in text
        assert "Un bail suffit." in text
        assert "Tramway T1" not in plain(village.browse("boris").get(f"/dossiers/{theirs}"))
        assert "Tramway T1" in plain(amina.get(f"/dossiers/{mine.number}/accuse"))


def test_who_has_not_begun_reads_what_their_prefecture_says(village: Village) -> None:
    page = f"/demarches/{TSE}"
    nobody = village.browse()
    assert "Dans votre préfecture" not in plain(nobody.get(page))
    write(village, "denis", HERE, {ACCESS: "Tramway T1", HELP: "Un bail suffit."})
    assert "Tramway T1" not in plain(nobody.get(page))
    text = plain(nobody.get(f"{page}?prefecture=94"))
    assert "Tramway T1" in text
    assert "Un bail suffit." in text
    assert "Tramway T1" not in plain(nobody.get(f"{page}?prefecture=93"))


def test_a_national_publication_shows_the_conflicts_and_each_prefecture_decides(village: Village) -> None:
    write(village, "denis", HERE, {DAYS: "45", ACCESS: "Tramway T1", HELP: "Un bail suffit."})
    write(village, "omar", THERE, {DAYS: "60"})
    draft = publish(
        village,
        ("validite_jours = 30", "validite_jours = 50"),
        ('acces = ""\n', ""),
        ("CESEDA, annexe 10 ; CRPA, art. R.113-8", "CRPA, art. R.113-8"),
    )
    report = plain(village.browse("ana").get(f"/analyste/brouillons/{draft}/publication"))
    assert "Réglages locaux touchés (3)" in report
    assert "Préfecture du Val-de-Marne" in report
    assert "Préfecture de la Seine-Saint-Denis" in report
    assert "À décider" not in plain(village.browse("denis").get(HERE))
    put_in_force(village, draft)
    denis = village.browse("denis")
    text = plain(denis.get(HERE))
    assert "À décider" in text
    assert "La valeur nationale est un minimum, que la vôtre n’atteint plus" in text
    assert "La démarche nationale ne connaît plus ce réglage" in text
    assert 'Réglages <span class="count-mark">2</span>' in plain(denis.get("/agent"))
    mine = village.file()
    assert settings(village, mine.number) == (50, None, "Un bail suffit.")
    refused = decide(village, "denis", HERE, DAYS, "garder")
    assert refused == 409
    assert decide(village, "denis", HERE, DAYS, "nationale") == 303
    assert decide(village, "denis", HERE, ACCESS, "nationale") == 303
    assert "À décider" not in plain(denis.get(HERE))
    assert decide(village, "omar", THERE, DAYS, "garder") == 303
    omar = plain(village.browse("omar").get(THERE))
    assert "À décider" not in omar
    assert "Gardée malgré le changement national : Jours laissés pour choisir un rendez-vous" in omar
    assert settings(village, file_there(village))[0] == 60


def decide(village: Village, name: str, address: str, path: str, choice: str) -> int:
    told = {"numero": number(village, address[-2:]), "reglage": path, "choix": choice}
    return village.browse(name).post(f"{address}/decision", told, form=address).status_code


def file_there(village: Village) -> str:
    """Boris's dossier in the other préfecture."""
    boris = village.actor("boris")
    with village.app.app_context():
        told = {**demande(), **{code: [village.document(boris)] for code in PIECES}}
        there = identity.services_of("93")[0].id
        with unit_of_work():
            found = filing.submit(boris, TSE, told, service_id=there).number
    village.drain()
    return found


def settings(village: Village, number: str) -> tuple[int, str | None, str]:
    """How long people have to choose an appointment, how to come, what is said of a pièce, for that dossier."""
    with village.app.app_context():
        dossier = dossiers.by_number(number)
        assert dossiers.data(number, Actor.system())
        told = settings_of(dossier)
        helps = {one["code"]: one.get("aide", "") for one in told["pieces"]}
        return told["convocation"]["validite_jours"], told["informations"].get("acces"), helps["domicile"]
