"""A version carried from one installation to another by programs: two houses, real signatures, by HTTP alone."""

from __future__ import annotations

import base64
import io
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.identity import service as identity
from prefecture.kernel import settings
from prefecture.kernel.db import db
from prefecture.kernel.settings import Settings
from prefecture.kernel.unit_of_work import unit_of_work
from tests.api.caller import PREFIX, Caller
from tests.town import PASSWORD, TSE, Town, build

Call = Callable[..., Caller]
WHY = "Comparée au téléphone avec la recette."
ARRIVALS, KEYS = "/publications/arrivals", "/publications/keys"


@pytest.fixture
def production(town: Town, sqlite_town: tuple[Path, uuid.UUID], tmp_path: Path) -> Iterator[tuple[Flask, Settings]]:
    """Another installation and its settings: a master key of its own, a national administrator."""
    home, before = tmp_path / "production", settings.current()
    home.mkdir()
    shutil.copy(sqlite_town[0], home / "planipref.sqlite3")
    own = base64.b64encode(bytes(range(32, 64))).decode()
    app = build(home, f"sqlite:///{home / 'planipref.sqlite3'}", PLANIPREF_MASTER_KEY=own)
    with app.app_context(), unit_of_work():
        identity.create_agent("nina", "Nina Roy", PASSWORD, ["administrateur"])
    chosen = settings.current()
    settings.use(before)
    yield app, chosen
    settings.use(before)
    with app.app_context():
        db.engine.dispose()


def bring(nina: Caller, content: bytes) -> TestResponse:
    data = {"file": (io.BytesIO(content), "v2.planipref")}
    return nina.client.post(f"{PREFIX}{ARRIVALS}", headers=nina.headers, data=data, content_type="multipart/form-data")


def test_a_version_is_sealed_received_and_published_there(
    town: Town, call: Call, production: tuple[Flask, Settings]
) -> None:
    with town.app.app_context():
        told = dict(demarches.current(TSE).files)
        told["demarche.toml"] = told["demarche.toml"].replace(b"delai_jours = 30", b"delai_jours = 45")
        with unit_of_work():
            version = publishing.publish_files(bundles.of_files(told), TSE, "Camille Laurent")
    assert call("claire").post(f"/versions/{version.id}/seal").status_code == 403
    sealed = call("ana").post(f"/versions/{version.id}/seal", key="une-fois")
    assert (sealed.status_code, sealed.json["number"], sealed.json["digest"]) == (201, 2, version.digest)
    content = base64.b64decode(sealed.json["file"])
    settings.use(production[1])
    nina = Caller(production[0], "nina")
    unknown = bring(nina, content)
    assert (unknown.status_code, unknown.json["type"]) == (403, "urn:planipref:probleme:cle-inconnue")
    wrong = nina.post(KEYS, {"key": "ff", "name": "Recette", "reason": WHY})
    assert (wrong.status_code, set(wrong.json["errors"])) == (422, {"key"})
    added = nina.post(KEYS, {"key": sealed.json["key"], "name": "Recette", "reason": WHY})
    assert (added.status_code, added.json["fingerprint"]) == (201, sealed.json["fingerprint"])
    altered = bring(nina, content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    assert (altered.status_code, set(altered.json["errors"])) == (422, {"file"})
    arrived = bring(nina, content).json
    assert (arrived["installation"], arrived["replaces"], arrived["published"]) == ("Recette", 1, False)
    assert [one["key"] for one in arrived["conditions"] if not one["met"]] == []
    made = nina.post(f"{ARRIVALS}/{arrived['arrival_id']}/publication")
    assert (made.status_code, made.json["number"], made.json["digest"]) == (201, 2, version.digest)
    assert bring(nina, content).json["arrival_id"] == arrived["arrival_id"]
    assert nina.get(f"{ARRIVALS}/{arrived['arrival_id']}").json["published"]
    assert nina.post(f"{ARRIVALS}/{arrived['arrival_id']}/publication").json["version_id"] == made.json["version_id"]
    assert nina.post(f"{KEYS}/{added.json['id']}/removal", {"reason": WHY}).status_code == 200
    assert bring(nina, content).status_code == 403
    assert [one["act"] for one in nina.get("/publications").json["items"]] == ["untrusted", "received", "trusted"]


def test_only_the_national_administrator_receives_and_trusts(call: Call) -> None:
    marc, ana = call("marc"), call("ana")
    assert (marc.get(KEYS).status_code, ana.get(KEYS).status_code) == (403, 403)
    assert marc.post(KEYS, {"key": "00" * 32, "name": "Recette", "reason": WHY}).status_code == 403
    assert bring(marc, b"rien").status_code == 403
