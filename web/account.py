"""Signing in and out, and a citizen's account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from prefecture.identity import permissions
from prefecture.identity import queries as people
from prefecture.identity import service as identity
from prefecture.identity.permissions import ROLE_NAMES, USAGER
from prefecture.kernel.entry import PUBLIC, SIGNED_IN, entry
from prefecture.kernel.errors import DomainError, Invalid, TooMany, Unauthenticated
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.notifications.addressee import international
from web import session

blueprint = Blueprint("account", __name__)

_ACCOUNT_FIELDS = ("prenoms", "nom", "courriel", "mot_de_passe", "naissance", "telephone")


@blueprint.get("/connexion")
@entry(PUBLIC)
def sign_in() -> Response | str:
    """The sign-in page; who is signed in goes home."""
    actor = session.actor()
    if actor is not None:
        return redirect(home_of(actor))
    return render_template("account/sign_in.html", suite=_inside(request.args.get("suite")), login="", errors={})


@blueprint.post("/connexion")
@entry(PUBLIC)
def sign_in_post() -> Response:
    """Open a session with a new token; the one that the browser carried ends."""
    login, password = request.form.get("login", ""), request.form.get("mot_de_passe", "")
    suite = _inside(request.form.get("suite"))
    try:
        actor = identity.authenticate(login, password, address=request.remote_addr)
    except (Unauthenticated, TooMany) as error:
        page = render_template("account/sign_in.html", suite=suite, login=login, errors={"login": error.message})
        return make_response(page, 429 if isinstance(error, TooMany) else 401)
    before = request.cookies.get(session.cookie_name("session"))
    with unit_of_work():
        token = identity.open_session(actor, device=device_words(request.user_agent.string), replaces=before)
    response = redirect(suite or home_of(actor))
    session.keep(response, "session", token, session.SESSION_LIFE)
    return response


@blueprint.post("/deconnexion")
@entry(PUBLIC)
def sign_out() -> Response:
    """End the session."""
    token = request.cookies.get(session.cookie_name("session"))
    if token:
        with unit_of_work():
            identity.close_session(token)
    flash("Vous êtes déconnecté.")
    response = redirect(url_for("public.home"))
    session.drop(response, "session")
    return response


@blueprint.get("/compte/nouveau")
@entry(PUBLIC)
def new_account() -> str:
    """The form that makes a citizen's account."""
    return render_template("account/new.html", values={}, errors={}, suite=_inside(request.args.get("suite")))


@blueprint.post("/compte/nouveau")
@entry(PUBLIC)
def new_account_post() -> Response:
    """Make the account and sign its owner in."""
    values = {name: request.form.get(name, "").strip() for name in _ACCOUNT_FIELDS}
    values["mot_de_passe"] = request.form.get("mot_de_passe", "")
    values["notifications"] = request.form.get("notifications", "")
    suite = _inside(request.form.get("suite"))
    try:
        birth = _birth_date(values)
        with unit_of_work():
            person = identity.create_person(
                values["courriel"],
                given_names=values["prenoms"],
                family_name=values["nom"],
                password=values["mot_de_passe"],
                birth_date=birth,
                phone=values["telephone"] or None,
                e_notifications=request.form.get("notifications") == "oui",
            )
            token = identity.open_session(person.actor, device=device_words(request.user_agent.string))
    except DomainError as error:
        errors = dict(error.fields) or {"courriel": error.message}
        page = render_template("account/new.html", values={**values, "mot_de_passe": ""}, errors=errors, suite=suite)
        return make_response(page, 422)
    response = redirect(suite or url_for("citizen.home"))
    session.keep(response, "session", token, session.SESSION_LIFE)
    return response


@blueprint.get("/compte")
@entry(SIGNED_IN)
def show() -> str:
    """My particulars, my open sessions."""
    return _account_page({})


@blueprint.post("/compte/contact")
@entry(USAGER)
def change_contact() -> Response:
    """Change how I am reached."""
    actor = session.signed_in()
    phone = request.form.get("telephone", "").strip()
    if phone and international(phone) is None:
        errors = {"telephone": "Écrivez un numéro de téléphone, par exemple 06 12 34 56 78."}
        return make_response(_account_page(errors, {"telephone": phone}), 422)
    with unit_of_work():
        person = people.person(actor.id)
        identity.change_person(
            actor.id,
            given_names=person.given_names,
            family_name=person.family_name,
            birth_date=person.birth_date,
            phone=phone or None,
            e_notifications=request.form.get("notifications") == "oui",
        )
    flash("C’est enregistré.")
    return redirect(url_for("account.show"))


@blueprint.post("/compte/mot-de-passe")
@entry(SIGNED_IN)
def change_password() -> Response:
    """Change my password; every session ends, this one is opened anew."""
    actor = session.signed_in()
    try:
        with unit_of_work():
            identity.change_password(actor.id, request.form.get("ancien", ""), request.form.get("nouveau", ""))
            token = identity.open_session(actor, device=device_words(request.user_agent.string))
    except Invalid as error:
        return make_response(_account_page(error.fields), 422)
    flash("Votre mot de passe est changé. Vos autres sessions sont fermées.")
    response = redirect(url_for("account.show"))
    session.keep(response, "session", token, session.SESSION_LIFE)
    return response


@blueprint.post("/compte/sessions/<uuid:session_id>/fermer")
@entry(SIGNED_IN)
def end_session(session_id: object) -> Response:
    """Close one of my open sessions."""
    with unit_of_work():
        identity.revoke_session(session.signed_in(), session_id)  # type: ignore[arg-type]
    flash("Cette session est fermée.")
    return redirect(url_for("account.show"))


def device_words(device: str) -> str:
    """« Firefox sur Linux », from what the browser says of itself."""
    browsers = (("Firefox", "Firefox"), ("Edg", "Edge"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((word for mark, word in browsers if mark in device), "")
    system = next((word for mark, word in systems if mark in device), "")
    return " sur ".join(part for part in (browser, system) if part) or "Appareil inconnu"


def home_of(actor: identity.Actor) -> str:
    """The address where this account's day begins."""
    if "usager" in actor.roles:
        return url_for("citizen.home")
    if actor.roles & {"analyste", "recetteur"}:
        return url_for("analyst.home")
    if permissions.is_national(actor):
        return url_for("analyst.journal")
    if actor.roles & {"administrateur"}:
        return url_for("manager.due_work")
    return url_for("agent.inbox")


def _account_page(errors: Mapping[str, str], values: Mapping[str, str] | None = None) -> str:
    actor = session.signed_in()
    return render_template(
        "account/show.html",
        person=people.person(actor.id) if actor.kind == "person" else None,
        role_names=[ROLE_NAMES[role] for role in sorted(actor.roles)],
        sessions=people.sessions_of(actor),
        errors=errors,
        values=values,
    )


def _inside(address: str | None) -> str | None:
    """`address` if it is a path of this site, else None: a sign-in page must not send people elsewhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def _birth_date(values: dict[str, str]) -> date | None:
    missing = {
        name: "Ce champ est nécessaire." for name in ("prenoms", "nom", "courriel", "mot_de_passe") if not values[name]
    }
    if missing:
        raise Invalid(missing)
    if not values["naissance"]:
        return None
    try:
        return date.fromisoformat(values["naissance"])
    except ValueError as error:
        raise Invalid({"naissance": "Cette date n’existe pas."}) from error
