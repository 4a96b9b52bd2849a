"""Folders as zips: what goes out comes in the same, what would harm does not come in."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from prefecture.demarches import bundle
from prefecture.kernel.errors import Invalid, TooLarge
from prefecture.studio import archive
from tests.town import PROCESSES, TSE

SETTINGS = "demarche.toml"


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return held.getvalue()


def linked(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(SETTINGS, b"")
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    return held.getvalue()


def twice(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(name, b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr(name, b"2")
    return held.getvalue()


def locked() -> bytes:
    """A zip that says of its file that it is encrypted."""
    content = bytearray(zipped({SETTINGS: b"code = 1"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def test_a_folder_goes_out_and_comes_in_the_same() -> None:
    files = {**bundle.freeze(PROCESSES / TSE).files, "exemples/regles.toml": b"# Un exemple par ligne.\n"}
    packed = archive.pack(TSE, files)
    assert archive.pack(TSE, dict(reversed(files.items()))) == packed
    came = archive.unpack(packed)
    assert came.name == TSE
    assert {**came.own, **came.shared} == dict(files)
    assert came.left_out == ()


def test_what_goes_out_is_the_folder_that_the_command_line_checks(tmp_path: Path) -> None:
    frozen = bundle.freeze(PROCESSES / TSE)
    with zipfile.ZipFile(io.BytesIO(archive.pack(TSE, frozen.files))) as out:
        out.extractall(tmp_path)
    assert bundle.freeze(tmp_path / TSE).digest == frozen.digest


def test_a_folder_at_the_root_or_deep_inside_is_found() -> None:
    for home in ("", "ma_demarche/", "git-1234/processes/ma_demarche/"):
        came = archive.unpack(zipped({f"{home}{SETTINGS}": b"x", f"{home}processus.bpmn": b"y"}))
        assert set(came.own) == {SETTINGS, "processus.bpmn"}


def test_what_no_demarche_has_is_left_out_and_told() -> None:
    files = {SETTINGS: b"", "note.docx": b"", "forms/demande.json": b"{}", "a/b/c.txt": b"", "scenarios/été.toml": b""}
    hidden = {".git/config": b"", "__MACOSX/._x": b"", "etats/dossier.json": b"", "processus.bpmn~": b""}
    came = archive.unpack(zipped({**files, **hidden}))
    assert set(came.own) == {SETTINGS, "forms/demande.json"}
    assert set(came.left_out) == {"note.docx", "a/b/c.txt", "scenarios/été.toml"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: b"not a zip", "ne peut pas être lue"),
        (lambda: zipped({SETTINGS: b"x" * 5000})[:90], "ne peut pas être lue"),
        (lambda: zipped({SETTINGS: b"", "../../evil.sh": b""}), "sort de son dossier"),
        (lambda: zipped({SETTINGS: b"", "/etc/cron.d/x": b""}), "sort de son dossier"),
        (lambda: zipped({SETTINGS: b"", "C:/x.toml": b""}), "sort de son dossier"),
        (lambda: linked("forms/demande.json"), "un lien"),
        (lambda: twice(SETTINGS), "deux fois"),
        (locked, "mot de passe"),
        (lambda: zipped({SETTINGS: b"x" * 5000}, zipfile.ZIP_LZMA), "d’une façon"),
        (lambda: zipped({"processus.bpmn": b""}), "demarche.toml"),
        (lambda: zipped({f"a/{SETTINGS}": b"", f"b/{SETTINGS}": b""}), "plusieurs démarches"),
    ],
)
def test_an_archive_that_is_no_folder_of_ours_is_refused_with_a_reason(made: Callable[[], bytes], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        archive.unpack(made())


@pytest.mark.parametrize(
    "files",
    [
        {SETTINGS: b"", "processus.bpmn": b"\0" * (2 * 1024 * 1024 + 1)},
        {SETTINGS: b"", "processus.bpmn": b"\0" * (2 * 1024 * 1024 - 1)},
        {SETTINGS: b"", **{f"forms/f{number}.json": b"" for number in range(401)}},
        {SETTINGS: b"", **{f"x/{number}": b"" for number in range(2001)}},
    ],
    ids=["too large", "a bomb", "too many", "far too many"],
)
def test_an_archive_never_unpacks_to_more_than_a_folder_holds(files: dict[str, bytes]) -> None:
    with pytest.raises(TooLarge):
        archive.unpack(zipped(files))
