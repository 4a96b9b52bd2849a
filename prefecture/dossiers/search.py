"""The blind index: finds dossiers by a name's words, their beginnings, or a birth date, without keeping any of them.

Words lose accents and case. Each beginning of three letters and more becomes a keyed hash, tied to the service, so
that equal names of two services give different rows. Shorter words are found whole.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select

from prefecture.dossiers.models import DossierSearch, table_of
from prefecture.kernel import crypto
from prefecture.kernel.db import db

SHORTEST, LONGEST = 3, 15
TOKEN_BYTES = 16
MOST_FOUND = 200
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_DATE_FORMS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d")


def words(text: str) -> list[str]:
    """The words of a name without accents or case; a date as one word."""
    found: list[str] = []
    for part in text.split():
        day = _day(part)
        plain = unicodedata.normalize("NFKD", part.casefold().translate(_LIGATURES))
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
        found += [day] if day else [word for word in re.split(r"[\W_]+", plain) if word]
    return found


def beginnings(word: str) -> list[str]:
    """What the index holds of one word."""
    return [word[:end] for end in range(min(SHORTEST, len(word)), min(LONGEST, len(word)) + 1)]


def index(dossier_id: uuid.UUID, service_id: uuid.UUID, texts: Iterable[str], born: date | None) -> None:
    """Make a dossier findable in its service, replacing what was indexed of it."""
    held = {part for text in texts for word in words(text) for part in beginnings(word)}
    if born is not None:
        held.add(born.isoformat())
    db.session.execute(delete(DossierSearch).where(DossierSearch.dossier_id == dossier_id))
    if held:
        rows = [{"dossier_id": dossier_id, "service_id": service_id, "token": token(service_id, part)} for part in held]
        db.session.execute(insert(table_of(DossierSearch)), rows)


def find(service_ids: Iterable[uuid.UUID], text: str) -> list[uuid.UUID]:
    """Dossiers of these services that have every word of `text`, at most MOST_FOUND."""
    wanted = [word[:LONGEST] if _day(word) is None else word for word in dict.fromkeys(words(text))]
    found: list[uuid.UUID] = []
    for service_id in service_ids if wanted else ():
        tokens = [token(service_id, word) for word in wanted]
        query = (
            select(DossierSearch.dossier_id)
            .where(DossierSearch.service_id == service_id, DossierSearch.token.in_(tokens))
            .group_by(DossierSearch.dossier_id)
            .having(func.count() == len(set(tokens)))
            .limit(MOST_FOUND)
        )
        found += db.session.scalars(query)
    return found[:MOST_FOUND]


def token(service_id: uuid.UUID, part: str) -> bytes:
    """What the index keeps of a word or beginning, in this service."""
    return crypto.keyed_hash(f"{service_id.hex}:{part}", "dossiers.search")[:TOKEN_BYTES]


def _day(text: str) -> str | None:
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 (a calendar day has no zone)
        except ValueError:
            continue
    return None
