"""Operators' commands whose modules are imported when one of them is asked for: a server that answers needs none.

They bring Alembic, RQ, the demonstration and what proves the engine: a quarter of the time that a start would take.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup


class LateCommands(AppGroup):
    """The commands of `app`: those added to it, and those of `rooms`, by name the modules that make it whole.

    Each such module has a `register(app)` that adds what it knows to `app.cli`.
    """

    def __init__(self, app: Flask, rooms: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(name=app.name)
        self._app = app
        self._rooms = dict(rooms)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, imported or not."""
        return sorted({*super().list_commands(ctx), *self._rooms})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its modules imported first; None where there is none."""
        for room in self._rooms.pop(cmd_name, ()):
            import_module(room).register(self._app)
        return super().get_command(ctx, cmd_name)
