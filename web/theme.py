"""The look: where templates and style sheets are found, and what every template may use to write French.

The neutral theme is ours. A préfecture entitled to another one installs it in a folder of its own and names it by
PLANIPREF_THEME and PLANIPREF_THEME_FOLDER: what lies in its `templates/` and `static/` is taken before ours, file by
file, so the same macros draw with its markup. Nothing of it comes with this project.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, send_from_directory, url_for
from jinja2 import ChoiceLoader, FileSystemBytecodeCache, FileSystemLoader
from jinja2 import __version__ as jinja
from markupsafe import Markup
from werkzeug.routing import BuildError

from prefecture.kernel import settings
from prefecture.kernel.entry import PUBLIC, entry
from web import french, plots

FOLDER = Path(__file__).parent
NEUTRAL = "neutre"
ONE_YEAR = 365 * 24 * 3600

FILTERS = {
    "long_date": french.long_date,
    "short_date": french.short_date,
    "short_day": french.short_day,
    "hour": french.hour,
    "moment": french.moment,
    "short_moment": french.short_moment,
    "zone_name": french.zone_name,
    "number": french.number,
    "euros": french.euros,
    "percent": french.percent,
    "file_size": french.file_size,
    "duration": french.duration,
    "typo": french.typo,
    "prose": french.prose,
}


class ThemeMissing(Exception):
    """The settings name a theme whose folder is not there; the message says which."""


def register(app: Flask) -> None:
    """Give the application the look that the settings name. Raises ThemeMissing."""
    chosen = settings.current()
    install(app, theme=chosen.theme, folder=chosen.theme_folder)
    app.jinja_env.bytecode_cache = _compiled(chosen.home)


def _compiled(home: Path) -> FileSystemBytecodeCache:
    """Where compiled templates wait for the next start; a template that has changed is compiled again."""
    folder = home / "templates" / jinja  # what one release of Jinja compiled says nothing to another
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def install(app: Flask, *, theme: str = NEUTRAL, folder: Path | None = None) -> None:
    """Give the application its templates, filters and assets. Any theme but the neutral one needs its folder."""
    if theme != NEUTRAL and (folder is None or not folder.is_dir()):
        raise ThemeMissing(f"PLANIPREF_THEME is {theme!r}: PLANIPREF_THEME_FOLDER must name its installed folder")
    own = folder if theme != NEUTRAL else None
    places = [FileSystemLoader(own / "templates")] if own else []
    app.jinja_loader = ChoiceLoader([*places, FileSystemLoader(FOLDER / "templates")])
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        asset=_assets(own),
        address=address,
        page_numbers=page_numbers,
        bars_drawing=plots.bars,
        curve_drawing=plots.curve,
        theme=theme,
        zone_name=french.zone_name,
        Markup=Markup,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if own:
        app.register_blueprint(_files_of(own / "static"))


def _assets(own: Path | None) -> object:
    """The function `asset(filename)`: the address of a static file, with a version that changes with its content."""
    places = [("theme_files.file", own / "static")] if own else []
    places.append(("static_files.static", FOLDER / "static"))

    def asset(filename: str) -> str:
        for endpoint, folder in places:
            if (folder / filename).is_file():
                return url_for(endpoint, filename=filename, v=_version(folder / filename))
        raise FileNotFoundError(filename)

    return asset


@lru_cache(maxsize=256)
def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _files_of(folder: Path) -> Blueprint:
    blueprint = Blueprint("theme_files", __name__)

    @entry(PUBLIC)
    def file(filename: str) -> Response:
        return send_from_directory(folder, filename, max_age=ONE_YEAR)

    blueprint.add_url_rule("/theme/<path:filename>", "file", file)
    return blueprint


def address(endpoint: str, otherwise: str = "", **values: object) -> str:
    """The address of a page, or `otherwise` where this application has no such page."""
    try:
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    except BuildError:
        return otherwise


def page_numbers(page: int, total: int) -> list[int | None]:
    """The numbers that a pagination shows: the ends, the page and its neighbours; None where some are left out."""
    shown = sorted({1, total, *range(max(1, page - 1), min(total, page + 1) + 1)} - {0})
    numbers: list[int | None] = []
    for number in shown:
        previous = numbers[-1] if numbers else 0
        if previous is not None and number - previous == 2:
            numbers.append(number - 1)
        elif previous is not None and number - previous > 2:
            numbers.append(None)
        numbers.append(number)
    return numbers
