"""A form as citizens and agents will see it, drawn by the templates of their own pages: saved, published, or the text
that is being written. What is typed is checked as it will be, and kept nowhere but in the page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import feel
from forms import Form, FormUnreadable
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.kernel.entry import entry
from prefecture.studio import form_trials, inventing, wording
from prefecture.studio import queries as studio
from prefecture.studio.form_trials import Place, Who
from web import session
from web.analyst import previewing
from web.analyst.frame import blueprint
from web.analyst.scripts import LARGEST_BODY, READERS, unsaved
from web.assembly import CONTENT_SECURITY
from web.citizen.filling import LEAVE, REMOVE, Filling

# The editor shows the page in a frame of its own.
FRAMED = {
    "content_security_policy": {**CONTENT_SECURITY, "frame-ancestors": "'self'"},
    "frame_options": "SAMEORIGIN",
}
CHECK, BACK, RESTART, FILL, SEE = "_verifier", "_revenir", "_recommencer", "_remplir", "_voir"
_SAID = {
    "left": "Ici, l’usager retrouvera sa saisie plus tard, depuis son espace. L’aperçu ne garde rien.",
    "right": "Rien à redire\u00a0: ces réponses seraient acceptées.",
    "filled": "C’est rempli, avec des réponses inventées là où rien n’est dit.",
}


@dataclass(frozen=True)
class Shown:
    """One preview: the form, where it is shown, to whom, with what; `source` tells which text of the file it is."""

    version: Version
    path: str
    address: str
    home: str
    source: str
    content: str | None
    form: Form
    place: Place
    who: Who
    example: str
    filling: Filling
    page: int
    said: str = ""

    def errors(self) -> dict[str, str]:
        """What is wrong where this person is: on the page of a citizen, anywhere for an agent."""
        return self.filling.errors_of(self.page if self.who == "usager" else None)

    @property
    def following(self) -> int | None:
        """The page that a citizen goes to from here; None after the last one."""
        return next((one.number for one in self.filling.pages() if one.number > self.page), None)


@blueprint.route("/brouillons/<uuid:draft_id>/apercu/<path:path>", methods=["GET", "POST"])
@entry(*READERS)
def form_preview(draft_id: uuid.UUID, path: str) -> Response:
    """A draft's form: the saved one, or with `_contenu` the text that is being written."""
    request.max_content_length = request.max_form_memory_size = LARGEST_BODY
    draft = studio.draft(draft_id, session.signed_in())
    content = request.form.get("_contenu")
    override = {} if content is None else unsaved({"path": path, "content": content})
    return _answered(
        studio.version(draft_id, override),
        path,
        address=url_for("analyst.form_preview", draft_id=draft_id, path=path),
        home=url_for("analyst.draft", draft_id=draft_id),
        source=f"{draft.title}, {'enregistré' if content is None else 'en cours d’écriture'}",
        content=content,
    )


@blueprint.route("/versions/<uuid:version_id>/apercu/<path:path>", methods=["GET", "POST"])
@entry(*READERS)
def version_form_preview(version_id: uuid.UUID, path: str) -> Response:
    """A published version's form."""
    request.max_form_memory_size = LARGEST_BODY
    version = demarches.version(version_id)
    return _answered(
        version,
        path,
        address=url_for("analyst.version_form_preview", version_id=version_id, path=path),
        home=url_for("analyst.version", version_id=version_id),
        source=f"{version.title}, version {version.number}",
        content=None,
    )


vars(form_preview)["talisman_view_options"] = FRAMED
vars(version_form_preview)["talisman_view_options"] = FRAMED


def _answered(version: Version, path: str, **where: Any) -> Response:
    form_trials.name_of(path)
    try:
        form = form_trials.form_of(version, path)
        shown = _shown(version, path, form, **where)
        return _played(shown) if request.method == "POST" else _page(shown, {})
    except FormUnreadable as error:
        refused = str(error)
    except feel.FeelError as error:
        refused = f"Une condition ne se calcule pas\u00a0: {error}"
    embedded = bool(_asked("cadre"))
    page = render_template("analyst/preview_refused.html", path=path, refused=refused, embedded=embedded, **where)
    return make_response(page, 422)


def _shown(version: Version, path: str, form: Form, **where: Any) -> Shown:
    place = form_trials.place_of(version, path)
    wanted = request.form.get(SEE) or _asked("vue")
    who: Who = "agent" if wanted == "agent" else "usager" if wanted == "usager" else place.who
    example = _asked("exemple")
    context = form_trials.context_of(version, place, example)
    answers = _answers(form, context)
    filling = previewing.filling_of(form, context, answers)
    numbers = [one.number for one in filling.pages()] or [1]
    # The editor asks for the page that one is writing; what was posted belongs to the page before.
    page = _page_asked("aller", _page_asked("etape", numbers[0]))
    return Shown(
        version=version,
        path=path,
        form=form,
        place=place,
        who=who,
        example=example,
        filling=filling,
        page=page if page in numbers else numbers[0],
        **where,
    )


