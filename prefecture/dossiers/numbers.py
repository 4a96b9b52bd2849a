"""Numbers of dossiers: `TSE-94-26-004817-K`: démarche, préfecture, year, running number, check letter.

The letter is taken over the other signs read in base 36, modulo the prime 23: one wrong sign, or two neighbours
exchanged, never gives the same letter.
"""

from __future__ import annotations

import re

from sqlalchemy import text

from prefecture.kernel.db import db

LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"  # neither I, O nor U: they are read as 1, 0 and V
SHAPE = re.compile(r"[A-Z]{2,5}-[0-9][0-9AB][0-9]?-[0-9]{2}-[0-9]{6,}-[A-Z]", re.ASCII)

_NEXT = text(
    "INSERT INTO dossier_counter (prefecture, year, last) VALUES (:prefecture, :year, 1) "
    "ON CONFLICT (prefecture, year) DO UPDATE SET last = dossier_counter.last + 1 RETURNING last"
)


def next_number(prefix: str, prefecture: str, year: int) -> str:
    """The next number of the préfecture in that year, taken in the caller's unit of work (a rollback gives it back)."""
    last = db.session.execute(_NEXT, {"prefecture": prefecture, "year": year}).scalar_one()
    body = f"{prefix}-{prefecture}-{year % 100:02}-{last:06}"
    return f"{body}-{check_letter(body)}"


def check_letter(body: str) -> str:
    """The letter that closes a number."""
    rest = 0
    for sign in body.replace("-", ""):
        rest = (rest * 36 + int(sign, 36)) % len(LETTERS)
    return LETTERS[rest]


def is_valid(number: str) -> bool:
    """Whether a number has the shape and the letter of one of ours."""
    return bool(SHAPE.fullmatch(number)) and check_letter(number[:-2]) == number[-1]
