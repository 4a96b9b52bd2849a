"""Work done elsewhere comes in, is judged by the same checks, and takes nobody's work away."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from flask import Flask

from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import archive, importing, queries, service
from tests.town import PROCESSES, TSE

CAMUNDA = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://bpmn.io/schema/bpmn"
  exporter="Camunda Modeler" exporterVersion="5.20.0">
  <bpmn:process id="Process_duplicata" name="Duplicata" isExecutable="true" camunda:historyTimeToLive="180">
    <bpmn:startEvent id="debut"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="debut" targetRef="appel" />
    <bpmn:serviceTask id="appel" name="Appeler" camunda:class="fr.exemple.Appel">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f2" sourceRef="appel" targetRef="fin" />
    <bpmn:endEvent id="fin"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"""


def test_a_new_demarche_begins_from_the_archetype_ready_to_run(ana: Actor) -> None:
    with unit_of_work():
        made = service.from_archetype(ana, "duplicata_carte", "Duplicata de « carte »", "DUC")
    version = queries.version(made)
    assert (version.title, version.prefix, version.process_id) == ("Duplicata de « carte »", "DUC", "duplicata_carte")
    assert version.definition.process == "duplicata_carte"
    assert queries.findings(made) == []
    assert b"NDM-" not in b"".join(queries.files(made).values())
    called = {path for path in queries.bundle(made).files if path.endswith(".bpmn")}
    assert called == {
        "processus.bpmn",
        *(f"_commun/bloc_{step}.bpmn" for step in ("completude", "convocation", "decision", "remise")),
    }


def test_a_folder_exported_and_imported_is_the_next_version_of_its_demarche(ana: Actor, draft: uuid.UUID) -> None:
    _, content = importing.export(draft)
    with unit_of_work():
        came = importing.into_new(ana, content)
    view = queries.draft(came.draft_id)
    assert (view.code, view.based_on, came.notes) == (TSE, 1, ())
    assert queries.bundle(came.draft_id).digest == demarches.current(TSE).digest


def test_a_zip_replaces_a_drafts_files_and_the_history_has_the_others(ana: Actor, draft: uuid.UUID) -> None:
    files = {**queries.files(draft), "LISEZMOI.md": "# Réécrit\n".encode()}
    del files["scenarios/retrait.toml"]
    files["_commun/bloc_decision.bpmn"] = b"<other/>"
    with unit_of_work():
        came = importing.into_draft(ana, draft, archive.pack(TSE, files))
    assert queries.content(draft, "LISEZMOI.md")[0] == "# Réécrit\n".encode()
    assert "bloc_decision.bpmn" in came.notes[0]
    assert queries.findings(draft) == []
    with unit_of_work():
        service.restore(ana, draft, queries.milestones(draft)[0].number)
    assert queries.bundle(draft).digest == demarches.current(TSE).digest


def test_another_demarches_folder_does_not_come_into_a_draft(ana: Actor, draft: uuid.UUID) -> None:
    other = archive.pack("autre", {"demarche.toml": b'code = "autre"'})
    with pytest.raises(Invalid, match="autre"), unit_of_work():
        importing.into_draft(ana, draft, other)
    with pytest.raises(Invalid), unit_of_work():
        importing.into_new(ana, archive.pack("Pas un code", {"demarche.toml": b"= illisible"}))


def test_a_diagram_from_camunda_modeler_comes_in_and_its_foreign_words_are_told(ana: Actor) -> None:
    with unit_of_work():
        made = service.from_archetype(ana, "duplicata_carte", "Duplicata", "DUC")
        came = importing.file_into_draft(ana, made, "Mon dessin.bpmn", CAMUNDA)
    assert any("processus.bpmn" in note for note in came.notes)
    assert any("Process_duplicata" in note for note in came.notes)
    found = queries.findings(made)
    assert any(one.severity == "error" and one.element == "appel" for one in found)
    assert not any(one.rule.startswith("processus-") for one in found)


def test_a_single_file_takes_the_place_of_its_namesake_or_of_its_kind(ana: Actor, draft: uuid.UUID) -> None:
    for name, path in (
        ("instruction.json", "forms/instruction.json"),
        ("nouveau.json", "forms/nouveau.json"),
        ("essai.toml", "scenarios/essai.toml"),
        ("lettre.html", "courriers/lettre.html"),
        ("taux.dmn", "taux.dmn"),
    ):
        with unit_of_work():
            importing.file_into_draft(ana, draft, name, b"x")
        assert queries.content(draft, path)[0] == b"x"
    with pytest.raises(Invalid), unit_of_work():
        importing.file_into_draft(ana, draft, "virus.exe", b"x")


def test_the_command_line_begins_imports_exports_and_checks(ana: Actor, studio: Flask, tmp_path: Path) -> None:
    runner = studio.test_cli_runner()

    def run(*told: str) -> str:
        done = runner.invoke(args=["demarche", "draft", *told])
        assert done.exit_code == 0, done.output
        return str(done.output)

    begun = run("new", TSE).split()[-1]
    run("export", begun, str(tmp_path / "sortie.zip"))
    again = run("import", str(tmp_path / "sortie.zip")).split()[-1]
    assert queries.bundle(uuid.UUID(again)).digest == demarches.current(TSE).digest
    folder = run("import", str(PROCESSES / "echange_permis_conduire")).split()[-1]
    assert "0 erreur(s)" in run("check", folder)
    (tmp_path / "processus.bpmn").write_bytes(CAMUNDA)
    run("import", str(tmp_path / "processus.bpmn"), "--into", folder)
    assert runner.invoke(args=["demarche", "draft", "check", folder]).exit_code == 1
    made = run("new", "visa_court", "--prefix", "VIC", "--title", "Visa court").split()[-1]
    assert {begun, again, folder, made} <= set(run("list").split())
    refused = runner.invoke(args=["demarche", "draft", "new", "Visa", "--prefix", "vic"])
    assert refused.exit_code == 1
    assert "minuscules" in refused.output
