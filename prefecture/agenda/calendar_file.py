"""An appointment as a calendar file (.ics) that telephones and mail programs understand. Pure.

The identifier is the appointment's and stays; a move or a cancellation has the next sequence, so that a calendar that
took the first file corrects its entry. Times are the préfecture's, with its zone's rules in the file.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

REMINDER = timedelta(days=1)


def write(
    *,
    uid: str,
    sequence: int,
    starts_at: datetime,
    ends_at: datetime,
    zone: ZoneInfo,
    changed_at: datetime,
    cancelled: bool,
    summary: str,
    location: str,
    description: str,
    organizer: str,
) -> bytes:
    """The file's bytes; texts hold no personal detail, because calendars are shared."""
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(zone))
    event.add("dtend", ends_at.astimezone(zone))
    event.add("summary", summary)
    event.add("location", location)
    event.add("description", description)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if organizer:
        address = vCalAddress(f"mailto:{organizer}")
        address.params["cn"] = vText("Préfecture")
        event["organizer"] = address
    if not cancelled:
        event.add_component(_reminder(summary))
    calendar = Calendar()
    calendar.add("prodid", "-//PlaniPref//Agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def _reminder(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMINDER)
    alarm.add("description", summary)
    return alarm
