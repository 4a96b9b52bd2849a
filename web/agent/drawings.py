"""Where a dossier stands, on the démarche's diagram and on that of each block where something waits."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from markupsafe import Markup

from engine import diagram
from engine.compiling.xml import parse
from prefecture.demarches import queries as demarches
from prefecture.dossiers import queries
from prefecture.dossiers.queries import DossierView
from prefecture.identity.permissions import Actor


class Drawing(NamedTuple):
    """A diagram and what it shows."""

    title: str
    svg: Markup


class _File(NamedTuple):
    title: str
    processes: frozenset[str]
    elements: frozenset[str]
    calls: dict[str, str]
    content: bytes


def drawings_of(dossier: DossierView, actor: Actor) -> list[Drawing]:
    """The démarche's own diagram first, then those of the blocks in which the dossier stands now."""
    progress = queries.progress(dossier.number, actor)
    main, *blocks = [_read(content) for content in demarches.version(dossier.version_id).diagrams.values()]
    inside = [one for one in blocks if one.elements & progress.tokens]
    entered = frozenset().union(*(one.processes for one in inside))
    tokens = {*progress.tokens, *(call for call, process in main.calls.items() if process in entered)}
    return [_drawn(main, tokens, progress.done), *(_drawn(one, progress.tokens, progress.done) for one in inside)]


def _drawn(file: _File, tokens: Collection[str], done: Collection[str]) -> Drawing:
    # The renderer escapes every text of the diagram; what it returns is ours.
    svg = Markup(diagram.render(file.content, tokens=tokens, done=done))  # noqa: S704
    return Drawing(file.title, svg)


def _read(content: bytes) -> _File:
    root = parse(content)
    named = [one for one in root.iter() if isinstance(one.tag, str) and one.get("id")]
    processes = [one for one in named if one.tag.endswith("}process")]
    called = {str(one.get("id")): str(one.get("calledElement")) for one in named if one.tag.endswith("}callActivity")}
    title = next((str(one.get("name")) for one in processes if one.get("name")), "Parcours")
    ids = frozenset(str(one.get("id")) for one in named)
    return _File(title, frozenset(str(one.get("id")) for one in processes), ids, called, content)
