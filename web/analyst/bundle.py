"""The studio's scripts and style sheets, as the bundler left them in `web/static/studio`: which files a page names.

The bundler writes a manifest beside them; `make setup` builds both when a source or the lock file has changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "static" / "studio"
MANIFEST = "manifest.json"
START = "studio.js"
SHEET = "styles/page.css"
# What opens with the page nearly always: named by it, rather than found out when the first script has run.
FIRST = "editors/bpmn"


class BundleMissing(Exception):
    """The studio was not built on this machine."""


@dataclass(frozen=True)
class Bundle:
    """The script that starts the page, those worth fetching with it, its style sheets; names in `static/studio`.

    `sheets` are those that editors ask for by the name of their source.
    """

    script: str
    needed: tuple[str, ...]
    styles: tuple[str, ...]
    sheets: Mapping[str, str]


def bundle(folder: Path = FOLDER) -> Bundle:
    """The files of the studio's page. Raises BundleMissing."""
    try:
        entries: dict[str, list[str]] = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise BundleMissing(f"{folder / MANIFEST} is missing: run `make setup`") from error
    script, *needed = entries[START]
    return Bundle(
        script=script,
        needed=tuple(dict.fromkeys([*needed, *entries[f"{FIRST}.js"]])),
        styles=(*entries[SHEET], *entries[f"{FIRST}.css"]),
        sheets={name: files[0] for name, files in entries.items() if name.endswith(".css")},
    )
