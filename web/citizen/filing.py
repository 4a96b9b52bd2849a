"""Filing a demand: one subject a page, kept at each, read back, sent once, acknowledged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.demarches import queries as demarches
from prefecture.demarches.retirement import DemarcheRetired
from prefecture.demarches.suspension import DemarcheSuspended
from prefecture.demarches.version import Version
from prefecture.dossiers import queries, service
from prefecture.dossiers.settings import settings_of
from prefecture.identity import queries as identity
from prefecture.identity.permissions import USAGER, Actor
from prefecture.identity.queries import PrefectureView
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Invalid, NotFound
from prefecture.kernel.unit_of_work import unit_of_work
from web import local_texts, session
from web.citizen import filling
from web.citizen.begin import begin_page
from web.citizen.closed import closed
from web.citizen.filling import Filling
from web.citizen.frame import blueprint


@blueprint.get("/demarches/<code>/etapes/<int:page>")
@entry(USAGER)
def step(code: str, page: int) -> Response | str:
    """One page of the form, with what was typed before; what cannot be begun now says so first."""
    version, form = _begun(code)
    if closed(version) is not None:
        return redirect(url_for("citizen.begin", code=code))
    shown = [one.number for one in form.pages()]
    if page not in shown:
        return redirect(url_for("citizen.step", code=code, page=shown[0]))
    return _step_page(version, form, page, {})


@blueprint.post("/demarches/<code>/etapes/<int:page>")
@entry(USAGER)
def step_post(code: str, page: int) -> Response:
    """Keep the page; then on to the next one, unless something is to be corrected or the person leaves."""
    actor = session.signed_in()
    version, form = _begun(code)
    if page not in {one.number for one in form.form.pages}:
        raise NotFound
    taken = filling.take(form, page, actor, lambda answers: service.save_draft(actor, code, answers, page))
    kept = _with(form, taken.answers, actor)
    if taken.leave:
        flash("C’est enregistré. Reprenez quand vous voulez, depuis votre espace.")
        return redirect(url_for("citizen.home"))
    errors = taken.refused if taken.again else {**kept.errors_of(page), **taken.refused}
    if taken.again or errors:
        return make_response(_step_page(version, kept, page, errors), 422 if errors else 200)
    following = [one.number for one in kept.pages() if one.number > page]
    if following and request.args.get("retour") != "relecture":
        return redirect(url_for("citizen.step", code=code, page=following[0]))
    return redirect(url_for("citizen.read_back", code=code))


@blueprint.post("/demarches/<code>/fichiers")
@entry(USAGER)
def upload(code: str) -> Response:
    """A file that the page sends while it is being filled in; answers its id, name and size."""
    actor = session.signed_in()
    _, form = _begun(code)
    held = queries.draft(actor, code)
    page = held.page if held else 1
    view = filling.receive(form, actor, lambda answers: service.save_draft(actor, code, answers, page))
    return jsonify(id=str(view.id), name=view.filename, size=view.size)


@blueprint.get("/demarches/<code>/relecture")
@entry(USAGER)
def read_back(code: str) -> Response | str:
    """Everything once more before it is sent, and where it goes."""
    if queries.draft(session.signed_in(), code) is None:
        return redirect(url_for("citizen.begin", code=code))
    version, form = _begun(code)
    if closed(version) is not None:
        return redirect(url_for("citizen.begin", code=code))
    return _read_back_page(version, form, {})


@blueprint.post("/demarches/<code>/deposer")
@entry(USAGER)
def submit(code: str) -> Response:
    """File the demand; the same draft sent twice is one dossier."""
    actor, key = session.signed_in(), request.form.get("cle", "")[:80]
    chosen = request.form.get("prefecture", "")
    try:
        with unit_of_work():
            number = _filed_once(actor, code, key, chosen)
    except Invalid as error:
        version, form = _begun(code)
        return make_response(_read_back_page(version, form, error.fields), 422)
    except (DemarcheRetired, DemarcheSuspended) as error:
        return make_response(begin_page(code), error.status)
    if number is None:
        flash("Cette demande est déjà partie, ou n’était pas commencée. Vos dossiers sont ci-dessous.")
        return redirect(url_for("citizen.home"))
    return redirect(url_for("citizen.receipt", number=number))


@blueprint.get("/dossiers/<number>/accuse")
@entry(USAGER)
def receipt(number: str) -> str:
    """What was filed, where, and what happens now."""
    dossier = queries.dossier(number, session.signed_in())
    return render_template(
        "citizen/receipt.html",
        dossier=dossier,
        house=identity.prefecture(dossier.prefecture),
        settings=settings_of(dossier),
        local=local_texts.of_dossier(dossier),
    )


@blueprint.get("/demarches/<code>/abandonner")
@entry(USAGER)
def discard(code: str) -> str:
    """Ask before a draft is thrown away."""
    held = queries.draft(session.signed_in(), code)
    if held is None:
        raise NotFound("Ce brouillon n’existe pas ou a déjà été effacé.")
    return render_template("citizen/discard.html", version=demarches.current(code), draft=held)


@blueprint.post("/demarches/<code>/abandonner")
@entry(USAGER)
def discard_post(code: str) -> Response:
    """Throw the draft away."""
    with unit_of_work():
        service.delete_draft(session.signed_in(), code)
    flash("Le brouillon est effacé.")
    return redirect(url_for("citizen.home"))


def prefecture_of(answers: Mapping[str, Any], houses: list[PrefectureView]) -> PrefectureView | None:
    """The préfecture of the address's département, None where the postcode does not say or it is not open here."""
    match = re.fullmatch(r"(97\d|98\d|20[0-9]|\d\d)\d+", str(answers.get("code_postal", "")).replace(" ", ""))
    if match is None:
        return None
    code = match[1]
    if len(code) == len("20x") and code.startswith("20"):
        code = "2A" if code in ("200", "201") else "2B"
    return next((one for one in houses if one.code == code), None)


