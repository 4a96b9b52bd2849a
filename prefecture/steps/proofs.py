"""Proofs: a letter, mail or SMS as it would read, with invented data or those of a masked dossier; kept nowhere.

The data come from a scenario of the démarche that sends it, completed by an invented citizen and examples. With a real
dossier, what it holds takes their place, masked: whoever proves a letter reads nobody's answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from tomllib import TOMLDecodeError
from typing import Any, Final
from zoneinfo import ZoneInfo

from prefecture.demarches import letters as demarche_letters
from prefecture.demarches.bundle import COMMON, of_files
from prefecture.demarches.proofs import Kind, Proof, Wanted
from prefecture.demarches.version import SETTINGS, Version
from prefecture.documents import pdf
from prefecture.documents.examination import draw
from prefecture.documents.pictures import Picture
from prefecture.documents.signatures import PDF
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.identity.queries import PrefectureView, ServiceView
from prefecture.kernel import clock, settings
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.notifications import gsm, plain_text, templates
from prefecture.notifications.templates import TemplateRefused
from prefecture.steps import letters, real_dossier, rehearsal, specimens
from prefecture.steps.letters import Setting
from prefecture.steps.rehearsal import Sending

KEY: Final = "apercu"
# What mails extend: it has a message, and no subject of its own.
MAIL_FRAME: Final = "mail.html"
# A part of letters is shown with a table behind it, since some say nothing else.
PART: Final = "_"
EXAMPLE: Final = ("Table d’exemple",)
_HEAD: Final = re.compile(r"</head\s*>", re.IGNORECASE)
# In the margin of every page: a proof is no letter of the préfecture.
MARK: Final = (
    '<style>@page { @top-right { content: "Aperçu sans valeur"; color: #a11b1b; '
    'font: 8pt "Liberation Sans", "DejaVu Sans", sans-serif; } }</style></head>'
)
_SMS_ALONE: Final = {True: 160, False: 70}
_SMS_PART: Final = {True: 153, False: 67}


@dataclass(frozen=True)
class _Loader:
    """The templates of a version; equal when their texts are, so that what was compiled for one serves the other."""

    digest: str
    texts: Mapping[str, str] = field(compare=False)

    def __call__(self, name: str) -> str:
        found = self.texts.get(name, self.texts.get(f"{COMMON}/{name}"))
        if found is None:
            raise NotFound
        return found


def kind_of(path: str) -> Kind:
    """What a template makes, by its name; the frame of mails makes a mail too."""
    if path.endswith((".mail.html", f"/{MAIL_FRAME}")):
        return "courriel"
    return "sms" if path.endswith(".txt") else "courrier"


def proof(version: Version, path: str, wanted: Wanted, actor: Actor) -> Proof:
    """A template of a version as it would read. Raises NotFound (template, préfecture, dossier), Invalid, Forbidden,
    TemplateRefused."""
    if not demarche_letters.is_letter(path) or path not in version.files:
        raise NotFound(f"Le courrier «\u00a0{path}\u00a0» n’est pas dans cette démarche.")
    _assert_settings(version)
    name = path.removeprefix(f"{COMMON}/").removeprefix(demarche_letters.FOLDER)
    sendings = rehearsal.sent(version).get(name, ())
    sending = _chosen(sendings, wanted.scenario)
    setting, says, told = _invented(version, name, sending, wanted, actor)
    dossier = ""
    if wanted.dossier:
        real = real_dossier.read(wanted.dossier, actor, version, name, says)
        setting, says, told, dossier = real.setting, real.says, real.told, str(real.dossier_id)
    made = Proof(
        kind=kind_of(path),
        title=(sending.name if sending else "") or setting.version.title,
        data=told,
        prefecture=setting.prefecture.code,
        says=tuple(says) if sending else (),
        tables=sending.tables if sending else (),
        scenarios=tuple((one.scenario, one.title) for one in sendings),
        dossier=dossier,
    )
    return _written(made, version, path, {**letters.usual(setting, KEY, name), **letters.with_picture(says)})


def printed(made: Proof) -> bytes:
    """The PDF of a letter's proof, marked as such in its margin. No door may be open."""
    marked = _HEAD.sub(lambda _: MARK, made.html, count=1)
    return pdf.render_letter(marked, title=f"Aperçu\u00a0: {made.title}")


def pages(content: bytes) -> list[Picture]:
    """The pages of that PDF as pictures. No door may be open."""
    return draw(content, PDF)


def _written(made: Proof, version: Version, path: str, said: Mapping[str, Any]) -> Proof:
    """The proof with its text. Raises TemplateRefused."""
    held = {name: content for name, content in version.files.items() if demarche_letters.is_letter(name)}
    loader = _Loader(of_files(held).digest, {name: content.decode(errors="replace") for name, content in held.items()})
    try:
        source = held[path].decode()
    except UnicodeDecodeError as error:
        raise TemplateRefused("ce modèle n’est pas écrit en UTF-8") from error
    if made.kind == "sms":
        text = templates.render(source, said, loader, html=False)
        return _sms(made, " ".join(text.split()))
    if path.endswith(f"/{MAIL_FRAME}"):
        page = templates.render(source, said, loader)
        return replace(made, text=plain_text.from_html(page), html=page)
    if made.kind == "courriel":
        mail = templates.render_mail(source, said, loader)
        return replace(made, subject=mail.subject, text=mail.text, html=mail.html)
    return replace(made, html=templates.render(source, said, loader))


