"""A draft played by hand: step by step, taken back, kept as a scenario."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from engine import scenarios as reading
from engine import simulation
from prefecture.demarches import service as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Conflict, Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, run_steps, runs, service, wording
from prefecture.studio.runs import Run

NOMINAL = "scenarios/nominal.toml"


def begin(actor: Actor, draft: uuid.UUID, source: str = NOMINAL, held: tuple[str, ...] = ()) -> Run:
    with unit_of_work():
        runs.begin(actor, draft, source, held)
    return now(actor, draft)


def now(actor: Actor, draft: uuid.UUID) -> Run:
    found = runs.run(actor, draft)
    assert found is not None
    return found


def do(actor: Actor, run: Run, **what: object) -> Run:
    with unit_of_work():
        return runs.step(actor, run.draft_id, run.revision, what)


def open_tasks(run: Run) -> list[str]:
    return [one.element for one in run.tasks]


def test_a_run_moves_the_real_engine_and_takes_a_step_back(ana: Actor, draft: uuid.UUID) -> None:
    first = begin(ana, draft)
    assert open_tasks(first) == ["verifier_completude"]
    second = do(ana, first, quand="complet", tache="verifier_completude", reponses={"conclusion": "complet"})
    assert open_tasks(second) == ["autoriser_convocation"]
    assert second.statut == "en_instruction"
    assert "courriel:instruction" in second.done[-1].sent
    with unit_of_work():
        runs.undo(ana, draft, second.revision)
    assert open_tasks(now(ana, draft)) == ["verifier_completude"]
    with pytest.raises(Invalid, match="rien à annuler"), unit_of_work():
        runs.undo(ana, draft, now(ana, draft).revision)


def test_time_passes_at_will_and_timers_ring(ana: Actor, draft: uuid.UUID) -> None:
    run = begin(ana, draft)
    timer = run.timers[0]
    later = do(ana, run, quand="le temps passe", jusqu_au=timer.at.replace(tzinfo=None))
    assert later.now == timer.at
    assert later.timers != run.timers


def test_an_action_is_answered_by_hand_with_its_example_at_hand(ana: Actor, draft: uuid.UUID) -> None:
    action = "delai.fixer_silence"
    every = {one.action for one in queries.version(draft).definition.elements.values() if one.action}
    action = action if action in every else sorted(every)[0]
    run = begin(ana, draft, held=tuple(sorted(every)))
    assert len(run.asked) == 1
    assert not run.tasks
    asked = run.asked[0]
    run = do(ana, run, quand="elle répond", action=asked.action, reponse=dict(asked.proposed))
    assert asked not in run.asked


def test_an_action_that_fails_opens_an_incident_and_is_kept_so(ana: Actor, draft: uuid.UUID) -> None:
    run = begin(ana, draft, held=("depot.attester",))
    what = run_steps.failure(run, "depot.attester", "", "l’imprimante est en panne")
    run = do(ana, run, **what)
    assert run.incidents == ("Attester le dépôt\u00a0: l’imprimante est en panne",)
    assert run.done[-1].stopped
    run = do(ana, run, quand="un jour", attendre="P1D")
    content = runs.as_scenario(ana, draft, "En panne")
    version = queries.version(draft)
    assert simulation.simulate(version.definition, reading.read(content), demarches.answers(version)).failures == ()
    told = wording.told(reading.read(content), {})
    assert told.steps[1].when == (
        "échec\u00a0: Attester le dépôt (l’action «\u00a0depot.attester\u00a0» échoue, l’imprimante est en panne)"
    )


def test_an_error_that_the_drawing_catches_goes_its_way(ana: Actor, draft: uuid.UUID) -> None:
    diagram, revision = queries.content(draft, "processus.bpmn")
    caught = diagram.replace(
        b"</bpmn:process>",
        b"""<bpmn:boundaryEvent id="en_panne" attachedToRef="attester_depot"><bpmn:errorEventDefinition
        errorRef="panne" /></bpmn:boundaryEvent><bpmn:userTask id="prevenir" name="Prevenir" />
        <bpmn:sequenceFlow id="vers_prevenir" sourceRef="en_panne" targetRef="prevenir" /></bpmn:process>
        <bpmn:error id="panne" errorCode="panne" />""",
    )
    with unit_of_work():
        service.save_file(ana, draft, "processus.bpmn", caught, revision)
    run = begin(ana, draft, held=("depot.attester",))
    assert run.asked[0].errors == ("panne",)
    run = do(ana, run, **run_steps.failure(run, "depot.attester", "panne", ""))
    assert open_tasks(run) == ["prevenir"]
    assert not run.incidents


def test_what_cannot_be_done_is_said_and_changes_nothing(ana: Actor, draft: uuid.UUID) -> None:
    run = begin(ana, draft)
    with pytest.raises(Invalid, match="n’est pas ouverte"), unit_of_work():
        runs.step(ana, draft, run.revision, {"tache": "remettre_titre"})
    assert now(ana, draft).done == run.done
    do(ana, now(ana, draft), quand="une heure", attendre="PT1H")
    with pytest.raises(Conflict, match="autre fenêtre"), unit_of_work():
        runs.step(ana, draft, run.revision, {"attendre": "PT1H"})


def test_each_analyst_has_a_run_of_their_own(ana: Actor, bob: Actor, draft: uuid.UUID) -> None:
    begin(ana, draft)
    assert runs.run(bob, draft) is None
    with unit_of_work():
        runs.end(ana, draft)
    assert runs.run(ana, draft) is None
    with pytest.raises(NotFound), unit_of_work():
        runs.step(ana, draft, 1, {"attendre": "PT1H"})


def test_without_a_scenario_an_invented_citizen_asks(ana: Actor, draft: uuid.UUID) -> None:
    run = begin(ana, draft, "")
    assert run.data["usager"]["prenoms"] == "Camille"
    asked = {"titre_nature": "salarie", "titre_expire_le": date(2027, 1, 20)}
    with unit_of_work():
        runs.give(ana, draft, run.revision, asked)
    assert now(ana, draft).data["demande"] == asked
    with pytest.raises(Invalid) as refused, unit_of_work():
        runs.begin(ana, draft, "demarche.toml")
    assert refused.value.fields == {"source": "Choisissez un scénario de la liste."}


def test_a_saved_run_is_a_scenario_that_passes(ana: Actor, draft: uuid.UUID) -> None:
    run = begin(ana, draft)
    run = do(ana, run, quand="c’est complet", tache="verifier_completude", reponses={"conclusion": "complet"})
    run = do(ana, run, quand="dix jours", attendre="P10D")
    with unit_of_work():
        assert runs.save(ana, draft, "a_la_main", 'Joué "à la main"').refused is None
    content, _ = queries.content(draft, "scenarios/a_la_main.toml")
    scenario = reading.read(content)
    assert scenario.title == 'Joué "à la main"'
    assert scenario.steps[1].then["statut"] == "en_instruction"
    version = queries.version(draft)
    assert simulation.simulate(version.definition, scenario, demarches.answers(version)).failures == ()
    with pytest.raises(Conflict, match="existe déjà"), unit_of_work():
        runs.save(ana, draft, "a_la_main", "Encore")
    with pytest.raises(Invalid), unit_of_work():
        runs.save(ana, draft, "À côté", "Encore")


def test_a_draft_that_changes_under_a_run_tells_where_it_stops(ana: Actor, draft: uuid.UUID) -> None:
    do(ana, begin(ana, draft), quand="l’usager se retire", message="retrait")
    diagram, revision = queries.content(draft, "processus.bpmn")
    with unit_of_work():
        service.save_file(ana, draft, "processus.bpmn", diagram.replace(b'"retrait"', b'"abandon"'), revision)
    changed = now(ana, draft)
    assert changed.fault == "étape 2\u00a0: personne n’attend le message «\u00a0retrait\u00a0»."
    assert open_tasks(changed) == ["verifier_completude"]
    assert "abandon" in changed.messages
