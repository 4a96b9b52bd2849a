"""To whom a message goes, and how a telephone number is written for a gateway. Pure."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

# Numbers of the overseas territories begin as in the mainland, and have a country code of their own.
_OVERSEAS = {
    "590": "590",
    "690": "590",
    "691": "590",
    "594": "594",
    "694": "594",
    "596": "596",
    "696": "596",
    "697": "596",
    "262": "262",
    "263": "262",
    "639": "262",
    "692": "262",
    "693": "262",
}


@dataclass(frozen=True)
class Recipient:
    """An addressee, by name, and where they can be told; person_id: their account if they have one."""

    name: str
    email: str | None = None
    phone: str | None = None
    person_id: uuid.UUID | None = None


def international(phone: str) -> str | None:
    """`phone` as +33612345678, None if it is no number: French ones may be written as in France."""
    digits = re.sub(r"[\s.()\u00a0/-]", "", phone)
    if re.fullmatch(r"(\+|00)[1-9]\d{6,14}", digits):
        return "+" + digits.removeprefix("+").removeprefix("00")
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return f"+{_OVERSEAS.get(digits[1:4], '33')}{digits[1:]}"
    return None
