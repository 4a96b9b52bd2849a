"""The special forms that a text answer may have to take: address, telephone, foreigner's number, postal code."""

from __future__ import annotations

import re
from collections.abc import Callable

from marshmallow import ValidationError
from marshmallow.validate import Email

from forms.refusal import Refused

_email = Email()
LONGEST_EMAIL = 254


def email(value: str) -> str:
    """An address that a mail can be sent to; its domain in small letters."""
    told = "Écrivez une adresse complète, par exemple nom@exemple.fr."
    if len(value) > LONGEST_EMAIL or any(mark in value for mark in "<>, ;"):
        raise Refused(told)
    try:
        _email(value)
    except ValidationError:
        raise Refused(told) from None
    name, _, domain = value.rpartition("@")
    return f"{name}@{domain.lower()}"


def telephone(value: str) -> str:
    """The number as machines dial it: +33612345678. A number without its country is French."""
    bare = re.sub(r"[\s.\-()/\u00a0\u202f]", "", value)
    bare = re.sub(r"^00", "+", bare)
    bare = re.sub(r"^\+33\(?0\)?(?=\d{9}$)", "+33", bare)
    if re.fullmatch(r"0[1-9]\d{8}", bare, re.ASCII):
        return "+33" + bare[1:]
    if re.fullmatch(r"\+[1-9]\d{6,14}", bare, re.ASCII) and (
        not bare.startswith("+33") or len(bare) == len("+33612345678")
    ):
        return bare
    raise Refused("Écrivez un numéro de téléphone complet, par exemple 06 12 34 56 78 ou +213 5 51 23 45 67.")


def numero_etranger(value: str) -> str:
    """The ten digits printed on a residence permit."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", value)
    if re.fullmatch(r"\d{10}", bare, re.ASCII):
        return bare
    raise Refused("Recopiez les 10 chiffres du numéro étranger, écrits sur votre titre.")


def code_postal(value: str) -> str:
    """A French postal code: five digits, beginning by a department or a territory."""
    bare = re.sub(r"\s", "", value)
    if re.fullmatch(r"(0[1-9]|[1-8]\d|9[0-8])\d{3}", bare, re.ASCII):
        return bare
    raise Refused("Écrivez les 5 chiffres du code postal, par exemple 94000.")


TEXT_FORMATS: dict[str, Callable[[str], str]] = {
    "email": email,
    "telephone": telephone,
    "numero_etranger": numero_etranger,
    "code_postal": code_postal,
}
