"""A diagram with ten faults of ten kinds is repaired from what the findings say, one after the other."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import expect

from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries as studio_queries
from prefecture.studio import service
from tests.browser.stories.told import Stage, Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DIAGRAM = "processus.bpmn"
# What stands in the archetype, and what a hurried hand has made of it; each is another rule's.
FAULTS = {
    "decision-inconnue": ('<planipref:decision ref="delai_silence"', '<planipref:decision ref="delai"'),
    "parametre-manquant": ('          <planipref:entree nom="delai" valeur="=silence.delai" />\n', ""),
    "processus-appele-inconnu": ('calledElement="bloc_completude"', 'calledElement="bloc_complet"'),
    "message-absent": (
        'pendant_convocation_message" messageRef="message_renvoi_en_construction"',
        'pendant_convocation_message"',
    ),
    "minuterie-illisible": ('>=echeance_silence + duration("P1D")<', ">au bout de deux mois<"),
    "etape-sans-nom": (' name="Notifier le classement"', ""),
    "condition-ignoree": (
        'name="oui" sourceRef="usager_recu" targetRef="decision_demande" />',
        'name="oui" sourceRef="usager_recu" targetRef="decision_demande"><bpmn:conditionExpression '
        'xsi:type="bpmn:tFormalExpression">=true</bpmn:conditionExpression></bpmn:sequenceFlow>',
    ),
    "variable-inconnue": (">=decision = null<", ">=decison = null<"),
    "expression-traduite": (
        '>=completude.conclusion = "classer" or suite_complement.suite = "classer"<',
        '>${completude.conclusion == "classer"}<',
    ),
    "fin-sans-acte": ('<planipref:acte notifie="retrait" />', ""),
}


def test_ten_faults_are_repaired_from_the_findings_alone(stage: Stage) -> None:
    draft = broken(stage)
    ana = stage.person("ana")
    ana.go(f"/analyste/brouillons/{draft}")
    studio = Studio(ana)
    expect(studio.summary).to_have_text("10 constats, dont 5 erreurs")
    studio.picture("dix-constats")
    repair(studio)
    expect(studio.summary).to_contain_text("Aucun constat")
    studio.all_saved()
    with stage.village.app.app_context():
        assert studio_queries.findings(draft) == []


def repair(studio: Studio) -> None:
    """Each finding leads to its element and says what to do; two are corrected by a click."""
    panel = studio.panel
    studio.follow("La table de décision « delai » est introuvable")
    panel.get_by_label("Table de décision", exact=True).select_option("delai_silence")
    studio.follow("Il manque à l’action « depot.attester » le paramètre « delai »")
    studio.formula("delai (obligatoire)", "silence.delai")
    studio.follow("Le processus appelé « bloc_complet » est introuvable")
    panel.get_by_label("Bloc", exact=True).select_option("bloc_completude")
    studio.follow("L’élément ne dit pas quel message")
    panel.get_by_label("Message", exact=True).select_option(label="renvoi_en_construction")
    studio.follow("« au bout de deux mois » n’est ni une date ISO 8601")
    studio.formula("Valeur", '=echeance_silence + duration("P1D")')
    studio.follow("L’étape n’a pas de nom")
    studio.fill("Nom", "Notifier le classement")
    studio.follow("nomme « decison », que rien ne remplit")
    studio.formula("Ce flux est suivi quand", "decision = null")
    studio.follow("acte est notifié")
    studio.fill("Acte notifié", "retrait")
    expect(studio.summary).to_have_text("2 constats")
    studio.press("Corriger ce qui peut l’être")


def broken(stage: Stage) -> uuid.UUID:
    """A draft of the archetype with the ten faults in its diagram."""
    ana = stage.village.actor("ana")
    with stage.village.app.app_context(), unit_of_work():
        draft = service.from_archetype(ana, "carte_de_taxi", "Carte de taxi", "TAX")
        content, revision = studio_queries.content(draft, DIAGRAM)
        text = content.decode()
        for before, after in FAULTS.values():
            assert before in text, before
            text = text.replace(before, after, 1)
        service.save_file(ana, draft, DIAGRAM, text.encode(), revision)
        assert {one.rule for one in studio_queries.findings(draft)} == set(FAULTS)
    return draft
