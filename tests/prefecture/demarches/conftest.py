"""The démarches' desk on a fresh database, with a folder to spoil."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine.compile import ActionSpec
from engine.simulation import Answered
from prefecture.demarches import commands, service
from prefecture.kernel import settings
from prefecture.kernel.db import Model, db, prepare

ESSAI = Path(__file__).parents[1] / "dossiers" / "demarches" / "essai"
ACTIONS = {
    "essai.accuser": ActionSpec({"objet": "string"}, {"recu": "boolean"}),
    "essai.rappeler": ActionSpec(errors=frozenset({"injoignable"})),
}
SCENARIO = """
titre = "Du dépôt à l’accord"
le = 2026-11-23T10:00:00

[etant_donne.dossier]
depose_le = 2026-11-23

[etant_donne.demande]
objet = "Renouveler"

[[etapes]]
quand = "le dossier est complet"
tache = "verifier"
reponses = { conclusion = "complet" }

[[etapes]]
quand = "l’avis arrive"
message = "avis"
alors = { taches = ["approuver"] }
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    chosen = settings.read({**os.environ, "PLANIPREF_HOME": str(tmp_path / "home")})
    chosen.home.mkdir()
    settings.use(chosen)
    app = Flask("demarches")
    app.config["SQLALCHEMY_DATABASE_URI"] = chosen.database_url
    db.init_app(app)
    commands.register(app)
    service.register_actions(ACTIONS)
    service.register_tags(["dossier.numero", "demande"])
    service.register_messages({"retrait": {"motif_retrait": "string"}})
    service.register_simulation(lambda told: {"essai.accuser": lambda asked: Answered({"recu": True})})
    with app.app_context():
        prepare(db.engine)
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()
    service.register_tags([])
    service.register_messages(None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small démarche, with a letter, a scenario and a `_commun` folder beside it."""
    copy = tmp_path / "processes" / "essai"
    shutil.copytree(ESSAI, copy)
    (copy / "courriers").mkdir()
    (copy / "courriers" / "recu.mail.html").write_text("<p>Dossier {{ dossier.numero }} : {{ demande.objet }}</p>")
    (copy / "scenarios").mkdir()
    (copy / "scenarios" / "nominal.toml").write_text(SCENARIO)
    common = tmp_path / "processes" / "_commun"
    (common / "courriers").mkdir(parents=True)
    (common / "courriers" / "papier.html").write_text("<p>{{ dossier.numero }}</p>")
    (common / "inutile.bpmn").write_bytes((copy / "processus.bpmn").read_bytes().replace(b'"essai"', b'"inutile"'))
    return copy


@pytest.fixture
def change(folder: Path) -> Callable[[str, str, str], None]:
    """Replace a text of one of the folder's files."""

    def replace(name: str, before: str, after: str) -> None:
        path = folder / name
        content = path.read_text()
        assert before in content
        path.write_text(content.replace(before, after))

    return replace
