"""A template that cannot be read is told with its line, in French."""

from __future__ import annotations

import pytest

from prefecture.notifications.faults import french
from prefecture.notifications.templates import TemplateRefused, render


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("\n{{ a | datte }}", "ligne 2 : le filtre « datte » n’existe pas"),
        ("{% if a is rare %}{% endif %}", "ligne 1 : le test « rare » n’existe pas"),
        ("{% iff a %}", "ligne 1 : « {% iff %} » n’existe pas"),
        (
            "{% if a %}",
            "ligne 1 : « {% if %} » n’est pas fermé : il manque « {% endif %} »",
        ),
        (
            "{% for b in a %}{% endif %}",
            "ligne 1 : « {% for %} » n’est pas fermé : il manque « {% endfor %} » avant « {% endif %} »",
        ),
        ("{{ a b }}", "ligne 1 : « }} » est attendu, pas « b »"),
        ("{{ a", "ligne 1 : le modèle finit avant « }} »"),
        ("{{ }}", "ligne 1 : une donnée est attendue, pas « }} »"),
        ("{% %}", "ligne 1 : une instruction est attendue après « {% »"),
        ("{{ a) }}", "ligne 1 : « ) » n’est pas à sa place"),
        ("{{ (a] }}", "ligne 1 : « ) » est attendu, pas « ] »"),
        ("{{ 'a }}", "ligne 1 : le signe « ' » ne se lit pas dans une balise"),
        ("{# a", "ligne 1 : un commentaire n’est pas fermé : il manque « #} »"),
        ("{% block b %}{% endblock %}{% block b %}{% endblock %}", "ligne 1 : le bloc « b » est écrit deux fois"),
        ("{% block b-c %}{% endblock %}", "ligne 1 : un nom de bloc s’écrit en lettres, chiffres et soulignés"),
    ],
)
def test_what_cannot_be_read_is_said_in_french(source: str, said: str) -> None:
    with pytest.raises(TemplateRefused) as caught:
        render(source, {"a": 1})
    assert str(caught.value).replace("\u00a0", " ") == said


def test_an_unknown_sentence_is_left_as_it_is() -> None:
    assert french("Something new.") == "Something new."
