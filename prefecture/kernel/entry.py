"""Every route declares who may enter; a face refuses to start with one that does not.

The declaration is data on the view, so that a generated test can try every route with every role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from flask import Flask

PUBLIC = "public"  # anybody, signed in or not
SIGNED_IN = "connecte"  # any account
LINK = "lien"  # the ten-minute session that a link token was exchanged for
ROLES = frozenset(
    {"usager", "accueil", "guichet", "instructeur", "chef_de_service", "analyste", "recetteur", "administrateur"}
)
AGENTS = tuple(sorted(ROLES - {"usager"}))
_KNOWN = ROLES | {PUBLIC, SIGNED_IN, LINK}
_ATTRIBUTE = "__entry__"

View = TypeVar("View", bound=Callable[..., object])


class EntryNotDeclared(Exception):
    """A route says not who may enter; nobody does until it says so."""


def entry(*who: str) -> Callable[[View], View]:
    """Declare who may enter the view: roles, or PUBLIC, SIGNED_IN, LINK."""
    unknown = set(who) - _KNOWN
    if unknown or not who:
        raise ValueError(f"unknown entry {sorted(unknown)}")

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, frozenset(who))
        return view

    return declare


def declared(app: Flask, endpoint: str) -> frozenset[str] | None:
    """Who may enter `endpoint`, None if it does not say."""
    found: frozenset[str] | None = getattr(app.view_functions[endpoint], _ATTRIBUTE, None)
    return found


def allows(who: Iterable[str], roles: Iterable[str] | None, *, link: bool = False) -> bool:
    """Whether an account with `roles` (None: nobody is signed in) may enter where `who` may."""
    open_to = set(who)
    if PUBLIC in open_to or (link and LINK in open_to):
        return True
    return roles is not None and (SIGNED_IN in open_to or bool(open_to & set(roles)))


def assert_declared(app: Flask) -> None:
    """Raise EntryNotDeclared naming every route without a declaration."""
    silent = sorted(rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None)
    if silent:
        raise EntryNotDeclared(", ".join(silent))
