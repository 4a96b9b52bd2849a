"""A folder frozen: the same files give the same digest, and only what is used of the shared blocks goes along."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from prefecture.demarches import bundle

PROCESSES = Path(__file__).parents[3] / "processes"


def test_the_digest_is_of_names_and_contents_alone(folder: Path) -> None:
    first = bundle.freeze(folder)
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))
    again = bundle.freeze(folder)
    assert (again.digest, again.packed()) == (first.digest, first.packed())
    (folder / "forms" / "accord.json").rename(folder / "forms" / "autre.json")
    assert bundle.freeze(folder).digest != first.digest


def test_a_bundle_survives_its_archive(folder: Path) -> None:
    frozen = bundle.freeze(folder)
    opened = bundle.unpack(frozen.packed())
    assert (opened.files, opened.digest) == (frozen.files, frozen.digest)


def test_a_block_that_is_not_called_stays_out_and_shared_letters_go_along(folder: Path) -> None:
    names = set(bundle.freeze(folder).files)
    assert "_commun/courriers/papier.html" in names
    assert "_commun/inutile.bpmn" not in names


def test_blocks_called_by_blocks_go_along() -> None:
    names = {name for name in bundle.freeze(PROCESSES / "renouvellement_titre_sejour").files if name.endswith(".bpmn")}
    assert names == {"processus.bpmn"} | {
        f"_commun/bloc_{n}.bpmn" for n in ("completude", "convocation", "decision", "remise")
    }


def test_what_is_no_file_of_a_demarche_stays_out(folder: Path, tmp_path: Path) -> None:
    before = bundle.freeze(folder).digest
    (folder / ".git").mkdir()
    (folder / ".git" / "x").write_text("x")
    (folder / "etats").mkdir()
    (folder / "etats" / "v1.json").write_text("{}")
    (folder / "lien.txt").symlink_to(tmp_path)
    (folder / "notes.txt~").write_text("x")
    assert bundle.freeze(folder).digest == before


def test_a_folder_without_settings_or_too_big_is_refused(folder: Path) -> None:
    (folder / "gros.bin").write_bytes(b"x" * (bundle.LARGEST_FILE + 1))
    with pytest.raises(bundle.FolderUnreadable, match=r"gros\.bin"):
        bundle.freeze(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(bundle.FolderUnreadable, match=r"demarche\.toml"):
        bundle.freeze(folder)
