from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
import zstandard

from engine.errors import DataRefused, ReservedKey, StateUnreadable
from engine.feel.temporal import DaysDuration, MonthsDuration
from engine.state import accept, dumps, loads, read_data
from tests.engine.player import END, START, Player, flows, user


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        12,
        2**64 - 1,
        -(2**63),
        Decimal("12.50"),
        Decimal(2**70),
        "é \u202f « »",
        date(2027, 1, 31),
        datetime(2027, 7, 1, 9, 0, 0, 123, tzinfo=UTC),
        datetime(2027, 7, 1, 9, tzinfo=ZoneInfo("Europe/Paris")),
        datetime(2027, 7, 1, 9),  # noqa: DTZ001 - FEEL has local ones
        time(9, 30),
        time(9, 30, tzinfo=UTC),
        timedelta(days=3, seconds=5, microseconds=7),
        DaysDuration(10**30),
        MonthsDuration(14),
        [1, [2, {"a": Decimal("0.1")}]],
        {"a": {"b": [date(2027, 1, 1)]}},
    ],
)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    back = loads(dumps({"data": accept({"v": value})}))["data"]["v"]
    assert back == value
    assert type(back) is type(value)


def test_a_zone_keeps_its_name() -> None:
    back = read_data(dumps({"data": {"v": datetime(2027, 7, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))}}))["v"]
    assert str(back.tzinfo) == "Europe/Paris"


def test_whole_numbers_are_int_and_others_decimal() -> None:
    assert accept({"a": Decimal("3.00"), "b": 1.5, "c": 2.0, "d": (1, 2)}) == {
        "a": 3,
        "b": Decimal("1.5"),
        "c": 2,
        "d": [1, 2],
    }
    assert type(accept({"a": Decimal("3.00")})["a"]) is int


@pytest.mark.parametrize(
    "data",
    [
        {"typename": "Clio"},
        {"vehicule": {"typename": "Clio"}},
        {"a": [{"b": [{"typename": 1}]}]},
        {"a": ({"typename": "UUID"},)},
        {"a": {"\x00": ["n", "1"]}},
        {"a": {1: 2}},
    ],
)
def test_reserved_keys_are_refused_however_deep(data: dict[str, Any]) -> None:
    with pytest.raises(ReservedKey):
        accept(data)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"x", float("nan"), float("inf"), 1j, "\ud800", Decimal("Infinity")]
)
def test_what_no_process_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(DataRefused):
        accept({"a": value})


def test_data_nested_without_end_is_refused() -> None:
    nested: list[Any] = []
    for _ in range(200):
        nested = [nested]
    with pytest.raises(DataRefused):
        accept({"a": nested})
    round_about: list[Any] = []
    round_about.append(round_about)
    with pytest.raises(DataRefused):
        accept({"a": round_about})


def test_a_reserved_key_is_refused_at_every_door_and_the_instance_lives_on() -> None:
    play = Player(START + user("a") + END + flows("debut a fin"))
    before = play.last.state
    with pytest.raises(ReservedKey):
        play.do("a", vehicule={"typename": "Clio"})
    with pytest.raises(ReservedKey):
        play.set(typename=1)
    with pytest.raises(ReservedKey):
        Player(play.definition, data={"typename": 1})
    assert play.last.state == before
    assert play.do("a").last.finished


def test_the_state_tells_its_format_and_the_librarys_version() -> None:
    play = Player(START + user("a") + END + flows("debut a fin"))
    content = orjson.loads(zstandard.ZstdDecompressor().decompress(play.last.state))
    assert content["format"] == 1
    assert content["spiff"] == "3.2.0"
    assert content["definition"] == play.definition.digest


def test_data_are_read_without_the_definition() -> None:
    play = Player(START + user("a") + END + flows("debut a fin"), data={"depot": date(2027, 1, 2)})
    assert read_data(play.last.state) == {"depot": date(2027, 1, 2)}


def packed(content: Any) -> bytes:
    return zstandard.ZstdCompressor().compress(orjson.dumps(content))


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"nonsense",
        packed([]),
        packed({"format": 2}),
        packed({}),
        packed({"format": 1, "data": {"a": {"\x00": ["?"]}}}),
        packed({"format": 1, "data": {"a": {"\x00": []}}}),
        packed({"format": 1, "data": 3}),
        zstandard.ZstdCompressor().compress(b"{"),
        "text",
        None,
    ],
)
def test_anything_else_is_unreadable(state: Any) -> None:
    with pytest.raises(StateUnreadable):
        read_data(state)
