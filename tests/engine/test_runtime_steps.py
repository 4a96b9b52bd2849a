from __future__ import annotations

from datetime import timedelta

import pytest

from engine import runtime
from engine.errors import EngineError, MessageNotAwaited, StateUnreadable, TaskNotOpen
from engine.feel import dmn
from tests.engine.player import END, NOW, START, Player, extended, flows, service, timer, user, when

MESSAGE = '<message id="m1" name="complement"/><message id="m2" name="retrait"/>'
ERROR = '<error id="e1" errorCode="refus"/><error id="e2" errorCode="autre"/>'


def test_a_user_task_waits_for_a_person_and_takes_in_the_answers() -> None:
    play = Player(START + user("a") + END + flows("debut a fin"), data={"nom": "Awa"})
    assert play.tasks == ["a"]
    assert play.last.open_tasks[0].data == {"nom": "Awa"}
    play.do("a", avis="favorable")
    assert play.last.finished
    assert play.data == {"nom": "Awa", "avis": "favorable"}


def test_the_answers_of_a_form_go_under_its_variable() -> None:
    form = extended('<planipref:formulaire ref="completude"/>')
    other = extended('<planipref:formulaire ref="completude" variable="second"/>')
    body = START + f'<userTask id="a">{form}</userTask><userTask id="b">{other}</userTask>' + END
    play = Player(body + flows("debut a b fin"))
    assert play.last.open_tasks[0].form == "completude"
    assert play.last.open_tasks[0].variable == "completude"
    play.do("a", complet=True).do("b", complet=False)
    assert play.data == {"completude": {"complet": True}, "second": {"complet": False}}


def test_a_second_completion_of_a_task_is_refused() -> None:
    play = Player(START + user("a", "b") + END + flows("debut a b fin"))
    first = play.task("a")
    play.do("a")
    with pytest.raises(TaskNotOpen):
        runtime.complete(play.definition, play.last.state, first, {}, now=NOW)
    with pytest.raises(TaskNotOpen):
        runtime.complete(play.definition, play.last.state, "nonsense", {}, now=NOW)


def test_an_opened_state_is_looked_at_and_then_completed_once() -> None:
    form = extended('<planipref:formulaire ref="avis"/>')
    body = START + f'<userTask id="a">{form}</userTask><userTask id="b">{form}</userTask>' + END
    play = Player(body + flows("debut a b fin"))
    play.do("a", rendu={"sens": "favorable"})
    opened = runtime.Opened(play.definition, play.last.state, now=NOW)
    task = play.task("b")
    before = opened.seen(task)["avis"]
    advance = opened.complete(task, {"rendu": {"sens": "reserve"}})
    assert advance.data == {"avis": {"rendu": {"sens": "reserve"}}}
    assert before == {"rendu": {"sens": "favorable"}}
    with pytest.raises(EngineError):
        opened.seen(task)


def test_an_opened_state_shows_no_closed_task() -> None:
    play = Player(START + user("a", "b") + END + flows("debut a b fin"))
    closed = play.task("a")
    play.do("a")
    opened = runtime.Opened(play.definition, play.last.state, now=NOW)
    with pytest.raises(TaskNotOpen):
        opened.seen(closed)


def test_ids_are_unique_over_instances() -> None:
    body = START + user("a") + END + flows("debut a fin")
    one = Player(body)
    other = Player(one.definition)
    assert one.task("a") != other.task("a")
    with pytest.raises(TaskNotOpen):
        runtime.complete(one.definition, one.last.state, other.task("a"), {}, now=NOW)


