"""A draft, or a folder on disk, played step by step from the command line: `flask --app wsgi demarche run`.

Nothing is kept but what one asks to be kept: a run here is the scenario that it becomes.
"""

from __future__ import annotations

import shlex
import sys
import tomllib
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from flask.cli import AppGroup

from engine.errors import DefinitionInvalid
from prefecture.demarches import bundle
from prefecture.demarches.version import Version
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import DomainError, Invalid
from prefecture.kernel.unit_of_work import unit_of_work
from prefecture.studio import playing, queries, run_steps, runs, service, wording
from prefecture.studio.playing import Run
from prefecture.studio.trials import NOT_PLAYED

HELP: Final = """\
tache NOM clé=valeur…       terminer une tâche (questions NOM les montre)
message NOM clé=valeur…     un message arrive
action NOM clé=valeur…      une action répond (sans rien : comme son exemple enregistré)
echec NOM [CODE] [TEXTE]    une action échoue
attendre P1D                le temps passe ; jusqu_au 2026-03-20T10:00 : jusque-là
annuler · donnees · garder NOM TITRE · fin"""


class Player:
    """One run of a version, in memory; `keep` writes a scenario where the version came from."""

    def __init__(self, version: Version, raw: dict[str, Any], keep: Callable[[str, bytes], None]) -> None:
        self.version, self.raw, self._keep = version, raw, keep
        self.stands = playing.tried(version, raw)

    def step(self, what: Mapping[str, Any]) -> None:
        """Do one thing more. Raises Invalid, and nothing has changed."""
        raw = playing.with_step(self.raw, what)
        self.stands = playing.tried(self.version, raw)
        self.raw = raw

    def undo(self) -> None:
        """Take the last step back. Raises Invalid."""
        self.raw = playing.without_last(self.raw)
        self.stands = playing.tried(self.version, self.raw)

    def keep(self, name: str, title: str) -> str:
        """Keep the run as a scenario; its path. Raises Invalid, Conflict."""
        path = runs.path_of(name)
        self._keep(path, playing.scenario_of(self.raw, self.stands, title))
        return path


@click.argument("what")
@click.option("--scenario", default="", help="Begin with the request of that scenario (scenarios/nominal.toml).")
@click.option("--hold", multiple=True, help="An action to be answered by hand; may be repeated.")
@click.option("--steps", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Play these [[etapes]].")
@click.option("--keep", "name", default="", help="Keep the run as the scenario of that name, at the end.")
@click.option("--title", default="Joué depuis la ligne de commande", help="The title of the scenario that is kept.")
def run(what: str, scenario: str, hold: tuple[str, ...], steps: Path | None, name: str, title: str) -> None:
    """Play WHAT, a draft's id or a folder, with an invented citizen: with --steps, else asking what to do next."""
    try:
        version, keep = _found(what)
        player = Player(version, playing.begun(version, scenario, hold), keep)
        if steps is not None:
            _play(player, steps)
        else:
            _ask(player)
        if name:
            click.echo(f"KEPT {player.keep(name, title)}")
    except DefinitionInvalid as error:
        raise click.ClickException(NOT_PLAYED) from error
    except (DomainError, bundle.FolderUnreadable) as error:
        raise click.ClickException(_said(error)) from error


def register(demarche: AppGroup) -> None:
    """Give the group of démarches this command."""
    demarche.command("run")(run)


def _found(what: str) -> tuple[Version, Callable[[str, bytes], None]]:
    folder = Path(what)
    if folder.is_dir():

        def write(path: str, content: bytes) -> None:
            if (folder / path).exists():
                raise Invalid({}, f"Le fichier «\u00a0{path}\u00a0» existe déjà\u00a0: donnez un autre nom.")
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)

        frozen = bundle.freeze(folder)
        return Version(frozen, version_id=uuid.UUID(int=0), code=folder.resolve().name, number=0), write
    try:
        draft_id = uuid.UUID(what)
    except ValueError as error:
        raise click.BadParameter("neither a folder nor the id of a draft", param_hint="WHAT") from error

    def save(path: str, content: bytes) -> None:
        with unit_of_work():
            saved = service.save_file(Actor.system(), draft_id, path, content, 0)
        if saved.refused is not None:
            raise Invalid({}, saved.refused.message)

    return queries.version(draft_id), save


# -- by a file of steps ------------------------------------------------------------------------------------------------


