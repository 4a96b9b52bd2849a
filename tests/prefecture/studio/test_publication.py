"""What is asked before a publication, who may pass it over, and the way back."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from sqlalchemy import update

from prefecture.demarches import queries as demarches
from prefecture.identity import service as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel.db import db
from prefecture.kernel.errors import Conflict, Forbidden, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, publication, queries, service, signoff
from prefecture.studio.models_publication import PublicationAct
from prefecture.studio.publication import PublicationRefused
from tests.town import PASSWORD, TSE

SETTINGS = "demarche.toml"
WHY = "Décret du jour, la recette suivra demain."


@pytest.fixture
def nina(studio: Flask) -> Actor:
    """The national administrator."""
    with unit_of_work():
        return identity.create_agent("nina", "Nina Roy", PASSWORD, ["administrateur"]).actor


@pytest.fixture
def changed(ana: Actor, draft: uuid.UUID) -> uuid.UUID:
    """Ana's draft, in which people have 45 days to complete."""
    write(ana, draft, b"delai_jours = 30", b"delai_jours = 45")
    return draft


def write(actor: Actor, draft: uuid.UUID, before: bytes, after: bytes, path: str = SETTINGS) -> None:
    content, revision = queries.content(draft, path)
    assert before in content
    with unit_of_work():
        service.save_file(actor, draft, path, content.replace(before, after, 1), revision)


def sign(draft: uuid.UUID, ana: Actor, rita: Actor) -> str:
    digest = publication.gate(draft).digest
    with unit_of_work():
        signoff.ask(ana, draft)
    with unit_of_work():
        signoff.answer(rita, draft, digest, accepted=True, note="")
    return digest


def unmet(draft: uuid.UUID) -> list[str]:
    return [one.key for one in publication.gate(draft).unmet]


def test_a_signed_draft_whose_scenarios_are_green_becomes_the_version_in_force(
    changed: uuid.UUID, ana: Actor, rita: Actor
) -> None:
    digest = sign(changed, ana, rita)
    with unit_of_work():
        version = publication.publish(ana, changed, digest)
    assert (version.number, version.digest) == (2, digest)
    assert demarches.current(TSE).number == 2
    assert queries.draft(changed).archived_at is not None
    assert [one.act for one in acts.acts(code=TSE)] == ["published", "accepted", "asked"]


def test_everything_that_is_missing_is_told_at_once(draft: uuid.UUID, ana: Actor) -> None:
    write(ana, draft, b"", b"une ligne qui ne se lit pas\n")
    assert {"constats", "recette"} <= set(unmet(draft))
    with pytest.raises(PublicationRefused) as refused, unit_of_work():
        publication.publish(ana, draft, publication.gate(draft).digest)
    assert "recette" in refused.value.message
    assert "erreur" in refused.value.message
    assert demarches.current(TSE).number == 1


def test_a_red_scenario_holds_the_publication(changed: uuid.UUID, ana: Actor, rita: Actor) -> None:
    path = next(one.path for one in queries.draft(changed).own if one.path.startswith("scenarios/"))
    content, revision = queries.content(changed, path)
    with unit_of_work():
        service.save_file(
            ana, changed, path, content + b'\n[[etapes]]\nquand = "rien"\nalors = { taches = ["aucune"] }\n', revision
        )
    sign(changed, ana, rita)
    assert "scenarios" in unmet(changed)


def test_what_changes_nothing_is_not_published(draft: uuid.UUID, ana: Actor, rita: Actor) -> None:
    sign(draft, ana, rita)
    assert unmet(draft) == ["changement"]


def test_a_sign_off_is_of_these_files_only(changed: uuid.UUID, ana: Actor, rita: Actor) -> None:
    sign(changed, ana, rita)
    write(ana, changed, b"delai_jours = 45", b"delai_jours = 46")
    assert publication.gate(changed).signoff.status == signoff.STALE
    assert unmet(changed) == ["recette"]


def test_whoever_wrote_does_not_sign(changed: uuid.UUID, studio: Flask) -> None:
    with unit_of_work():
        both = identity.create_agent("lea", "Léa Both", PASSWORD, ["analyste", "recetteur"]).actor
    write(both, changed, b"delai_jours = 45", b"delai_jours = 44")
    digest = publication.gate(changed).digest
    with pytest.raises(Forbidden), unit_of_work():
        signoff.answer(both, changed, digest, accepted=True, note="")


def test_an_analyst_does_not_sign_and_a_recetteur_does_not_publish(
    changed: uuid.UUID, ana: Actor, bob: Actor, rita: Actor
) -> None:
    digest = publication.gate(changed).digest
    with pytest.raises(Forbidden), unit_of_work():
        signoff.answer(bob, changed, digest, accepted=True, note="")
    sign(changed, ana, rita)
    with pytest.raises(Forbidden), unit_of_work():
        publication.publish(rita, changed, digest)


def test_a_refusal_says_why_and_stands_until_the_files_change(changed: uuid.UUID, rita: Actor) -> None:
    digest = publication.gate(changed).digest
    with pytest.raises(Invalid), unit_of_work():
        signoff.answer(rita, changed, digest, accepted=False, note=" ")
    with unit_of_work():
        signoff.answer(rita, changed, digest, accepted=False, note="Le courrier dit encore trente jours.")
    gate = publication.gate(changed)
    assert "trente jours" in next(one.message for one in gate.unmet if one.key == "recette")


def test_files_that_changed_since_they_were_read_are_not_signed_nor_published(
    changed: uuid.UUID, ana: Actor, rita: Actor
) -> None:
    read = sign(changed, ana, rita)
    write(ana, changed, b"delai_jours = 45", b"delai_jours = 46")
    with pytest.raises(Conflict), unit_of_work():
        signoff.answer(rita, changed, read, accepted=True, note="")
    with pytest.raises(Conflict), unit_of_work():
        publication.publish(ana, changed, read)


