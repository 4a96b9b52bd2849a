"""Publishing: a version is frozen whole, never changed, and new dossiers follow the latest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from prefecture.demarches import queries, service
from prefecture.kernel.errors import NotFound
from prefecture.kernel.unit_of_work import unit_of_work

Change = Callable[[str, str, str], None]


def publish(folder: Path) -> queries.VersionView:
    with unit_of_work():
        return service.publish(folder, by="Ada")


def test_a_published_version_holds_everything_a_dossier_reads(app: Flask, folder: Path) -> None:
    view = publish(folder)
    assert (view.code, view.number, view.published_by) == ("essai", 1, "Ada")
    version = queries.current("essai")
    assert (version.id, version.title, version.prefix) == (view.id, "Démarche d’essai", "ESS")
    assert version.definition.process == "essai"
    assert version.form("demande").title == "Votre demande"
    assert version.template("courriers/papier.html") == "<p>{{ dossier.numero }}</p>"
    assert list(version.diagrams) == ["processus.bpmn"]
    assert queries.version(view.id) is version
    with pytest.raises(NotFound):
        version.file("courriers/absent.html")


def test_dated_figures_are_those_in_force_that_day(app: Flask, folder: Path) -> None:
    publish(folder)
    version = queries.current("essai")
    taxes = [version.data_at("taxe", day) for day in (date(2019, 12, 31), date(2026, 5, 31), date(2026, 6, 1))]
    assert taxes == [None, 25, 30]
    assert version.data_at("autre", date(2026, 1, 1)) is None


def test_publishing_the_same_files_again_changes_nothing(app: Flask, folder: Path) -> None:
    assert publish(folder) == publish(folder)
    assert len(queries.versions("essai")) == 1


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("courriers/recu.mail.html", "Dossier", "Votre dossier"),
        ("../_commun/courriers/papier.html", "<p>", "<p class='a'>"),
        ("forms/accord.json", "J’approuve", "J’accepte"),
    ],
)
def test_a_changed_letter_form_or_shared_file_is_a_new_version_and_the_old_one_keeps_its_own(
    app: Flask, folder: Path, change: Change, name: str, before: str, after: str
) -> None:
    old = publish(folder)
    change(name, before, after)
    new = publish(folder)
    assert (new.number, queries.current("essai").id) == (2, new.id)
    inside = name.removeprefix("../")
    assert before in queries.version(old.id).file(inside).decode()
    assert after in queries.version(new.id).file(inside).decode()
    assert [one.number for one in queries.versions("essai")] == [2, 1]
    assert [one.number for one in queries.demarches()] == [2]


def test_a_folder_with_an_error_is_not_published(app: Flask, folder: Path, change: Change) -> None:
    change("processus.bpmn", "essai.rappeler", "essai.rapeler")
    with pytest.raises(service.DemarcheRefused) as refused:
        publish(folder)
    assert [one.rule for one in refused.value.findings if one.severity == "error"] == ["action-inconnue"]
    with pytest.raises(NotFound):
        queries.current("essai")
