"""What operators watch: the figures say what waits, and are told to who may know them only."""

from __future__ import annotations

import pytest

from tests.torture.world import World


def test_the_figures_say_what_waits(any_world: World) -> None:
    any_world.submit(2)
    shown = any_world.app.test_client().get("/metrics")
    assert shown.status_code == 200
    assert shown.content_type.startswith("text/plain; version=0.0.4")
    lines = shown.get_data(as_text=True).splitlines()
    assert 'planipref_due_work{state="ready"} 2' in lines
    assert 'planipref_due_work{state="incident"} 0' in lines
    assert "planipref_due_work_abandoned 0" in lines
    any_world.statement("UPDATE due_work SET status = 'incident' WHERE status = 'ready' AND kind = 'torture.marquer'")
    lines = any_world.app.test_client().get("/metrics").get_data(as_text=True).splitlines()
    assert 'planipref_due_work_incidents{kind="torture.marquer"} 2' in lines


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "192.0.2.1", 404),
        ({"X-Forwarded-For": "192.0.2.1"}, "127.0.0.1", 404),
        ({"Authorization": "Bearer wrong"}, "192.0.2.1", 404),
        ({"Authorization": "Bearer the-token-of-the-tests"}, "192.0.2.1", 200),
    ],
)
def test_figures_are_for_this_machine_or_who_has_the_token(
    sqlite_world: World, headers: dict[str, str], address: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANIPREF_METRICS_TOKEN", "the-token-of-the-tests")
    client = sqlite_world.app.test_client()
    found = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address})
    assert found.status_code == status
