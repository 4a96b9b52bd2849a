"""Versions carried between installations: sealed here, received from elsewhere, and whose seals are believed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import DefinitionInvalid
from prefecture.demarches import queries as demarches
from prefecture.demarches.service import DemarcheRefused
from prefecture.identity.permissions import ADMINISTRATEUR, ANALYSTE
from prefecture.kernel import clock
from prefecture.kernel.entry import entry
from prefecture.kernel.errors import Conflict, Invalid, TooLarge
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import acts, impact, promises, promotion, publication, reception, retiring, trust
from prefecture.studio.acts import SEALED
from prefecture.studio.publication import PublicationRefused
from prefecture.studio.reception import KeyUnknown, Reception
from web import session
from web.analyst.comparison import WORDS, shown
from web.analyst.frame import blueprint
from web.analyst.publication import local_conflicts


@blueprint.get("/versions/<uuid:version_id>/emporter")
@entry(ANALYSTE, ADMINISTRATEUR)
def carry(version_id: uuid.UUID) -> str:
    """What a sealed version is, how another installation recognises it, and who took it before."""
    promotion.assert_may_seal(session.signed_in())
    version = demarches.version(version_id)
    own = promotion.public_key()
    taken = [one for one in acts.acts(code=version.code) if one.act == SEALED and one.version_id == version.id]
    return render_template(
        "analyst/carry.html", version=version, key=own, fingerprint=trust.fingerprint(own), taken=taken
    )


@blueprint.post("/versions/<uuid:version_id>/emporter")
@entry(ANALYSTE, ADMINISTRATEUR)
def seal(version_id: uuid.UUID) -> Response:
    """The version as one sealed file; the journal keeps who took it."""
    version = demarches.version(version_id)
    with unit_of_work():
        content = promotion.seal(session.signed_in(), version_id)
    name = f"{version.code}-{version.number}-{version.digest[:12]}.planipref"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/octet-stream", headers=headers)


@blueprint.get("/receptions")
@entry(ADMINISTRATEUR)
def arrivals() -> str:
    """Where a sealed file is brought in, and what arrived before."""
    return _arrivals_page({})


@blueprint.post("/receptions")
@entry(ADMINISTRATEUR)
def arrive() -> AnyResponse:
    """Verify a sealed file and keep it; what it means is on its own page."""
    publication.assert_governs(session.signed_in())
    sent = request.files.get("fichier")
    try:
        if sent is None or not sent.filename:
            raise Invalid({"fichier": "Choisissez le fichier scellé."})
        with unit_of_work():
            arrival_id = reception.arrive(session.signed_in(), sent.read())
    except KeyUnknown as error:
        return make_response(_arrivals_page({"fichier": error.message}, unknown=error.sealed.fingerprint), error.status)
    except (Invalid, TooLarge) as error:
        return make_response(_arrivals_page(error.fields or {"fichier": error.message}), error.status)
    return redirect(url_for("analyst.arrival", arrival_id=arrival_id), 303)


@blueprint.get("/receptions/<uuid:arrival_id>")
@entry(ADMINISTRATEUR)
def arrival(arrival_id: uuid.UUID) -> AnyResponse:
    """What arrived as a report: who answers for it, what is asked here, what changes, who is touched; one button."""
    return _arrival_page(arrival_id, {})


@blueprint.post("/receptions/<uuid:arrival_id>")
@entry(ADMINISTRATEUR)
def publish_arrival(arrival_id: uuid.UUID) -> AnyResponse:
    """Publish what arrived, passing over what may be if a reason is given."""
    try:
        with unit_of_work():
            version = reception.publish(session.signed_in(), arrival_id, request.form.get("motif", ""))
    except (Invalid, PublicationRefused, DemarcheRefused) as error:
        return _arrival_page(arrival_id, error.fields or {"publication": error.message}, error.status)
    flash(
        f"La version {version.number} est en vigueur ici\u00a0: les nouveaux dossiers la suivent. "
        "Pour revenir à la précédente, «\u00a0Revenir à une autre version\u00a0»."
    )
    return redirect(url_for("analyst.publications", code=version.code), 303)


@blueprint.get("/cles")
@entry(ADMINISTRATEUR)
def keys() -> str:
    """Our own key, and the installations whose seals are believed."""
    return _keys_page({})


@blueprint.post("/cles")
@entry(ADMINISTRATEUR)
def add_key() -> AnyResponse:
    """Believe the seals of one more installation."""
    given = {name: request.form.get(name, "") for name in ("cle", "nom", "motif")}
    try:
        with unit_of_work():
            added = trust.add(session.signed_in(), given["cle"], given["nom"], given["motif"])
    except (Invalid, Conflict) as error:
        return make_response(_keys_page(error.fields or {"cle": error.message}, given), error.status)
    flash(
        f"«\u00a0{added.name}\u00a0» est de confiance. Vérifiez son empreinte au téléphone\u00a0: {added.fingerprint}."
    )
    return redirect(url_for("analyst.keys"), 303)


@blueprint.post("/cles/<uuid:key_id>/retrait")
@entry(ADMINISTRATEUR)
def remove_key(key_id: uuid.UUID) -> AnyResponse:
    """Believe a key no more."""
    reason = request.form.get("motif", "")
    try:
        with unit_of_work():
            removed = trust.remove(session.signed_in(), key_id, reason)
    except (Invalid, Conflict) as error:
        fields = {f"motif-{key_id}": said for said in error.fields.values()} or {"cle": error.message}
        return make_response(_keys_page(fields, {f"motif-{key_id}": reason}), error.status)
    flash(f"Ce que «\u00a0{removed.name}\u00a0» scelle n’est plus reçu ici. Ce qui est publié le reste.")
    return redirect(url_for("analyst.keys"), 303)


def _arrivals_page(errors: Mapping[str, str], *, unknown: str = "") -> str:
    return render_template(
        "analyst/arrivals.html", arrivals=reception.arrivals(session.signed_in()), errors=errors, unknown=unknown
    )


def _arrival_page(arrival_id: uuid.UUID, errors: Mapping[str, str], status: int = 200) -> AnyResponse:
    try:
        found = reception.reception(session.signed_in(), arrival_id)
    except KeyUnknown as error:
        return make_response(_arrivals_page({"fichier": error.message}, unknown=error.sealed.fingerprint), error.status)
    page = render_template(
        "analyst/arrival.html",
        found=found,
        told={name: promotion.moment(said) for name, said in found.sealed.told.items() if name.endswith("_at")},
        title=_title(found),
        closed=retiring.closed(found.sealed.code),
        words=WORDS,
        errors=errors,
        reason=request.form.get("motif", ""),
        **_meaning(found),
    )
    return make_response(page, status)


def _meaning(found: Reception) -> dict[str, Any]:
    """What it would change here; nothing is said of files that cannot be read, the conditions do."""
    told: dict[str, Any] = {"shown": None, "worse": (), "impact": None, "local": []}
    if found.published:
        return told
    try:
        told["shown"] = shown(found.before, found.version)
        if found.before is not None:
            told["worse"] = promises.worse(found.before, found.version, clock.now().date())
            told["local"] = local_conflicts(found.sealed.code, found.version)
            told["impact"] = impact.impact(found.sealed.code, found.version, {})
    except (DefinitionInvalid, ValueError):
        pass
    return told


def _title(found: Reception) -> str:
    try:
        return found.version.title
    except ValueError:
        return found.sealed.code


def _keys_page(errors: Mapping[str, str], values: Mapping[str, str] | None = None) -> str:
    publication.assert_governs(session.signed_in())
    own = promotion.public_key()
    return render_template(
        "analyst/keys.html",
        key=own,
        fingerprint=trust.fingerprint(own),
        keys=trust.known(),
        errors=errors,
        values=values or {},
    )
