"""Closing a version, or a démarche,: the journal says why, the next version opens it, and the way back."""

from __future__ import annotations

import pytest
from flask import Flask

from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches import retirement
from prefecture.demarches import service as publishing
from prefecture.demarches.retirement import DemarcheRetired
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, publication, retiring
from tests.town import TSE

WHY = "Le décret du 3 mai l’a supprimée."


def refuse_if_retired() -> None:
    retirement.refuse_if_retired(TSE, demarches.current(TSE).id)


def test_a_closed_demarche_says_so_until_it_opens_again_and_the_journal_keeps_both(studio: Flask, ana: Actor) -> None:
    refuse_if_retired()
    with unit_of_work():
        made = retiring.retire(ana, TSE, None, WHY, "Adressez-vous à la mairie.")
    with pytest.raises(DemarcheRetired, match=r"ne reçoit plus de nouvelles demandes\. Adressez-vous à la mairie"):
        refuse_if_retired()
    with pytest.raises(Conflict), unit_of_work():
        retiring.retire(ana, TSE, None, WHY)
    with unit_of_work():
        retiring.reopen(ana, made.id, "Le décret est annulé.")
    refuse_if_retired()
    with pytest.raises(Conflict), unit_of_work():
        retiring.reopen(ana, made.id, "Le décret est annulé.")
    assert [(one.act, one.said.replace("\u00a0", " "), one.reason) for one in acts.acts(code=TSE)] == [
        ("reopened", "Rouverte aux nouveaux dossiers : toute la démarche", "Le décret est annulé."),
        ("retired", "Fermée aux nouveaux dossiers : toute la démarche", WHY),
    ]
    assert acts.verify()[1] is None


def test_a_closed_version_gives_way_to_the_next_one_and_is_not_gone_back_to(studio: Flask, ana: Actor) -> None:
    first = demarches.current(TSE)
    with unit_of_work():
        retiring.retire(ana, TSE, first.id, WHY)
    with pytest.raises(DemarcheRetired):
        refuse_if_retired()
    told = dict(first.files)
    told["demarche.toml"] = told["demarche.toml"].replace(b"delai_jours = 30", b"delai_jours = 34")
    with unit_of_work():
        publishing.publish_files(bundles.of_files(told), TSE, "tests")
    refuse_if_retired()
    with pytest.raises(Conflict, match="rouvrez-la d’abord"), unit_of_work():
        publication.go_back(ana, TSE, first.id, WHY)
    assert [(one.number, one.by, one.ended_at) for one in retiring.retirements(TSE)] == [(1, "Ana Lopez", None)]


def test_what_cannot_be_closed_is_refused(studio: Flask, ana: Actor, rita: Actor) -> None:
    with pytest.raises(Forbidden), unit_of_work():
        retiring.retire(rita, TSE, None, WHY)
    with pytest.raises(Invalid), unit_of_work():
        retiring.retire(ana, TSE, None, "bof")
    with pytest.raises(Invalid), unit_of_work():
        retiring.retire(ana, TSE, None, WHY, "x" * 501)
    with pytest.raises(NotFound), unit_of_work():
        retiring.retire(ana, "rien", None, WHY)
    with pytest.raises(NotFound), unit_of_work():
        retiring.retire(ana, TSE, ana.id, WHY)


def test_operators_close_and_open_again(studio: Flask) -> None:
    def run(*words: str) -> tuple[int, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", *words])
        return told.exit_code, told.stdout

    status, said = run("retire", TSE, "--reason", WHY, "--told", "Adressez-vous à la mairie.")
    assert (status, said.split()[0]) == (0, "RETIRED")
    assert WHY in run("retirements", TSE)[1]
    assert run("retire", TSE, "--reason", WHY)[0] == 1
    assert run("reopen", said.split()[1], "--reason", "Le décret est annulé.")[0] == 0
    assert run("retire", TSE, "1", "--reason", WHY)[0] == 0
