"""Scenarios proposed for what no scenario passes."""

from __future__ import annotations

import uuid

from engine import scenarios as reading
from engine import simulation
from prefecture.demarches import service as demarches
from prefecture.identity.permissions import Actor
from prefecture.studio import queries, suggestions
from tests.prefecture.studio.test_trials import NOMINAL, only

PATIENCE = 20.0


def test_what_one_scenario_leaves_is_reached_by_scenarios_that_pass(ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft, NOMINAL)
    found = suggestions.suggested(draft, patience=PATIENCE)
    assert len(found.suggestions) == suggestions.MOST
    version = queries.version(draft)
    for one in found.suggestions:
        scenario = reading.read(one.content, one.name)
        assert scenario.title == one.title
        result = simulation.simulate(version.definition, scenario, demarches.answers(version))
        assert result.failures == ()
        assert set(one.adds) <= result.elements | result.flows
    assert len({one.name for one in found.suggestions}) == len(found.suggestions)


def test_without_patience_the_open_questions_name_their_conditions(ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft, NOMINAL)
    found = suggestions.suggested(draft, patience=0.0)
    assert not found.suggestions
    assert any(one.condition for one in found.questions)
    assert all(one.name for one in found.questions)


def test_nothing_is_proposed_where_everything_is_passed(draft: uuid.UUID) -> None:
    assert not suggestions.suggested(draft).suggestions


def test_without_any_scenario_an_invented_citizen_finds_ways(ana: Actor, draft: uuid.UUID) -> None:
    only(ana, draft)
    assert suggestions.suggested(draft, patience=PATIENCE).suggestions