def _answers(form: Form, context: Mapping[str, Any]) -> dict[str, Any]:
    """What the page carried, with what was typed on it; nothing when it was asked to begin again."""
    if RESTART in request.form:
        return {}
    before = previewing.kept(_asked("reponses"))
    if not _asked("questions"):  # a page without questions was posted: the answers read back
        return before
    pages = list(form.pages)
    if _asked("vue") == "usager":
        pages = [one for one in pages if one.number == _page_asked("etape", 1)]
    return previewing.typed(form, before, pages, request.form, request.files)


def _asked(name: str) -> str:
    """What the page carries under that name, or the address; questions never begin with an underscore."""
    return request.form.get(f"_{name}", "") if request.method == "POST" else request.args.get(name, "")


def _page_asked(name: str, otherwise: int) -> int:
    asked = _asked(name)
    return int(asked) if asked.isdecimal() and len(asked) < len("1000") else otherwise


def _played(shown: Shown) -> Response:
    """Do what the pressed button says."""
    if RESTART in request.form:
        return _page(replace(shown, page=shown.filling.pages()[0].number), {})
    if FILL in request.form:
        return _page(_filled(shown), {})
    if BACK in request.form:
        return _page(replace(shown, page=_before(shown)), {})
    if LEAVE in request.form:
        return _page(replace(shown, said=_SAID["left"]), {})
    drawn_only = not _asked("questions") and CHECK not in request.form
    if drawn_only or SEE in request.form or REMOVE in request.form or shown.form.asks_again(request.form):
        return _page(shown, {})
    errors = shown.errors()
    if errors:
        return _page(shown, errors)
    if CHECK in request.form:
        return _page(replace(shown, said=_SAID["right"]), {})
    if shown.who == "usager" and shown.following is not None:
        return _page(replace(shown, page=shown.following), {})
    return _done(shown)


def _filled(shown: Shown) -> Shown:
    """With the answers that the chosen scenario gives, and invented ones for what else is asked."""
    given = form_trials.answers_of(shown.version, shown.place, shown.example)
    told = previewing.kept(previewing.written({**shown.filling.answers, **given}))
    context = shown.filling.context
    answers = inventing.completed(shown.form, told, context)
    return replace(shown, filling=previewing.filling_of(shown.form, context, answers), said=_SAID["filled"])


def _before(shown: Shown) -> int:
    if not _asked("questions"):
        return shown.page
    return next((one.number for one in reversed(shown.filling.pages()) if one.number < shown.page), shown.page)


def _page(shown: Shown, errors: Mapping[str, str]) -> Response:
    drawn = _citizen(shown, errors) if shown.who == "usager" else _agent(shown, errors)
    return make_response(drawn, 422 if errors else 200)


def _bar(shown: Shown) -> dict[str, Any]:
    """What stands above the form, whoever sees it."""
    return {
        "shown": shown,
        "examples": form_trials.examples(shown.version),
        "kept": previewing.written(shown.filling.answers),
        "embedded": bool(_asked("cadre")),
        "action": shown.address,
        "nav": (),
    }


def _citizen(shown: Shown, errors: Mapping[str, str]) -> str:
    pages = shown.filling.pages()
    first = pages[0].number if pages else shown.page
    shared: dict[str, Any] = {
        **_bar(shown),
        "page": shown.filling.view(shown.page, errors),
        "pages": pages,
        "upload_url": "",
        "previous": "" if shown.page == first else "yes",
    }
    place = shown.place
    if place.task is not None and place.card is not None:
        dossier, task = previewing.dossier_of(shown.version, place), previewing.Task(place.name, place.card)
        last = shown.following is None
        told = {"task": task, "dossier": dossier, "asked": (), "last": last}
        return render_template("analyst/preview_citizen.html", drawn_by="citizen/task.html", **shared, **told)
    asked = shown.form.pieces(shown.filling.answers, context=shown.filling.context)
    return render_template(
        "analyst/preview_citizen.html",
        drawn_by="citizen/step.html",
        **shared,
        title=place.demarche,
        pieces=[one for one in asked if one.page > shown.page],
        last="Relire ma demande" if shown.following is None else "",
    )


def _agent(shown: Shown, errors: Mapping[str, str]) -> str:
    views = [shown.filling.view(one.number, errors) for one in shown.form.pages]
    task = shown.place.task
    return render_template(
        "analyst/preview_agent.html",
        **_bar(shown),
        pages=views,
        heading=shown.place.name or shown.form.title or shown.path,
        documentation=task.documentation if task is not None else "",
    )


def _done(shown: Shown) -> Response:
    """Everything read back, and what the process will receive."""
    filling = shown.filling
    clean = shown.form.check(filling.answers, context=filling.context, documents=_ids(filling))
    page = render_template(
        "analyst/preview_done.html",
        **_bar(shown),
        sections=filling.read_back(),
        errors=[clean.errors[name] for name in clean.errors],
        data=[*wording.flat(clean.answers)],
    )
    return make_response(page, 422 if clean.errors else 200)


def _ids(filling: Filling) -> dict[str, list[str]]:
    return {code: [one.id for one in files] for code, files in filling.documents().items()}
