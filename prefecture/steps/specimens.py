"""Invented data with which letters are shown: a citizen who does not exist, and an example of what each action adds.

`answer` also gives what stands in a real answer's place where nobody may read it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import forms
from forms import Component, FormUnreadable
from prefecture.demarches.version import PARIS, Version
from prefecture.dossiers.views import DossierView
from prefecture.identity.queries import PrefectureView, ServiceView
from prefecture.kernel.errors import NotFound
from prefecture.steps.letters import Signer, picture

BIRTH: Final = date(1990, 1, 1)
SIGNER: Final = Signer("Dominique Bernard", "Chef de service")
NUMBER: Final = "{prefix}-{code}-{year:02}-000000-X"
RDV_CODE: Final = "RDV-0000-0000"
# As long as a real link: an SMS is as long as it will be.
LINK: Final = "/rendez-vous/" + ("exemple-" * 6)[:43]
TEXT: Final = "Texte d’exemple"
# Answers by the name of the question, then by what browsers are told of it (`autocomplete`), then by its format.
BY_NAME: Final[Mapping[str, str]] = {
    "nom": "Martin",
    "nom_usage": "Martin",
    "prenoms": "Camille",
    "prenom": "Camille",
    "nationalite": "Exemplienne",
    "naissance_lieu": "Villexemple",
    "adresse": "1, rue de l’Exemple",
    "complement_adresse": "Bâtiment A",
    "code_postal": "00000",
    "ville": "Villexemple",
    "pays": "Exemplie",
    "courriel": "camille.martin@exemple.fr",
    "telephone": "0600000000",
    "numero_etranger": "0000000000",
    "titre_numero": "XX000000",
}
_BY_HINT: Final[Mapping[str, str]] = {
    "family-name": "nom",
    "given-name": "prenoms",
    "street-address": "adresse",
    "postal-code": "code_postal",
    "address-level2": "ville",
    "email": "courriel",
    "tel": "telephone",
}
_BY_FORMAT: Final[Mapping[str, str]] = {
    "email": "courriel",
    "telephone": "telephone",
    "numero_etranger": "numero_etranger",
    "code_postal": "code_postal",
}
_MONTHS_3: Final = timedelta(days=91)


def components(version: Version) -> Mapping[str, Component]:
    """The questions of the form that opens the démarche, by dotted name; none when it cannot be read."""
    form = form_of(version)
    return {} if form is None else dict(_named(tuple(page.component for page in form.pages), ()))


def form_of(version: Version) -> forms.Form | None:
    """The form that opens the démarche, when it can be read."""
    try:
        return version.form(version.form_id)
    except (NotFound, FormUnreadable, KeyError):
        return None


def demande(version: Version, day: date) -> dict[str, Any]:
    """What the invented citizen answers."""
    form = form_of(version)
    told = {} if form is None else _answers(tuple(page.component for page in form.pages), day)
    return {**{name: BY_NAME[name] for name in ("nom", "prenoms")}, **told}


def answer(component: Component, day: date) -> Any:
    """An invented answer to one question."""
    if component.kind == "dynamiclist":
        return [_answers(component.children, day)]
    if component.choices:
        first = component.choices[0].value
        return [first] if component.kind == "checklist" else first
    if component.kind == "checkbox":
        return True
    if component.kind == "number":
        least = component.limits.minimum
        return 1 if least is None else least
    if component.kind == "filepicker":
        return []
    if component.kind == "datetime":
        return _moment(component, day)
    return text(component.segments[-1] if component.segments else "", component)


def text(name: str, component: Component | None = None) -> str:
    """An invented text for a question of that name."""
    if component is not None and name not in BY_NAME:
        hint = str(component.properties.get("autocomplete", ""))
        name = _BY_HINT.get(hint) or _BY_FORMAT.get(component.format, name)
    return BY_NAME.get(name, TEXT)


def dossier(version: Version, prefecture: PrefectureView, service: ServiceView, filed: datetime) -> DossierView:
    """A dossier that does not exist."""
    return DossierView(
        id=uuid.UUID(int=0),
        number=number(version, prefecture.code, filed.year),
        demarche_code=version.code,
        title=version.title,
        version_id=version.id,
        statut="en_construction",
        etape=None,
        file=None,
        prefecture=prefecture.code,
        zone=prefecture.zone.key,
        service_id=service.id,
        person_id=None,
        person=None,
        revision=0,
        filed_at=filed,
        silence_at=None,
        suspended=False,
        finished_at=None,
        archived_at=None,
        erased_at=None,
        incident=None,
        key_id=None,
    )


def number(version: Version, code: str, year: int) -> str:
    """A number that no dossier bears."""
    return NUMBER.format(prefix=version.prefix, code=code, year=year % 100)


def link(template: str, base_url: str) -> str:
    """A citizen's own link, in what invites them to choose an appointment; elsewhere the dossier's page is enough."""
    return f"{base_url}{LINK}" if template.startswith("convocation_lien.") else ""


def nowhere() -> tuple[PrefectureView, ServiceView]:
    """A préfecture that does not exist, where no real one is known."""
    street, contact = "1, place de l’Exemple", ("prefecture@exemple.fr", "0100000000")
    town = PrefectureView("00", "Préfecture d’exemple", street, "00000", "Villexemple", *contact, PARIS)
    office = ServiceView(uuid.UUID(int=0), "00", "Service d’exemple", street, "De 9 h à 16 h", *contact)
    return town, office


def added(now: datetime, zone: ZoneInfo, settings: Mapping[str, Any]) -> dict[str, Any]:
    """An example of all that actions add to what every letter says, around that instant."""
    day = now.astimezone(zone).date()
    starts = datetime.combine(day + timedelta(days=10), datetime.min.time(), zone).replace(hour=10)
    labels = [str(one.get("libelle", one.get("code", ""))) for one in settings.get("pieces", ())]
    piece = {"code": "piece", "libelle": (labels or ["Pièce d’exemple"])[0], "precision": ""}
    until = day + timedelta(days=30)
    return {
        "effet": str(settings.get("silence", {}).get("effet", "SVR")),
        "echeance_silence": day + timedelta(days=120),
        "regularisation": 0,
        "fenetre": "dans_les_delais",
        "complement_demande": {"limite": until, "demande_le": day},
        "pieces": [{**piece, "raison": "Elle manque au dossier."}],
        "message": "",
        "limite": until,
        "convocation": {"expire_le": starts + timedelta(days=20)},
        "expire_le": starts + timedelta(days=20),
        "rdv": {
            "debut": starts,
            "fin": starts + timedelta(minutes=20),
            "motif": "Dépôt de la demande",
            "lieu": "Service d’exemple\n1, place de l’Exemple",
            "code": RDV_CODE,
            "code_image": picture(RDV_CODE),
        },
        "originaux": ["Cette convocation et une pièce d’identité"],
        "releve_biometrique": True,
        "motifs": ["Motif d’exemple."],
        "considerants_droit": "Vu le texte d’exemple.",
        "considerants_fait": "Considérant les faits d’exemple.",
        "titre": {"debut": day, "fin": day.replace(year=day.year + 1, day=1), "categories": ["B"]},
        "prolongation": {"du": day, "jusqu_au": day + _MONTHS_3},
        "tarifs": [{"libelle": "Taxe d’exemple", "montant": 25}],
        "total": 25,
        "remis_le": day,
        "point_de_depart": "la réception de cette lettre",
    }


def _named(children: tuple[Component, ...], above: tuple[str, ...]) -> Iterator[tuple[str, Component]]:
    for one in children:
        place = (*above, *one.segments)
        if one.holds:
            yield ".".join(place), one
        if one.kind != "dynamiclist":
            yield from _named(one.children, place)


def _answers(children: tuple[Component, ...], day: date) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, one in _named(children, ()):
        *above, last = name.split(".")
        held = told
        for step in above:
            held = held.setdefault(step, {})
        held[last] = answer(one, day)
    return told


def _moment(component: Component, day: date) -> Any:
    name = component.segments[-1] if component.segments else ""
    if "naissance" in name:
        return BIRTH
    if component.subtype == "time":
        return "10:00"
    return day - _MONTHS_3 if component.format == "date_passee" else day + _MONTHS_3
