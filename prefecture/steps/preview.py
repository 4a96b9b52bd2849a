"""The letter that a task leads to, as it would be written now: read beside the form, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.definition import Definition
from engine.service_task import ServiceTask
from engine.spiff.formulas import Failure, Formula
from prefecture.demarches import queries as demarches
from prefecture.dossiers.views import TaskDetail
from prefecture.identity import queries as identity
from prefecture.identity.permissions import CHEF_DE_SERVICE, GUICHET, INSTRUCTEUR, ROLE_NAMES, Actor
from prefecture.kernel import clock
from prefecture.notifications.templates import TemplateRefused
from prefecture.steps import letters
from prefecture.steps.actions import ACTIONS
from prefecture.steps.gathering import gather
from prefecture.steps.letters import Signer

# The actions that write a letter from what a task of the same process was answered.
LETTERED: Final = frozenset({"decision.notifier", "completude.demander_complement"})
_SIGNS: Final = (CHEF_DE_SERVICE, INSTRUCTEUR, GUICHET)


@dataclass(frozen=True, slots=True)
class Preview:
    """A letter as it would read: its title and its page."""

    title: str
    html: str


def writes_letter(detail: TaskDetail) -> bool:
    """Whether a letter is written from the answers of this task."""
    return any(_asking(detail))


def letter_of(detail: TaskDetail, answers: Mapping[str, Any], actor: Actor) -> Preview | None:
    """The letter that these answers would lead to, signed by `actor`; None while they lead to none."""
    for task in _asking(detail):
        params = _params(task, detail, answers)
        if params is None:
            continue
        try:
            return _written(task.action, params, detail, actor)
        except (TemplateRefused, LookupError, ValueError, TypeError):
            return None  # an answer is missing or half typed: the letter comes when it is whole
    return None


def _asking(detail: TaskDetail) -> Iterator[ServiceTask]:
    """The service tasks of the same process that write a letter from what this task is answered."""
    definition = demarches.version(detail.dossier.version_id).definition
    process = _process(definition, detail.task.element)
    for key, node in definition.nodes.items():
        if not isinstance(node, ServiceTask) or node.action not in LETTERED or key.rpartition("/")[0] != process:
            continue
        if any(
            isinstance(what, Formula) and detail.variable in what.expression.names for _, what in node.mappings.entrees
        ):
            yield node


def _process(definition: Definition, element: str) -> str:
    return next((key.rpartition("/")[0] for key in definition.nodes if key.rpartition("/")[2] == element), "")


def _params(task: ServiceTask, detail: TaskDetail, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the action would be asked; None while something that it needs is not there."""
    seen = {**detail.data, str(detail.variable): dict(answers)}
    zone = identity.prefecture(detail.dossier.prefecture).zone
    try:
        params = {
            name: what.value(seen, clock.now(), zone) if isinstance(what, Formula) else what
            for name, what in task.mappings.entrees
        }
    except Failure:
        return None
    needed = ACTIONS[task.action].required
    return None if any(params.get(name) is None for name in needed) else params


def _written(name: str, params: Mapping[str, Any], detail: TaskDetail, actor: Actor) -> Preview | None:
    gathered = gather(detail.dossier.id, name, params)
    plan = ACTIONS[name].plan(gathered.facts)
    if not plan.letters:
        return None
    quality = next((ROLE_NAMES[role].capitalize() for role in _SIGNS if role in actor.roles), "Agent")
    setting = replace(gathered.setting, signer=Signer(actor.name, quality))
    letter = plan.letters[0]
    return Preview(letter.title, letters.write_letter(setting, letter, f"apercu:{detail.task.id}"))
