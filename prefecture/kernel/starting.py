"""What is asked before a server or a worker starts: that this machine has what it needs, that its settings are safe."""

from __future__ import annotations

from collections.abc import Callable

import click

from prefecture.kernel import settings

_checks: list[Callable[[], None]] = []


def check_at_start(check: Callable[[], None]) -> None:
    """Have `check` asked before a server or a worker starts; it raises what is missing on this machine."""
    if check not in _checks:
        _checks.append(check)


def may_serve() -> settings.Settings:
    """The settings to serve with; raises ClickException, or what a check raises, where something is missing."""
    for check in _checks:
        check()
    try:
        settings.assert_may_serve()
    except settings.SettingsInvalid as error:
        raise click.ClickException(str(error)) from error
    return settings.current()
