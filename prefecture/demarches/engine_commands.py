"""The engine's own figures: `flask --app wsgi engine conform|check|feel|dmn`. Thin: the engine does the work.

Foreign data are read where they lie; nothing of them is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import AppGroup

from engine import conformance
from engine.feel import conformance as feel_conformance

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
engine = AppGroup("engine", help="Conformance of the engine, of FEEL and of DMN.")


@engine.command()
@click.argument("folder", type=FOLDER)
def conform(folder: Path) -> None:
    """Play every scenario of FOLDER/scenarios.json; the last line counts them."""
    for line in conformance.run_scenarios(_files(folder)).lines:
        click.echo(line)


@engine.command("check")
@click.argument("folder", type=FOLDER)
def check_models(folder: Path) -> None:
    """Run every process of every BPMN file of FOLDER once, declared executable, or name all that refuses it."""
    checks = conformance.check_models(_files(folder))
    for check in checks:
        for line in check.lines:
            click.echo(line)
    figures = Counter(check.verdict for check in checks)
    click.echo(f"CHECK ok={figures['ok']} refused={figures['refused']} wrong={figures['WRONG']}")


@engine.command()
@click.argument("file", type=FILE)
def feel(file: Path) -> None:
    """Evaluate the FEEL cases of FILE.json; the last line counts them."""
    _say(feel_conformance.run_feel_cases(file.read_bytes()), "FEEL")


@engine.command()
@click.argument("folder", type=FOLDER)
def dmn(folder: Path) -> None:
    """Decide the cases of the DMN models in FOLDER; the last line counts them."""
    _say(feel_conformance.run_dmn_folder(_files(folder)), "DMN")


def _say(report: feel_conformance.Report, word: str) -> None:
    for line in report.lines:
        click.echo(line)
    click.echo(f"{word} pass={report.passed} fail={report.failed}")


def _files(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
