"""Filling in a form page by page: what was typed is kept whatever happens, files come with or without JavaScript."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from flask import request, url_for
from werkzeug.datastructures import FileStorage

from forms import Form, Page, PageView, PieceAsked
from prefecture.documents import queries as documents_queries
from prefecture.documents import service as documents
from prefecture.documents.queries import DocumentView
from prefecture.documents.service import Prepared
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import Conflict, DomainError, NotFound
from prefecture.kernel.unit_of_work import unit_of_work

REMOVE, LEAVE = "_enlever", "_quitter"


@dataclass(frozen=True)
class Sent:
    """A file as a form shows it; without a size when only its name is known."""

    id: str
    name: str
    size: int | None
    href: str


@dataclass(frozen=True)
class Filling:
    """A form being filled in. `files`: those that this person may name in it, by id."""

    form: Form
    context: Mapping[str, Any]
    answers: Mapping[str, Any]
    files: Mapping[str, Sent]

    def pages(self) -> tuple[Page, ...]:
        """The pages to go through, as the answers leave them."""
        return self.form.visible_pages(self.answers, context=self.context)

    def documents(self) -> dict[str, list[Sent]]:
        """The files that the answers name, by pièce."""
        return {
            piece.code: [self.files[one] for one in named(self.answers, piece) if one in self.files]
            for piece in self.form.pieces(self.answers, context=self.context)
        }

    def view(self, page: int, errors: Mapping[str, str]) -> PageView:
        """The page as it is drawn."""
        return self.form.view(self.answers, errors, page, self.documents(), context=self.context)

    def errors_of(self, page: int | None = None) -> dict[str, str]:
        """What is wrong on a page, or anywhere."""
        checked = self.form.check(self.answers, page=page, context=self.context, documents=self._ids())
        return checked.errors

    def read_back(self) -> Any:
        """Every question with its answer."""
        return self.form.read_back(self.answers, context=self.context, documents=self.documents())

    def _ids(self) -> dict[str, list[str]]:
        return {code: [one.id for one in files] for code, files in self.documents().items()}


@dataclass
class Taken:
    """What a posted page gave: the answers to keep, and what was wrong with the files that came with it."""

    answers: dict[str, Any]
    again: bool
    leave: bool
    refused: dict[str, str] = field(default_factory=dict)


def files_of(actor: Actor, dossier_id: uuid.UUID | None = None, number: str = "") -> dict[str, Sent]:
    """The files that a person may name: those not yet joined to a dossier, and those of the dossier at hand."""
    loose = [
        Sent(str(one.id), one.filename, one.size, url_for("citizen.own_file", document_id=one.id))
        for one in documents_queries.of_owner(actor.id)
    ]
    joined = [
        Sent(str(one.id), one.filename, one.size, url_for("citizen.paper", number=number, document_id=one.id))
        for one in (documents_queries.of_dossier(dossier_id) if dossier_id else ())
        if one.kind == "piece"
    ]
    return {one.id: one for one in (*loose, *joined)}


def take(filling: Filling, page: int, actor: Actor, keep: Callable[[Mapping[str, Any]], object]) -> Taken:
    """Take what a page posted and have `keep` write it down, wrong answers included, in one unit of work."""
    removed = set(request.form.getlist(REMOVE))
    raw = filling.form.parse_html(request.form, page)
    answers = filling.form.merge(filling.answers, raw, page)
    asked = [one for one in filling.form.pieces(answers, context=filling.context) if one.page == page]
    for piece in asked:
        ids = [one for one in named(answers, piece) if one not in removed and one in filling.files]
        put(answers, piece.path, ids)
    prepared, refused = _prepare(asked)
    with unit_of_work():
        for piece, one in prepared:
            add(answers, piece, str(documents.keep(actor, one).id))
        for each in removed & filling.files.keys():
            _forget(each, actor)
        keep(answers)
    again = bool(removed) or filling.form.asks_again(request.form)
    return Taken(answers, again, LEAVE in request.form, refused)


def receive(filling: Filling, actor: Actor, keep: Callable[[Mapping[str, Any]], object]) -> DocumentView:
    """Take one file that the page's script sends (fields `fichier`, `piece`) and name it in the kept answers at once.

    Raises what `documents.prepare` raises. A pièce that only the page's own answers make visible is named when the page
    is posted.
    """
    asked = filling.form.pieces(filling.answers, context=filling.context)
    piece = next((one for one in asked if one.code == request.form.get("piece")), None)
    sent = request.files.get("fichier")
    if sent is None:
        raise NotFound("Aucun fichier n’est arrivé. Choisissez-le à nouveau.")
    prepared = documents.prepare(sent.filename or "document", cast(BinaryIO, sent.stream))
    with unit_of_work():
        view = documents.keep(actor, prepared)
        if piece is not None:
            kept = copy.deepcopy(dict(filling.answers))
            add(kept, piece, str(view.id))
            keep(kept)
    return view


def named(answers: Mapping[str, Any], piece: PieceAsked) -> list[str]:
    """The ids that the answers give for a pièce."""
    value: Any = answers
    for part in piece.path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def add(answers: dict[str, Any], piece: PieceAsked, document_id: str) -> None:
    """Name one more file for a pièce; the only one where one is asked."""
    before = named(answers, piece) if piece.multiple else []
    put(answers, piece.path, [*before, document_id])


def put(answers: dict[str, Any], path: str, ids: Sequence[str]) -> None:
    """Write the ids of a pièce at its place; no id at all is no answer."""
    *parents, last = path.split(".")
    place: Any = answers
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    if ids:
        place[last] = list(ids)
    else:
        place.pop(last, None)


def _prepare(asked: Sequence[PieceAsked]) -> tuple[list[tuple[PieceAsked, Prepared]], dict[str, str]]:
    """The files that came with the page itself (no JavaScript), examined before any door is open."""
    prepared: list[tuple[PieceAsked, Prepared]] = []
    refused: dict[str, str] = {}
    for piece in asked:
        for sent in _sent(piece):
            try:
                prepared.append((piece, documents.prepare(sent.filename or "document", cast(BinaryIO, sent.stream))))
            except DomainError as error:
                refused[piece.path] = f"{sent.filename}\u00a0: {error.message}"
    return prepared, refused


def _sent(piece: PieceAsked) -> list[FileStorage]:
    return [one for one in request.files.getlist(f"{piece.path}-fichier") if one.filename]


def _forget(document_id: str, actor: Actor) -> None:
    try:
        documents.forget(uuid.UUID(document_id), actor)
    except (NotFound, Conflict):  # it belongs to the dossier already: only the answer names it no longer
        return
