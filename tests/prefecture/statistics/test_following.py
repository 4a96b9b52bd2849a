"""A journal read on: stays, flows, returns, moves to another version, and what is said on the way."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from prefecture.dossiers.trails import Entry, Trail
from prefecture.statistics.following import ENDED, INTERRUPTED, TO_DECISION, Followed, Known, begin, follow
from prefecture.statistics.told import Drawn

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO = uuid.uuid4(), uuid.uuid4()
NUMBERS = {1: ONE, 2: TWO}


class Paper:
    """A drawing with one task of the citizen's, `completer`, and one of an agent's, `verifier`."""

    def is_task(self, element: str) -> bool:
        return element in {"verifier", "completer"}

    def is_for_citizen(self, element: str) -> bool:
        return element == "completer"

    def is_gateway(self, element: str) -> bool:
        return element == "choix"

    def inside(self, element: str) -> frozenset[str]:
        return frozenset({"completer"}) if element.startswith("appel") else frozenset()

    def motif(self, values: Mapping[str, Any]) -> str:
        return str(values.get("after", {}).get("nature", ""))

    def told(self, element: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        yield from ((kind, element, "") for kind in values.get("says", ()))


def entry(seq: int, day: float, kind: str, *trail: str, name: str | None = None, **values: Any) -> Entry:
    return Entry(seq, MONDAY + day * DAY, "agent", kind, "verifier", name, trail, values or None)


def trail(*entries: Entry, version: uuid.UUID = ONE) -> Trail:
    return Trail(
        *(uuid.uuid4(), "X-1", "essai", version, uuid.uuid4(), "94", "Europe/Paris", "en_instruction", MONDAY, None),
        entries,
    )


def read(told: Trail, known: Known | None = None) -> tuple[Known, Followed]:
    known = known or begin(told, NUMBERS)
    return known, follow(told, known, NUMBERS, lambda _: cast(Drawn, Paper()))


FILED = entry(1, 0, "filed", "+debut", "-debut", ">f1", "+verifier")


def test_a_stay_lasts_from_its_entering_to_its_leaving_and_times_the_ways_that_it_leads_to() -> None:
    _, found = read(
        trail(FILED, entry(2, 3, "task_done", "-verifier", ">f2", "+choix", "-choix", ">f3", "+fin", "-fin"))
    )
    told = {one.element: one.seconds / 86_400 for one in found.measures}
    assert told == {"debut": 0, "f1": 0, "verifier": 3, "f2": 3, "f3": 3, "fin": 0}
    assert [(one.element, one.turn) for one in found.opened] == [("verifier", 1)]


def test_a_stay_goes_on_from_one_reading_to_the_next() -> None:
    first = trail(FILED)
    known, begun = read(first)
    assert begun.opened[0].left_at is None
    _, found = read(trail(entry(2, 5, "task_done", "-verifier")), known)
    assert [(one.element, one.seconds) for one in found.measures] == [("verifier", 5 * 86_400)]


def test_coming_back_is_counted_as_a_return() -> None:
    back = entry(2, 1, "task_done", "-verifier", ">f2", "+completer")
    again = entry(3, 2, "task_done", "-completer", ">f4", "+verifier")
    _, found = read(trail(FILED, back, again, entry(4, 4, "task_done", "-verifier")))
    assert [one.again for one in found.measures if one.element == "verifier"] == [False, True]


def test_a_block_called_from_another_place_begins_anew_and_from_the_same_place_is_a_return() -> None:
    steps = ["+appel_1", "+completer"], ["-completer", "-appel_1", "+appel_2", "+completer"]
    again = ["-completer", "-appel_2", "+appel_1", "+completer"]
    told = trail(*(entry(n, n, "step", *marks) for n, marks in enumerate((*steps, again), 1)))
    _, found = read(told)
    assert [one.turn for one in found.opened if one.element == "completer"] == [1, 1, 2]


def test_what_was_passed_before_a_move_belongs_to_the_version_of_then() -> None:
    moved = entry(2, 1, "migrated", "xverifier", "+controler", name="1 → 2")
    _, found = read(trail(FILED, moved, entry(3, 2, "task_done", "-controler"), version=TWO))
    by_element = {one.element: one.version_id for one in found.measures}
    assert by_element == {"debut": ONE, "f1": ONE, "verifier": ONE, "controler": TWO}


def test_what_still_stands_when_a_dossier_is_over_ends_with_it() -> None:
    known, found = read(trail(FILED, entry(2, 9, "withdrawn"), entry(3, 9, "finished")))
    assert [(one.element, one.ending) for one in found.closed] == [("verifier", ENDED)]
    assert [(one.kind, one.subject) for one in found.said] == [("withdrawn", "verifier")]
    assert not any(known.stays.values())


def test_a_citizens_task_that_its_deadline_ends_was_left_unanswered() -> None:
    asked = entry(2, 1, "task_done", "-verifier", "+completer")
    late = entry(3, 31, "timer", "xcompleter", ">f5", "+decider")
    _, found = read(trail(FILED, asked, late))
    assert [(one.kind, one.subject) for one in found.said] == [("unanswered", "completer")]
    assert found.closed[-1].ending == INTERRUPTED


def test_a_decision_is_held_against_the_legal_limit_as_it_stood() -> None:
    limit = entry(2, 0, "deadline", after={"silence_at": (MONDAY + 100 * DAY).isoformat()})
    known, found = read(
        trail(FILED, limit, entry(3, 60, "statut", name="accepte"), entry(4, 61, "statut", name="refuse"))
    )
    assert [(one.kind, one.subject) for one in found.said] == [("decided", "accepte"), ("delay", "75")]
    assert [one.seconds for one in found.measures if one.element == TO_DECISION] == [60 * 86_400]
    assert known.decided


def test_an_erased_dossier_keeps_no_motif() -> None:
    filed = entry(1, 0, "filed", "+debut", after={"nature": "etudiant"})
    assert read(trail(filed))[0].motif == "etudiant"
    known, _ = read(trail(filed, entry(2, 5, "erased")))
    assert (known.motif, known.erased) == ("", True)
