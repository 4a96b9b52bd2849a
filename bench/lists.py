"""What an agent's lists cost with a million dossiers in the house, against a thousand: the inbox and the search.

Ratios compare what is read (the page's tasks and counts, the dossiers found), both sizes in turns. `inbox_1m_p95_ms` is
the whole page, from the request to its HTML, as the application answers it.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench import ministry
from bench.figures import median, note, tell, timed
from bench.house import House, founded
from bench.ministry import Ministry
from prefecture.dossiers import queries
from prefecture.dossiers.queries import InboxFilter
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.town import TSE, administer

SMALL, LARGE = 1_000, 1_000_000
WARM_UP, ROUNDS = 20, 150
PAGE = "/agent?vue=service&demarche=" + TSE
PAGE_SIZE, OK = 50, 200
FILTERS = InboxFilter(demarche=TSE)


@dataclass
class _Seen:
    """A house, its ministry, and the agent who looks at it."""

    house: House
    ministry: Ministry
    claire: Actor
    chance: random.Random

    def in_it(self, call: Callable[[], object]) -> Callable[[], float]:
        """Seconds of `call` as a request of its own makes it: a session that has read nothing yet."""

        def once() -> float:
            with self.house.app.app_context():
                took = timed(call)
                db.session.remove()
            return took

        return once

    def inbox(self) -> None:
        """What the inbox page reads: its first page, filtered, by due date, and the counts of the views."""
        page = queries.inbox(self.claire, "service", FILTERS)
        told = queries.counts(self.claire)
        if len(page.items) != PAGE_SIZE or told.service < ministry.OPEN_TASKS or page.items[0].person is None:
            raise RuntimeError("the inbox is not what was seeded")

    def by_name(self) -> None:
        """A search by a family name."""
        found = len(queries.search(self.claire, self.chance.choice(self.ministry.names)))
        if not 1 <= found <= ministry.NAMESAKES:
            raise RuntimeError(f"{found} namesakes")

    def by_number(self) -> None:
        """A search by a dossier's number."""
        if len(queries.search(self.claire, self.chance.choice(self.ministry.numbers))) != 1:
            raise RuntimeError("the number was not found")


def measure(server: str) -> None:
    """Tell the ratios and the 95th percentile; both ministries are made in databases of their own on `server`."""
    with ExitStack() as houses:
        small, large = (houses.enter_context(_furnished(server, size)) for size in (SMALL, LARGE))
        _ratio("inbox_1m_vs_1k", small.in_it(small.inbox), large.in_it(large.inbox))
        ratios = [
            _ratio(f"search_by_{name}_1m_vs_1k", small.in_it(getattr(small, f"by_{name}")), large.in_it(call))
            for name, call in (("name", large.by_name), ("number", large.by_number))
        ]
        tell("search_1m_vs_1k", max(ratios), "ratio")
        spans = statistics.quantiles(_pages(large), n=100)
        tell("inbox_1m_p95_ms", spans[94] * 1000, "ms")
        tell("inbox_1m_p50_ms", spans[49] * 1000, "ms")


@contextmanager
def _furnished(server: str, size: int) -> Iterator[_Seen]:
    name = f"ministry_{size}"
    administer(server, f"CREATE DATABASE {name}")
    with founded(server.rpartition("/")[0] + f"/{name}") as house:
        made = ministry.fill(house, size)
        claire = house.actor("claire")
        db.session.remove()
        yield _Seen(house, made, claire, random.Random(size))


def _ratio(name: str, small: Callable[[], float], large: Callable[[], float]) -> float:
    """Tell the large median against the small one, measured in turns."""
    spans = [(small(), large()) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    few, many = (median(one) for one in zip(*spans, strict=True))
    tell(name, many / few, "ratio")
    note(f"{name}: {many * 1000:.2f} ms against {few * 1000:.2f} ms")
    return many / few


def _pages(seen: _Seen) -> list[float]:
    """Seconds of the whole page, from the request to its HTML, as the application answers it."""
    with unit_of_work():
        token = identity.open_session(seen.claire)
    client = seen.house.app.test_client()
    client.set_cookie("session", token)

    def page() -> None:
        answer = client.get(PAGE)
        if answer.status_code != OK or answer.get_data(as_text=True).count("data-label") < PAGE_SIZE:
            raise RuntimeError(f"the page answered {answer.status}")

    return [timed(page) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
