"""Two hundred stories: each dossier is filed, then visited by citizen and agents at their own pace, until today.

Nothing is written past the services: what the pages show was really executed, under the engine and its timers.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prefecture.agenda import queries as agenda
from prefecture.demonstration import specimens
from prefecture.demonstration.answers import PERMIS, PIECES, PROFILES, TSE, Profile, answers_of, filing
from prefecture.demonstration.organisation import FOREIGNERS, LICENCES, PASSWORD, PLACES, Place, service_id
from prefecture.demonstration.people import Citizen, draw
from prefecture.demonstration.timeline import Timeline
from prefecture.dossiers import queries, service
from prefecture.dossiers.queries import TaskView
from prefecture.identity import queries as people
from prefecture.identity import service as identity
from prefecture.identity.permissions import CHEF_DE_SERVICE, GUICHET, INSTRUCTEUR, Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import Conflict
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.steps import appointments

DOSSIERS = 200
LONGEST_DAYS = 200
PERSONA = Citizen(
    "Amina",
    "Kaci",
    birth=datetime(1994, 5, 4).date(),  # noqa: DTZ001 (a birthday has no hour)
    birth_place="Oran, Algérie",
    country="Algérie",
    nationality="Algérienne",
    street="12, rue des Lilas",
    email="amina.k@exemple.fr",
    phone="06 39 98 99 01",
)


@dataclass
class Story:
    """One dossier of the demonstration."""

    citizen: Actor
    agents: dict[str, Actor]
    code: str
    profile: Profile
    dice: random.Random
    timeline: Timeline
    number: str = ""

    def visit(self) -> None:
        """Whoever has something to do does one thing; then the next visit is planned."""
        if self.profile.withdraws_after is not None and self._age() >= self.profile.withdraws_after:
            self._withdraw()
            return
        view = queries.dossier(self.number, self.citizen)
        if view.finished_at is not None:
            return
        for task in queries.open_tasks(self.number, self.agents[INSTRUCTEUR]):
            if self._do(task):
                break
        self._plan_next()

    def _age(self) -> int:
        filed = queries.dossier(self.number, self.citizen).filed_at
        return (clock.now() - filed).days

    def _withdraw(self) -> None:
        try:
            with unit_of_work():
                service.withdraw(self.citizen, self.number, "Je déménage dans un autre département.")
        except Conflict:  # decided meanwhile
            return

    def _plan_next(self) -> None:
        wait = timedelta(days=self.dice.randrange(1, self.profile.patience + 1), hours=self.dice.randrange(8))
        self.timeline.plan(office_hour(self.timeline.now + wait), self.visit)

    def _do(self, task: TaskView) -> bool:
        match task.element:
            case "choisir_creneau":
                return self._book(task)
            case "deposer_complement" | "corriger_demande":
                return self._complete_file(task)
            case "recevoir_usager":
                rdv = agenda.appointment_of(task.dossier_id)
                if rdv is None or rdv.starts_at > clock.now():
                    if rdv is not None:
                        self.timeline.plan(rdv.starts_at + timedelta(minutes=10), self.visit)
                    return False
        detail = queries.task(task.id, self.agents[INSTRUCTEUR])
        told = answers_of(task.element, self.profile, detail.data, clock.now().date(), self.dice, PIECES[self.code])
        if told is None:
            return False
        with unit_of_work():
            service.complete_task(self._agent(task), task.id, told)
        return True

    def _agent(self, task: TaskView) -> Actor:
        return self.agents.get(task.lane or INSTRUCTEUR, self.agents[INSTRUCTEUR])

    def _book(self, task: TaskView) -> bool:
        if not self.profile.books:
            return False
        invited = agenda.convocation_of(task.dossier_id)
        days = agenda.free_slots(invited.id) if invited else []
        if not invited or not days:
            return False
        day = days[min(len(days) - 1, self.dice.randrange(2, 15))]
        slots = [*day.morning, *day.afternoon]
        with unit_of_work():
            appointments.book(invited.id, self.dice.choice(slots).starts_at)
        return True

    def _complete_file(self, task: TaskView) -> bool:
        if not self.profile.answers_complement:
            return False
        detail = queries.task(task.id, self.citizen)
        asked = (detail.data.get("complement_demande") or {}).get("codes") or []
        stored = specimens.store(_SPECIMENS, tuple(asked))
        with unit_of_work():
            given = specimens.give(self.citizen, stored)
            service.complete_task(self.citizen, task.id, given)
        return True


_SPECIMENS: dict[str, bytes] = {}


def office_hour(at: datetime) -> datetime:
    """The same or the next working day, between nine and five (in UTC: near enough for invented visits)."""
    while at.weekday() >= 5:
        at += timedelta(days=1)
    return at.replace(hour=9 + at.hour % 7, minute=at.minute, second=0, microsecond=0)


def plan_all(timeline: Timeline, now: datetime, number: int = DOSSIERS) -> None:
    """Plan every story's filing; the persona's own two among them."""
    _SPECIMENS.update(specimens.specimens())
    dice = random.Random(20261122)  # noqa: S311 (the same stories at every load)
    agents = {place.code: _agents(place) for place in PLACES}
    for index in range(number):
        place = PLACES[5] if index % 3 == 0 else PLACES[index % len(PLACES)]
        code = PERMIS if index % 5 == 4 else TSE
        profile = PROFILES[index % len(PROFILES)]
        # More lately than long ago, so that every step has dossiers waiting in it.
        age = 1 + LONGEST_DAYS * dice.random() ** 2.6
        filed = now - timedelta(days=age, minutes=dice.randrange(600))
        citizen = draw(index, random.Random(index))  # noqa: S311
        _plan_story(timeline, citizen, place, agents[place.code], code, profile, office_hour(filed))
    _plan_persona(timeline, agents["94"], now)


def _plan_persona(timeline: Timeline, agents: dict[str, Actor], now: datetime) -> None:
    """Amina's dossier waits for her to choose an appointment."""
    waits = Profile("attend son rendez-vous", books=False, patience=2)
    _plan_story(timeline, PERSONA, PLACES[5], agents, TSE, waits, office_hour(now - timedelta(days=12)))


