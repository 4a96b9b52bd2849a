"""What may be written in a letter: tags with what they say, filters, the frame's blocks; each with an example.

An example is what the text to insert gives with invented data: it can be no other than what letters will say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from forms import Component
from prefecture.demarches.version import Version
from prefecture.kernel import clock, settings
from prefecture.notifications import templates
from prefecture.notifications.templates import TemplateRefused
from prefecture.steps import letters, specimens
from prefecture.steps.letters import Setting

COMMON: Final = "partout"
ADDED: Final = "selon l’action"
REQUEST: Final = "demande de l’usager"
LONGEST: Final = 90
# Insertions that no value alone suggests.
_WRITTEN: Final[Mapping[str, str]] = {
    "usager.adresse": "{{ usager.adresse | lignes }}",
    "prefecture.adresse": "{{ prefecture.adresse | lignes }}",
    "service.adresse": "{{ service.adresse | lignes }}",
    "rdv.lieu": "{{ rdv.lieu | lignes }}",
    "rdv.debut": "{{ rdv.debut | jour }} à {{ rdv.debut | heure }}",
    "considerants_droit": "{{ considerants_droit | lignes }}",
    "considerants_fait": "{{ considerants_fait | lignes }}",
    "prefecture.telephone": "{{ prefecture.telephone | telephone }}",
    "service.telephone": "{{ service.telephone | telephone }}",
    "regularisation": "{{ regularisation | montant }}",
    "total": "{{ total | montant }}",
    "courrier.calculs": '{% include "courriers/_calculs.html" %}',
    "courrier.code_image": '<img src="{{ courrier.code_image }}" alt="Code à scanner pour vérifier ce document">',
    "rdv.code_image": '<img src="{{ rdv.code_image }}" alt="Code à présenter à l’accueil">',
    "pieces": "{% for piece in pieces %}<li>{{ piece.libelle }}\u00a0: {{ piece.raison }}</li>{% endfor %}",
    "tarifs": "{% for tarif in tarifs %}<li>{{ tarif.libelle }}\u00a0: {{ tarif.montant | montant }}</li>{% endfor %}",
    "motifs": "{% for motif in motifs %}<li>{{ motif }}</li>{% endfor %}",
    "originaux": "{% for original in originaux %}<li>{{ original }}</li>{% endfor %}",
    "titre": "{% if titre.debut %}valable du {{ titre.debut | date }}{% endif %}",
    "message": "{% if message %}<p>{{ message }}</p>{% endif %}",
    "releve_biometrique": "{% if releve_biometrique %}{% endif %}",
    "effet": '{% if effet == "SVA" %}acceptée{% else %}rejetée{% endif %}',
    "demande": "{{ demande.nom }}",
    "fuseau": "{{ fuseau }}",
}
# Filter → what it does, and a use of it.
FILTERS: Final[Mapping[str, tuple[str, str]]] = {
    "date": ("un jour en toutes lettres", "{{ dossier.depose_le | date }}"),
    "jour": ("le même avec le jour de la semaine", "{{ rdv.debut | jour }}"),
    "date_longue": ("comme « jour »", "{{ rdv.debut | date_longue }}"),
    "date_courte": ("un jour en chiffres, pour les SMS", "{{ rdv.debut | date_courte }}"),
    "heure": ("une heure, à l’heure de la préfecture", "{{ rdv.debut | heure }}"),
    "montant": ("une somme en euros", "{{ total | montant }}"),
    "nombre": ("un nombre, les milliers séparés", "{{ total | nombre }}"),
    "numero": ("un numéro qui ne se coupe pas", "{{ dossier.numero | numero }}"),
    "telephone": ("un téléphone par paires de chiffres", "{{ service.telephone | telephone }}"),
    "liste": ("une liste en une phrase", "{{ motifs | liste }}"),
    "lignes": ("un texte ou une adresse, ligne par ligne", "{{ usager.adresse | lignes }}"),
    "sur_une_ligne": ("les mêmes sur une seule ligne", "{{ usager.adresse | sur_une_ligne }}"),
    "join": ("une liste avec ce que l’on veut entre les éléments", '{{ motifs | join(" ; ") }}'),
    "default": ("un texte de remplacement quand la donnée manque", '{{ message | default("rien", true) }}'),
    "first": ("le premier d’une liste", "{{ motifs | first }}"),
    "last": ("le dernier d’une liste", "{{ motifs | last }}"),
    "length": ("combien il y en a", "{{ motifs | length }}"),
    "count": ("comme « length »", "{{ motifs | count }}"),
    "reverse": ("une liste à l’envers", '{{ motifs | reverse | join(" ; ") }}'),
    "sort": ("une liste dans l’ordre", '{{ motifs | sort | join(" ; ") }}'),
    "upper": ("en capitales", "{{ usager.nom | upper }}"),
    "lower": ("en minuscules", "{{ usager.nom | lower }}"),
    "trim": ("sans les espaces du début et de la fin", "{{ message | trim }}"),
    "round": ("un nombre arrondi", "{{ total | round }}"),
    "abs": ("un nombre sans son signe", "{{ total | abs }}"),
}
# What gives a template its form. `$0` is where one goes on writing.
STRUCTURE: Final[tuple[tuple[str, str, str], ...]] = (
    ("lettre", "une lettre, à partir du papier à en-tête", '{% extends "courriers/papier.html" %}\n'
     "{% block objet %}$0{% endblock %}\n{% block corps %}\n<p></p>\n{% endblock %}\n"),
    ("courriel", "un courriel, à partir du cadre commun", '{% extends "courriers/mail.html" %}\n'
     "{% block sujet %}$0{% endblock %}\n{% block corps %}\n<p></p>\n{% endblock %}\n"),
    ("objet", "l’objet d’une lettre", "{% block objet %}$0{% endblock %}"),
    ("sujet", "le sujet d’un courriel", "{% block sujet %}$0{% endblock %}"),
    ("corps", "le corps", "{% block corps %}\n$0\n{% endblock %}"),
    ("signature", "qui signe : prénom, nom, qualité, service",
     '{% block signature %}{% include "courriers/_signature_agent.html" %}{% endblock %}'),
    ("mentions", "les mentions en petits caractères", "{% block mentions %}\n<p>$0</p>\n{% endblock %}"),
    ("super", "ce que dit déjà le modèle commun, ici", "{{ super() }}"),
    ("recours", "les voies et délais de recours",
     '{% with point_de_depart = "la réception de cette lettre" %}{% include "courriers/_recours.html" %}{% endwith %}'),
    ("si", "un passage seulement si…", "{% if $0 %}\n{% endif %}"),
    ("sinon", "et sinon…", "{% else %}"),
    ("pour", "un passage pour chaque élément d’une liste", "{% for un in $0 %}\n{% endfor %}"),
    ("inclure", "un autre modèle, ici", '{% include "courriers/$0" %}'),
    ("commentaire", "une note que personne ne reçoit", "{# $0 #}"),
)  # fmt: skip


@dataclass(frozen=True)
class Tag:
    """One thing to write: its name, what it says, where it is filled in, the text to insert and what that gives."""

    name: str
    said: str
    where: str
    insert: str
    example: str


def tags(version: Version) -> list[Tag]:
    """Every tag of a démarche's letters, the answers of its request form included."""
    told = _sample(version)
    found = [_tag(name, said, COMMON, told) for name, said in letters.COMMON.items()]
    found += [_tag(name, said, ADDED, told) for name, said in letters.ADDED.items()]
    for name, question in specimens.components(version).items():
        if question.kind not in ("filepicker", "dynamiclist"):
            found.append(_tag(f"demande.{name}", _question(question), REQUEST, told))
    return found


