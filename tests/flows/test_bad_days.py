"""Bad days: what goes wrong around a dossier, and what stays right, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from prefecture.agenda import queries as agenda
from prefecture.dossiers import journal, queries, service
from prefecture.kernel import clock, outbox, worker
from prefecture.kernel.db import db
from prefecture.kernel.unit_of_work import unit_of_work
from tests.api.caller import COMPLETE, GRANTED, JUDGED, Caller
from tests.flows.story import Story
from tests.flows.told import begin
from tests.town import Town

ASKED = {
    "conclusion": "complement",
    "delai_jours": 30,
    "pieces": {**JUDGED, "domicile": {"etat": "refusee", "motif": "illisible"}},
    "message": "Merci.",
}


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returns, all of them begun together."""
    found: list[Any] = [None] * len(calls)
    together = threading.Barrier(len(calls))

    def run(place: int) -> None:
        together.wait()
        found[place] = calls[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def test_submitted_twice_is_one_dossier(any_town: Town) -> None:
    amina = Caller(any_town.app, "amina")
    body = amina.filing()
    again = Caller(any_town.app)
    again.headers = amina.headers
    answers = at_once(
        lambda: amina.post("/dossiers", body, key="one click too many"),
        lambda: again.post("/dossiers", body, key="one click too many"),
    )
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    any_town.drain()
    assert len(amina.get("/dossiers").json["items"]) == 1
    assert any_town.sent(answers[0].json["number"]) == ["Votre demande est enregistrée"]


def test_two_agents_at_once_are_one_success_and_one_conflict(any_town: Town) -> None:
    story = begin(any_town)
    story.file()
    ines = Caller(any_town.app, "ines")
    task = story.claire.task(story.number, "verifier_completude")
    path = f"/tasks/{task}/complete"
    answers = at_once(
        lambda: story.claire.post(path, {"answers": COMPLETE}), lambda: ines.post(path, {"answers": COMPLETE})
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    any_town.drain()
    history = story.claire.get(f"/dossiers/{story.number}/history", limit=100).json["items"]
    assert [one["kind"] for one in history].count("task_done") == 1


def test_a_complement_that_comes_too_late_is_refused_and_the_agent_decides(any_town: Town) -> None:
    story = begin(any_town)
    story.file()
    story.do(story.claire, "verifier_completude", ASKED)
    any_town.later(days=31)
    story.amina.sign_in()
    story.claire.sign_in()
    given = {"documents": {"domicile": [story.amina.upload().json["id"]]}}
    late = story.amina.post(f"/dossiers/{story.number}/complement", given)
    assert late.status_code == 409, late.json
    waiting = [one["element"] for one in story.claire.get("/tasks", number=story.number).json["items"]]
    assert waiting == ["decider_apres_echeance"]
    shown = story.claire.get(f"/dossiers/{story.number}").json
    assert shown["suspended"] is False
    assert shown["finished_at"] is None


def test_a_slot_taken_meanwhile_is_a_conflict_and_another_is_free(any_town: Town) -> None:
    stories = [begin(any_town), begin(any_town)]
    for one in stories:
        one.file()
        one.to_slot()
    tokens = [any_town.link_of(one.number) for one in stories]
    assert tokens[0] != tokens[1]
    day = stories[0].link.get(f"/convocations/{tokens[0]}/slots").json["days"][-1]
    wanted = {"starts_at": day["slots"][0]["starts_at"]}
    answers = at_once(
        *(
            lambda one=one, token=token: one.link.post(f"/convocations/{token}/booking", wanted)
            for one, token in zip(stories, tokens, strict=True)
        )
    )
    assert sorted(one.status_code for one in answers) == [201, 409]
    late = [one.status_code for one in answers].index(409)
    other = {"starts_at": day["slots"][1]["starts_at"]}
    assert stories[late].link.post(f"/convocations/{tokens[late]}/booking", other).status_code == 201
    any_town.drain()
    for one in stories:
        waiting = [task["element"] for task in one.claire.get("/tasks", number=one.number).json["items"]]
        assert waiting == ["recevoir_usager"]


def test_a_refused_file_stops_nothing_else(any_town: Town) -> None:
    amina = Caller(any_town.app, "amina")
    refused = amina.upload(b"MZ\x90\x00 a program", "passeport.pdf")
    assert refused.status_code == 415
    assert "PDF" in refused.json["detail"]
    body = amina.filing()
    body["documents"]["passeport"] = ["00000000-0000-4000-8000-000000000000"]
    assert amina.post("/dossiers", body).status_code in {404, 422}
    assert amina.get("/dossiers").json["items"] == []
    assert amina.file()


def test_silence_is_an_implicit_refusal_and_the_dossier_lives_on(any_town: Town) -> None:
    story = begin(any_town)
    story.file()
    any_town.at(datetime(2027, 3, 24, 0, 30, tzinfo=UTC))
    for one in (story.amina, story.claire, story.denis):
        one.sign_in()
    warned = [one for one in any_town.sent(story.number) if "délai de réponse dépassé" in one]
    assert len(warned) == 1
    assert story.amina.get(f"/dossiers/{story.number}").json["finished_at"] is None
    story.do(story.claire, "verifier_completude", COMPLETE)
    story.do(story.claire, "autoriser_convocation", {"venue": "dispense"})
    story.do(story.claire, "instruire_demande", GRANTED)
    story.do(story.denis, "valider_decision", {"accord": True})
    assert story.amina.get(f"/dossiers/{story.number}").json["statut"] == "accepte"


def _chapters(story: Story, last: str) -> None:
    for name in ("file", "to_slot", "to_visit", "to_decision"):
        getattr(story, name)()
        if name == last:
            return


@pytest.mark.parametrize("step", ["file", "to_slot", "to_visit", "to_decision"])
def test_a_demand_is_withdrawn_in_each_step(town: Town, step: str) -> None:
    story = begin(town)
    _chapters(story, step)
    gone = story.amina.post(f"/dossiers/{story.number}/withdrawal", {"reason": "Je pars."})
    assert gone.status_code == 200, gone.json
    town.drain()
    shown = story.amina.get(f"/dossiers/{story.number}").json
    assert shown["statut"] == "sans_suite"
    assert shown["finished_at"] is not None
    assert shown["tasks"] == []
    again = story.amina.post(f"/dossiers/{story.number}/withdrawal", {"reason": "Encore."})
    assert again.status_code == 409
    town.later(days=400)
    with town.app.app_context():
        assert outbox.counts()["incident"] == 0
        rdv = agenda.appointment_of(queries.by_number(story.number).id)
        assert rdv is None or rdv.status != "confirme"


def test_an_erasure_while_work_is_pending_leaves_nothing_to_send(any_town: Town) -> None:
    story = begin(any_town)
    story.file()
    story.do(story.claire, "verifier_completude", ASKED)
    gone = story.amina.post(f"/dossiers/{story.number}/withdrawal", {"reason": "Je pars."})
    assert gone.status_code == 200
    while not story.amina.get(f"/dossiers/{story.number}").json["finished_at"]:
        assert worker.drain(any_town.app, limit=1)
    with any_town.app.app_context():
        assert outbox.counts()["ready"] > 0  # the mail that says so is still to leave
        dossier_id = queries.by_number(story.number).id
        with unit_of_work():
            service.erase(dossier_id)
        db.session.remove()
    any_town.later(days=60)
    with any_town.app.app_context():
        assert outbox.counts() == {"ready": 0, "later": outbox.counts()["later"], "running": 0, "incident": 0}
        view = queries.by_id(dossier_id)
        assert view.person is None
        assert view.key_id is None
        assert journal.verify()[1] is None


def test_time_passing_twice_sends_once(any_town: Town) -> None:
    story = begin(any_town)
    story.file()
    story.do(story.claire, "verifier_completude", ASKED)
    any_town.later(days=24)
    before = any_town.sent(story.number)
    any_town.drain()
    with clock.frozen(clock.now() - timedelta(hours=1)):
        any_town.drain()
    assert any_town.sent(story.number) == before
