"""Choosing a slot by the nominative link and from one's own space: held, booked, moved, cancelled."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from prefecture.agenda import queries as agenda
from prefecture.agenda import service as desk
from prefecture.dossiers.queries import DossierView
from prefecture.kernel import clock
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications import queries as notifications
from prefecture.steps import appointments
from tests.town import START
from tests.web.village import Village, Visitor, plain

BY_LINK = "/rendez-vous"


@pytest.fixture
def convoked(village: Village) -> DossierView:
    filed = village.file()
    village.convoke(filed)
    return filed


def link(village: Village, view: DossierView) -> str:
    """The address that the mail gives, without the host."""
    with village.app.app_context():
        html = notifications.message(village.message(view, "convocation_lien")).html
    match = re.search(r'href="https?://[^/]+(/rendez-vous/[^"]+)"', html)
    assert match is not None
    return match[1]


def opened(village: Village, view: DossierView) -> Visitor:
    """Nobody's browser, which opened the link."""
    visitor = village.browse()
    address = link(village, view)
    answer = visitor.post(address, form=address)
    assert answer.location == BY_LINK
    return visitor


def starts(visitor: Visitor, page: str) -> list[str]:
    """The times that the second offered day shows."""
    days = re.findall(r'class="slots__day" href="([^"#]+)', visitor.get(page).get_data(as_text=True))
    times = visitor.get(days[1].replace("&amp;", "&")).get_data(as_text=True)
    return re.findall(r'name="creneau" id="[^"]+" value="([^"]+)"', times)


def hold(visitor: Visitor, page: str, start: str) -> str:
    answer = visitor.post(f"{page}/garder", {"creneau": start})
    assert answer.status_code == 302, plain(answer)
    return plain(visitor.get(page))


def test_the_link_shows_a_button_and_opens_nothing_by_itself(village: Village, convoked: DossierView) -> None:
    visitor = village.browse()
    page = plain(visitor.get(link(village, convoked)))
    assert "Ouvrir mon rendez-vous" in page
    assert "créneau" not in page
    assert visitor.client.get_cookie("lien") is None


def test_no_address_holds_the_token_after_the_exchange(village: Village, convoked: DossierView) -> None:
    token = link(village, convoked).rpartition("/")[2]
    visitor = opened(village, convoked)
    assert token not in visitor.get(BY_LINK).get_data(as_text=True)
    cookie = visitor.client.get_cookie("lien")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.value != token


def test_a_wrong_token_is_not_found_and_tries_are_counted(village: Village) -> None:
    visitor = village.browse()
    assert visitor.post(f"{BY_LINK}/{'x' * 43}", form=f"{BY_LINK}/{'x' * 43}").status_code == 404
    statuses = {visitor.post(f"{BY_LINK}/{'x' * 43}", form=f"{BY_LINK}/x").status_code for _ in range(62)}
    assert 429 in statuses


def test_without_the_link_s_session_one_is_told_to_open_the_message_again(village: Village) -> None:
    answer = village.browse().get(BY_LINK)
    assert answer.status_code == 410
    assert "Ouvrez-le de nouveau" in plain(answer)


def test_the_link_session_ends_in_ten_minutes_and_the_link_works_again(village: Village, convoked: DossierView) -> None:
    visitor = opened(village, convoked)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert visitor.get(BY_LINK).status_code == 410
        assert opened(village, convoked).get(BY_LINK).status_code == 200


def test_a_slot_is_held_then_confirmed_by_link(village: Village, convoked: DossierView) -> None:
    visitor = opened(village, convoked)
    times = starts(visitor, BY_LINK)
    page = hold(visitor, BY_LINK, times[0])
    assert "gardée pour vous jusqu’à 10 h 10" in page
    assert visitor.post(f"{BY_LINK}/confirmer").location == BY_LINK
    village.drain()
    assert "Vous avez rendez-vous" in plain(visitor.get(BY_LINK))
    assert village.open(convoked) == ["recevoir_usager"]
    file = visitor.get(f"{BY_LINK}/agenda.ics")
    assert file.data.startswith(b"BEGIN:VCALENDAR")


def test_confirming_twice_is_one_appointment(village: Village, convoked: DossierView) -> None:
    visitor = opened(village, convoked)
    hold(visitor, BY_LINK, starts(visitor, BY_LINK)[0])
    first, second = (visitor.post(f"{BY_LINK}/confirmer") for _ in range(2))
    assert first.status_code == second.status_code == 302
    with village.app.app_context():
        assert [one.status for one in agenda.appointments_of(convoked.id)] == ["confirme"]


def test_the_same_pages_serve_who_is_signed_in(village: Village, convoked: DossierView) -> None:
    amina = village.browse("amina")
    here = f"/dossiers/{convoked.number}/rendez-vous"
    assert "Aucune heure ne me convient" in plain(amina.get(here))
    hold(amina, here, starts(amina, here)[0])
    amina.post(f"{here}/confirmer", form=here)
    village.drain()
    page = plain(amina.get(f"/dossiers/{convoked.number}"))
    assert "Vous avez rendez-vous le mardi 24 novembre 2026 à 8 h" in page
    assert amina.get(f"{here}.ics").mimetype == "text/calendar"


