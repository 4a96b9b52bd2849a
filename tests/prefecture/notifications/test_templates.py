"""Templates: what they may say, what they may not do, and the tags that they use."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from prefecture.notifications import templates
from prefecture.notifications.templates import TemplateRefused, render, render_mail, render_sms, unknown_tags

ROOT = Path(__file__).parents[3]
VALUES = {
    "jour": date(2027, 1, 12),
    "premier": date(2027, 3, 1),
    "instant": datetime(2027, 1, 12, 13, 30, tzinfo=UTC),
    "neuf": datetime(2027, 7, 1, 7, 0, tzinfo=UTC),
    "somme": Decimal("1234.5"),
    "droit": 225,
    "rien": None,
    "nom": "<b>Amina</b> & fils",
    "pieces": ["bail", "passeport", "photo"],
    "adresse": ["1 rue <A>", "", "94000 Créteil"],
    "dossier": {"numero": "TSE-94-26-004817-K", "items": "objets"},
    "mobile": "0612345678",
    "vrai": True,
}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ jour | date }}", "12\u00a0janvier 2027"),
        ("{{ premier | date }}", "1er\u00a0mars 2027"),
        ("{{ jour | jour }}", "mardi 12\u00a0janvier 2027"),
        ("{{ jour | date_longue }}", "mardi 12\u00a0janvier 2027"),
        ("{{ jour | date_courte }}", "12/01/2027"),
        ("{{ '2027-01-12' | date }}", "12\u00a0janvier 2027"),
        ("{{ instant | heure }}", "14\u00a0h\u00a030"),
        ("{{ neuf | heure }}", "9\u00a0h"),
        ("{{ instant | heure('America/Martinique') }}", "9\u00a0h\u00a030"),
        ("{{ '2027-01-12T23:30:00+00:00' | jour }}", "mercredi 13\u00a0janvier 2027"),
        ("{{ somme | montant }}", "1\u202f234,50\u00a0€"),
        ("{{ droit | montant }}", "225\u00a0€"),
        ("{{ somme | nombre }}", "1\u202f234,5"),
        ("{{ dossier.numero | numero }}", "n°\u00a0TSE-94-26-004817-K"),
        ("{{ mobile | telephone }}", "06\u00a012\u00a034\u00a056\u00a078"),
        ("{{ pieces | liste }}", "bail, passeport et photo"),
        ("{{ adresse | lignes }}", "1 rue &lt;A&gt;<br>94000 Créteil"),
        ("{{ adresse | sur_une_ligne }}", "1 rue &lt;A&gt;, 94000 Créteil"),
        ("{{ pieces | join(' < ') }}", "bail &lt; passeport &lt; photo"),
        ("{{ nom }}", "&lt;b&gt;Amina&lt;/b&gt; &amp; fils"),
        ("{{ 'a' ~ nom }}", "a&lt;b&gt;Amina&lt;/b&gt; &amp; fils"),
        ("{{ dossier.items }}", "objets"),
        ("{{ rien }}|{{ vrai }}|{{ somme }}|{{ jour }}", "|oui|1\u202f234,5|12\u00a0janvier 2027"),
        ("{% for p in pieces %}{{ loop.index }}{{ p }} {% endfor %}", "1bail 2passeport 3photo "),
        ("{% if absente %}oui{% else %}non{% endif %}", "non"),
        ("{{ absente | default('rien') }}", "rien"),
        ("{{ droit * 2 + 1 }}", "451"),
    ],
)
def test_a_template_says_values_as_french_does(source: str, said: str) -> None:
    assert render(source, VALUES) == said


def test_the_zone_of_the_prefecture_is_told_once_for_all_filters() -> None:
    assert render("{{ instant | heure }}", VALUES | {"fuseau": "America/Martinique"}) == "9\u00a0h\u00a030"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ absente }}", "absente"),
        ("{{ dossier.absente }}", "absente"),
        ("{{ absente | date }}", "absente"),
        ("{{ ''.__class__ }}", "__class__"),
        ("{{ dossier.__class__.__mro__ }}", "__class__"),
        ("{{ nom.upper() }}", "fonction"),
        ("{{ pieces.append('x') }}", "fonction"),
        ("{{ '%s' | format(nom) }}", "format"),
        ("{{ nom | safe }}", "safe"),
        ("{{ range(3) }}", "fonction"),
        ("{{ self._TemplateReference__context }}", "_TemplateReference__context"),
        ("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", "macros"),
        ("{% import 'a' as a %}", "imports"),
        ("{{ 2 ** 9999999 }}", "opération"),
        ("{{ 'a' * 9999999 }}", "opération"),
        ("{{ '%0999999999d' % 1 }}", "opération"),
        ("{{ pieces }}", "affiche pas"),
        ("{{ nom | date }}", "une date est attendue"),
        ("{{ nom | montant }}", "un nombre est attendu"),
        ("{{ 1 / 0 }}", "une valeur ne convient pas"),
        ("{% if %}", "ligne 1"),
        ("a\n{{ b c }}", "ligne 2"),
        ("{% include 'inconnu.html' %}", "inconnu.html"),
    ],
)
def test_what_a_template_may_not_do_is_refused_with_a_sentence(source: str, why: str) -> None:
    with pytest.raises(TemplateRefused, match=why):
        render(source, VALUES)


DOUBLE = "{% set a = a ~ a %}" * 60
BOMBS = {
    "loops": "{% for a in t %}" * 6 + "x" + "{% endfor %}" * 6,
    "text": "{% set a = 'aaaaaaaaaa' %}" + DOUBLE + "{{ a }}",
    "list": "{% set a = t %}" + "{% set a = a + a %}" * 40,
    "blocks": "{% block b %}{{ self.b() }}{{ self.b() }}{% endblock %}",
    "literals": ("{% for a in [1,2,3,4,5,6,7,8,9,0] %}" * 9) + "{% endfor %}" * 9,
    "output": "{% for a in t %}{% for b in t %}{{ long }}{% endfor %}{% endfor %}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_template_cannot_take_all_time_or_memory(name: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(TemplateRefused, match="trop de calcul"):
        render(BOMBS[name], {"t": list(range(100)), "long": "x" * 10_000})
    assert time.perf_counter() - begun < 5


def test_a_template_that_includes_itself_is_stopped() -> None:
    files = {"a": "{% include 'a' %}{% include 'a' %}"}
    with pytest.raises(TemplateRefused, match="trop de calcul"):
        render(files["a"], {}, files.__getitem__)


FRAME = """<html><head><title>{% block sujet %}{% endblock %}</title><style>p { color: red }</style></head><body>
<p>Bonjour {{ usager }},</p>{% block corps %}{% endblock %}
<p><a href="{{ lien }}">Voir ma demande</a></p></body></html>"""
MAIL = """{% extends "cadre.html" %}
{% block sujet %}L’avis de {{ usager }}{% endblock %}
{% block corps %}<p>Il manque&nbsp;:</p><ul>{% for p in pieces %}<li>{{ p }}</li>{% endfor %}</ul>{% endblock %}"""


def frames(name: str) -> str:
    return {"cadre.html": FRAME}[name]


def test_a_mail_says_the_same_in_both_parts_and_has_the_subject_of_its_block() -> None:
    mail = render_mail(
        MAIL, {"usager": "Amina & Cie", "pieces": ["bail", "photo"], "lien": "https://x/d?a=1&b=2"}, frames
    )
    assert mail.subject == "L’avis de Amina & Cie"
    assert "Amina &amp; Cie" in mail.html
    assert mail.text == (
        "Bonjour Amina & Cie,\n\nIl manque\u00a0:\n\n- bail\n- photo\n\nVoir ma demande\u00a0: https://x/d?a=1&b=2\n"
    )


def test_a_failure_is_told_with_its_file_and_line() -> None:
    with pytest.raises(TemplateRefused, match=r"cadre\.html, ligne 3.*lien") as caught:
        render_mail(MAIL, {"usager": "A", "pieces": ["x"]}, frames)
    assert (caught.value.file, caught.value.line) == ("cadre.html", 3)
    with pytest.raises(TemplateRefused) as caught:
        render("\n\n{{ nom | date }}", VALUES)
    assert (caught.value.file, caught.value.line) == (None, 3)


def test_a_mail_without_a_subject_is_refused() -> None:
    with pytest.raises(TemplateRefused, match="sujet"):
        render_mail("<p>Bonjour</p>", {})


def test_an_sms_is_one_line_of_the_telephone_alphabet() -> None:
    said = render_sms("Rendez-vous le {{ jour | date_courte }}\nà {{ instant | heure }}.", VALUES)
    assert said == "Rendez-vous le 12/01/2027 à 14 h 30."


def test_unknown_tags_are_told_by_their_whole_name() -> None:
    source = "{{ dossier.numero }} {{ dossier.nummero }} {{ nom }} {% if x.y %}{% endif %}{{ reponses.logement.ville }}"
    assert unknown_tags(source, {"dossier.numero", "nom", "reponses.*"}) == ["dossier.nummero", "x.y"]


def test_names_that_a_template_makes_itself_are_no_tags() -> None:
    loop = "{% for p in pieces %}{{ p.nom }}{{ loop.index }}{% endfor %}"
    source = loop + "{% set a = 1 %}{{ a }}{% with b = a %}{{ b }}{% endwith %}"
    assert unknown_tags(source, {"pieces"}) == []
    assert unknown_tags(source, set()) == ["pieces"]


def test_the_tags_of_the_frame_and_missing_files_are_told_too() -> None:
    assert unknown_tags(MAIL, {"usager"}, frames) == ["lien", "pieces"]
    assert unknown_tags("{% extends 'perdu.html' %}{% include 'x.html' %}", set(), frames) == ["perdu.html", "x.html"]


def test_a_context_may_be_asked_about_when_only_its_fields_are_known() -> None:
    assert unknown_tags("{% if titre %}{{ titre.fin }}{% endif %}", {"titre.fin"}) == []


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("processes/*/courriers/*")), ids=lambda path: f"{path.parts[-3]}/{path.name}"
)
def test_every_template_of_the_house_can_be_read(path: Path) -> None:
    def loader(name: str) -> str:
        for folder in (path.parents[1], ROOT / "processes", ROOT / "processes" / "_commun"):
            if (folder / name).exists():
                return (folder / name).read_text()
        raise KeyError(name)

    missing = [tag for tag in unknown_tags(path.read_text(), set(), loader) if tag.endswith((".html", ".txt"))]
    assert missing == []
    with pytest.raises(TemplateRefused, match="une donnée manque"):
        render(path.read_text(), {}, loader, html=path.suffix == ".html")


def test_a_template_is_rendered_fast_enough_for_a_page() -> None:
    begun = time.perf_counter()
    for _ in range(20):
        templates.render_mail(MAIL, {"usager": "A", "pieces": ["x"], "lien": "https://x"}, frames)
    assert (time.perf_counter() - begun) / 20 < 0.1
