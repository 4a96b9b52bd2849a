"""A citizen writes to the service from the dossier's page; agents see that somebody waits, and answer."""

from __future__ import annotations

from tests.web.village import Village, plain


def test_a_message_goes_to_the_service_and_its_answer_comes_back(village: Village) -> None:
    view = village.file()
    amina, claire = village.browse("amina"), village.browse("claire")
    mine, theirs = f"/dossiers/{view.number}", f"/agent/dossiers/{view.number}"
    sent = amina.post(f"{mine}/messages", {"texte": "Puis-je venir avec ma mère ?"}, form=mine)
    assert sent.status_code == 302
    assert "Puis-je venir avec ma mère ?" in plain(amina.get(mine))
    assert "Un usager attend une réponse" in plain(claire.get("/agent/dossiers"))
    page = plain(claire.get(theirs))
    assert "L’usager a écrit et attend une réponse" in page
    assert "Puis-je venir avec ma mère ?" in page
    claire.post(f"{theirs}/messages", {"texte": "Oui, venez ensemble."}, form=theirs)
    assert "attend une réponse" not in plain(claire.get(theirs))
    assert "attend une réponse" not in plain(claire.get("/agent/dossiers"))
    assert "Oui, venez ensemble." in plain(amina.get(mine))
    assert "Claire Petit, pour la préfecture" in plain(amina.get(mine))
    assert "Message écrit" in plain(claire.get(theirs))


def test_what_cannot_be_sent_comes_back_as_typed(village: Village) -> None:
    view = village.file()
    amina, claire = village.browse("amina"), village.browse("claire")
    mine, theirs = f"/dossiers/{view.number}", f"/agent/dossiers/{view.number}"
    assert amina.post(f"{mine}/messages", {"texte": " "}, form=mine).status_code == 422
    long = "mot " * 1200
    for visitor, page in ((amina, mine), (claire, theirs)):
        refused = visitor.post(f"{page}/messages", {"texte": long}, form=page)
        assert refused.status_code == 422
        assert "4000 caractères au plus" in plain(refused)
        assert "mot mot mot" in refused.text


def test_no_answer_needed_and_nobody_elses_dossier(village: Village) -> None:
    view = village.file()
    amina, claire, boris = village.browse("amina"), village.browse("claire"), village.browse("boris")
    mine, theirs = f"/dossiers/{view.number}", f"/agent/dossiers/{view.number}"
    amina.post(f"{mine}/messages", {"texte": "Merci."}, form=mine)
    claire.post(f"{theirs}/messages/lus", form=theirs)
    assert "attend une réponse" not in plain(claire.get(theirs))
    assert boris.post(f"{mine}/messages", {"texte": "Bonjour"}, form="/mon-espace").status_code == 404
