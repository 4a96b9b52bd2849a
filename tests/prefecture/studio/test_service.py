"""Drafts begun, written, put away: nothing is lost, whoever writes and whenever it arrives."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import queries, service
from prefecture.studio.service import Locked, Saved
from tests.town import PROCESSES, TSE

README = "LISEZMOI.md"


def revision(draft: uuid.UUID, path: str = README) -> int:
    return queries.content(draft, path)[1]


def text(draft: uuid.UUID, path: str = README) -> bytes:
    return queries.content(draft, path)[0]


def save(actor: Actor, draft: uuid.UUID, content: bytes, at: int, path: str = README) -> Saved:
    with unit_of_work():
        return service.save_file(actor, draft, path, content, at)


def test_the_next_version_begins_as_the_version_in_force(draft: uuid.UUID) -> None:
    assert queries.bundle(draft).digest == demarches.current(TSE).digest
    assert queries.bundle(draft).digest == bundles.freeze(PROCESSES / TSE).digest
    view = queries.draft(draft)
    assert (view.code, view.based_on, view.owner) == (TSE, 1, "Ana Lopez")
    assert queries.findings(draft) == []
    assert queries.version(draft).definition.process == TSE


def test_a_save_gives_the_next_revision_and_the_same_text_again_changes_nothing(ana: Actor, draft: uuid.UUID) -> None:
    first = save(ana, draft, b"# Un", revision(draft))
    assert first.refused is None
    assert save(ana, draft, b"# Un", 1) == Saved(first.revision)  # the answer was lost, the text was not
    second = save(ana, draft, b"# Deux", first.revision)
    assert second.revision > first.revision
    assert text(draft) == b"# Deux"


def test_a_text_that_comes_too_late_is_kept_and_told(ana: Actor, bob: Actor, draft: uuid.UUID) -> None:
    read = revision(draft)
    stands = save(ana, draft, b"# Ana", read).revision
    late = save(bob, draft, b"# Bob", read)
    assert late.refused is not None
    assert (late.refused.status, late.refused.by, late.revision) == (409, "Ana Lopez", stands)
    assert f"jalon {late.refused.milestone}" in late.refused.message
    assert text(draft) == b"# Ana"
    assert queries.milestone_files(draft, late.refused.milestone)[README] == b"# Bob"
    again = save(bob, draft, b"# Bob, suite", read)
    assert again.refused is not None
    assert again.refused.milestone == late.refused.milestone  # as one types, one milestone
    assert queries.milestone_files(draft, late.refused.milestone)[README] == b"# Bob, suite"
    with unit_of_work():
        service.restore(bob, draft, late.refused.milestone, README)
    assert text(draft) == b"# Bob, suite"
    assert queries.milestone_files(draft, queries.milestones(draft)[0].number)[README] == b"# Ana"


def test_who_holds_the_draft_writes_and_another_may_take_over(ana: Actor, bob: Actor, draft: uuid.UUID) -> None:
    with unit_of_work():
        assert service.edit(ana, draft).mine
    with unit_of_work():
        refused = service.edit(bob, draft)
    assert (refused.by, refused.mine) == ("Ana Lopez", False)
    held = save(bob, draft, b"# Bob", revision(draft))
    assert held.refused is not None
    assert (held.refused.status, held.refused.by) == (423, "Ana Lopez")
    assert queries.milestone_files(draft, held.refused.milestone)[README] == b"# Bob"
    with pytest.raises(Locked, match="Ana Lopez"), unit_of_work():
        service.delete_file(bob, draft, README)
    with unit_of_work():
        assert service.edit(bob, draft, take=True).mine
    assert save(bob, draft, b"# Bob", revision(draft)).refused is None
    late = save(ana, draft, b"# Ana", revision(draft))
    assert late.refused is not None
    assert late.refused.status == 423


def test_the_lock_goes_by_itself_after_two_minutes_and_a_save_keeps_it(
    ana: Actor, bob: Actor, draft: uuid.UUID
) -> None:
    with unit_of_work():
        service.edit(ana, draft)
    clock.move(timedelta(seconds=90))
    save(ana, draft, b"# Ana", revision(draft))
    clock.move(timedelta(seconds=90))
    with unit_of_work():
        assert not service.edit(bob, draft).mine
    clock.move(timedelta(seconds=31))
    with unit_of_work():
        assert service.edit(bob, draft).mine
    with unit_of_work():
        service.release(ana, draft)
    assert queries.draft(draft, bob).lock.mine
    with unit_of_work():
        service.release(bob, draft)
    assert queries.draft(draft, bob).lock.by is None


def test_the_history_keeps_what_another_hand_and_another_hour_found(ana: Actor, bob: Actor, draft: uuid.UUID) -> None:
    original = text(draft)
    for word in (b"# 1", b"# 2", b"# 3"):
        save(ana, draft, word, revision(draft))
    assert len(queries.milestones(draft)) == 1
    save(bob, draft, b"# 4", revision(draft))
    clock.move(timedelta(minutes=16))
    save(bob, draft, b"# 5", revision(draft))
    kept = [queries.milestone_files(draft, one.number)[README] for one in queries.milestones(draft)]
    assert kept == [b"# 4", b"# 3", original]
    with unit_of_work():
        number = service.milestone(ana, draft, "Relu par le service")
    save(ana, draft, b"# 6", revision(draft))
    with unit_of_work():
        service.restore(ana, draft, number)
    assert text(draft) == b"# 5"


def test_files_are_added_renamed_and_deleted_and_come_back(ana: Actor, draft: uuid.UUID) -> None:
    path = "scenarios/nouveau.toml"
    with unit_of_work():
        service.add_file(ana, draft, path, b'titre = "Un"')
    with pytest.raises(Conflict), unit_of_work():
        service.add_file(ana, draft, path)
    with unit_of_work():
        service.rename_file(ana, draft, path, "scenarios/autre.toml")
    with pytest.raises(NotFound):
        queries.content(draft, path)
    with unit_of_work():
        service.delete_file(ana, draft, "scenarios/autre.toml")
    gone = save(ana, draft, b'titre = "Deux"', 7, "scenarios/autre.toml")
    assert gone.refused is not None
    assert gone.refused.status == 409
    before = next(one for one in queries.milestones(draft) if one.kind == "auto")
    with unit_of_work():
        service.restore(ana, draft, before.number, "scenarios/autre.toml")
    assert text(draft, "scenarios/autre.toml") == b'titre = "Un"'
    for act in (service.delete_file, lambda *told: service.rename_file(*told, "autre.md")):
        with pytest.raises(Conflict), unit_of_work():
            act(ana, draft, "demarche.toml")


@pytest.mark.parametrize(
    "path",
    ["../demarche.toml", "/etc/passwd", "forms/../x.json", "programme.py", "forms/é.json", "etats/un.json", "x" * 300],
)
def test_a_file_stands_only_where_a_demarche_has_files(ana: Actor, draft: uuid.UUID, path: str) -> None:
    with pytest.raises(Invalid), unit_of_work():
        service.save_file(ana, draft, path, b"", 0)


def test_shared_files_and_large_ones_are_refused(ana: Actor, draft: uuid.UUID) -> None:
    with pytest.raises(Invalid, match="communs"), unit_of_work():
        service.save_file(ana, draft, "_commun/bloc_decision.bpmn", b"<x/>", 1)
    with pytest.raises(TooLarge, match="2"), unit_of_work():
        service.save_file(ana, draft, README, b"x" * (2 * 1024 * 1024 + 1), revision(draft))


def test_only_analysts_write_and_a_recetteur_reads_and_speaks(ana: Actor, rita: Actor, draft: uuid.UUID) -> None:
    for act in (
        lambda: service.save_file(rita, draft, README, b"", 1),
        lambda: service.edit(rita, draft),
        lambda: service.archive(rita, draft),
        lambda: service.from_version(rita, demarches.current(TSE).id, "La mienne"),
    ):
        with pytest.raises(Forbidden), unit_of_work():
            act()
    with unit_of_work():
        said = service.comment(rita, draft, " Le délai est à revoir. ", path="processus.bpmn", element="silence_garde")
    (view,) = queries.comments(draft)
    assert (view.by, view.text, view.element) == ("Rita Sow", "Le délai est à revoir.", "silence_garde")
    assert queries.drafts()[0].comments == 1
    with unit_of_work():
        service.resolve(ana, draft, said)
    assert queries.comments(draft)[0].resolved_by == "Ana Lopez"
    assert queries.drafts()[0].comments == 0
    with pytest.raises(Invalid), unit_of_work():
        service.comment(rita, draft, "  ")
    with pytest.raises(Invalid), unit_of_work():
        service.comment(rita, draft, "Où ?", path="absent.md")
    with pytest.raises(NotFound), unit_of_work():
        service.resolve(rita, draft, uuid.uuid4())


def test_an_archived_draft_is_not_written_until_it_comes_back(ana: Actor, draft: uuid.UUID) -> None:
    with unit_of_work():
        service.archive(ana, draft)
    assert queries.drafts() == []
    assert [one.id for one in queries.drafts(archived=True)] == [draft]
    with pytest.raises(Conflict, match="archivé"), unit_of_work():
        service.save_file(ana, draft, README, b"# Trop tard", 1)
    with unit_of_work():
        service.unarchive(ana, draft)
    with unit_of_work():
        service.rename(ana, draft, "Délais de 2027")
    assert [one.title for one in queries.drafts(code=TSE)] == ["Délais de 2027"]


def test_another_demarche_begins_from_a_version_under_its_own_name(ana: Actor, draft: uuid.UUID) -> None:
    source = demarches.current(TSE).id
    for code, prefix, field in ((TSE, "XYZ", "code"), ("visa_long", "TSE", "prefix"), ("Visa long", "VIS", "code")):
        with pytest.raises(Invalid) as refused, unit_of_work():
            service.duplicate(ana, source, code, "Visa", prefix)
        assert field in refused.value.fields
    with unit_of_work():
        copy = service.duplicate(ana, source, "visa_long", "Visa de « long » séjour", "VIS")
    made = queries.version(copy)
    assert (made.settings["code"], made.title, made.prefix) == ("visa_long", "Visa de « long » séjour", "VIS")
    assert made.definition.process == "visa_long"
    assert queries.findings(copy) == []
    with unit_of_work():
        twin = service.from_draft(ana, copy, "Essai")
    assert queries.bundle(twin).digest == queries.bundle(copy).digest


def test_shared_files_of_the_day_are_taken_when_asked(ana: Actor, draft: uuid.UUID) -> None:
    with unit_of_work():
        assert service.refresh_shared(ana, draft) == 0


def test_what_one_writes_is_judged_before_it_is_saved(draft: uuid.UUID) -> None:
    broken = text(draft, "processus.bpmn").replace(b'calledElement="bloc_remise"', b'calledElement="bloc_absent"')
    found = queries.findings(draft, {"processus.bpmn": broken})
    assert any(one.severity == "error" for one in found)
    assert queries.findings(draft) == []


def test_one_is_helped_with_what_the_folder_has(draft: uuid.UUID) -> None:
    known = queries.completion(draft)
    assert "convocation.emettre" in known.actions
    assert {"demande", "completude"} <= set(known.forms)
    assert known.data["demande.titre_nature"] == "string"
    assert known.data["completude.conclusion"] == "string"
    assert "delai_silence" in known.decisions
    told = {"demarche.silence.etudiant.delai": "string", "demarche.complement.delai_jours": "number"}
    assert told.items() <= known.data.items()
    assert {"bloc_completude", "bloc_remise"} <= {one.process for one in known.blocks}
    assert "courriers/decision_favorable.html" in known.letters
    assert "guichet" in known.roles