def _plan_story(
    timeline: Timeline,
    citizen: Citizen,
    place: Place,
    agents: dict[str, Actor],
    code: str,
    profile: Profile,
    filed: datetime,
) -> None:
    dice = random.Random(f"{citizen.email}{code}")  # noqa: S311

    def file() -> None:
        stored = specimens.store(_SPECIMENS, PIECES[code])
        with unit_of_work():
            person = _person(citizen)
            documents = specimens.give(person, stored)
            told = filing(code, citizen, place, clock.now().date(), dice)
            office = service_id(place.code, FOREIGNERS if code == TSE else LICENCES)
            number = service.submit(person, code, told, documents, service_id=office).number
        story = Story(person, agents, code, profile, dice, timeline, number)
        timeline.plan(office_hour(timeline.now + timedelta(days=dice.randrange(1, 4))), story.visit)

    timeline.plan(filed, file)


def _person(citizen: Citizen) -> Actor:
    known = people.person_by_email(citizen.email)
    if known is not None:
        return known.actor
    return identity.create_person(
        citizen.email,
        given_names=citizen.given_names,
        family_name=citizen.family_name,
        birth_date=citizen.birth,
        phone=citizen.phone,
        e_notifications=True,
        password=PASSWORD if citizen is PERSONA else None,
    ).actor


def _agents(place: Place) -> dict[str, Actor]:
    """The agents of a place by the lane that they work in."""
    found: Sequence[people.AgentView] = people.agents_of_prefecture(place.code)
    return {role: one.actor for one in found for role in (GUICHET, INSTRUCTEUR, CHEF_DE_SERVICE) if role in one.roles}
