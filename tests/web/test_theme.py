"""French dates and numbers, templates and assets, another theme in its own folder."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from flask import render_template_string
from markupsafe import Markup

from tests.web.looks import application
from web import french, i18n, plots, theme

NOON = datetime(2027, 1, 12, 11, 30, tzinfo=UTC)
STATIC = theme.FOLDER / "static"


def plain(text: str) -> str:
    """The text with ordinary spaces, for reading."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_dates_are_written_in_full_for_citizens_and_short_for_agents() -> None:
    assert plain(french.long_date(date(2027, 1, 12))) == "mardi 12 janvier 2027"
    assert plain(french.long_date(date(2027, 1, 1), weekday=False)) == "1er janvier 2027"
    assert plain(french.short_date("2026-12-14")) == "14 déc. 2026"
    assert plain(french.short_day(date(2026, 12, 14))) == "lun. 14 déc."


def test_moments_are_seen_from_the_prefecture() -> None:
    assert plain(french.moment(NOON)) == "mardi 12 janvier 2027 à 12 h 30"
    assert plain(french.moment(NOON, "America/Cayenne")) == "mardi 12 janvier 2027 à 8 h 30 (heure de Cayenne)"
    assert (
        plain(french.short_moment(NOON, ZoneInfo("Indian/Reunion"))) == "12 janv. 2027, 15 h 30 (heure de La Réunion)"
    )
    late = datetime(2027, 1, 12, 22, 0, tzinfo=UTC)
    assert plain(french.long_date(late, "Indian/Reunion")) == "mercredi 13 janvier 2027"


def test_hours_drop_their_empty_minutes() -> None:
    assert plain(french.hour(time(14, 0))) == "14 h"
    assert plain(french.hour(time(9, 5))) == "9 h 05"
    assert french.zone_name("Africa/Abidjan") == "heure d’Abidjan"


@pytest.mark.parametrize("name", ["long_date", "short_date", "short_day", "hour", "moment", "short_moment", "number"])
def test_nothing_gives_an_empty_text(name: str) -> None:
    assert theme.FILTERS[name](None) == ""  # type: ignore[operator]


def test_numbers_amounts_and_sizes() -> None:
    assert plain(french.number(1250)) == "1 250"
    assert plain(french.number(Decimal("1250.5"))) == "1 250,5"
    assert french.number("deux") == "deux"
    assert plain(french.euros(225)) == "225 €"
    assert plain(french.euros(Decimal("12.5"))) == "12,50 €"
    assert plain(french.percent(0.874)) == "87 %"
    assert [plain(french.file_size(size)) for size in (840, 84_000, 1_240_000, 24_000_000, 3.2e9)] == [
        "840 o",
        "84 ko",
        "1,2 Mo",
        "24 Mo",
        "3,2 Go",
    ]
    assert [plain(french.duration(span)) for span in (1, 3, timedelta(hours=2), timedelta(minutes=10))] == [
        "1 jour",
        "3 jours",
        "2 h",
        "10 min",
    ]


def test_typography_never_breaks_before_a_sign() -> None:
    assert french.typo("L'avis : « oui » ?") == "L’avis\u00a0: «\u00a0oui\u00a0»\u00a0?"
    assert french.typo("sous 12 jours, 30 %") == "sous 12\u00a0jours, 30\u00a0%"
    assert french.typo("à 14:30") == "à 14:30"
    assert french.typo(Markup("<b>l'a :</b>")) == "<b>l'a :</b>"
    translated = french.typo(Markup("Qui ? &lt;vous&gt; ; sous 12 jours"))  # what gettext gives in a template
    assert translated == "Qui\u00a0? &lt;vous&gt;\u00a0; sous 12\u00a0jours"
    assert isinstance(translated, Markup)
    assert french.typo(None) == ""


def test_prose_keeps_its_small_markdown_and_escapes_the_rest() -> None:
    html = french.prose("# Titre\n\nUn **mot** <script>\n\n- a\n- b\n\n[loi](https://exemple.fr) [x](javascript:alert)")
    assert html == (
        '<p class="strong">Titre</p>\n<p>Un <strong>mot</strong> &lt;script&gt;</p>\n<ul><li>a</li><li>b</li></ul>\n'
        '<p><a href="https://exemple.fr">loi</a> [x](javascript:alert)</p>'
    )