def test_a_task_carries_its_lane_card_and_properties() -> None:
    card = (
        '<planipref:carte libelle="Examen" sens="On lit" acteur="prefecture" '
        'echeance="=depot + duration(&quot;P2M&quot;)"/><planipref:propriete nom="k" valeur="v"/>'
    )
    lanes = '<laneSet id="ls"><lane id="instructeur" name="Instructeur"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    task = f'<userTask id="a" name="Examiner">{extended(card)}</userTask>'
    play = Player(lanes + START + task + END + flows("debut a fin"), data={"depot": NOW.date()})
    opened = play.last.open_tasks[0]
    assert (opened.lane, opened.name, opened.properties) == ("instructeur", "Examiner", {"k": "v"})
    assert opened.card is not None
    assert opened.card.label == "Examen"
    assert opened.card.due.isoformat() == "2027-03-15"
    info = play.definition.elements["a"]
    assert (info.lane, info.lane_name, info.type) == ("instructeur", "Instructeur", "userTask")


def test_a_service_task_asks_once_and_waits() -> None:
    inside = '<planipref:entree nom="motif" valeur="=demande.motif"/><planipref:entree nom="fixe" valeur="texte"/>'
    play = Player(
        START + service("s", "convocation.emettre", inside) + user("b") + END + flows("debut s b fin"),
        data={"demande": {"motif": "remise"}},
    )
    effect = play.last.effects[0]
    assert (effect.action, effect.params) == ("convocation.emettre", {"motif": "remise", "fixe": "texte"})
    assert play.last.pending_effects == (effect.id,)
    looked = runtime.inspect(play.definition, play.last.state, now=NOW)
    assert looked.effects == ()
    assert looked.pending_effects == (effect.id,)
    play.answer(effect.id, rdv="lundi")
    assert play.tasks == ["b"]
    assert play.data["rdv"] == "lundi"
    with pytest.raises(TaskNotOpen):
        play.answer(effect.id)


def test_the_exits_of_an_action_see_its_answer() -> None:
    inside = '<planipref:sortie nom="rdv" valeur="=resultat.rdv.jour"/>'
    play = Player(START + service("s", inside=inside) + END + flows("debut s fin"))
    play.answer(play.last.effects[0].id, rdv={"jour": "lundi"}, reste=1)
    assert play.data == {"rdv": "lundi"}


def test_a_failed_effect_is_caught_by_its_error_event_or_becomes_an_incident() -> None:
    edge = '<boundaryEvent id="err" attachedToRef="s"><errorEventDefinition errorRef="e1"/></boundaryEvent>'
    body = START + service("s") + edge + user("b", "c") + END + flows("debut s b fin", "err c fin")
    play = Player(body, head=ERROR)
    effect = play.last.effects[0].id
    play.fail(effect, "panne", "le serveur ne répond pas")
    assert play.incidents == ["panne"]
    assert play.last.incidents[0].message == "le serveur ne répond pas"
    assert not play.last.finished
    with pytest.raises(TaskNotOpen):
        play.answer(effect)
    play.retry("s")
    again = play.last.effects[0].id
    assert again != effect
    play.fail(again, "refus")
    assert play.tasks == ["c"]


def test_an_incident_can_be_passed_with_results_given_by_hand() -> None:
    play = Player(START + service("s") + user("b") + END + flows("debut s b fin"))
    play.fail(play.last.effects[0].id)
    play.skip("s", rdv="lundi")
    assert (play.tasks, play.incidents, play.data) == (["b"], [], {"rdv": "lundi"})
    with pytest.raises(TaskNotOpen):
        play.skip("s")


def test_what_could_not_begin_can_be_passed_too() -> None:
    edge = f'<boundaryEvent id="e" attachedToRef="a">{timer("=delai")}</boundaryEvent>'
    play = Player(START + user("a", "b") + edge + END + flows("debut a b fin", "e b"))
    assert play.incidents == ["minuterie"]
    assert play.skip("a", avis="oui").tasks == ["b"]


