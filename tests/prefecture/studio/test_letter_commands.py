"""A letter from the command line: of a draft, of a folder, of a published démarche; with what it lacks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask

from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, service
from tests.town import PROCESSES, TSE

Run = Callable[..., tuple[int, str]]
LETTER = "courriers/decision_favorable.html"
UNSIGNED = b'{% extends "courriers/papier.html" %}{% block corps %}Oui.{% endblock %}'


@pytest.fixture
def run(studio: Flask) -> Run:
    def letter(*words: str) -> tuple[int, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", "letter", *words])
        return told.exit_code, told.output.replace("\u00a0", " ")

    return letter


@pytest.fixture
def bare(studio: Flask, ana: Actor) -> uuid.UUID:
    """A draft whose decision nobody signs."""
    with unit_of_work():
        draft = service.from_version(ana, demarches.current(TSE).id, "Sans signature")
        _, revision = queries.content(draft, LETTER)
        service.save_file(ana, draft, LETTER, UNSIGNED, revision)
    return draft


def test_a_letter_of_a_draft_is_written_as_a_pdf_and_what_lacks_is_told(
    run: Run, bare: uuid.UUID, tmp_path: Path
) -> None:
    target = tmp_path / "essai.pdf"
    status, said = run(str(bare), "decision_favorable", "-o", str(target))
    assert status == 0
    assert "MANQUE le prénom, le nom, la qualité et le service de qui décide (CRPA, art. L.212-1" in said
    with pypdfium2.PdfDocument(target) as document:
        assert "Oui." in document[0].get_textpage().get_text_range()


def test_a_folder_and_a_published_demarche_have_their_mails_and_sms(run: Run, tmp_path: Path) -> None:
    status, said = run(str(PROCESSES / TSE), "rappel_rdv.sms.txt")
    assert (status, "1 SMS, 108 caractères" in said, "MANQUE" in said) == (0, True, False)
    page = tmp_path / "depot.html"
    assert run(TSE, "depot.mail.html", "-o", str(page))[0] == 0
    assert "<title>Votre demande est enregistrée</title>" in page.read_text()
    assert "Objet : Votre demande est enregistrée" in run(TSE, "_commun/courriers/depot.mail.html")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("absente", "refus"), "Cette démarche n’existe pas."),
        ((TSE, "absent"), "Le courrier « absent » n’est pas dans cette démarche."),
        ((TSE, "refus", "--dossier", "TSE-94-26-000001-A"), "Ce dossier n’existe pas"),
        ((TSE, "refus", "--prefecture", "00"), "Cette préfecture n’existe pas."),
        ((TSE, "refus", "--scenario", "scenarios/x.toml"), "Ce scénario n’envoie pas ce courrier."),
    ],
)
def test_what_cannot_be_written_is_said(run: Run, words: tuple[str, ...], said: str) -> None:
    status, told = run(*words)
    assert (status, said in told) == (1, True)
