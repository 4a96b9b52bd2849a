"""What a publication means for préfectures that set values of their own: its conflicts, announced and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import escape

from prefecture.demarches import queries as demarches
from prefecture.demarches import variants
from prefecture.demarches.variants import Setting, Variant
from prefecture.demarches.version import PARIS, Version
from prefecture.identity import queries as identity
from prefecture.identity.permissions import VERBS_OF_ROLE
from prefecture.identity.queries import PrefectureView
from prefecture.kernel import clock, keyring, settings
from prefecture.notifications import service as notifications
from prefecture.notifications.addressee import Recipient
from prefecture.notifications.templates import Mail


@dataclass(frozen=True)
class Touched:
    """One value of a préfecture that the new version conflicts with."""

    prefecture: str
    name: str
    setting: Setting


def touched(code: str, new: Version) -> tuple[Touched, ...]:
    """The values that would wait for a decision once `new` is in force. Raises ValueError: it cannot be read."""
    names = {one.code: one.name for one in identity.prefectures()}
    return tuple(
        Touched(one.prefecture, names.get(one.prefecture, one.prefecture), setting)
        for one in variants.variants(code, new.settings_at(clock.today(PARIS)))
        for setting in one.conflicts
    )


def tell(code: str) -> int:
    """Have a mail say to each préfecture what the version now in force leaves it to decide; how many were queued.

    To those of its people who may decide, else to its own address. In the caller's unit of work; twice is once.
    """
    version = demarches.current(code)
    queued = 0
    for one in variants.variants(code):
        if one.conflicts:
            house = identity.prefecture(one.prefecture)
            for to in _deciders(house):
                key = f"variants:{version.id}:{one.prefecture}:{one.number}:{to.email}"
                key_id = keyring.new_key("variantes")
                queued += notifications.queue_mail(key=key, to=to, mail=_mail(version, one, house), key_id=key_id)
    return queued


def _deciders(house: PrefectureView) -> Iterator[Recipient]:
    able = {role for role, verbs in VERBS_OF_ROLE.items() if variants.VERB in verbs}
    found = [one for one in identity.agents_of_prefecture(house.code) if one.email and able & one.roles]
    if not found:
        yield Recipient(house.name, house.email)
    for one in found:
        yield Recipient(one.name, one.email)


def _mail(version: Version, found: Variant, house: PrefectureView) -> Mail:
    subject = f"Réglages locaux à revoir\u00a0: {version.title}"
    said = f"La version {version.number} de «\u00a0{version.title}\u00a0» change ce que votre préfecture a réglé."
    lines = [f"{one.label}\u00a0: {one.reason}" for one in found.conflicts]
    link = f"{settings.current().base_url}/analyste/demarches/{found.code}/variantes/{found.prefecture}"
    what = "Garder votre valeur ou reprendre la nationale"
    text = "\n\n".join(["Bonjour,", said, "\n".join(f"- {line}" for line in lines), f"{what} : {link}", house.name])
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    html = (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(subject)}</title></head><body>'
        f"<p>Bonjour,</p><p>{escape(said)}</p><ul>{items}</ul>"
        f'<p><a href="{escape(link)}">{what}</a></p><p>{escape(house.name)}</p></body></html>'
    )
    return Mail(subject, f"{text}\n", html)
