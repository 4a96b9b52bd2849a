"""Languages: every text goes through gettext; French is the source, so French needs no catalogue.

Catalogues lie in `web/translations/<language>/LC_MESSAGES/messages.po`; a language is offered once its folder is there.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

FOLDER = Path(__file__).parent / "translations"
SOURCE = "fr"


def register(app: Flask) -> None:
    """Give the application its languages: the one that the browser prefers among those offered, else French."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", SOURCE)
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(FOLDER))
    Babel(app, locale_selector=_chosen)
    app.jinja_env.globals["language"] = language


def offered() -> list[str]:
    """The languages that have a catalogue, French first."""
    others = sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.mo"))
    return [SOURCE, *(name for name in others if name != SOURCE)]


def language() -> str:
    """The language of this page, for its `lang` attribute."""
    found = get_locale()
    return str(found.language) if found else SOURCE


def _chosen() -> str:
    if not has_request_context():
        return SOURCE
    return request.accept_languages.best_match(offered(), SOURCE) or SOURCE