def test_plots_say_their_numbers_to_who_cannot_see_them() -> None:
    drawn = plots.curve([("<janv.>", 96), ("févr.", 121)], "jours", ("limite", 120))
    assert 'aria-label="&lt;janv.&gt; 96 jours, févr. 121 jours"' in drawn
    assert "limite" in drawn
    lines = plots.bars([("Décision", 1655, "danger"), ("Remise", 0)], "dossiers", ("seuil", 500))
    assert "1\u202f655" in lines
    assert "bar--danger" in lines
    assert "500 dossiers" in lines


@pytest.mark.parametrize("rows", [[], [("a", 0)], [("a", 1)], [("a", 0.5), ("b", 2.25)]])
def test_plots_stand_small_figures(rows: list[tuple[str, float]]) -> None:
    assert plots.curve(rows).startswith("<svg")
    assert plots.bars(rows).startswith("<ul")


def test_pages_of_results_leave_out_what_is_far() -> None:
    assert theme.page_numbers(1, 1) == [1]
    assert theme.page_numbers(2, 4) == [1, 2, 3, 4]
    assert theme.page_numbers(5, 9) == [1, None, 4, 5, 6, None, 9]
    assert theme.page_numbers(9, 9) == [1, None, 8, 9]


def rendered(source: str, **values: object) -> str:
    """The source as one of our templates, with every component at hand."""
    with application().test_request_context("/"):
        return render_template_string('{% import "components/all.html" as ui %}' + source, **values)


def test_no_template_of_ours_has_an_inline_style_or_script() -> None:
    for path in (theme.FOLDER / "templates" / "components").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<script(?![^>]*src=)|\son\w+=", text), path


def test_every_colour_is_a_token() -> None:
    white_paper = {"background: #ffffff"}  # scanned pages and diagrams are drawn on white whatever the scheme
    for path in (STATIC / "css").glob("*.css"):
        lines = [line for line in path.read_text().splitlines() if re.search(r"#[0-9a-fA-F]{3,8}\b", line)]
        assert all(any(allowed in line for allowed in white_paper) for line in lines), path


def test_texts_given_by_people_are_escaped_everywhere() -> None:
    evil = "<script>x</script>"
    html = rendered(
        "{{ ui.button(t) }}{{ ui.notice(t, t, t, (t, '/')) }}{{ ui.alert(t, t) }}{{ ui.card(t, '/', t, t) }}"
        "{{ ui.summary_list([(t, t)]) }}{{ ui.timeline([{'date': t, 'title': t, 'text': t}]) }}{{ ui.tag(t) }}"
        "{{ ui.table(t, [{'key': 'a', 'label': t}], [{'id': t, 'cells': {'a': t}}], selectable='x') }}"
        "{{ ui.message_thread([{'who': t, 'date': t, 'text': t, 'files': [(t, t)]}]) }}{{ ui.text('n', t, t, t, t) }}"
        "{{ ui.upload('n', t, [{'id': t, 'name': t, 'size': 1}], t, t) }}{{ ui.plot(t, [(t, 1)]) }}"
        "{{ ui.four_steps([{'title': t, 'state': 'done', 'note': t}]) }}{{ ui.stepper(t, 1, 2, t, t) }}"
        "{{ ui.toast(t) }}{{ ui.badge(label=t) }}",
        t=evil,
    )
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") > 40


def test_a_field_says_its_error_to_screen_readers() -> None:
    html = rendered(
        "{{ ui.text('adresse.ville', 'Ville', 'x', hint='Aide', error='Écrivez la ville.', example='Créteil') }}"
    )
    assert 'id="champ-adresse-ville"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="champ-adresse-ville-aide champ-adresse-ville-erreur"' in html
    assert 'for="champ-adresse-ville"' in html


