"""Scenarios: read, played, and told in French when they do not go as they say."""

from __future__ import annotations

from typing import Any

import pytest

from engine import scenarios, simulation
from engine.compile import Source, compile
from engine.scenarios import ScenarioUnreadable
from engine.simulation import Answered, Asked

NS = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:planipref="urn:planipref:bpmn:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
MODEL = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions {NS} id="d" targetNamespace="t">
  <bpmn:process id="essai" isExecutable="true">
    <bpmn:startEvent id="debut" />
    <bpmn:serviceTask id="accuser" name="Accuser réception"><bpmn:extensionElements>
      <planipref:action nom="essai.accuser"><planipref:entree nom="objet" valeur="=objet" />
        <planipref:sortie nom="limite" valeur="=resultat.limite" /></planipref:action>
    </bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:userTask id="repondre" name="Répondre"><bpmn:extensionElements>
      <planipref:formulaire ref="reponse" variable="reponse" /></bpmn:extensionElements></bpmn:userTask>
    <bpmn:boundaryEvent id="trop_tard" attachedToRef="repondre">
      <bpmn:timerEventDefinition id="t"><bpmn:timeDate xsi:type="bpmn:tFormalExpression">=limite</bpmn:timeDate>
      </bpmn:timerEventDefinition></bpmn:boundaryEvent>
    <bpmn:exclusiveGateway id="accord" default="f_non" />
    <bpmn:endEvent id="fin_oui" /><bpmn:endEvent id="fin_non" /><bpmn:endEvent id="fin_tard" />
    <bpmn:sequenceFlow id="f1" sourceRef="debut" targetRef="accuser" />
    <bpmn:sequenceFlow id="f2" sourceRef="accuser" targetRef="repondre" />
    <bpmn:sequenceFlow id="f3" sourceRef="repondre" targetRef="accord" />
    <bpmn:sequenceFlow id="f_oui" sourceRef="accord" targetRef="fin_oui">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=reponse.oui = true</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f_non" sourceRef="accord" targetRef="fin_non" />
    <bpmn:sequenceFlow id="f_tard" sourceRef="trop_tard" targetRef="fin_tard" />
  </bpmn:process>
