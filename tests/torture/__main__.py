"""`make torture`: every ordeal at its full size on both databases; exit status 0 only if nothing was lost or doubled.

Names or beginnings of names may be given: `python -m tests.torture r1 r17`. `--short` runs the size of `make test`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import click

from tests.torture.ordeals import ORDEALS, Ordeal, fresh, run, scratch
from tests.torture.servers import servers
from tests.torture.verdict import CI, SHORT, Size, Verdict


@click.command()
@click.argument("names", nargs=-1)
@click.option("--short", is_flag=True, help="Small numbers.")
def main(names: tuple[str, ...], short: bool) -> None:
    """Run the ordeals and print a line for each."""
    os.environ.setdefault("PLANIPREF_LOGS", "plain")
    scratch()
    chosen = [one for one in ORDEALS if not names or any(one.name.split("_")[0] == n or one.name == n for n in names)]
    with servers.postgresql() as server:
        red = sum([not _one(one, where, server, SHORT if short else CI) for one in chosen for where in one.databases])
    sys.exit(red > 0)


def _one(ordeal: Ordeal, where: str, server: str, size: Size) -> bool:
    name, began = f"{ordeal.name}_{where}", time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="planipref-torture-"))
    folder.chmod(0o755)
    try:
        with fresh(ordeal, where, server) as url:
            verdict = run(ordeal, url, size, folder)
    except Exception:  # an ordeal that cannot be run has proved nothing
        click.echo(traceback.format_exc(), err=True)
        verdict = Verdict(stuck=1, notes="the ordeal itself broke")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    click.echo(verdict.line(name))
    click.echo(f"  {name} {time.monotonic() - began:.1f}s {verdict.notes}", err=True)
    return verdict.green


main()