def test_optional_questions_are_marked_and_required_ones_are_not() -> None:
    assert "facultatif" in rendered("{{ ui.text('a', 'A', required=false) }}")
    assert "facultatif" not in rendered("{{ ui.text('a', 'A') }}")


def test_the_layouts_carry_the_frame_of_every_page() -> None:
    page = (
        '{% extends "layout/'
        + "{}"
        + '.html" %}{% block title %}Essai{% endblock %}{% block content %}<h1>E</h1>{% endblock %}'
    )
    for layout in ("citizen", "agent", "plain"):
        with application().test_request_context("/"):
            html = render_template_string(
                page.replace("{}", layout), current_actor=SimpleNamespace(name="K. Amina", roles=frozenset())
            )
        assert "<title>Essai · PlaniPref</title>" in html
        assert 'lang="fr"' in html
        assert 'href="#contenu"' in html
        assert "non conforme (aucun audit)" in html
        assert "page__aside" not in html
        assert ("K. Amina" in html) == (layout != "plain")
        if layout != "plain":
            assert 'action="/deconnexion"' in html
            assert 'name="csrf_token" value="jeton"' in html


def test_assets_have_a_version_and_are_served() -> None:
    client = application().test_client()
    page = client.get("/demo/composants").get_data(as_text=True)
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) > 15
    for address in set(addresses):
        assert "?v=" in address
        assert client.get(address, buffered=True).status_code == 200


def test_an_unknown_asset_is_an_error_of_the_page() -> None:
    with application().test_request_context("/"), pytest.raises(FileNotFoundError):
        render_template_string("{{ asset('css/none.css') }}")


def test_a_page_that_this_application_lacks_has_another_address() -> None:
    with application().test_request_context("/"):
        assert theme.address("nowhere.page", "/ailleurs") == "/ailleurs"
        assert theme.address("components.show") == "/demo/composants"


def other_theme(folder: Path) -> Path:
    """A made-up theme: its own buttons and tokens, nothing else."""
    (folder / "templates" / "components").mkdir(parents=True)
    (folder / "static" / "theme").mkdir(parents=True)
    ours = (theme.FOLDER / "templates" / "components" / "controls.html").read_text()
    theirs = ours.replace('"button" ~', '"autre-bouton" ~')
    (folder / "templates" / "components" / "controls.html").write_text(theirs)
    (folder / "static" / "theme" / "tokens.css").write_text(":root { --accent: navy }")
    return folder


def test_another_theme_draws_the_same_macros_with_its_own_markup(tmp_path: Path) -> None:
    client = application(other_theme(tmp_path), "dsfr").test_client()
    page = client.get("/demo/composants").get_data(as_text=True)
    assert 'class="autre-bouton"' in page
    assert 'class="theme-dsfr"' in page
    (tokens,) = re.findall(r'href="(/theme/theme/tokens.css[^"]*)"', page)
    assert client.get(tokens, buffered=True).get_data(as_text=True) == ":root { --accent: navy }"
    assert "/static/css/base.css" in page


def test_a_theme_folder_serves_nothing_outside_itself(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    client = application(other_theme(tmp_path / "t"), "dsfr").test_client()
    assert client.get("/theme/../secret").status_code == 404
    assert client.get("/theme/..%2f..%2fsecret").status_code == 404


@pytest.mark.parametrize("folder", [None, Path("/nowhere/at/all")])
def test_a_theme_without_its_folder_does_not_start(folder: Path | None) -> None:
    with pytest.raises(theme.ThemeMissing, match="PLANIPREF_THEME_FOLDER"):
        application(folder, "dsfr")


def test_nothing_of_the_state_is_in_the_neutral_theme() -> None:
    for path in [*STATIC.rglob("*.css"), *STATIC.rglob("*.svg"), *theme.FOLDER.glob("templates/**/*.html")]:
        text = path.read_text().lower()
        assert not re.search(r"\bfr-[a-z]+|marianne|république française", text), path


def test_french_is_offered_without_a_catalogue() -> None:
    assert i18n.offered()[0] == "fr"
    with application().test_request_context("/", headers={"Accept-Language": "de, en;q=0.5"}):
        assert i18n.language() == "fr"