def _play(player: Player, steps: Path) -> None:
    """Do the steps of a file as a scenario does; the first that cannot be done ends it."""
    try:
        told = tomllib.loads(steps.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid({}, f"{steps} ne se lit pas\u00a0: {error}.") from error
    _show_done(player.stands)
    for one in told.get("etapes", []):
        player.step({name: value for name, value in one.items() if name != "alors"})
        _show_done(player.stands)
    _show(player.stands)


def _show_done(stands: Run) -> None:
    last = stands.done[-1]
    sent = f" · partent\u00a0: {', '.join(map(wording.sending_words, last.sent))}" if last.sent else ""
    click.echo(f"{last.number}. {last.title or '—'} · {wording.status_words(last.statut)}{sent}")


# -- by hand -----------------------------------------------------------------------------------------------------------


def _ask(player: Player) -> None:
    """Ask what to do next until there is nothing to say any more."""
    click.echo(HELP)
    _show(player.stands)
    for line in _lines():
        if line.strip() == "fin":
            return
        try:
            _do(player, shlex.split(line))
        except (DomainError, ValueError) as error:
            click.echo(f"✗ {_said(error)}")


def _lines() -> Iterator[str]:
    """What is typed, line by line; a prompt where somebody types."""
    seen = sys.stdin.isatty()
    while True:
        if seen:
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def _do(player: Player, words: list[str]) -> None:
    if not words:
        return
    verb, *rest = words
    if verb in _STEPS:
        player.step(_STEPS[verb](player.stands, rest))
        _show_done(player.stands)
        _show(player.stands)
    elif verb in _LOOKS:
        _LOOKS[verb](player, rest)
    else:
        click.echo(HELP)


def _task(stands: Run, words: list[str]) -> dict[str, Any]:
    return run_steps.task(stands, _first(words), _values(words[1:], dates=False))


def _message(stands: Run, words: list[str]) -> dict[str, Any]:
    return run_steps.message(stands, _first(words), _values(words[1:]))


def _action(stands: Run, words: list[str]) -> dict[str, Any]:
    name = _first(words)
    proposed = next((one.proposed for one in stands.asked if one.action == name), {})
    return run_steps.answer(stands, name, {**proposed, **_values(words[1:])})


def _failure(stands: Run, words: list[str]) -> dict[str, Any]:
    name, known = _first(words), {code for one in stands.asked for code in one.errors}
    code = words[1] if words[1:] and words[1] in known else ""
    return run_steps.failure(stands, name, code, " ".join(words[2:] if code else words[1:]))


def _wait(stands: Run, words: list[str]) -> dict[str, Any]:
    return run_steps.wait(stands, _first(words))


def _until(stands: Run, words: list[str]) -> dict[str, Any]:
    try:
        return run_steps.until(stands, datetime.fromisoformat(_first(words)))
    except ValueError as error:
        raise Invalid({}, "Écrivez une date, comme 2026-03-20T10:00.") from error


def _undo(player: Player, _words: list[str]) -> None:
    player.undo()
    _show(player.stands)


def _questions(player: Player, words: list[str]) -> None:
    form = run_steps.form_of(player.version, player.stands.task(_first(words)).form)
    for page in form.describe()["pages"] if form is not None else []:
        for one in _asked(page["fields"]):
            choices = ", ".join(str(choice["value"]) for choice in one.get("choices") or ())
            star = "*" if one["required"] else ""
            click.echo(f"  {one['path']} ({one['type']}){star} {one['label']} {choices}".rstrip())


def _asked(described: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The questions of a form, those of its groups in their place."""
    for one in described:
        if one["type"] == "group":
            yield from _asked(one["fields"])
        else:
            yield one


def _data(player: Player, _words: list[str]) -> None:
    for name, value in wording.flat(player.stands.data):
        click.echo(f"  {name} = {value}")


def _keep(player: Player, words: list[str]) -> None:
    click.echo(f"KEPT {player.keep(_first(words), ' '.join(words[1:]) or _first(words))}")


_STEPS: Final[Mapping[str, Callable[[Run, list[str]], dict[str, Any]]]] = {
    "tache": _task,
    "message": _message,
    "action": _action,
    "echec": _failure,
    "attendre": _wait,
    "jusqu_au": _until,
}
_LOOKS: Final[Mapping[str, Callable[[Player, list[str]], None]]] = {
    "annuler": _undo,
    "questions": _questions,
    "donnees": _data,
    "garder": _keep,
}


def _first(words: list[str]) -> str:
    if not words:
        raise Invalid({}, "Dites laquelle.")
    return words[0]


def _values(words: list[str], *, dates: bool = True) -> dict[str, Any]:
    """`a.b=1` as nested values of TOML; what is none of them is a text, and so are dates if forms are to read them."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise Invalid({}, f"Écrivez clé=valeur, pas «\u00a0{word}\u00a0».")
        *path, last = name.split(".")
        inner = found
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = _value(text, dates)
    return found


def _value(text: str, dates: bool) -> Any:
    try:
        value = tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text
    return text if isinstance(value, date) and not dates else value


def _show(stands: Run) -> None:
    """Where the run stands, and what one may do."""
    end = " · TERMINÉ" if stands.finished else ""
    click.echo(f"— {stands.now:%d/%m/%Y %H:%M} · {wording.status_words(stands.statut)}{end}")
    for task in stands.tasks:
        click.echo(f"  tache {task.element}  «\u00a0{task.name}\u00a0» ({task.lane or 'personne'})")
    for one in stands.asked:
        codes = f"  codes\u00a0: {', '.join(one.errors)}" if one.errors else ""
        click.echo(f"  action {one.action}  «\u00a0{one.name}\u00a0»{codes}")
    for name in stands.messages:
        click.echo(f"  message {name}")
    for timer in stands.timers:
        click.echo(f"  jusqu_au {timer.at:%Y-%m-%dT%H:%M:%S}  «\u00a0{timer.name}\u00a0»")
    for told in stands.incidents:
        click.echo(f"  INCIDENT {told}")


def _said(error: Exception) -> str:
    fields = error.fields if isinstance(error, Invalid) else {}
    return " ".join([str(error), *(f"{name}: {said}" for name, said in fields.items() if said != str(error))])