def _filed_once(actor: Actor, code: str, key: str, chosen: str) -> str | None:
    """The number of the dossier that this draft became, now or before; None if there is no such draft."""
    digest = code.encode()
    known = service.remembered(actor, key, digest) if key else None
    if known is not None:
        return known.body.decode()
    held = queries.draft(actor, code)
    if held is None or str(held.id) != key:
        return None
    derived = prefecture_of(held.answers, identity.prefectures())
    dossier = service.submit(actor, code, held.answers, prefecture=derived.code if derived else chosen or None)
    service.remember(actor, key, digest, 200, dossier.number.encode(), dossier_id=dossier.id)
    return dossier.number


def _begun(code: str) -> tuple[Version, Filling]:
    """The démarche and the form as this person left it, or with what their account says already."""
    actor = session.signed_in()
    version = demarches.current(code)
    form = version.form(version.form_id)
    person = identity.person(actor.id)
    context = {
        "usager": {"nom": person.family_name, "prenoms": person.given_names, "date_naissance": person.birth_date}
    }
    held = queries.draft(actor, code)
    known = {
        "nom": person.family_name,
        "prenoms": person.given_names,
        "naissance_le": person.birth_date.isoformat() if person.birth_date else None,
        "courriel": person.email,
        "telephone": person.phone,
    }
    answers = held.answers if held else {name: said for name, said in known.items() if said and name in form.fields}
    return version, Filling(form, context, answers, filling.files_of(actor))


def _with(form: Filling, answers: Mapping[str, Any], actor: Actor) -> Filling:
    return Filling(form.form, form.context, answers, filling.files_of(actor))


def _step_page(version: Version, form: Filling, page: int, errors: Mapping[str, str]) -> str:
    pages = form.pages()
    back = [one.number for one in pages if one.number < page]
    code = version.code
    return render_template(
        "citizen/step.html",
        title=version.title,
        page=form.view(page, errors),
        pages=pages,
        pieces=[one for one in form.form.pieces(form.answers, context=form.context) if one.page > page],
        action=url_for("citizen.step_post", code=code, page=page, retour=request.args.get("retour")),
        upload_url=url_for("citizen.upload", code=code),
        previous=url_for("citizen.step", code=code, page=back[-1]) if back else url_for("citizen.begin", code=code),
        leave=True,
        last="Relire ma demande" if page == pages[-1].number or request.args.get("retour") else "",
    )


def _read_back_page(version: Version, form: Filling, errors: Mapping[str, str]) -> str:
    held = queries.draft(session.signed_in(), version.code)
    houses = identity.prefectures()
    wrong = form.errors_of()
    paths = {row.path: (section.page, section.title) for section in form.read_back() for row in section.rows}
    missing = {paths[path] for path in wrong if path in paths}
    return render_template(
        "citizen/read_back.html",
        version=version,
        sections=form.read_back(),
        missing=sorted(missing),
        incomplete=bool(wrong),
        key=str(held.id) if held else "",
        house=prefecture_of(form.answers, houses),
        houses=[(one.code, one.name) for one in houses],
        postcode=str(form.answers.get("code_postal", "")),
        chosen=request.form.get("prefecture", ""),
        errors=errors,
    )