def booked(village: Village, view: DossierView, start: datetime | None = None) -> Visitor:
    with village.app.app_context():
        found = agenda.convocation_of(view.id)
        assert found is not None
        first = start or agenda.free_slots(found.id)[3].morning[0].starts_at
        with unit_of_work():
            appointments.book(found.id, first)
    village.drain()
    return village.browse("amina")


def test_a_slot_is_moved_and_the_old_one_stays_until_then(village: Village, convoked: DossierView) -> None:
    amina = booked(village, convoked)
    here = f"/dossiers/{convoked.number}/rendez-vous"
    page = plain(amina.get(f"{here}?changer=oui"))
    assert "Votre rendez-vous actuel reste à vous" in page
    start = starts(amina, f"{here}?changer=oui")[0]
    assert amina.post(f"{here}/garder", {"creneau": start}, form=f"{here}?changer=oui").status_code == 302
    village.drain()
    assert "mardi 24 novembre 2026 à 8 h" in plain(amina.get(here))
    with village.app.app_context():
        assert [one.sequence for one in agenda.appointments_of(convoked.id)] == [1]


def test_a_slot_is_cancelled_after_asking(village: Village, convoked: DossierView) -> None:
    amina = booked(village, convoked)
    here = f"/dossiers/{convoked.number}/rendez-vous"
    assert "Annuler ce rendez-vous ?" in plain(amina.get(f"{here}/annuler"))
    amina.post(f"{here}/annuler", form=f"{here}/annuler")
    village.drain()
    assert "Choisissez votre rendez-vous" in plain(amina.get(here))
    assert village.open(convoked) == ["choisir_creneau"]


def test_less_than_a_day_before_nothing_is_changed_online(village: Village, convoked: DossierView) -> None:
    amina = booked(village, convoked)
    here = f"/dossiers/{convoked.number}/rendez-vous"
    with village.app.app_context():
        rdv = agenda.appointment_of(convoked.id)
        assert rdv is not None
    with clock.frozen(rdv.starts_at - timedelta(hours=3)):
        amina = village.browse("amina")
        page = plain(amina.get(here))
        assert "ne se change plus en ligne" in page
        assert amina.get(f"{here}/annuler").status_code == 404
        assert amina.post(f"{here}/annuler", form="/compte").status_code == 409


def test_a_slot_taken_meanwhile_is_told_with_what_is_still_free(village: Village, convoked: DossierView) -> None:
    visitor = opened(village, convoked)
    start = starts(visitor, BY_LINK)[0]
    other = village.file()
    village.convoke(other)
    booked(village, other, datetime.fromisoformat(start))
    answer = visitor.post(f"{BY_LINK}/garder", {"creneau": start})
    assert answer.status_code == 409
    text = plain(answer)
    assert "vient d’être pris" in text
    assert "Choisissez un jour" in text


def test_no_time_chosen_is_an_error_that_says_so(village: Village, convoked: DossierView) -> None:
    visitor = opened(village, convoked)
    answer = visitor.post(f"{BY_LINK}/garder")
    assert answer.status_code == 422
    assert "Choisissez une heure dans la liste" in plain(answer)


def test_without_any_slot_one_knows_what_happens_next(village: Village, convoked: DossierView) -> None:
    with village.app.app_context(), unit_of_work():
        for counter in agenda.counters(village.service_id):
            desk.close_counter(counter.id)
        desk.generate_cells(village.service_id, START.date(), START.date() + timedelta(days=120))
    here = f"/dossiers/{convoked.number}/rendez-vous"
    page = plain(village.browse("amina").get(here))
    assert "Aucun créneau n’est libre pour le moment" in page
    assert "un agent reprend votre dossier" in page
    assert "Dire qu’aucune heure ne me convient" in page
    assert "01 49 56 60 00" in plain(opened(village, convoked).get(BY_LINK))


def test_saying_that_no_time_fits_hands_over_to_an_agent(village: Village, convoked: DossierView) -> None:
    amina = village.browse("amina")
    page = amina.get(f"/dossiers/{convoked.number}/rendez-vous").get_data(as_text=True)
    match = re.search(r'href="(/dossiers/[^"]+/taches/[^"]+)"', page)
    assert match is not None
    amina.post(match[1], {"raison": "horaires", "precision": "Le samedi."}, form=match[1])
    village.drain()
    assert village.open(convoked) == ["decider_suite_convocation"]


def test_a_closed_convocation_is_gone_by_its_link(village: Village, convoked: DossierView) -> None:
    address = link(village, convoked)
    with village.app.app_context(), unit_of_work():
        desk.withdraw(convoked.id)
    assert village.browse().post(address, form=address).status_code == 410
    page = plain(village.browse("amina").get(f"/dossiers/{convoked.number}/rendez-vous"))
    assert "Aucun rendez-vous n’est à prendre" in page
