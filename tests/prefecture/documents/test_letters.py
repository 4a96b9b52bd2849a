"""Letters as PDF: tagged, in French, made by a child that fetches nothing and may die without harm."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pikepdf
import pypdf
import pytest

from prefecture.documents import fonts, pdf
from prefecture.documents.workshop import Workshop, WorkshopFailed

LETTER = """<style>@page { size: A4; margin: 2cm }</style>
<h1>Attestation de dépôt</h1><p>Délivrée à «\u00a0Amina\u00a0» pour l’œuvre.</p>
<table><tr><th>Pièce</th></tr><tr><td>Passeport</td></tr></table>"""


@pytest.fixture(scope="module")
def letter() -> bytes:
    return pdf.render_letter(LETTER, title="Attestation de dépôt n°\u00a03")


def test_a_letter_is_a_pdf_that_can_be_read_back(letter: bytes) -> None:
    read = pypdf.PdfReader(io.BytesIO(letter))
    text = read.pages[0].extract_text()
    assert "Attestation de dépôt" in text
    assert "«\u00a0Amina\u00a0»" in text.replace(" ", "\u00a0").replace("\u00a0à", " à") or "Amina" in text
    assert read.metadata is not None
    assert read.metadata.title == "Attestation de dépôt n°\u00a03"


def test_a_letter_is_tagged_and_says_its_language(letter: bytes) -> None:
    with pikepdf.open(io.BytesIO(letter)) as read:
        assert read.Root.Lang == "fr"
        assert read.Root.MarkInfo.Marked
        assert read.Root.ViewerPreferences.DisplayDocTitle
        with read.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
        tags = {str(each.S) for each in read.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each}
    assert {"/H1", "/P", "/Table", "/TH", "/TD"} <= tags


def test_a_letter_fetches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("MOT DE PASSE DE LA BASE " * 40)
    inside = f'<link rel="attachment" href="file://{secret}"><img src="file://{secret}" alt="x"><p>Bonjour</p>'
    made = pdf.render_letter(inside, title="Lettre")
    with pikepdf.open(io.BytesIO(made)) as read:
        assert len(read.attachments) == 0
    assert b"MOT DE PASSE" not in made


def test_a_picture_in_the_letter_itself_is_drawn() -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    made = pdf.render_letter(f'<img alt="Code" src="data:image/png;base64,{dot}">', title="Lettre")
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages[0].images) == 1


@pytest.mark.parametrize(
    ("html", "whole"),
    [
        (
            "<p>x</p>",
            '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>A &amp; B</title></head>'
            "<body><p>x</p></body></html>",
        ),
        (
            "<html><head></head><body>x</body></html>",
            '<html lang="fr"><head><title>A &amp; B</title></head><body>x</body></html>',
        ),
        (
            '<html lang="en"><head><title>T</title></head></html>',
            '<html lang="en"><head><title>T</title></head></html>',
        ),
    ],
)
def test_a_page_gets_the_language_and_title_that_it_lacks(html: str, whole: str) -> None:
    assert pdf.whole_page(html, title="A & B", lang="fr") == whole


def test_an_endless_letter_is_refused() -> None:
    with pytest.raises(pdf.LetterTooLong):
        pdf.render_letter("x" * (pdf.LARGEST_LETTER + 1), title="Lettre")


def test_fonts_are_there_and_their_absence_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fonts.count() > 0
    fonts.check()
    none = tmp_path / "fonts.conf"
    none.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>')
    monkeypatch.setenv("FONTCONFIG_FILE", str(none))
    press = Workshop("prefecture.documents.pdf_worker")
    with pytest.raises(WorkshopFailed, match="fonts-dejavu-core"):
        press.ask({"title": "x", "lang": "fr"}, [b"<p>x</p>"])


ECHO = "tests_echo_child"


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that answers with its process id, dies, dawdles, or tells its environment."""
    source = """
import os, time
from prefecture.documents import frames

def handle(message, blobs):
    print("noise")
    if message["do"] == "die":
        os.abort()
    if message["do"] == "dawdle":
        time.sleep(60)
    return {"pid": os.getpid(), "environment": dict(os.environ)}, [blob[::-1] for blob in blobs]

frames.serve(handle)
"""
    (tmp_path / f"{ECHO}.py").write_text(source)
    monkeypatch.setattr("prefecture.documents.workshop.ROOT", tmp_path)
    monkeypatch.setattr("prefecture.documents.workshop._TOLD", ("PATH", "PYTHONPATH"), raising=True)
    monkeypatch.setenv("PYTHONPATH", str(Path(pdf.__file__).parents[2]))
    return ECHO


def test_a_child_answers_keeps_no_secret_and_is_recycled(child: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANIPREF_SECRET", "s" * 40)
    shop = Workshop(child, most_jobs=2)
    answers = [shop.ask({"do": "echo"}, [b"abc", b""]) for _ in range(3)]
    assert [blobs for _, blobs in answers] == [[b"cba", b""]] * 3
    first, second, third = (told["pid"] for told, _ in answers)
    assert first == second != third
    assert "PLANIPREF_SECRET" not in answers[0][0]["environment"]
    shop.close()


def test_a_child_that_dies_or_dawdles_is_replaced(child: str) -> None:
    shop = Workshop(child, timeout=0.5)
    with pytest.raises(WorkshopFailed, match="exit status -6"):
        shop.ask({"do": "die"}, timeout=10)
    with pytest.raises(WorkshopFailed, match=r"more than 0\.5 s"):
        shop.ask({"do": "dawdle"})
    assert shop.ask({"do": "echo"}, timeout=10)[0]["pid"] != os.getpid()
    shop.close()


def test_several_threads_share_the_children(child: str) -> None:
    shop = Workshop(child, size=2)
    seen: list[int] = []

    def ask() -> None:
        seen.append(shop.ask({"do": "echo"})[0]["pid"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert 1 <= len(set(seen)) <= 2
    shop.close()


def test_children_do_not_outlive_a_server_that_is_killed(child: str, tmp_path: Path) -> None:
    server = f"""
import sys
import prefecture.documents.workshop as workshop
from pathlib import Path
workshop.ROOT, workshop._TOLD = Path({str(tmp_path)!r}), ("PATH", "PYTHONPATH")
shop = workshop.Workshop({child!r})
print(shop.ask({{"do": "echo"}})[0]["pid"], flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        orphan = int(process.stdout.readline())
        assert Path(f"/proc/{orphan}").exists()
        process.kill()
    until = time.monotonic() + 10
    while _runs(orphan) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(orphan)


def _runs(pid: int) -> bool:
    """Whether a process is there and not just waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