def test_a_message_goes_to_who_awaits_it() -> None:
    wait = '<intermediateCatchEvent id="w"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>'
    play = Player(START + wait + user("b") + END + flows("debut w b fin"), head=MESSAGE)
    assert [(one.element, one.message) for one in play.last.messages] == [("w", "complement")]
    with pytest.raises(MessageNotAwaited):
        play.send("autre")
    play.send("complement", pieces=2)
    assert play.tasks == ["b"]
    assert play.data == {"pieces": 2}


def test_a_message_goes_to_the_innermost_then_the_oldest() -> None:
    edge = '<boundaryEvent id="bord" attachedToRef="sp"><messageEventDefinition messageRef="m1"/></boundaryEvent>'
    inner = '<subProcess id="sp"><receiveTask id="r" messageRef="m1"/></subProcess>'
    play = Player(START + inner + edge + user("b", "c") + END + flows("debut sp b fin", "bord c fin"), head=MESSAGE)
    play.send("complement")
    assert play.tasks == ["b"]


def test_an_interrupting_timer_ends_the_task_and_another_does_not() -> None:
    edges = (
        f'<boundaryEvent id="rappel" attachedToRef="a" cancelActivity="false">{timer("P3D")}</boundaryEvent>'
        f'<boundaryEvent id="clos" attachedToRef="a">{timer("P10D")}</boundaryEvent>'
    )
    play = Player(START + user("a", "r", "c") + edges + END + flows("debut a fin", "rappel r fin", "clos c fin"))
    assert [(one.element, one.due - NOW) for one in play.last.timers] == [
        ("rappel", timedelta(days=3)),
        ("clos", timedelta(days=10)),
    ]
    assert play.after("P4D").tasks == ["a", "r"]
    assert play.after("P10D").tasks == ["c", "r"]
    assert "a" in play.seen("cancelled")


def test_a_called_process_sees_all_and_gives_all_back() -> None:
    body = START + '<callActivity id="appel" calledElement="bloc"/>' + user("b") + END + flows("debut appel b fin")
    play = Player(body, ("bloc", START + user("x") + END + flows("debut x fin")), data={"a": 1})
    assert play.last.open_tasks[0].process == "bloc"
    assert play.last.open_tasks[0].data == {"a": 1}
    play.do("x", a=2, b=3)
    assert play.data == {"a": 2, "b": 3}
    assert play.tasks == ["b"]


def test_a_called_process_sees_only_what_it_is_handed() -> None:
    link = extended(
        '<planipref:appel><planipref:entree nom="motif" valeur="=demande.motif"/>'
        '<planipref:sortie nom="issue" valeur="=avis"/></planipref:appel>'
    )
    body = (
        START + f'<callActivity id="appel" calledElement="bloc">{link}</callActivity>' + END + flows("debut appel fin")
    )
    play = Player(body, ("bloc", START + user("x") + END + flows("debut x fin")), data={"demande": {"motif": "m"}})
    assert play.last.open_tasks[0].data == {"motif": "m"}
    play.do("x", avis="oui", secret=1)
    assert play.data == {"demande": {"motif": "m"}, "issue": "oui"}


def test_every_step_survives_being_stored_and_a_state_is_a_value() -> None:
    play = Player(START + user("a", "b") + END + flows("debut a b fin"))
    before = play.last.state
    play.do("a")
    again = runtime.inspect(play.definition, before, now=NOW)
    assert [task.element for task in again.open_tasks] == ["a"]
    assert again.state == before


def test_a_state_of_another_process_is_refused() -> None:
    play = Player(START + user("a") + END + flows("debut a fin"))
    other = Player(START + user("b") + END + flows("debut b fin"))
    with pytest.raises(StateUnreadable):
        runtime.inspect(other.definition, play.last.state, now=NOW)


def test_events_tell_the_way_in_order() -> None:
    play = Player(START + user("a") + END + flows("debut a fin"))
    play.do("a")
    told = [(event.kind, event.element) for event in play.events]
    assert told == [
        ("started", "p"),
        ("entered", "debut"),
        ("completed", "debut"),
        ("flow", "debut-a"),
        ("entered", "a"),
        ("completed", "a"),
        ("flow", "a-fin"),
        ("entered", "fin"),
        ("completed", "fin"),
        ("finished", "p"),
    ]


