"""Errors as pages: what happened, what is kept, what to do; never anything internal."""

from __future__ import annotations

import logging

from flask import Flask, current_app, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from prefecture.kernel.errors import DomainError, TooMany, Unauthenticated, Unavailable

log = logging.getLogger(__name__)

_WORDS = {
    400: ("Cette demande n’a pas pu être lue", "Revenez à la page précédente et réessayez."),
    403: ("Cette page ne vous est pas ouverte", "Votre compte n’a pas le rôle nécessaire."),
    404: ("Cette page n’existe pas", "L’adresse est peut-être incomplète, ou l’élément n’est pas à vous."),
    405: ("Cette action n’est pas possible ici", "Revenez à la page précédente."),
    409: ("Quelqu’un a été plus rapide", "Rechargez la page pour voir où en est le dossier."),
    410: ("Ce lien n’est plus valable", "Connectez-vous à votre compte pour continuer."),
    413: ("Ce fichier est trop volumineux", "Réduisez sa taille, puis recommencez."),
    415: ("Ce type de fichier n’est pas accepté", "Envoyez un PDF, un JPEG, un PNG ou un HEIC."),
    422: ("Certaines réponses sont à corriger", "Revenez à la page précédente : ce que vous avez saisi y est gardé."),
    429: ("Trop de tentatives", "Attendez un peu avant de réessayer."),
    500: ("Une erreur est survenue de notre côté", "Rien n’a été perdu. Réessayez dans un moment."),
    503: ("Le service est momentanément indisponible", "Réessayez dans quelques minutes."),
}

# Conflicts that are nobody's doing: time alone is wanted.
_NOT_YET = "Pas encore prêt"
_BY_CODE = {"en-preparation": _NOT_YET, "en-quarantaine": _NOT_YET}


def register(app: Flask) -> None:
    """Show every error as a page, for addresses outside the API."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _internal)


def page(status: int, sentence: str | None = None, *, code: str = "") -> Response:
    """The error page of `status`; `sentence` replaces the usual one, and some codes have a title of their own."""
    title, usual = _WORDS.get(status, _WORDS[500])
    title = _BY_CODE.get(code, title)
    if status >= 500:
        g.setdefault("actor", None)  # the page of an outage asks the database nothing
    if request.accept_mimetypes.best == "application/json":  # a script of ours: it shows `detail` where it stands
        return make_response({"status": status, "title": title, "detail": sentence or usual}, status)
    return make_response(
        render_template("errors/error.html", status=status, title=title, sentence=sentence or usual), status
    )


def _domain(error: DomainError) -> Response:
    if isinstance(error, Unauthenticated):
        return redirect(url_for("account.sign_in"))
    response = page(error.status, error.message, code=error.code)
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _expired_form(error: CSRFError) -> Response:
    return page(400, "Ce formulaire a expiré. Revenez à la page précédente, rechargez-la, puis recommencez.")


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()
    return page(error.code or 500)


def _internal(error: Exception) -> Response:
    if current_app.testing and not current_app.config.get("SHOW_ERROR_PAGES"):
        raise error
    log.exception("unhandled error on %s %s", request.method, request.path)
    return page(500)
