"""Our drawings opened and saved by what the browser reads and writes with: the same meaning, every extension kept."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from prefecture.demarches import bundle
from prefecture.demarches.version import Version
from tests.engine.differential.node import ask

PROCESSES = Path(__file__).parents[3] / "processes"
FOLDERS = sorted(path.parent for path in PROCESSES.glob("*/demarche.toml"))
OURS = "{urn:planipref:bpmn:1}"
# How the studio tells bpmn-js what our extension is made of.
STUDIO = Path(__file__).parents[3] / "web/studio/diagram/planipref.json"
Extension = tuple[str, tuple[tuple[str, str], ...], str]


def extensions(content: bytes) -> Counter[Extension]:
    """Every element of ours: its place, its attributes, its text."""
    return Counter(
        (
            f"{_owner(one)}/{one.tag}",
            tuple(sorted((str(name), str(value)) for name, value in one.attrib.items())),
            (one.text or "").strip(),
        )
        for one in etree.fromstring(content).iter(f"{OURS}*")
    )


def places(content: bytes) -> list[tuple[str, str]]:
    """Every id with the kind of its element, in order."""
    return [(str(one.get("id")), one.tag) for one in etree.fromstring(content).iter("*") if one.get("id")]


def _owner(one: etree._Element) -> str:
    return next((str(above.get("id")) for above in one.iterancestors() if above.get("id")), "")


def version(files: dict[str, bytes]) -> Version:
    return Version(bundle.of_files(files), version_id=uuid.UUID(int=0), code="x", number=0)


def saved_by_browser(files: Mapping[str, bytes], extensions: Mapping[str, Any]) -> dict[str, Any]:
    """What comes back for each drawing."""
    names = [name for name in files if name.endswith(".bpmn")]
    request = {"texts": [files[name].decode() for name in names], "extensions": extensions}
    return dict(zip(names, ask("save.mjs", "bpmn-moddle", request), strict=True))


@pytest.mark.parametrize("described", [False, True], ids=["unknown-extension", "described-extension"])
@pytest.mark.parametrize("folder", FOLDERS, ids=[one.name for one in FOLDERS])
def test_a_demarche_saved_by_the_browser_means_the_same(folder: Path, described: bool) -> None:
    files = dict(bundle.freeze(folder).files)
    saved = saved_by_browser(files, {"planipref": json.loads(STUDIO.read_text())} if described else {})
    for name, answer in saved.items():
        assert answer["warnings"] == [], name
        content = answer["xml"].encode()
        assert extensions(content) == extensions(files[name]), name
        assert places(content) == places(files[name]), name
    after = files | {name: answer["xml"].encode() for name, answer in saved.items()}
    assert version(after).definition.digest == version(files).definition.digest


def test_a_changed_drawing_does_not_mean_the_same() -> None:
    files = dict(bundle.freeze(FOLDERS[0]).files)
    changed = files["processus.bpmn"].replace(b"decision.sens", b"decision.sense")
    changed = changed.replace(b"=refus_implicite = false", b"=refus_implicite = true")
    assert changed != files["processus.bpmn"]
    after = files | {"processus.bpmn": changed}
    assert version(after).definition.digest != version(files).definition.digest
