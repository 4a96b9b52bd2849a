"""Operators' commands on accounts: the first préfecture and its people, outside the demonstration. English.

`flask --app wsgi identity found | prefecture | service | agent | password`. A password comes by prompt, or by one line
on standard input with `--password-stdin`; it never stands on a command line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from prefecture.identity import queries, service
from prefecture.identity.permissions import ADMINISTRATEUR, AGENT_ROLES
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work

identity = AppGroup("identity", help="Found préfectures, services and agents.")
STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")


def register(app: Flask) -> None:
    """Give `app` the commands of this desk."""
    app.cli.add_command(identity)


def _house(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where a préfecture is."""
    for name in ("phone", "email", "city", "postal-code", "address"):
        command = click.option(f"--{name}", required=True)(command)
    return click.argument("code")(click.argument("name")(command))


@identity.command()
@_house
@click.option("--service", "services", multiple=True, required=True, help="A service's name; may be given again.")
@click.option("--admin", required=True, help="Login of the first administrator.")
@click.option("--admin-name", required=True)
@STDIN
def found(
    code: str, name: str, services: tuple[str, ...], admin: str, admin_name: str, password_stdin: bool, **house: str
) -> None:
    """Found a préfecture with its services and first administrator: all of it or nothing."""
    password = _password(password_stdin)
    with _told(), unit_of_work():
        service.create_prefecture(code, name, **house)
        made = [service.create_service(code, one) for one in services]
        service.create_agent(admin, admin_name, password, [ADMINISTRATEUR], prefecture=code, service_ids=[])
    click.echo(f"PREFECTURE {code}")
    for one in made:
        click.echo(f"SERVICE {one.id} {one.name}")
    click.echo(f"AGENT {admin}")


@identity.command()
@_house
def prefecture(code: str, name: str, **house: str) -> None:
    """Make one more préfecture; its time zone is its département's."""
    with _told(), unit_of_work():
        service.create_prefecture(code, name, **house)
    click.echo(f"PREFECTURE {code}")


@identity.command(name="service")
@click.argument("code")
@click.argument("name")
@click.option("--address", default="", help="The préfecture's without it; so for the others.")
@click.option("--hours", default="")
@click.option("--email", default="")
@click.option("--phone", default="")
def add_service(code: str, name: str, address: str, hours: str, email: str, phone: str) -> None:
    """Make a service of the préfecture CODE."""
    with _told(), unit_of_work():
        made = service.create_service(code, name, address=address, hours=hours, email=email, phone=phone)
    click.echo(f"SERVICE {made.id} {made.name}")


@identity.command()
@click.argument("login")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(AGENT_ROLES)))
@click.option("--prefecture", "code", help="Code of the préfecture; none for national agents.")
@click.option("--service", "services", multiple=True, help="A service's name there; may be given again.")
@click.option("--email")
@STDIN
def agent(
    login: str,
    name: str,
    roles: tuple[str, ...],
    code: str | None,
    services: tuple[str, ...],
    email: str | None,
    password_stdin: bool,
) -> None:
    """Make an agent's account."""
    password = _password(password_stdin)
    with _told(), unit_of_work():
        known = {one.name: one.id for one in queries.services_of(queries.prefecture(code).code)} if code else {}
        unknown = [one for one in services if one not in known]
        if unknown:
            raise click.ClickException(f"no such service in {code}: {', '.join(unknown)} (there: {', '.join(known)})")
        more: dict[str, Any] = {"email": email} if email else {}
        service.create_agent(
            login, name, password, roles, prefecture=code, service_ids=[known[one] for one in services], **more
        )
    click.echo(f"AGENT {login}")


@identity.command()
@click.argument("login")
@STDIN
def password(login: str, password_stdin: bool) -> None:
    """Give the agent LOGIN a new password; their sessions and tokens end."""
    chosen = _password(password_stdin)
    with _told(), unit_of_work():
        service.set_password(queries.agent_by_login(login).id, chosen)
    click.echo(f"PASSWORD {login}")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        said = "; ".join(f"{field}: {message}" for field, message in error.fields.items())
        raise click.ClickException(said or error.message) from error
    except DomainError as error:
        raise click.ClickException(error.message) from error
