"""`flask --app wsgi demo load|accounts|serve`: the demonstration, made once and served."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
import orjson
from flask import Flask, current_app
from flask.cli import AppGroup

from prefecture.demarches import service as demarches
from prefecture.demonstration import counters, drafting, organisation, story
from prefecture.demonstration.timeline import Timeline
from prefecture.documents import printing
from prefecture.identity import queries as identity
from prefecture.kernel import clock, commands, logs, outbox, schema, settings
from prefecture.kernel.db import db, hurried
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.statistics import observing

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
DEMARCHES = ("renouvellement_titre_sejour", "echange_permis_conduire")
SHOWN = "94"

demo = AppGroup("demo", help="The demonstration: load it, list its accounts, serve it.")


def register(app: Flask) -> None:
    """Give `app` the demonstration's commands."""
    app.cli.add_command(demo)


@demo.command()
@click.option("--dossiers", default=story.DOSSIERS, show_default=True, help="How many dossiers to play.")
def load(dossiers: int) -> None:
    """Fill an empty database; one that holds préfectures already is left as it is."""
    _assert_demonstration()
    schema.upgrade()
    if identity.prefectures():
        click.echo("The demonstration is loaded already.", err=True)
        return
    load_all(_app(), dossiers)


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list, and nothing else.")
def accounts(as_json: bool) -> None:
    """One login for each role."""
    rows = account_rows()
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        click.echo(f"  {row['role']:<23} {row['login']:<24} {row['password']}")


@demo.command()
def serve() -> None:
    """Load what is missing, say where to go, and serve."""
    _assert_demonstration()
    app = _app()
    if settings.current().log_format == "plain":
        logs.leave_out_routine()  # the accounts are to stay in sight
    schema.upgrade()
    if not identity.prefectures():
        click.echo("Loading the demonstration…", err=True)
        load_all(app, story.DOSSIERS)
    chosen = settings.current()
    click.echo(f"\nPlaniPref: {chosen.base_url}\n")
    for row in account_rows():
        click.echo(f"  {row['role']:<23} {row['login']:<24} {row['password']}")
    click.echo(f"\nMails, SMS and letters: {chosen.base_url}/demo/courrier\nCtrl-C stops; nothing is lost.\n")
    commands.run_server(app)


def account_rows() -> list[dict[str, str]]:
    """Role, login, password and préfecture of each persona."""
    rows = [{"role": "usager", "login": story.PERSONA.email, "prefecture": SHOWN}]
    rows += [{"role": role, "login": f"{login}-{SHOWN}", "prefecture": SHOWN} for role, login, _ in organisation.STAFF]
    rows[-1:-1] = [{"role": role, "login": role, "prefecture": ""} for role in ("analyste", "recetteur")]
    rows.append({"role": "administrateur national", "login": organisation.NATIONAL, "prefecture": ""})
    return [{**row, "password": organisation.PASSWORD} for row in rows]


def load_all(app: Flask, dossiers: int) -> None:
    """Organisation, démarches, counters, then the stories until now."""
    settings.mark_demonstration()
    now = clock.now()
    begins = now - timedelta(days=story.LONGEST_DAYS + 10)
    with clock.frozen(begins), unit_of_work():
        analysts = organisation.load()
        for code in DEMARCHES:
            demarches.publish(PROCESSES / code, "Camille Laurent")
        counters.load(begins.date(), now.date() + timedelta(days=60))
    timeline = Timeline(app, begins, now)
    with printing.later(), hurried(db.engine):
        story.plan_all(timeline, now, dossiers)
        timeline.play()
        observing.observe()
    with unit_of_work():
        drafting.load(*analysts)
        waiting = outbox.counts()
    click.echo(f"{dossiers + 1} dossiers; {waiting['ready']} letters and pages are drawn in the background.", err=True)


def _assert_demonstration() -> None:
    if not settings.current().demo:
        raise click.ClickException("PLANIPREF_DEMO is not set: demonstration data never mix with real ones")


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
