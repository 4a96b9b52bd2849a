"""A letter as it will leave, from the command line: `demarche letter SOURCE LETTER [-o FILE]`.

With a real dossier nothing personal is written out, and the look is traced.
"""

from __future__ import annotations

from pathlib import Path

import click

from prefecture.demarches import bundle, mentions, proofs
from prefecture.demarches.proofs import TRACE, Proof, Wanted
from prefecture.identity.permissions import Actor
from prefecture.kernel import traces
from prefecture.kernel.db import db
from prefecture.kernel.errors import DomainError
from prefecture.notifications.templates import TemplateRefused
from prefecture.studio.sources import version_of

TARGET = click.Path(dir_okay=False, path_type=Path)


def register(demarche: click.Group) -> None:
    """Add the command to the group of démarches."""
    demarche.add_command(letter)


@click.command()
@click.argument("source")
@click.argument("letter_name", metavar="LETTER")
@click.option("-o", "--output", type=TARGET, help="The file to write: a PDF for a letter, HTML or text for a mail.")
@click.option("--prefecture", default="", help="The code of the préfecture that writes.")
@click.option("--scenario", default="", help="The scenario whose data are used, as scenarios/nominal.toml.")
@click.option("--dossier", default="", help="The number of a real dossier, masked; the look is traced.")
def letter(source: str, letter_name: str, output: Path | None, prefecture: str, scenario: str, dossier: str) -> None:
    """Write LETTER (refus, depot.mail.html, rappel_rdv.sms.txt) of SOURCE: a draft, a folder, a published démarche.

    What the law wants in it and is not there is told on standard error.
    """
    try:
        version = version_of(source)
        path = proofs.named(version, letter_name)
        made = proofs.proof(version, path, Wanted(prefecture, scenario, dossier), Actor.system())
    except (DomainError, TemplateRefused, bundle.FolderUnreadable) as error:
        fields = error.fields if isinstance(error, DomainError) else {}
        raise click.ClickException(" ".join(dict.fromkeys([str(error), *fields.values()]))) from error
    if made.dossier:
        traces.record(TRACE, made.dossier, None)
    db.session.close()  # no transaction stays open while the letter is printed
    click.echo(made.data, err=True)
    for one in mentions.judged(version, path):
        if not one.there:
            click.echo(f"MANQUE {one.label} ({one.law})", err=True)
    _write(made, path, output)


def _write(made: Proof, path: str, output: Path | None) -> None:
    if made.kind == "courrier":
        target = output or Path(f"{Path(path).stem}.pdf")
        target.write_bytes(proofs.printed(made))
        click.echo(f"WRITTEN {target}")
        return
    if made.kind == "sms":
        parts = f"{made.parts} SMS, {made.length} caractères"
        click.echo(f"{parts}. {made.warning}".strip(), err=True)
    subject = f"Objet\u00a0: {made.subject}\n\n" if made.subject else ""
    text = made.html if output is not None and output.suffix == ".html" else f"{subject}{made.text}"
    if output is None:
        click.echo(text)
    else:
        output.write_text(text)
        click.echo(f"WRITTEN {output}")
