"""Préfectures' own values from the command line: `demarche local list|set|drop|keep CODE …`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from prefecture.demarches import local, variants
from prefecture.demarches.variants import Setting, Variant
from prefecture.identity import queries as identity
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import DomainError
from prefecture.kernel.unit_of_work import unit_of_work

local_group = AppGroup("local", help="What each préfecture sets for itself over a national démarche.")


@local_group.command("list")
@click.argument("code")
@click.argument("prefecture", required=False)
def list_(code: str, prefecture: str | None) -> None:
    """What préfectures set over démarche CODE, conflicts marked; with PREFECTURE all that it may set."""
    try:
        found = variants.variants(code) if prefecture is None else [variants.variant(code, prefecture)]
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for one in found:
        for setting in one.settings:
            if prefecture is not None or setting.ours is not None:
                click.echo(_line(one, setting))


@local_group.command("set")
@click.argument("code")
@click.argument("prefecture")
@click.argument("path")
@click.argument("value")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day; today without it.")
@click.option("--note", default="", help="Why.")
def set_(code: str, prefecture: str, path: str, value: str, since: datetime | None, note: str) -> None:
    """Give a setting (informations.acces, convocation.validite_jours…) its value in PREFECTURE."""

    def act() -> Variant:
        read = variants.variant(code, prefecture)
        known = next((one for one in read.settings if one.path == path), None)
        given: Any = int(value) if known is not None and known.kind == local.FIGURE and value.isdecimal() else value
        chosen = {**_chosen(read), path: given}
        day = since.date() if since else clock.today(identity.prefecture(prefecture).zone)
        return variants.write(Actor.system(), code, prefecture, read.number, chosen, day, note)

    _done(act)


@local_group.command()
@click.argument("code")
@click.argument("prefecture")
@click.argument("path")
def drop(code: str, prefecture: str, path: str) -> None:
    """Follow the national value again."""
    _done(lambda: _decided(code, prefecture, path, keep=False))


@local_group.command()
@click.argument("code")
@click.argument("prefecture")
@click.argument("path")
def keep(code: str, prefecture: str, path: str) -> None:
    """Keep the préfecture's own value over a national one that has changed."""
    _done(lambda: _decided(code, prefecture, path, keep=True))


def _decided(code: str, prefecture: str, path: str, *, keep: bool) -> Variant:
    number = variants.variant(code, prefecture).number
    return variants.decide(Actor.system(), code, prefecture, number, path, keep=keep)


def _chosen(read: Variant) -> dict[str, Any]:
    return {one.path: one.ours for one in read.settings if one.ours is not None}


def _done(act: Callable[[], Variant]) -> None:
    try:
        with unit_of_work():
            written = act()
    except DomainError as error:
        raise click.ClickException(" ".join(error.fields.values()) or error.message) from error
    click.echo(f"WRITTEN {written.code} {written.prefecture} {written.number} {written.since}")


def _line(one: Variant, setting: Setting) -> str:
    mark = setting.conflict.upper() if setting.conflict else "-"
    ours = "" if setting.ours is None else repr(setting.ours)
    return f"{one.prefecture}\t{setting.path}\t{setting.national!r}\t{ours}\t{mark}"