def test_the_national_administrator_passes_over_with_a_reason_that_is_kept(
    changed: uuid.UUID, ana: Actor, nina: Actor
) -> None:
    digest = publication.gate(changed).digest
    with pytest.raises(Forbidden), unit_of_work():
        publication.publish(ana, changed, digest, WHY)
    with pytest.raises(Invalid), unit_of_work():
        publication.publish(nina, changed, digest, "vite")
    with unit_of_work():
        publication.publish(nina, changed, digest, WHY)
    act = acts.acts(code=TSE)[0]
    assert (act.act, act.reason, act.by, act.told["passed_over"]) == ("forced", WHY, "Nina Roy", ["recette"])


def test_nobody_passes_over_an_error(changed: uuid.UUID, ana: Actor, nina: Actor) -> None:
    write(ana, changed, b"", b"une ligne qui ne se lit pas\n")
    with pytest.raises(PublicationRefused), unit_of_work():
        publication.publish(nina, changed, publication.gate(changed).digest, WHY)


def test_an_administrator_of_a_prefecture_governs_nothing_national(studio: Flask) -> None:
    marc = Actor(uuid.uuid4(), "agent", "Marc", frozenset({"administrateur"}), "75", frozenset())
    with pytest.raises(Forbidden), unit_of_work():
        publication.set_threshold(marc, 10, "Parce que c’est ainsi.")


def test_the_threshold_is_the_administrators(changed: uuid.UUID, ana: Actor, nina: Actor) -> None:
    scenarios = [one.path for one in queries.draft(changed).own if one.path.startswith("scenarios/")]
    with unit_of_work():
        publication.set_threshold(nina, 0, "Avant la généralisation, rien n’est demandé.")
        for path in scenarios[1:]:
            service.delete_file(ana, changed, path)
    assert "couverture" not in unmet(changed)
    with unit_of_work():
        publication.set_threshold(nina, 100, "Généralisation\u00a0: tout doit être essayé.")
    assert "couverture" in unmet(changed)
    for wrong in (-1, 101):
        with pytest.raises(Invalid), unit_of_work():
            publication.set_threshold(nina, wrong, "Un seuil impossible.")


def test_what_another_published_meanwhile_would_be_lost(
    changed: uuid.UUID, ana: Actor, bob: Actor, rita: Actor
) -> None:
    with unit_of_work():
        other = service.from_version(bob, demarches.current(TSE).id, "L’autre")
    write(bob, other, b"delai_jours = 30", b"delai_jours = 60")
    digest = sign(other, bob, rita)
    with unit_of_work():
        publication.publish(bob, other, digest)
    assert "base" in unmet(changed)


def test_new_dossiers_follow_the_version_that_one_goes_back_to(changed: uuid.UUID, ana: Actor, rita: Actor) -> None:
    first = demarches.current(TSE).id
    digest = sign(changed, ana, rita)
    with unit_of_work():
        second = publication.publish(ana, changed, digest)
    with pytest.raises(Invalid), unit_of_work():
        publication.go_back(ana, TSE, first, "")
    with unit_of_work():
        publication.go_back(ana, TSE, first, "Les courriers de la version 2 sont faux.")
    assert demarches.current(TSE).id == first
    assert [one.number for one in demarches.demarches()] == [1]
    with pytest.raises(Conflict), unit_of_work():
        publication.go_back(ana, TSE, first, "Une deuxième fois la même.")
    with unit_of_work():
        publication.go_back(ana, TSE, second.id, "Les courriers sont corrigés à la main.")
    assert demarches.current(TSE).number == 2
    assert acts.acts(code=TSE)[0].told == {"number": 2, "from": 1}


def test_a_changed_row_of_the_journal_shows(changed: uuid.UUID, ana: Actor, rita: Actor) -> None:
    sign(changed, ana, rita)
    assert acts.verify() == (2, None)
    with unit_of_work():
        db.session.execute(update(PublicationAct).where(PublicationAct.number == 1).values(reason="autre chose"))
    assert acts.verify() == (0, 1)


def test_the_command_line_says_what_is_missing_publishes_and_goes_back(
    studio: Flask, changed: uuid.UUID, ana: Actor, rita: Actor
) -> None:
    def run(*words: str) -> tuple[int, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", *words])
        return told.exit_code, told.output.replace("\u00a0", " ")

    code, text = run("draft", "gate", str(changed))
    assert (code, text.count("MANQUE")) == (1, 1)
    assert "Jours laissés pour compléter : 30 devient 45." in run("draft", "changes", str(changed))[1]
    assert run("draft", "publish", str(changed))[0] == 1
    sign(changed, ana, rita)
    assert run("draft", "publish", str(changed))[1].startswith(f"PUBLISHED {TSE} 2 ")
    assert "demarche.toml : modifié" in run("changes", TSE, "1", "2")[1]
    assert run("return", TSE, "1", "--reason", "Les courriers sont faux.")[1].startswith(f"IN FORCE {TSE} 1 ")
    assert run("return", TSE, "7", "--reason", "Les courriers sont faux.")[0] == 1
    code, text = run("publications", TSE)
    assert code == 0
    assert "Retour à une version 1" in text


def test_operators_read_and_set_the_threshold(studio: Flask) -> None:
    def run(*words: str) -> tuple[int, str]:
        told = studio.test_cli_runner().invoke(args=["demarche", "threshold", *words])
        return told.exit_code, told.output

    assert run() == (0, "THRESHOLD 60\n")
    assert run("80")[0] == 1
    assert run("80", "--reason", "Décision du comité.") == (0, "THRESHOLD 80\n")
