"""The scenarios of a draft: played after each save, kept by the digest of its files, told in words."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask

from engine import scenarios as reading
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock, worker
from prefecture.kernel.db import db
from prefecture.kernel.errors import Forbidden
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import coverage, queries, service, trials, wording
from prefecture.studio.trials import Trial
from tests.town import START

NOMINAL, RETRAIT = "scenarios/nominal.toml", "scenarios/retrait.toml"


def write(actor: Actor, draft: uuid.UUID, path: str, content: bytes) -> None:
    _, revision = queries.content(draft, path)
    with unit_of_work():
        assert service.save_file(actor, draft, path, content, revision).refused is None


def swap(actor: Actor, draft: uuid.UUID, path: str, before: bytes, after: bytes) -> None:
    content, _ = queries.content(draft, path)
    assert before in content
    write(actor, draft, path, content.replace(before, after, 1))


def only(actor: Actor, draft: uuid.UUID, *kept: str) -> None:
    files = {path: text for path, text in queries.files(draft).items() if not path.startswith("_commun/")}
    left = {path: text for path, text in files.items() if not path.startswith("scenarios/") or path in kept}
    with unit_of_work():
        service.replace_files(actor, draft, left, "Avant l’essai")


def rested(studio: Flask) -> None:
    db.session.remove()
    with clock.frozen(START + timedelta(seconds=10)):
        worker.run_until_quiet(studio)


def played(actor: Actor, draft: uuid.UUID) -> Trial:
    with unit_of_work():
        return trials.keep(actor, trials.play(draft))


def test_a_save_has_the_scenarios_played_once_the_hand_rests(studio: Flask, ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft, NOMINAL, RETRAIT)
    swap(ana, draft, RETRAIT, b'titre = "', b'titre = "Encore : ')
    assert trials.trial(draft) is None
    rested(studio)
    found = trials.trial(draft)
    assert found is not None
    assert found.passed
    assert [one.file for one in found.tried] == [NOMINAL, RETRAIT]
    assert found.tried[1].title.startswith("Encore : ")
    assert 0.3 < found.elements < 1.0
    swap(ana, draft, RETRAIT, b"Encore", b"Toujours")
    stale = trials.trial(draft)
    assert stale is not None
    assert not stale.current
    assert not stale.passed
    rested(studio)
    fresh = trials.trial(draft)
    assert fresh is not None
    assert fresh.current


def test_a_red_scenario_tells_its_step_its_place_and_the_difference(ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft, NOMINAL)
    swap(ana, draft, NOMINAL, b'taches = ["recevoir_usager"]', b'taches = ["instruire_demande"]')
    found = played(ana, draft)
    assert not found.passed
    stop = found.failed[0].stop
    assert stop is not None
    assert stop.number == 4
    assert "recevoir_usager" in stop.here
    assert stop.differences[0].expected == "tâches ouvertes\u00a0: instruire_demande"
    assert stop.differences[0].got == "recevoir_usager"
    assert trials.trial(draft) == found
    assert stop.here == ("recevoir_usager",)
    assert stop.differences[0].awaited == ("instruire_demande",)
    drawings = coverage.sheets(queries.version(draft).diagrams)
    here = coverage.by_file(drawings, coverage.standing(drawings, stop, found.failed[0].way))
    assert here == {"processus.bpmn": ["convocation_usager"], "_commun/bloc_convocation.bpmn": ["recevoir_usager"]}
    awaited = coverage.by_file(drawings, coverage.awaited(drawings, stop))
    assert awaited == {"processus.bpmn": ["decision_demande"], "_commun/bloc_decision.bpmn": ["instruire_demande"]}


def test_a_red_scenario_is_crossed_on_the_pictures_of_the_coverage(ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft, NOMINAL)
    swap(ana, draft, NOMINAL, b'taches = ["recevoir_usager"]', b'taches = ["instruire_demande"]')
    found = played(ana, draft)
    stops = [(one.stop, one.way) for one in found.tried]
    sheets = coverage.covered(queries.version(draft).diagrams, found.passes, found.missed, stops)
    crossed = {one.file: one.svg.count("bpmn-pastille-echec") for one in sheets}
    assert sorted(crossed.values()) == [0, 0, 1, 1, 2]
    assert any(coverage.STOPS_HERE in one.svg and coverage.AWAITED in one.svg for one in sheets)


def test_a_broken_diagram_is_said_and_nothing_counts_as_passed(ana: Actor, draft: uuid.UUID) -> None:
    write(ana, draft, "processus.bpmn", b"<definitions/>")
    found = played(ana, draft)
    assert found.refused == trials.NOT_PLAYED
    assert not found.passed
    assert found.tried
    assert not any(one.passed for one in found.tried)


def test_an_unreadable_scenario_is_one_failure_among_others(ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft, NOMINAL, RETRAIT)
    write(ana, draft, RETRAIT, b"titre = ")
    found = played(ana, draft)
    assert [one.passed for one in found.tried] == [True, False]
    assert found.tried[1].failures[0].startswith("Ce fichier ne se lit pas")


def test_who_may_not_check_keeps_nothing(draft: uuid.UUID) -> None:
    citizen = Actor(uuid.uuid4(), "person", "Amina", frozenset({"usager"}), None, frozenset())
    with pytest.raises(Forbidden), unit_of_work():
        trials.keep(citizen, trials.play(draft))


def test_what_no_scenario_passes_is_named_on_its_diagram(ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft, NOMINAL)
    found = played(ana, draft)
    diagrams = queries.version(draft).diagrams
    sheets = coverage.covered(diagrams, found.passes, found.missed)
    assert len(sheets) == 5
    assert all(one.passed < one.count for one in sheets if one.missed)
    decision = next(one for one in sheets if any(place.flow for place in one.missed))
    assert ">jamais<" in decision.svg
    assert found.passes["renouvellement_titre_sejour/demande_deposee"] == 1
    assert not any(one.missed for one in coverage.passed(coverage.sheets(diagrams), found.passes, ()))


def test_a_scenario_reads_as_sentences(draft: uuid.UUID) -> None:
    content, _ = queries.content(draft, NOMINAL)
    definition = queries.version(draft).definition
    names = {key: one.name for key, one in definition.elements.items()}
    told = wording.told(reading.read(content), names)
    assert told.given[0] == "nous sommes le 10/03/2026 à 10\u00a0h\u00a000"
    assert "demande.titre_nature vaut «\u00a0salarie\u00a0»" in told.given
    done = told.steps[1]
    assert done.when.startswith("l’instructeur trouve le dossier complet (la tâche «\u00a0")
    assert done.answers == ("conclusion\u00a0: «\u00a0complet\u00a0»",)
    assert "le dossier est en instruction" in done.then
    assert "le courriel «\u00a0instruction\u00a0» part" in done.then
