"""A ministry on PostgreSQL: so many dossiers over 400 services, written in bulk as the real code writes them.

The measured service is as busy whatever the number of dossiers: 2,500 open tasks, 8 dossiers to a family name. Its
names, cards and states are sealed with a key of each dossier. The dossiers of the other services are copies of one that
was filed: nobody opens them, so that they share their seals, but every row, index entry and blind token is there.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import sql

from bench.bulk import copied, multiplied, one_row, unindexed
from bench.figures import note
from bench.house import House
from prefecture.dossiers.advance import TIMER
from prefecture.dossiers.held import place
from prefecture.dossiers.search import beginnings, token
from prefecture.dossiers.views import card_place, person_place
from prefecture.kernel import clock, crypto, keyring, settings
from prefecture.kernel.db import db

SERVICES, OPEN_TASKS, NAMESAKES = 400, 2_500, 8
FAMILIES, GIVEN, DAYS = 312, 90, 700
TABLES = ("data_key", "dossier", "dossier_task", "dossier_search", "due_work")
_HARD, _SOFT = "bcdfghjklmnprstv", "aeiou"
_BORN = date(1950, 1, 1)
# Foreign keys are right by construction, and a bench may lose its data.
_HURRIED = (
    "session_replication_role = replica",
    "synchronous_commit = off",
    "work_mem = '512MB'",
    "maintenance_work_mem = '512MB'",
)


@dataclass(frozen=True)
class Ministry:
    """What can be asked of the measured service: family names and numbers of its dossiers."""

    names: list[str]
    numbers: list[str]


def fill(house: House, dossiers: int) -> Ministry:
    """Write that many dossiers, then leave the database as autovacuum would: analysed, its visible pages known."""
    [(template_id, task_id)] = house.waiting(1)
    with psycopg.connect(house.url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        for setting in _HURRIED:
            connection.execute(sql.SQL("SET {}").format(sql.SQL(setting)))
        writer = _Writer(house, connection, template_id, task_id)
        db.session.remove()  # its transaction would hold the tables
        own = min(OPEN_TASKS, dossiers * 5 // 8)
        note(f"ministry of {dossiers} dossiers: rows")
        with unindexed(connection, TABLES):
            found = writer.write(own, dossiers - own)
            note("ministry: indexes")
        note("ministry: vacuum")
        for table in TABLES:
            connection.execute(sql.SQL("VACUUM (ANALYZE, PARALLEL 2) {}").format(sql.Identifier(table)))
    return found


def family_name(number: int) -> str:
    """A family name of its own; no given name begins like one."""
    rest, soft = divmod(number, len(_SOFT))
    last, hard = divmod(rest, len(_HARD))
    return f"{_HARD[hard]}{_SOFT[soft]}{_HARD[last % len(_HARD)]}ard".capitalize()


def given_name(number: int) -> str:
    """A given name."""
    hard, soft = divmod(number, len(_SOFT))
    return f"{_SOFT[soft]}{_HARD[hard % len(_HARD)]}{_SOFT[hard // len(_HARD)]}ne".capitalize()


def birth_day(number: int) -> date:
    """A birth date."""
    return _BORN + timedelta(days=number * 29)


class _Writer:
    """Writes dossiers like the one that was filed through the doors."""

    def __init__(self, house: House, connection: psycopg.Connection[Any], dossier: uuid.UUID, task: str) -> None:
        self.house, self.connection = house, connection
        self.dossier = one_row(connection, "dossier", "id", dossier)
        self.task = one_row(connection, "dossier_task", "id", task)
        self.key = one_row(connection, "data_key", "id", self.dossier["key_id"])
        self.timer = one_row(connection, "due_work", "kind", TIMER)
        key_id = self.dossier["key_id"]
        self.state = keyring.unseal(key_id, self.dossier["state"], place(dossier))
        self.card = keyring.unseal(key_id, self.task["card"], card_place(task))
        self.drawings = connection.execute("SELECT code, id FROM demarche_version ORDER BY code").fetchall()
        agents = "SELECT id, name FROM agent WHERE login IN ('claire', 'ines') ORDER BY login"
        self.agents = connection.execute(agents).fetchall()
        self.chance = random.Random(20261122)  # a seed: the same ministry each time

    def write(self, own: int, elsewhere: int) -> Ministry:
        """Write the measured service's dossiers, and the others' among which they lie."""
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        for number in range(own):
            self._add_dossier(rows, number, OPEN_TASKS // own)
        self._elsewhere(elsewhere, rows)
        copied(self.connection, "dossier_search", rows["dossier_search"])
        self._index()
        names = [family_name(number // NAMESAKES) for number in range(own)]
        return Ministry(names, [row["number"] for row in rows["dossier"]])

    def _add_dossier(self, rows: dict[str, list[dict[str, Any]]], number: int, tasks: int) -> None:
        dossier_id, key_id, raw = uuid.uuid4(), uuid.uuid4().hex, crypto.random_key()
        wrapped = crypto.encrypt(settings.current().master_key, raw, f"data_key:{key_id}")
        family, given = family_name(number // NAMESAKES), given_name(self.chance.randrange(GIVEN))
        born = birth_day(self.chance.randrange(DAYS))
        told = {"family_name": family, "given_names": given, "birth_date": born.isoformat()}
        code, version = self.drawings[number % len(self.drawings)]
        words = {*beginnings(family.lower()), *beginnings(given.lower()), born.isoformat()}
        service_id = self.house.service_id
        rows["data_key"].append({**self.key, "id": key_id, "wrapped": wrapped})
        rows["dossier_search"] += [
            {"dossier_id": dossier_id, "service_id": service_id, "token": token(service_id, word)} for word in words
        ]
        rows["dossier"].append(
            {
                **self.dossier,
                "id": dossier_id,
                "number": f"TSE-94-26-{number + 100_000}-B",
                "demarche_code": code,
                "version_id": version,
                "key_id": key_id,
                "state": crypto.encrypt(raw, self.state, place(dossier_id)),
                "person": crypto.encrypt(raw, json.dumps(told).encode(), person_place(dossier_id)),
                "timers": json.dumps(self.dossier["timers"]),
                "filed_at": self.dossier["filed_at"] - timedelta(minutes=self.chance.randrange(300_000)),
            }
        )
        rows["dossier_task"] += [self._task(dossier_id, raw) for _ in range(tasks)]

    def _task(self, dossier_id: uuid.UUID, raw: bytes) -> dict[str, Any]:
        """An open task: one in ten late, a third mine, a third a colleague's."""
        task_id, due = uuid.uuid4().hex, clock.now() + timedelta(minutes=self.chance.randrange(-8_000, 80_000))
        agent_id, agent = self.chance.choice([*self.agents, (None, None)])
        sealed = crypto.encrypt(raw, self.card, card_place(task_id))
        doer = {"assignee_id": agent_id, "assignee": agent}
        return {
            **self.task,
            **doer,
            "id": task_id,
            "dossier_id": dossier_id,
            "due_at": due,
            "sort_at": due,
            "card": sealed,
        }

    def _elsewhere(self, dossiers: int, among: Mapping[str, list[dict[str, Any]]]) -> None:
        run, service_id = self.connection.execute, self.house.service_id
        multiplied(self.connection, "service", service_id, _SERVICE, f"generate_series(1, {SERVICES - 1})")
        run(_OFFICES)
        run(_SEED.format(dossiers=dossiers, offices=SERVICES - 1, families=FAMILIES, given=GIVEN, days=DAYS))
        run("ANALYZE seed")
        for table, like, others, source in (
            ("data_key", self.key, _KEY, "seed"),
            ("dossier", self.dossier, _DOSSIER, "seed"),
            ("dossier_task", self.task, _TASK, "(SELECT * FROM seed, (VALUES ('open'), ('done')) closed (status))"),
            ("due_work", self.timer, _TIMER, "seed"),
        ):
            multiplied(self.connection, table, like["id"], others, source, among[table])
            note(f"ministry: {table}")

    def _index(self) -> None:
        self.connection.execute("CREATE TEMP TABLE held (office uuid, kind text, n int, token bytea)")
        for kind, parts in _PARTS.items():
            wanted = self.connection.execute(f"SELECT DISTINCT office, {kind} FROM seed").fetchall()  # noqa: S608
            rows = [
                {"office": office, "kind": kind, "n": number, "token": token(office, part)}
                for office, number in wanted
                for part in parts(number)
            ]
            copied(self.connection, "held", rows)
            self.connection.execute(
                "INSERT INTO dossier_search (dossier_id, service_id, token) SELECT s.id, s.office, h.token "  # noqa: S608
                f"FROM seed s JOIN held h ON h.office = s.office AND h.n = s.{kind} AND h.kind = '{kind}'"
            )


