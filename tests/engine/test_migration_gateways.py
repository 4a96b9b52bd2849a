"""A complex gateway that waits for late tokens goes on waiting in another drawing."""

from __future__ import annotations

from tests.engine.player import END, START, definition, flows, user
from tests.engine.test_migration import onto, standing


def two_of_three(gateway: str) -> str:
    """A drawing in which two of three branches are enough."""
    condition = "<activationCondition>activationCount &gt;= 2</activationCondition>"
    nodes = f'<parallelGateway id="f"/><complexGateway id="{gateway}">{condition}</complexGateway>'
    chains = (f"debut f a {gateway} z fin", f"f b {gateway}", f"f c {gateway}")
    return START + user("a", "b", "c", "z") + END + nodes + flows(*chains)


def test_a_late_token_is_taken_in_after_a_move() -> None:
    player = standing(two_of_three("x"))
    player.do("a")
    player.do("b")
    assert sorted(player.tasks) == ["c", "z"]
    onto(player, two_of_three("renamed"), x="renamed")
    player.do("z")
    assert player.do("c").last.finished


def test_a_gateway_that_is_gone_waits_for_nobody() -> None:
    player = standing(two_of_three("x"))
    player.do("a")
    player.do("b")
    plain = START + user("c", "z") + END + flows("debut c fin", "z fin")
    onto(player, definition(plain))
    player.do("z")
    assert player.do("c").last.finished