</bpmn:definitions>
"""
HEAD = 'titre = "Essai"\nle = 2026-03-10T10:00:00\n[etant_donne]\nobjet = "un titre"\n'


def acknowledge(asked: Asked) -> Answered:
    asked.scene["vu"] = asked.params["objet"]
    return Answered({"limite": "2026-03-20"}, ("courriel:accuse",), "en_instruction")


def play(text: str) -> simulation.Result:
    definition = compile([Source("essai.bpmn", MODEL.encode())], None).definition
    assert definition is not None
    return simulation.simulate(definition, scenarios.read(text.encode()), {"essai.accuser": acknowledge})


def step(**parts: Any) -> str:
    return "[[etapes]]\n" + "".join(f"{name} = {value}\n" for name, value in parts.items())


ANSWERED = step(
    quand='"la personne répond oui"',
    tache='"repondre"',
    reponses="{ oui = true }",
    alors="{ termine = true, taches = [] }",
)


def test_a_scenario_that_goes_as_it_says_passes() -> None:
    first = step(
        alors='{ taches = ["repondre"], envois = [], statut = "en_instruction", variables = { limite = "2026-03-20" } }'
    )
    found = play(HEAD + first + ANSWERED)
    assert found.failures == ()
    assert found.passed
    assert "essai/f_oui" in found.flows
    assert "essai/fin_oui" in found.elements


def test_time_passes_and_what_falls_due_happens_at_its_own_moment() -> None:
    still = step(attendre='"P9D"', alors='{ taches = ["repondre"] }')
    late = step(jusqu_au="2026-03-20T00:30:00", alors="{ termine = true }")
    assert play(HEAD + still + late).failures == ()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (step(tache='"inconnue"'), "la tâche « inconnue » n’est pas ouverte (ouvertes : repondre)"),
        (step(message='"coucou"'), "personne n’attend le message « coucou »"),
        (step(action='"essai.accuser"'), "n’attend pas de réponse"),
        (step(alors='{ taches = ["autre"] }'), "tâches ouvertes attendues : autre"),
        (step(alors='{ statut = "refuse" }'), "statut attendu : refuse ; trouvé : en_instruction"),
        (step(alors="{ termine = true }"), "la démarche devait être terminée"),
        (step(alors='{ envois = ["courrier:refus"] }'), "envoi attendu : courrier:refus"),
        (step(alors='{ actions = ["essai.rappeler"] }'), "action attendue : essai.rappeler"),
        (step(alors='{ messages = ["retrait"] }'), "message attendu : retrait"),
        (step(alors='{ variables = { "objet" = "autre" } }'), "« objet » devait valoir autre ; trouvé : un titre"),
        (step(alors="{ incident = true }"), "un incident était attendu"),
    ],
)
def test_what_goes_otherwise_is_said_in_french(told: str, said: str) -> None:
    found = play(HEAD + told)
    assert not found.passed
    assert said in found.failures[0].replace("\u00a0", " ")
    assert found.failures[0].startswith("étape 1")


def test_what_leaves_is_counted_step_by_step() -> None:
    looked = step(alors='{ envois = ["courriel:accuse"] }')
    assert play(HEAD + looked + step(alors='{ sans_envoi = ["courriel:accuse"] }')).passed
    held = 'retenir = ["essai.accuser"]\n' + HEAD
    answered = step(
        action='"essai.accuser"',
        reponse='{ limite = "2026-04-01" }',
        alors='{ envois = ["courriel:accuse"], variables = { limite = "2026-04-01" }, taches = ["repondre"] }',
    )
    assert play(held + step(alors="{ taches = [] }") + answered).failures == ()


def test_an_action_may_fail_by_hand() -> None:
    held = 'retenir = ["essai.accuser"]\n' + HEAD + step(alors="{ taches = [] }")
    fails = step(action='"essai.accuser"', echec='{ message = "panne" }', alors="{ incident = true }")
    assert play(held + fails).passed
    assert "panne" in play(held + step(action='"essai.accuser"', echec='{ message = "panne" }')).failures[0]
    assert "n’attend pas" in play(held + fails + step(action='"essai.accuser"', echec="{}")).failures[0]
    for wrong in (
        step(echec="{}"),
        step(action='"a"', echec="{}", reponse="{}"),
        step(action='"a"', echec="{ ton = 1 }"),
    ):
        with pytest.raises(ScenarioUnreadable):
            play(held + wrong)


def test_a_scenario_may_replace_part_of_an_answer() -> None:
    replaced = HEAD + '[reponses."essai.accuser"]\nlimite = "2026-12-31"\n'
    assert play(replaced + step(alors='{ variables = { limite = "2026-12-31" } }')).failures == ()


def test_an_incident_fails_a_scenario_that_does_not_await_it() -> None:
    broken = HEAD + '[reponses."essai.accuser"]\nlimite = "jamais"\n'
    assert "incident sur" in play(broken + step(quand='"rien"')).failures[0]
    assert play(broken + step(alors="{ incident = true }")).passed


def test_coverage_names_what_no_scenario_took() -> None:
    definition = compile([Source("essai.bpmn", MODEL.encode())], None).definition
    assert definition is not None
    found = simulation.coverage(definition, [play(HEAD + ANSWERED)])
    assert set(found.missed_flows) == {"essai/f_non", "essai/f_tard"}
    assert "essai/fin_tard" in found.missed_elements
    assert 0.5 < found.flows < 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titre = ", "ne se lit pas"),
        ('titre = "x"\n' + ANSWERED, "une date était attendue"),
        (HEAD, "au moins une étape"),
        (HEAD + step(tache='"a"', message='"b"'), "une seule chose à la fois"),
        (HEAD + step(tach='"a"'), "mot inconnu « tach »"),
        (HEAD + step(alors="{ tache = [] }"), "mot inconnu « tache »"),
        ('fuseau = "Mars/Olympe"\n' + HEAD + ANSWERED, "n’existe pas"),
        (HEAD + step(reponses='"oui"'), "une table était attendue"),
        (HEAD + step(attendre='"demain"'), "n’est pas une durée"),
    ],
)
def test_what_is_no_scenario_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(ScenarioUnreadable) as caught:
        scenarios.read(text.encode())
    assert said in str(caught.value).replace("\u00a0", " ")


def test_an_action_that_cannot_answer_fails_the_scenario() -> None:
    def refuse(asked: Asked) -> Answered:
        raise LookupError("no appointment")

    definition = compile([Source("essai.bpmn", MODEL.encode())], None).definition
    assert definition is not None
    found = simulation.simulate(definition, scenarios.read((HEAD + ANSWERED).encode()), {"essai.accuser": refuse})
    assert "Une action n’a pas pu répondre" in found.failures[0]


def test_where_a_scenario_stops_is_told_with_both_sides_of_the_difference() -> None:
    found = play(HEAD + step(alors='{ statut = "accepte" }'))
    assert found.stop is not None
    assert found.stop.number == 1
    assert found.stop.differences[0].expected == "statut\u00a0: accepte"
    assert found.stop.differences[0].got == "en_instruction"
    assert play(HEAD + step(alors="{}")).stop is None
