"""A national year: 3,000,000 dossiers and 1,000,000 SMS over 101 préfectures, on the figures of `make bench`.

`python -m bench.national_year [FILE]` reads the BENCH lines of FILE (what `make bench` printed; without it, those of
`national_year.json`), draws the arrivals hour by hour and préfecture by préfecture, plays every minute through three
queues (web, workers, SMS) and writes `national_year.json` (what was measured) and `national_year.md` (what follows).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.queueing import Pool, smallest
from bench.year import DOSSIERS, SMS, Year

HERE = Path(__file__).parent
MEASURED, RESULT = HERE / "national_year.json", HERE / "national_year.md"
# What one dossier asks for in its life, counted in stories played from filing to delivery.
PAGES, COMPLETIONS, LETTERS, TIMERS = 60, 8, 3, 3
OUTAGE_HOURS, RUSH = 2, 10
LEAST = 2  # of each kind, on two machines: one may be away
GATEWAY_PER_S = 20.0
WEB_TARGET_S, WORKER_TARGET_S = 0.2, 300.0
# Those of `make bench`; the others were counted in sixty stories of `flask demo load` on PostgreSQL (sizes of tables,
# WAL, commits), files by assumption: four pièces of a megabyte, their pages as pictures, three letters.
NAMES = (
    "inbox_1m_p50_ms",
    "http_completions_per_s",
    "effects_per_s",
    "timer_sweep_per_s",
    "letter_ms",
)


def main() -> None:
    """Read, play, write."""
    measured = json.loads(MEASURED.read_text())
    if len(sys.argv) > 1:
        measured |= _told(Path(sys.argv[1]))
        MEASURED.write_text(json.dumps(measured, indent=2) + "\n")
    lines = play(measured)
    RESULT.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def play(measured: Mapping[str, float]) -> list[str]:
    """The year, as the lines of a Markdown file."""
    year = Year()
    web_s = (PAGES * measured["inbox_1m_p50_ms"] + COMPLETIONS * 2000 / measured["http_completions_per_s"]) / 1000
    pieces = measured["pieces_of_work_per_dossier"] - LETTERS - TIMERS
    work_s = pieces / measured["effects_per_s"] + LETTERS * measured["letter_ms"] / 1000
    web = Pool([one * web_s / 60 for one in year.visits], web_s / (PAGES + COMPLETIONS))
    timers = TIMERS / measured["timer_sweep_per_s"]
    demand = [one * work_s + due * timers for one, due in zip(year.steps, year.deadlines, strict=True)]
    workers = Pool([one / 60 for one in demand], work_s / (pieces + LETTERS))
    sms = Pool([one / 60 / GATEWAY_PER_S for one in year.sms], 1 / GATEWAY_PER_S)
    webs = max(LEAST, smallest(web, WEB_TARGET_S))
    hands = max(LEAST, smallest(workers, WORKER_TARGET_S))
    rows = [
        *_load(year),
        *_pools(web, webs, workers, hands, sms),
        *_outages(year, workers, hands, sms),
        *_storage(year, measured),
    ]
    return [*_HEAD, *(f"| {what} | {value} |" for what, value in rows)]


def _load(year: Year) -> list[tuple[str, str]]:
    return [
        ("dossiers filed in the year", f"{DOSSIERS:,}"),
        ("SMS sent in the year", f"{SMS:,}"),
        ("busiest hour of the country", f"{year.busiest_hour:,} dossiers filed"),
        ("busiest hour of the largest préfecture", f"{year.busiest_largest:,} dossiers filed"),
        ("busiest hour of the smallest préfecture", f"{year.busiest_smallest:,} dossiers filed"),
    ]


def _pools(web: Pool, webs: int, workers: Pool, hands: int, sms: Pool) -> list[tuple[str, str]]:
    return [
        ("web processes for the whole country", f"{webs}"),
        ("web processes busy in the mean / in the worst minute", f"{web.mean:.1f} / {web.worst:.1f}"),
        ("longest wait for a web process (95 % of requests)", f"{web.wait(webs) * 1000:.0f} ms"),
        ("longest queue of requests", f"{web.longest(webs):,.0f}"),
        (f"web processes that would bear {RUSH} times the load of every minute", f"{_rushed(web, WEB_TARGET_S)}"),
        ("worker processes for the whole country", f"{hands}"),
        ("workers busy in the mean / in the worst minute", f"{workers.mean:.1f} / {workers.worst:.1f}"),
        ("longest delay of due work", f"{workers.wait(hands):.0f} s"),
        ("longest queue of due work", f"{workers.longest(hands):,.0f} pieces"),
        (f"worker processes that would bear {RUSH} times the load", f"{_rushed(workers, WORKER_TARGET_S)}"),
        (f"longest delay of an SMS (gateway: {GATEWAY_PER_S:.0f} a second)", f"{sms.wait(1):.0f} s"),
        ("longest queue of SMS", f"{sms.longest(1):,.0f}"),
    ]


def _rushed(pool: Pool, target_s: float) -> int:
    return smallest(Pool([RUSH * one for one in pool.load], pool.service_s), target_s)


def _outages(year: Year, workers: Pool, hands: int, sms: Pool) -> list[tuple[str, str]]:
    begin, minutes = year.busiest_morning, OUTAGE_HOURS * 60
    left, caught_up = workers.after_outage(hands, begin, minutes)
    texts, sent = sms.after_outage(1, begin, minutes)
    return [
        (f"workers away for {OUTAGE_HOURS} h on the busiest morning: due work then", f"{left:,.0f} pieces"),
        ("… caught up after", f"{caught_up} min"),
        (f"SMS gateway away for {OUTAGE_HOURS} h on the busiest morning: SMS then", f"{texts:,.0f}"),
        ("… caught up after", f"{sent} min"),
    ]


def _storage(year: Year, measured: Mapping[str, float]) -> list[tuple[str, str]]:
    """Commits and WAL follow what is done, which the visits and steps of a minute say."""
    share = max(max(year.visits), max(year.steps)) / DOSSIERS
    whole = {name: measured[f"{name}_per_dossier"] * DOSSIERS for name in ("database_kb", "wal_kb", "commits")}
    return [
        ("database at the end of the year", f"{whole['database_kb'] / 1e6:,.0f} GB"),
        ("files at the end of the year", f"{measured['files_mb_per_dossier'] * DOSSIERS / 1e6:,.1f} TB"),
        ("WAL in the year / in the mean day", f"{whole['wal_kb'] / 1e9:,.2f} TB / {whole['wal_kb'] / 365e6:,.1f} GB"),
        ("WAL in the worst minute", f"{whole['wal_kb'] * share / 60 / 1e3:,.2f} MB/s"),
        ("commits in the worst minute", f"{whole['commits'] * share / 60:,.0f} a second"),
    ]


def _told(path: Path) -> dict[str, float]:
    lines = [line.split() for line in path.read_text().splitlines() if line.startswith("BENCH ")]
    return {words[1]: float(words[2]) for words in lines if words[1] in NAMES}


_HEAD = (
    "# A national year",
    "",
    "`python -m bench.national_year` plays it again; what it rests on is in `national_year.json`.",
    "",
    "| what | figure |",
    "|---|---|",
)

if __name__ == "__main__":
    main()
