"""`python -m bench [--profile]`: every figure, one a line."""

from __future__ import annotations

import base64
import logging
import os
import sys

from bench import floor

os.environ.setdefault("PLANIPREF_SECRET", "secret-of-the-bench-" + "x" * 32)
os.environ.setdefault("PLANIPREF_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
os.environ["PLANIPREF_DEMO"] = "1"
os.environ.pop("REDIS_URL", None)


def main() -> None:
    """Measure on SQLite, then on PostgreSQL, which is started here."""
    from bench import (
        completion,
        due,
        heatmap,
        lists,
        moves,
        over_http,
        parts,
        starting,
        studio,
    )  # the rooms read the environment that was just set
    from bench.house import founded
    from tests.servers import postgresql

    profile = "--profile" in sys.argv
    for room in ("web.assembly", "prefecture.kernel.worker"):  # a line a request and a piece of work
        logging.getLogger(room).setLevel(logging.WARNING)
    with founded() as house:
        state = completion.measure(house, "sqlite", floor.sqlite(house.home / "floor.sqlite3"), profile=profile)
        parts.size(state)
        parts.loops()
        parts.parallel_blocks()
        starting.measure(house)
        parts.letter(house)
        moves.measure(house)
        studio.measure(house)
    with postgresql() as url:
        with founded(url) as house:
            completion.measure(house, "postgresql", floor.postgresql(url), profile=profile)
            over_http.measure(house)
            due.measure(house)
        lists.measure(url)
    with founded() as house:
        heatmap.measure(house)
    parts.language()
    parts.compilation()


if __name__ == "__main__":
    main()
