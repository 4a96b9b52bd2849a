"""Running instances moved onto other drawings: what follows, what needs a target, what is refused, what is kept."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from engine import runtime
from engine.definition import Definition, build
from engine.migration import (
    FOLLOWS,
    HARMLESS,
    NEEDS_TARGET,
    REFUSED,
    MappingInvalid,
    MigrationRefused,
    compare,
    migrate,
)
from tests.engine.player import END, NOW, START, Player, definition, document, extended, flows, service, timer, user
from tests.engine.test_runtime_random_walks import HEAD, Draughtsman, open_of, walk

ONE = START + user("a") + END + flows("debut a fin")


def standing(body: str, *others: tuple[str, str], **data: Any) -> Player:
    """An instance of that drawing, run as far as it goes."""
    return Player(body, *others, data=data)


def onto(player: Player, new: Definition | str, *others: tuple[str, str], **mapping: str) -> Player:
    """The same instance in another drawing; mapping keys write `process:element` as `process__element`."""
    target = new if isinstance(new, Definition) else definition(new, *others)
    told = {key.replace("__", ":"): value for key, value in mapping.items()}
    advance = migrate(player.last.state, player.definition, target, told, now=player.now)
    player.definition = target
    return player._took(advance)


def verdict(player: Player, new: str, *others: tuple[str, str], **mapping: str) -> str:
    told = {key.replace("__", ":"): value for key, value in mapping.items()}
    return compare(player.last.state, player.definition, definition(new, *others), told).verdict


def codes(player: Player, new: str, *others: tuple[str, str]) -> list[str]:
    report = compare(player.last.state, player.definition, definition(new, *others))
    return sorted(one.code for one in report.findings if one.code)


def test_an_instance_follows_a_drawing_that_changed_elsewhere() -> None:
    player = standing(ONE, n=1)
    task = player.task("a")
    longer = START + user("a", "b") + END + flows("debut a b fin")
    assert verdict(player, longer) == FOLLOWS
    onto(player, longer)
    assert player.task("a") == task
    player.do("a")
    assert player.tasks == ["b"]
    assert player.data["n"] == 1
    assert player.do("b").last.finished


def test_a_step_inserted_before_is_not_done_again() -> None:
    player = standing(ONE)
    onto(player, START + user("avant", "a") + END + flows("debut avant a fin"))
    assert player.tasks == ["a"]


def test_other_words_are_a_harmless_change() -> None:
    player = standing(ONE)
    said = START + '<userTask id="a" name="Autrement dit"><documentation>Lisez.</documentation></userTask>' + END
    renamed = said + flows("debut a fin")
    report = compare(player.last.state, player.definition, definition(renamed))
    assert report.verdict == HARMLESS
    assert report.changed == ("p:a",)
    onto(player, renamed)
    assert player.last.open_tasks[0].name == "Autrement dit"


def test_the_form_of_a_task_that_is_not_open_is_harmless() -> None:
    def drawn(form: str) -> str:
        asked = f'<userTask id="b">{extended(f"<planipref:formulaire ref={form!r}/>")}</userTask>'
        return START + user("a") + asked + END + flows("debut a b fin")

    player = standing(drawn("ancien"))
    assert verdict(player, drawn("nouveau")) == HARMLESS
    player.do("a")
    report = compare(player.last.state, player.definition, definition(drawn("nouveau")))
    assert report.verdict == NEEDS_TARGET
    assert [one.code for one in report.findings if one.verdict == NEEDS_TARGET] == ["form_changed"]
    task = player.task("b")
    onto(player, drawn("nouveau"), b="b")
    assert player.task("b") == task
    assert player.last.open_tasks[0].form == "nouveau"


def test_a_removed_step_needs_a_target() -> None:
    player = standing(ONE)
    other = START + user("b") + END + flows("debut b fin")
    report = compare(player.last.state, player.definition, definition(other))
    assert (report.verdict, report.needs) == (NEEDS_TARGET, ("p:a",))
    with pytest.raises(MigrationRefused, match="not in the new version"):
        onto(player, other)


def test_a_renamed_step_keeps_its_task_and_its_timer() -> None:
    edge = '<boundaryEvent id="{0}" attachedToRef="{1}" cancelActivity="false">' + timer("P5D") + "</boundaryEvent>"
    before = START + user("a", "c") + edge.format("t", "a") + END + flows("debut a fin", "t c")
    after = START + user("b", "c") + edge.format("u", "b") + END + flows("debut b fin", "u c")
    player = standing(before)
    task, due = player.task("a"), player.last.timers[0].due
    player.after("P1D")
    onto(player, after, a="b", t="u")
    assert player.task("b") == task
    assert [one.due for one in player.last.timers] == [due]
    player.after("P4D")
    assert player.tasks == ["b", "c"]


def test_a_target_that_stood_in_the_old_drawing_begins_anew() -> None:
    two = START + user("a", "b") + END + flows("debut a b fin")
    player = standing(two)
    task = player.task("a")
    onto(player, START + user("b") + END + flows("debut b fin"), a="b")
    assert player.tasks == ["b"]
    assert player.task("b") != task
    assert "a" in player.seen("cancelled")
    assert player.do("b").last.finished


def test_the_same_definition_and_a_mapping_move_a_token() -> None:
    two = definition(START + user("a", "b") + END + flows("debut a b fin"))
    player = Player(two)
    player.do("a")
    assert onto(player, two, b="a").tasks == ["a"]
    assert onto(player, two).tasks == ["a"]


def test_the_same_definition_and_a_step_mapped_to_itself_begin_it_again() -> None:
    one = definition(START + service("s") + END + flows("debut s fin"))
    player = Player(one)
    lost = player.last.effects[0].id
    onto(player, one, s="s")
    assert player.asked == ["s"]
    assert lost not in player.last.pending_effects


def test_a_changed_type_needs_a_target() -> None:
    player = standing(ONE)
    asked = START + service("a") + END + flows("debut a fin")
    assert codes(player, asked) == ["type_changed"]
    onto(player, asked, a="a")
    assert player.asked == ["a"]
    assert player.answer(player.last.pending_effects[0]).last.finished


def test_a_pending_effect_is_kept_and_answered_once() -> None:
    player = standing(START + service("s") + END + flows("debut s fin"))
    effect = player.last.effects[0].id
    onto(player, START + service("s") + user("a") + END + flows("debut s a fin"))
    assert player.last.effects == ()
    assert player.last.pending_effects == (effect,)
    assert player.answer(effect).tasks == ["a"]


def test_an_effect_asked_of_another_action_needs_a_target() -> None:
    player = standing(START + service("s") + END + flows("debut s fin"))
    other = START + service("s", "essai.autre") + END + flows("debut s fin")
    assert codes(player, other) == ["action_changed"]
    effect = player.last.effects[0].id
    onto(player, other, s="s")
    assert [one.action for one in player.last.effects] == ["essai.autre"]
    assert player.last.pending_effects != (effect,)


def test_a_timer_of_a_new_edge_is_armed_and_one_of_a_removed_edge_dropped() -> None:
    edge = '<boundaryEvent id="{0}" attachedToRef="a">' + timer("{1}") + "</boundaryEvent>"
    before = START + user("a", "c") + edge.format("t", "P5D") + END + flows("debut a fin", "t c")
    after = START + user("a", "c") + edge.format("u", "P2D") + END + flows("debut a fin", "u c")
    player = standing(before)
    assert verdict(player, after) == FOLLOWS
    onto(player, after)
    assert [(one.element, one.due) for one in player.last.timers] == [("u", NOW + timedelta(days=2))]
    assert player.after("P3D").tasks == ["c"]


def test_a_timer_keeps_its_moment_though_the_drawing_says_another() -> None:
    def drawn(span: str) -> str:
        catch = f'<intermediateCatchEvent id="t">{timer(span)}</intermediateCatchEvent>'
        return START + catch + END + flows("debut t fin")

    player = standing(drawn("P5D"))
    onto(player, drawn("P1D"))
    assert [one.due for one in player.last.timers] == [NOW + timedelta(days=5)]


def test_an_edge_that_had_its_turn_does_not_listen_again() -> None:
    edge = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{timer("P1D")}</boundaryEvent>'
    body = START + user("a", "c") + edge + END + flows("debut a fin", "t c")
    player = standing(body)
    player.after("P2D")
    onto(player, body + user("z"))
    assert player.last.timers == ()
    assert player.tasks == ["a", "c"]


def test_a_message_is_awaited_by_its_new_name() -> None:
    catch = '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="r"/></intermediateCatchEvent>'
    body = START + catch + END + flows("debut m fin")
    old = definition(body, head='<message id="r" name="ancien"/>')
    new = definition(body, head='<message id="r" name="nouveau"/>')
    player = Player(old)
    onto(player, new)
    assert [one.message for one in player.last.messages] == ["nouveau"]
    assert player.send("nouveau").last.finished


def test_an_event_of_another_kind_needs_a_target() -> None:
    head = '<message id="r" name="avis"/>'
    catch = '<intermediateCatchEvent id="m">{0}</intermediateCatchEvent>'
    body = START + catch + END + flows("debut m fin")
    player = Player(definition(body.format(timer("P1D")), head=head))
    new = definition(body.format('<messageEventDefinition messageRef="r"/>'), head=head)
    assert compare(player.last.state, player.definition, new).needs == ("p:m",)
    onto(player, new, m="m")
    assert player.last.timers == ()
    assert [one.message for one in player.last.messages] == ["avis"]


def test_a_step_wrapped_into_a_sub_process_needs_a_target() -> None:
    inner = '<startEvent id="s1"/>' + user("a") + '<endEvent id="e1"/>' + flows("s1 a e1")
    wrapped = START + f'<subProcess id="s">{inner}</subProcess>' + END + flows("debut s fin")
    player = standing(ONE)
    assert codes(player, wrapped) == ["moved"]
    onto(player, wrapped, a="s")
    assert player.tasks == ["a"]
    assert player.do("a").last.finished


def test_an_unwrapped_sub_process_needs_a_target() -> None:
    inner = '<startEvent id="s1"/>' + user("a") + '<endEvent id="e1"/>' + flows("s1 a e1")
    wrapped = START + f'<subProcess id="s">{inner}</subProcess>' + END + flows("debut s fin")
    player = standing(wrapped)
    assert compare(player.last.state, player.definition, definition(ONE)).needs == ("p:s",)
    assert onto(player, ONE, s="a").do("a").last.finished


def test_a_target_in_another_scope_is_refused() -> None:
    inner = '<startEvent id="s1"/>' + user("b") + '<endEvent id="e1"/>' + flows("s1 b e1")
    wrapped = START + f'<subProcess id="s">{inner}</subProcess>' + END + flows("debut s fin")
    player = standing(ONE)
    assert verdict(player, wrapped, a="b") == REFUSED
    with pytest.raises(MigrationRefused):
        onto(player, wrapped, a="b")


def several(inside: str, name: str = "a", sequential: str = "false") -> str:
    return (
        f'<userTask id="{name}"><multiInstanceLoopCharacteristics isSequential="{sequential}">'
        f"{inside}</multiInstanceLoopCharacteristics></userTask>"
    )


COUNTED = "<loopCardinality>3</loopCardinality>"


def test_loop_items_keep_their_count_and_their_tasks() -> None:
    player = standing(START + several(COUNTED) + END + flows("debut a fin"))
    player.do("a")
    tasks = {one.id for one in player.last.open_tasks}
    onto(player, START + several(COUNTED, "b") + user("z") + END + flows("debut b z fin"), a="b")
    assert {one.id for one in player.last.open_tasks} == tasks
    player.do("b").do("b")
    assert player.tasks == ["z"]


def test_a_repetition_that_counts_otherwise_needs_a_target() -> None:
    player = standing(START + several(COUNTED) + END + flows("debut a fin"))
    sequential = START + several(COUNTED, sequential="true") + END + flows("debut a fin")
    assert codes(player, sequential) == ["repetition_changed"]
    assert codes(player, ONE) == ["type_changed"]
    onto(player, sequential, a="a")
    assert player.tasks == ["a"]


CALL = START + '<callActivity id="appel" calledElement="{0}"/>' + END + flows("debut appel fin")
BLOCK = START + user("x") + END + flows("debut x fin")


def test_what_runs_in_a_called_block_follows_it() -> None:
    player = standing(CALL.format("bloc"), ("bloc", BLOCK), n=1)
    longer = START + user("x", "y") + END + flows("debut x y fin")
    assert verdict(player, CALL.format("bloc"), ("bloc", longer)) == FOLLOWS
    onto(player, CALL.format("bloc"), ("bloc", longer))
    assert player.do("x").do("y").last.finished
    assert player.data["n"] == 1


def test_a_step_in_a_block_is_mapped_by_process_and_element() -> None:
    player = standing(CALL.format("bloc"), ("bloc", BLOCK))
    task = player.task("x")
    renamed = START + user("y") + END + flows("debut y fin")
    assert compare(player.last.state, player.definition, definition(CALL.format("bloc"), ("bloc", renamed))).needs == (
        "bloc:x",
    )
    onto(player, CALL.format("bloc"), ("bloc", renamed), bloc__x="bloc:y")
    assert player.task("y") == task
    assert player.do("y").last.finished


def test_another_block_called_needs_a_target_for_what_runs_in_it() -> None:
    player = standing(CALL.format("bloc"), ("bloc", BLOCK))
    task = player.task("x")
    assert compare(player.last.state, player.definition, definition(CALL.format("neuf"), ("neuf", BLOCK))).needs == (
        "bloc:x",
    )
    onto(player, CALL.format("neuf"), ("neuf", BLOCK), bloc__x="neuf:x")
    assert player.task("x") == task
    assert player.last.open_tasks[0].process == "neuf"
    assert player.do("x").last.finished


PARALLEL = (
    START
    + user("a", "b")
    + END
    + '<parallelGateway id="et"/><parallelGateway id="joint"/>'
    + flows("debut et", "et a joint", "et b joint", "joint fin")
)


def test_parallel_branches_keep_what_has_arrived() -> None:
    player = standing(PARALLEL)
    player.do("a")
    onto(player, PARALLEL.replace('id="b-joint"', 'id="autre"'))
    assert player.do("b").last.finished


def test_a_step_drawn_into_a_new_parallel_block_would_wait_for_ever() -> None:
    player = standing(ONE)
    assert codes(player, PARALLEL) == ["branch_missing"]
    assert verdict(player, PARALLEL) == REFUSED


def test_branches_that_would_no_more_meet_need_a_target() -> None:
    apart = START + user("a", "b") + END + '<parallelGateway id="et"/>' + flows("debut et a fin", "et b fin")
    player = standing(PARALLEL)
    assert codes(player, apart) == ["join_removed"]


def test_a_join_that_waits_for_less_goes_on() -> None:
    three = (
        START
        + user("a", "b", "c")
        + END
        + '<parallelGateway id="et"/><parallelGateway id="joint"/>'
        + flows("debut et", "et a joint", "et b joint", "et c joint", "joint fin")
    )
    player = standing(three)
    player.do("a").do("b")
    two = PARALLEL + user("c") + flows("et c")
    assert verdict(player, two) == FOLLOWS
    onto(player, two)
    assert player.tasks == ["c"]


def test_an_event_gateway_listens_for_a_new_way_and_keeps_the_moments_of_the_others() -> None:
    head = '<message id="r" name="avis"/>'
    ways = '<eventBasedGateway id="g"/><intermediateCatchEvent id="t">' + timer("P5D") + "</intermediateCatchEvent>"
    catch = '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="r"/></intermediateCatchEvent>'
    before = definition(START + ways + END + flows("debut g t fin"), head=head)
    after = definition(START + ways + catch + user("a") + END + flows("debut g t fin", "g m a fin"), head=head)
    player = Player(before)
    player.after("P1D")
    onto(player, after)
    assert [one.due for one in player.last.timers] == [NOW + timedelta(days=5)]
    assert player.send("avis").tasks == ["a"]
    assert player.last.timers == ()


def test_an_event_sub_process_added_listens_at_once() -> None:
    head = '<message id="r" name="retrait"/>'
    inside = (
        '<startEvent id="s1"><messageEventDefinition messageRef="r"/></startEvent>'
        + user("z")
        + '<endEvent id="e1"/>'
        + flows("s1 z e1")
    )
    event = f'<subProcess id="s" triggeredByEvent="true">{inside}</subProcess>'
    player = Player(definition(ONE, head=head))
    onto(player, definition(ONE + event, head=head))
    assert player.send("retrait").tasks == ["z"]


def test_an_incident_stays_an_incident_and_is_retried_in_the_new_drawing() -> None:
    def drawn(text: str) -> str:
        call = f'<callActivity id="c" calledElement="{text}"/>'
        return START + call + END + flows("debut c fin")

    player = standing(drawn("=inconnu"), ("bloc", BLOCK))
    assert player.incidents
    onto(player, drawn("bloc"), ("bloc", BLOCK))
    assert player.incidents
    assert player.retry("c").tasks == ["x"]


def test_a_mapping_that_names_nothing_is_refused_before_anything() -> None:
    player = standing(ONE)
    for mapping in ({"rien": "a"}, {"a": "rien"}, {"bloc:a": "a"}):
        with pytest.raises(MappingInvalid):
            compare(player.last.state, player.definition, player.definition, mapping)


def test_another_main_process_is_refused() -> None:
    player = standing(ONE)
    other = build([document(ONE, process="q")], process="q")
    assert compare(player.last.state, player.definition, other).verdict == REFUSED


def test_a_refused_migration_changes_nothing() -> None:
    player = standing(ONE)
    state = player.last.state
    with pytest.raises(MigrationRefused):
        migrate(state, player.definition, definition(PARALLEL), now=player.now)
    assert runtime.inspect(player.definition, state, now=player.now).open_tasks == player.last.open_tasks


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_drawn_and_done_follows_the_same_drawing_and_goes_on_alike(seed: int) -> None:
    chance = random.Random(seed)
    drawn = Draughtsman(chance).scope(chance.choice([2, 3]))
    bloc = ("bloc", START + user("zz") + END + flows("debut zz fin"))
    play = Player(definition(drawn, bloc, head=HEAD), data={"x": chance.randint(0, 4)})
    again = definition(drawn + user("plus_loin"), bloc, head=HEAD)
    for _ in range(12):
        if play.last.finished:
            return
        report = compare(play.last.state, play.definition, again)
        if report.can_move:
            moved = migrate(play.last.state, play.definition, again, now=play.now)
            assert open_of(moved) == open_of(play.last)
            assert moved.data == play.last.data
            assert not moved.effects
        else:
            assert {one.code for one in report.findings if one.code} == {"undoing"}
        walk(play, chance)
