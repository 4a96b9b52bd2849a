"""What a démarche's scenarios send: each letter, mail and SMS with what it would say, played without a database."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine import scenarios, simulation
from engine.errors import DefinitionInvalid
from engine.simulation import Answered, Asked
from prefecture.demarches import bundle as bundles
from prefecture.demarches import letters as templates
from prefecture.demarches import start
from prefecture.demarches.scenarios import is_scenario
from prefecture.demarches.version import Version
from prefecture.steps.mention import calculated
from prefecture.steps.plan import Plan
from prefecture.steps.registry import ACTIONS, Action
from prefecture.steps.scene import facts_of

KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Sending:
    """A template sent in a scenario: what it says besides the usual, what the dossier had been given, when.

    `tables`: the decision tables whose answers it says.
    """

    scenario: str
    title: str
    action: str
    name: str
    says: Mapping[str, Any]
    given: Mapping[str, Any]
    now: datetime
    zone: ZoneInfo
    tables: tuple[str, ...]


# Template (`refus.html`, `refus.mail.html`, `rappel_rdv.sms.txt`) → each scenario that sends it, its first time.
Sent = Mapping[str, tuple[Sending, ...]]


def sent(version: Version) -> Sent:
    """What the scenarios of a version send; nothing while its diagrams cannot be played."""
    return _rehearsed(version)[1]


def apart(version: Version) -> Version:
    """The version without its letters: the same object while nothing else changes, so that it compiles once."""
    return _rehearsed(version)[0]


def templates_of(plan: Plan) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Template → its title and what it says, for all that a plan sends."""
    written = {f"{one.code}.html": (one.title, one.says) for one in plan.letters}
    for notice in plan.notices:
        ending = "sms.txt" if notice.channel == "sms" else "mail.html"
        written[f"{notice.code}.{ending}"] = ("", notice.says)
    return written


_known: OrderedDict[str, tuple[Version, Sent]] = OrderedDict()
_lock = threading.Lock()


def _rehearsed(version: Version) -> tuple[Version, Sent]:
    """Remembered by the files apart from the letters: writing a letter plays nothing again."""
    kept = bundles.of_files({path: held for path, held in version.files.items() if not templates.is_letter(path)})
    key = f"{version.code}:{kept.digest}"
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    light = Version(kept, version_id=version.id, code=version.code, number=version.number)
    found = light, _played(light)
    with _lock:
        _known[key] = found
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return found


def _played(version: Version) -> Sent:
    try:
        definition = version.definition
    except DefinitionInvalid:
        return {}
    found: dict[str, dict[str, Sending]] = defaultdict(dict)
    for path in sorted(filter(is_scenario, version.files)):
        try:
            scenario = scenarios.read(version.files[path], path)
        except scenarios.ScenarioUnreadable:
            continue

        def note(asked: Asked, plan: Plan, *, path: str = path, told: scenarios.Scenario = scenario) -> None:
            for template, (title, says) in templates_of(plan).items():
                tables = calculated(version, asked.action, asked.params).get(template, ())
                found[template].setdefault(
                    path,
                    Sending(path, told.title, asked.action, title, says, told.given, asked.now, asked.zone, tables),
                )

        answers = {name: _answering(one, version.settings, note) for name, one in ACTIONS.items()}
        # One that goes wrong has sent what it sent.
        simulation.simulate(definition, start.begun(version, scenario), answers)
    return {template: tuple(held.values()) for template, held in found.items()}


def _answering(
    one: Action, settings: Mapping[str, Any], note: Callable[[Asked, Plan], None]
) -> Callable[[Asked], Answered]:
    """What the action answers in a scenario, its plan told on the way."""

    def answer(asked: Asked) -> Answered:
        plan = one.plan(facts_of(asked, settings))
        note(asked, plan)
        if plan.statut:
            asked.scene["statut"] = plan.statut
        return Answered(plan.result, plan.sent, plan.statut)

    return answer
