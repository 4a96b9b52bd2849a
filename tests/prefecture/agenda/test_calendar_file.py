"""Calendar files."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from prefecture.agenda import queries
from prefecture.agenda import service as agenda
from prefecture.kernel.unit_of_work import unit_of_work


def event(content: bytes) -> dict[str, str]:
    [found] = Calendar.from_ical(content).walk("VEVENT")
    return {name: value.to_ical().decode() for name, value in found.property_items() if hasattr(value, "to_ical")}


@pytest.mark.parametrize(("code", "zone", "hour"), [("94", "Europe/Paris", 8), ("972", "America/Martinique", 13)])
def test_the_file_tells_the_prefectures_own_hour(make_office: Callable, code: str, zone: str, hour: int) -> None:
    office = make_office(code)
    with unit_of_work():
        _, token = agenda.invite(uuid.uuid4(), office.service_id, "depot_tse", "k")
        rdv = agenda.book(token, datetime(2026, 11, 24, hour, tzinfo=UTC))
    content = queries.ics(rdv.id)
    assert f"DTSTART;TZID={zone}:20261124T090000".encode() in content
    assert f"DTEND;TZID={zone}:20261124T092000".encode() in content
    assert f"TZID:{zone}".encode() in content
    assert b"METHOD:PUBLISH" in content
    assert content == queries.ics(rdv.id)


def test_a_calendar_that_took_the_first_file_corrects_its_entry(office) -> None:
    with unit_of_work():
        _, token = agenda.invite(uuid.uuid4(), office.service_id, "depot_tse", "k")
        rdv = agenda.book(token, datetime(2026, 11, 25, 8, tzinfo=UTC))
    booked = event(queries.ics(rdv.id))
    with unit_of_work():
        agenda.move(token, datetime(2026, 11, 26, 8, tzinfo=UTC))
    moved = event(queries.ics(rdv.id))
    with unit_of_work():
        agenda.cancel(token)
    cancelled = queries.ics(rdv.id)
    gone = event(cancelled)
    assert booked["UID"] == moved["UID"] == gone["UID"]
    assert [booked["SEQUENCE"], moved["SEQUENCE"], gone["SEQUENCE"]] == ["0", "1", "2"]
    assert [booked["STATUS"], moved["STATUS"], gone["STATUS"]] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert b"METHOD:CANCEL" in cancelled


def test_the_place_is_on_one_line_and_the_text_names_no_one(office) -> None:
    with unit_of_work():
        _, token = agenda.invite(uuid.uuid4(), office.service_id, "depot_tse", "k")
        rdv = agenda.book(token, datetime(2026, 11, 25, 8, tzinfo=UTC))
    found = event(queries.ics(rdv.id))
    assert found["LOCATION"].replace("\\,", ",") == "Séjour, 1 rue du Lac, 94000 Créteil"
    assert str(rdv.dossier_id) not in queries.ics(rdv.id).decode()