# What the blind index holds of each of a dossier's words, by its number.
_PARTS: dict[str, Callable[[int], list[str]]] = {
    "family": lambda number: beginnings(family_name(number).lower()),
    "given": lambda number: beginnings(given_name(number).lower()),
    "born": lambda number: [birth_day(number).isoformat()],
}

_SERVICE = {"id": "gen_random_uuid()", "name": "'Office ' || s", "prefecture_code": "'93'"}
_OFFICES = """
    CREATE TEMP TABLE office AS
    SELECT id, row_number() OVER () - 1 AS n FROM service WHERE name LIKE 'Office %'
"""
_SEED = """
    CREATE TEMP TABLE seed AS
    SELECT g, gen_random_uuid() AS id, replace(gen_random_uuid()::text, '-', '') AS key, office.id AS office,
           (random() * ({families} - 1))::int AS family, (random() * ({given} - 1))::int AS given,
           (random() * ({days} - 1))::int AS born, now() - random() * interval '300 days' AS filed,
           now() - interval '5 days' + random() * interval '60 days' AS due,
           now() + interval '1 day' + random() * interval '200 days' AS later
    FROM generate_series(1, {dossiers}) g JOIN office ON office.n = g % {offices}
"""
_KEY = {"id": "s.key"}
# A state lies out of its row, where no list reads it: here it is left empty.
_DOSSIER = {
    "id": "s.id",
    "number": "'TSE-93-26-' || 1000000 + s.g || '-B'",
    "service_id": "s.office",
    "prefecture": "'93'",
    "key_id": "s.key",
    "state": "''::bytea",
    "filed_at": "s.filed",
}
_TASK = {
    "id": "replace(gen_random_uuid()::text, '-', '')",
    "dossier_id": "s.id",
    "service_id": "s.office",
    "prefecture": "'93'",
    "status": "s.status",
    "opened_at": "s.filed",
    "due_at": "s.due",
    "sort_at": "s.due",
}
_TIMER = {
    "id": "gen_random_uuid()",
    "key": "s.id || ':timer'",
    "dossier_id": "s.id",
    "status": "'ready'",
    "priority": "5",
    "run_at": "s.later",
}
