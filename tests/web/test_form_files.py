"""Forms through the editor: what it did not change comes back as it was written, what it cannot draw is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.web.test_studio_bundle import PROCESSES, run

FORMS = sorted(PROCESSES.glob("*/forms/**/*.json"))


def reread(*paths: Path, rename: bool = False) -> dict[Path, str]:
    """What the editor would write of these files."""
    told = run("reread_forms.mjs", *(["--rename"] if rename else []), *(str(path) for path in paths))
    return {Path(path): text for path, text in told.items()}


def lines(text: str) -> list[str]:
    """The lines of a file; a comma more at an end changes none."""
    return [one.rstrip(",") for one in text.splitlines()]


def rewritten(folder: Path, text: str, *, rename: bool = False) -> str:
    """What the editor would write of a form nobody has."""
    path = folder / "forme.json"
    path.write_text(text)
    return reread(path, rename=rename)[path]


def test_every_form_comes_back_byte_for_byte() -> None:
    written = reread(*FORMS)
    assert len(written) > 25
    assert [path.name for path, text in written.items() if text != path.read_text()] == []


def test_a_change_touches_its_line_alone() -> None:
    for path, text in reread(*FORMS, rename=True).items():
        before, after = lines(path.read_text()), lines(text)
        assert [one.strip() for one in after if one not in before] == ['"label": "Autrement dit"'], path
        assert abs(len(after) - len(before)) <= 1, path


def test_unknown_keys_repeated_ids_and_strange_types_are_kept(tmp_path: Path) -> None:
    written = {
        "schemaVersion": 4,
        "exporter": {"name": "Autre"},
        "components": [
            {
                "label": "A",
                "type": "iframe",
                "url": "https://exemple.fr",
                "id": "x",
                "zz": {"b": 1, "a": [2, {"d": 1}]},
            },
            {"type": "textfield", "key": "meme", "id": "x", "layout": {"row": "Row_1", "columns": 8}},
            {"type": "textfield", "key": "meme", "layout": {"row": "Row_1", "columns": None}},
        ],
        "versionTag": "3",
        "id": "Form_1",
    }
    text = json.dumps(written, indent=2) + "\n"
    assert rewritten(tmp_path, text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "n’est pas du JSON"),
        ("[]", "il lui manque la liste « components »"),
        ('{"components": {}}', "il lui manque la liste « components »"),
        ('{"components": [3]}', "n’est pas un objet"),
        ('{"components": [{"type": "textfield", "key": 3}]}', "n’est pas un texte"),
        ('{"components": [{"type": "group", "components": 1}]}', "pas une liste"),
    ],
)
def test_what_is_no_form_opens_as_text_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    assert said in rewritten(tmp_path, text)