def _sms(made: Proof, text: str) -> Proof:
    """How long the SMS is, in how many parts it would go, and whether the house sends it."""
    written = gsm.written(text)
    septets = gsm.septets(written)
    plain = septets is not None
    length = septets if septets is not None else len(written)
    parts = 1 if length <= _SMS_ALONE[plain] else -(-length // _SMS_PART[plain])
    warning = ""
    if not plain:
        odd = sorted({sign for sign in written if gsm.septets(sign) is None})
        warning = f"Ces signes n’existent pas dans un SMS\u00a0: {' '.join(odd)}. Le SMS ne partirait pas."
    elif length > gsm.LONGEST:
        warning = f"Plus de {gsm.LONGEST} caractères\u00a0: le SMS ne partirait pas. Le courriel dit la même chose."
    return replace(made, text=written, length=length, parts=parts, warning=warning)


def _chosen(sendings: tuple[Sending, ...], scenario: str) -> Sending | None:
    if not scenario:
        return sendings[0] if sendings else None
    found = next((one for one in sendings if one.scenario == scenario), None)
    if found is None:
        raise Invalid({"scenario": "Ce scénario n’envoie pas ce courrier."})
    return found


def _invented(
    version: Version, name: str, sending: Sending | None, wanted: Wanted, actor: Actor
) -> tuple[Setting, dict[str, Any], str]:
    """The invented citizen in a préfecture, what the letter says of them, and where that comes from."""
    town, office = _place(version, wanted.prefecture or actor.prefecture or "")
    now = _there(sending.now, sending.zone, town.zone) if sending else clock.now()
    given = sending.given.get("demande") if sending else None
    invented = specimens.demande(version, now.astimezone(town.zone).date())
    answers = {**invented, **given} if isinstance(given, Mapping) else invented
    setting = Setting(
        dossier=specimens.dossier(version, town, office, _filed(sending, now)),
        version=version,
        demande=answers,
        person=None,
        prefecture=town,
        service=office,
        signer=specimens.SIGNER,
        now=now,
        base_url=settings.current().base_url,
        link=specimens.link(name, settings.current().base_url),
        calculated={name: sending.tables if sending else EXAMPLE if name.startswith(PART) else ()},
    )
    if sending is not None:
        says = _there(dict(sending.says), sending.zone, town.zone)
        return setting, says, f"Usager inventé, scénario «\u00a0{sending.title}\u00a0»."
    says = specimens.added(now, town.zone, version.settings)
    return setting, says, "Usager et exemples inventés\u00a0: aucun scénario n’envoie ce modèle."


def _there(value: Any, told: ZoneInfo, here: ZoneInfo) -> Any:
    """The same hours on the clock of another place: an appointment at ten is at ten wherever the préfecture is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(told).replace(tzinfo=here)
    if isinstance(value, Mapping):
        return {name: _there(held, told, here) for name, held in value.items()}
    return [_there(held, told, here) for held in value] if isinstance(value, list) else value


def _filed(sending: Sending | None, now: datetime) -> datetime:
    """When the scenario's dossier was filed."""
    told = sending.given.get("dossier") if sending else None
    day = told.get("depose_le") if isinstance(told, Mapping) else None
    return datetime.combine(day, now.timetz()) if isinstance(day, date) else now


def _assert_settings(version: Version) -> None:
    """Raise Invalid while the démarche does not say its own name."""
    try:
        read = version.settings
        missing = [name for name in ("titre", "prefixe") if name not in read]
    except (TOMLDecodeError, UnicodeDecodeError, NotFound) as error:
        raise Invalid({}, f"«\u00a0{SETTINGS}\u00a0» ne se lit pas\u00a0: corrigez-le pour voir l’aperçu.") from error
    if missing:
        raise Invalid({}, f"Écrivez «\u00a0{missing[0]}\u00a0» dans «\u00a0{SETTINGS}\u00a0» pour voir l’aperçu.")


def _place(version: Version, code: str) -> tuple[PrefectureView, ServiceView]:
    """The préfecture of that code, else the first one; its service that the démarche names, else its first one."""
    town = identity.prefecture(code) if code else next(iter(identity.prefectures()), None)
    services = identity.services_of(town.code) if town else []
    if town is None or not services:
        nowhere, office = specimens.nowhere()
        return town or nowhere, office
    wanted = str(version.settings.get("service", "")).casefold()
    return town, next((one for one in services if wanted and wanted in one.name.casefold()), services[0])


__all__ = ["Kind", "Proof", "TemplateRefused", "Wanted", "kind_of", "pages", "printed", "proof"]