def filters(version: Version) -> list[Tag]:
    """Every filter, used once."""
    told = _sample(version)
    return [Tag(name, said, "filtre", use, _shown(use, told)) for name, (said, use) in FILTERS.items()]


def structure() -> list[Tag]:
    """Blocks, conditions, loops, whole letters to begin from."""
    return [Tag(name, said, "structure", text, "") for name, said, text in STRUCTURE]


def _tag(name: str, said: str, where: str, told: Mapping[str, Any]) -> Tag:
    insert = _WRITTEN.get(name) or f"{{{{ {name}{_filter(_value(name, told))} }}}}"
    return Tag(name, said.replace("`", ""), where, insert, _shown(insert, told))


def _filter(value: Any) -> str:
    if isinstance(value, datetime):
        return " | jour"
    if isinstance(value, date):
        return " | date"
    return " | liste" if isinstance(value, list | tuple) else ""


def _value(name: str, told: Mapping[str, Any]) -> Any:
    held: Any = told
    for step in name.split("."):
        held = held.get(step) if isinstance(held, Mapping) else None
    return held


def _shown(insert: str, told: Mapping[str, Any]) -> str:
    """What the insertion gives, on one line; nothing when it is a picture or needs more than examples."""
    if insert.startswith(("<img", "{% include")):
        return ""
    try:
        page = templates.render(insert, told, html=False)
    except TemplateRefused:
        return ""
    text = " ".join(page.replace("<li>", "").replace("</li>", " ").replace("<p>", "").replace("</p>", " ").split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _question(question: Component) -> str:
    choices = list(_values(question))
    return f"{question.label} ({', '.join(choices)})" if choices else question.label


def _values(question: Component) -> Iterator[str]:
    yield from (str(one.value) for one in question.choices[:6])
    if len(question.choices) > 6:
        yield "…"


def _sample(version: Version) -> Mapping[str, Any]:
    """Invented data for every tag."""
    town, office = specimens.nowhere()
    now = clock.now()
    setting = Setting(
        dossier=specimens.dossier(version, town, office, now),
        version=version,
        demande=specimens.demande(version, now.astimezone(town.zone).date()),
        person=None,
        prefecture=town,
        service=office,
        signer=specimens.SIGNER,
        now=now,
        base_url=settings.current().base_url,
    )
    return {**letters.usual(setting, "vocabulaire", ""), **specimens.added(now, town.zone, version.settings)}
