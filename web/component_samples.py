"""The made-up facts that the page of components draws: no person, no dossier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

import orjson

import forms

_CHOICES = [
    {"value": "proprietaire", "label": "Propriétaire"},
    {"value": "locataire", "label": "Locataire"},
    {"value": "heberge", "label": "Hébergé par quelqu’un", "properties": {"aide": "Un ami, la famille, un foyer."}},
]
_HOUSING: list[dict[str, Any]] = [
    {"type": "text", "text": "Ces réponses servent à **vous écrire** et à choisir votre préfecture."},
    {
        "type": "radio",
        "key": "logement",
        "label": "Comment êtes-vous logé ?",
        "values": _CHOICES,
        "validate": {"required": True},
    },
    {
        "type": "textfield",
        "key": "hebergeant",
        "label": "Nom de la personne qui vous héberge",
        "validate": {"required": True},
        "conditional": {"hide": '=logement != "heberge"'},
    },
    {
        "type": "datetime",
        "subtype": "date",
        "key": "depuis",
        "label": "Depuis quelle date habitez-vous là ?",
        "validate": {"required": True},
        "properties": {"format": "date_passee", "exemple": "1 9 2023"},
    },
    {
        "type": "number",
        "key": "loyer",
        "label": "Loyer mensuel",
        "decimalDigits": 2,
        "appearance": {"suffixAdorner": "€"},
        "validate": {"min": 0},
    },
    {
        "type": "group",
        "path": "adresse",
        "label": "Votre adresse",
        "components": [
            {
                "type": "textfield",
                "key": "voie",
                "label": "Numéro et voie",
                "validate": {"required": True},
                "properties": {"autocomplete": "address-line1"},
            },
            {
                "type": "textfield",
                "key": "code_postal",
                "label": "Code postal",
                "validate": {"required": True},
                "properties": {"format": "code_postal", "autocomplete": "postal-code", "exemple": "94000"},
            },
        ],
    },
    {
        "type": "select",
        "key": "pays",
        "label": "Pays de naissance",
        "values": [{"value": "dz", "label": "Algérie"}, {"value": "fr", "label": "France"}],
        "validate": {"required": True},
    },
    {
        "type": "checklist",
        "key": "langues",
        "label": "Langues que vous lisez",
        "values": [{"value": "fr", "label": "Français"}, {"value": "ar", "label": "Arabe"}],
    },
    {
        "type": "dynamiclist",
        "path": "enfants",
        "label": "Enfant",
        "description": "Vos enfants mineurs qui vivent avec vous.",
        "defaultRepetitions": 1,
        "components": [
            {"type": "textfield", "key": "prenom", "label": "Prénom", "validate": {"required": True}},
            {"type": "datetime", "subtype": "date", "key": "naissance", "label": "Date de naissance"},
        ],
    },
    {
        "type": "filepicker",
        "key": "domicile",
        "label": "Justificatif de domicile",
        "description": "De moins de six mois : bail, facture d’énergie ou attestation d’hébergement.",
        "validate": {"required": True},
        "multiple": True,
    },
    {
        "type": "textarea",
        "key": "precision",
        "label": "Quelque chose à préciser ?",
        "validate": {"maxLength": 500},
    },
    {
        "type": "checkbox",
        "key": "exact",
        "label": "Ces renseignements sont exacts",
        "validate": {"required": True},
    },
]
_FORM = {
    "id": "logement",
    "components": [
        {"type": "group", "label": "Vous", "properties": {"page": "Votre situation"}, "components": []},
        {
            "type": "group",
            "label": "Logement",
            "properties": {"page": "Votre logement", "pourquoi": "Pour savoir où vous écrire."},
            "components": _HOUSING,
        },
        {"type": "group", "label": "Fin", "properties": {"page": "Vos ressources"}, "components": []},
    ],
}
ANSWERS = {
    "logement": "locataire",
    "depuis": {"jour": "31", "mois": "02", "annee": "2023"},
    "adresse": {"voie": "12 rue de l’Exemple", "code_postal": "9400"},
    "langues": ["fr"],
    "enfants": [{"prenom": "Lina", "naissance": "2020-05-04"}, {"naissance": "2022-01-09"}],
}
_DOCUMENT = SimpleNamespace(id="d1", name="bail-2023.pdf", size=840_000)


def _evaluate(variables: Mapping[str, Any]) -> Callable[[str], Any]:
    """The two expressions of this sample form, without the engine."""
    return lambda text: date(2026, 11, 22) if text == "today()" else variables["logement"] != "heberge"


def form_page() -> tuple[forms.PageView, forms.PageView]:
    """The page of a form as one meets it, and once refused."""
    form = forms.load(orjson.dumps(_FORM), evaluate=_evaluate)
    fresh = form.view({}, {}, 2)
    checked = form.check(ANSWERS, page=2, documents={"domicile": [_DOCUMENT]})
    return fresh, form.view(ANSWERS, checked.errors, 2, {"domicile": [_DOCUMENT]})


def read_back() -> tuple[forms.Section, ...]:
    """The sample answers as they are read back."""
    form = forms.load(orjson.dumps(_FORM), evaluate=_evaluate)
    return form.read_back(ANSWERS, documents={"domicile": [_DOCUMENT]})


DAYS = (
    {"label": "lundi 11 janvier", "count": 0, "href": ""},
    {"label": "mardi 12 janvier", "count": 7, "href": "#creneaux", "current": True},
    {"label": "mercredi 13 janvier", "count": 1, "href": "#creneaux"},
    {"label": "jeudi 14 janvier", "count": 12, "href": "#creneaux"},
)
PERIODS = (
    {
        "title": "Matin",
        "slots": [
            {"value": f"m{n}", "label": label, "disabled": label == "10 h 00"}
            for n, label in enumerate(("9 h 00", "9 h 20", "9 h 40", "10 h 00", "10 h 20"))
        ],
    },
    {
        "title": "Après-midi",
        "slots": [{"value": f"a{n}", "label": label} for n, label in enumerate(("14 h 00", "14 h 20", "16 h 40"))],
    },
)
MESSAGES = (
    {
        "who": "Préfecture du Val-de-Marne",
        "date": "8 décembre 2026, 10 h 12",
        "iso": "2026-12-08T10:12",
        "text": "Votre justificatif de domicile date de plus de six mois.\nAjoutez-en un plus récent.",
        "new": True,
    },
    {
        "who": "Vous",
        "date": "8 décembre 2026, 18 h 40",
        "iso": "2026-12-08T18:40",
        "text": "Voici la quittance de novembre.",
        "mine": True,
        "files": [("quittance-novembre.pdf", "#echanges")],
    },
)
EVENTS = (
    {
        "date": "8 décembre 2026",
        "iso": "2026-12-08",
        "title": "Une pièce est à refaire",
        "text": "Le justificatif de domicile date de plus de six mois.",
        "kind": "attention",
    },
    {"date": "5 décembre 2026", "iso": "2026-12-05", "title": "Dossier en cours d’examen", "kind": "accent"},
    {"date": "3 décembre 2026", "iso": "2026-12-03", "title": "Dossier déposé", "kind": "good"},
)
STEPS = (
    {"title": "Complétude", "state": "done", "note": "terminée le 8 décembre"},
    {"title": "Rendez-vous", "state": "current", "note": "vous êtes ici"},
    {"title": "Décision", "state": "todo", "note": "en général sous 6 semaines"},
    {"title": "Remise du titre", "state": "todo"},
)
STOPPED = (
    {"title": "Complétude", "state": "done"},
    {"title": "Rendez-vous", "state": "skipped"},
    {"title": "Décision", "state": "stopped", "note": "refusée le 4 mars"},
    {"title": "Remise du titre", "state": "todo"},
)
COLUMNS = (
    {"key": "number", "label": "Numéro", "sort_href": "#table", "sorted": "ascending"},
    {"key": "person", "label": "Personne", "sort_href": "#table"},
    {"key": "step", "label": "Étape"},
    {"key": "awaited", "label": "Attendu"},
    {"key": "due", "label": "Échéance", "sort_href": "#table"},
)
ROWS = tuple(
    {
        "id": str(n),
        "href": "#table",
        "late": "due" if n == 0 else "",
        "current": False,
        "cells": {"number": number, "person": person, "step": step, "awaited": awaited, "due": due},
    }
    for n, (number, person, step, awaited, due) in enumerate(
        (
            ("TSE-94-26-004817-K", "K. Amina", "Complétude", "Vérifier les pièces", "en retard de 3 jours"),
            ("TSE-94-26-004822-P", "D. Samuel", "Décision", "Décider", "lun. 14 déc."),
            ("PER-94-26-000311-B", "N. Grace", "Rendez-vous", "Choix d’un créneau par l’usager", "ven. 18 déc."),
        )
    )
)
BARS = (("Complétude", 412), ("Prise de rendez-vous", 268), ("Décision", 655, "danger"), ("Remise du titre", 73))
CURVE = tuple(
    zip(
        ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov."),
        (96, 104, 118, 121, 113, 109, 92, 88, 97, 91, 86),
        strict=True,
    )
)