def test_conditions_choose_and_no_way_out_is_an_incident_that_can_be_retried() -> None:
    gate = '<exclusiveGateway id="g"/>' + when("g", "b", "montant &gt; 100") + when("g", "c", "montant &lt; 50")
    play = Player(START + gate + user("b", "c") + END + flows("debut g", "b fin", "c fin"), data={"montant": 70})
    assert play.incidents == ["aucun_chemin"]
    assert play.last.incidents[0].element == "g"
    assert play.set(montant=10).incidents == ["aucun_chemin"]
    assert play.retry("g").tasks == ["c"]
    assert play.incidents == []


def test_an_unknown_variable_without_default_is_an_incident() -> None:
    gate = '<exclusiveGateway id="g"/>' + when("g", "b", "inconnu = 1")
    play = Player(START + gate + user("b") + END + flows("debut g", "b fin"))
    assert play.incidents == ["aucun_chemin"]


def test_a_variable_may_go_by_the_name_of_a_function() -> None:
    body = START + '<exclusiveGateway id="g" default="g-b"/>' + user("a", "b") + END + flows("debut g b fin", "a fin")
    drawn = body + when("g", "a", "count = null or count(count) = 2")
    assert Player(body + when("g", "a", "count = null")).tasks == ["a"]
    assert Player(body + when("g", "a", "count = 3"), data={"count": 3}).tasks == ["a"]
    assert Player(body + when("g", "a", "count([1]) = 1")).tasks == ["a"]
    assert Player(drawn).tasks == ["b"]


def test_a_condition_that_is_no_truth_is_an_incident() -> None:
    gate = '<exclusiveGateway id="g"/>' + when("g", "b", "1 + 1")
    play = Player(START + gate + user("b") + END + flows("debut g", "b fin"))
    assert play.incidents == ["condition"]


def test_a_drawing_that_never_rests_is_an_incident() -> None:
    play = Player(START + '<task id="t"/><task id="u"/>' + flows("debut t u t"))
    assert play.incidents == ["boucle_sans_fin"]


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">
<inputData id="in" name="titre"><variable name="titre"/></inputData>
<decision id="delai" name="delai"><variable name="delai"/>
<informationRequirement><requiredInput href="#in"/></informationRequirement><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i"><inputExpression typeRef="string"><text>titre</text></inputExpression></input>
<output id="o" name="mois"/>
<rule id="r1"><inputEntry><text>"carte"</text></inputEntry><outputEntry><text>4</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>"visa","deux"</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
<rule id="r3"><inputEntry><text>"deux"</text></inputEntry><outputEntry><text>3</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def deciding(titre: str) -> Player:
    asked = extended('<planipref:decision ref="delai" resultat="silence"/>')
    task = f'<businessRuleTask id="d">{asked}</businessRuleTask>' + user("z")
    decisions = {"delai": dmn.load(TABLE.encode())}
    return Player(START + task + END + flows("debut d z fin"), decisions=decisions, data={"titre": titre})


def test_a_decision_is_taken_and_tells_which_rule_made_it() -> None:
    play = deciding("carte")
    assert play.data["silence"] == 4
    told = next(event for event in play.events if event.kind == "decision")
    assert told.detail["value"] == 4
    assert [rule["rule"] for rule in told.detail["rules"]] == ["r1"]


def test_a_decision_without_rule_is_null_and_one_that_contradicts_itself_is_an_incident() -> None:
    assert deciding("autre").data["silence"] is None
    play = deciding("deux")
    assert play.incidents == ["decision"]
    assert "plusieurs règles" in play.last.incidents[0].message
    assert play.set(titre="visa").retry("d").data["silence"] == 2
