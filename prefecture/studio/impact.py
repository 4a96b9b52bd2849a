"""What publishing or moving means for running dossiers: where they stand, who follows, who needs a target, why not.

For each place that needs one, the steps of the new version on which a dossier may go on are offered, the likeliest
first: the same name and kind, the same action or form, a name that resembles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.migration import FOLLOWS, HARMLESS, NEEDS_TARGET, REFUSED, MappingInvalid
from engine.model import ElementInfo
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.dossiers import migration
from prefecture.dossiers.migration_comparison import EVERYBODY, Choice, Diff, Place, relevant
from prefecture.kernel import clock
from prefecture.kernel.errors import Invalid
from prefecture.studio import promises
from prefecture.studio.promises import Worse

LIVE = 3_000  # dossiers that a page looks at while one waits; a trial looks at all
ALIKE = 0.7
CAN_MOVE = (FOLLOWS, HARMLESS)
_STEPS = ("Task", "task", "callActivity", "subProcess", "CatchEvent", "eventBasedGateway")
REASONS: Mapping[str, str] = {
    "removed": "L’étape n’existe plus dans la nouvelle version.",
    "moved": "L’étape est maintenant dans un autre bloc.",
    "type_changed": "L’étape a changé de nature.",
    "event_changed": "L’étape attend maintenant autre chose.",
    "form_changed": "La tâche ouverte aurait un autre formulaire.",
    "action_changed": "Une action est en cours, et la nouvelle version en demande une autre.",
    "repetition_changed": "La répétition ne compte plus de la même façon.",
    "join_changed": "Le chemin par lequel le dossier est arrivé n’y mène plus.",
    "join_removed": "Des branches parallèles en cours ne se rejoindraient plus.",
    "branch_missing": "Le dossier attendrait une branche qui ne viendra jamais.",
    "undone_removed": "Une étape faite, qu’il faudrait pouvoir défaire, n’existe plus.",
    "undoing": "Des étapes sont en train d’être défaites\u00a0: attendez la fin.",
    "target_elsewhere": "Un dossier ne peut pas reprendre à la cible choisie.",
    "process_changed": "Le processus principal a changé d’identifiant.",
    "process_removed": "Un bloc appelé n’existe plus.",
    "other_person": "Une tâche interdite à qui a fait cette étape en nomme une autre\u00a0: dites laquelle.",
    "unreadable": "L’état du dossier ne peut pas être lu.",
    "finished": "Le dossier est terminé.",
    "already": "Le dossier est déjà sur cette version.",
    "advanced": "Le dossier a avancé depuis.",
    "given_up": "Le déplacement a mis fin à une action qui ne peut pas être redemandée.",
    "by_hand": "Laissé sur sa version à la main.",
}


@dataclass(frozen=True)
class Step:
    """A step of the new version on which a dossier may go on."""

    place: str
    name: str
    type: str


@dataclass(frozen=True)
class PlaceImpact:
    """A place where dossiers stand. `verdicts`: how many of them fare how; `reasons`: why, and how many times.

    `target`: what the mapping says; `proposal`: what it could say, empty when nothing is alike; `steps`: all it may.
    """

    place: str
    name: str
    dossiers: int
    verdicts: Mapping[str, int]
    reasons: tuple[tuple[str, int], ...]
    target: str
    proposal: str
    steps: tuple[Step, ...]

    @property
    def element(self) -> str:
        """Its id on the diagram."""
        return self.place.rpartition(":")[2]

    @property
    def stays(self) -> int:
        """How many of them cannot move."""
        return self.verdicts.get(NEEDS_TARGET, 0) + self.verdicts.get(REFUSED, 0)


@dataclass(frozen=True)
class Impact:
    """The whole: `total` dossiers run on other versions and are chosen, `looked` of them were compared.

    `changed`: steps whose words, cards or forms read differently; `warnings`: by number of the version that they run
    on, what was promised and would get worse.
    """

    total: int
    looked: int
    verdicts: Mapping[str, int]
    places: tuple[PlaceImpact, ...]
    changed: int
    warnings: tuple[tuple[int, tuple[Worse, ...]], ...]

    @property
    def movable(self) -> int:
        """How many would move."""
        return sum(self.verdicts.get(one, 0) for one in CAN_MOVE)


def impact(
    code: str, new: Version, mapping: Mapping[str, str], choice: Choice = EVERYBODY, *, limit: int | None = LIVE
) -> Impact:
    """What `new` means for the chosen dossiers (of the first `limit`). Changes nothing. Raises Invalid (mapping)."""
    try:
        found = migration.diff(new, mapping, code=code, choice=choice, limit=limit)
    except MappingInvalid as error:
        raise Invalid({"cible": f"Une cible n’est pas dans cette version\u00a0: {error}."}) from error
    total = migration.running(code, new.id, choice=choice)
    return Impact(
        total=total,
        looked=min(total, limit) if limit is not None else total,
        verdicts=dict(found.dossiers),
        places=tuple(_places(found, new, mapping)),
        changed=len(found.changed),
        warnings=warnings([demarches.version(one) for one in found.versions], new),
    )


def warnings(olds: Iterable[Version], new: Version) -> tuple[tuple[int, tuple[Worse, ...]], ...]:
    """What gets worse for citizens, by the number of the version that they were promised."""
    found = promises.worse_for(olds, new, clock.now().date())
    return tuple((one.number, told) for one, told in sorted(found, key=lambda pair: pair[0].number))


def steps(new: Version, process: str) -> tuple[Step, ...]:
    """The steps of a process on which a dossier may go on, in the order of the drawing's file."""
    return tuple(Step(f"{process}:{one.id}", one.name or one.id, one.type) for one in _steps(new, process))


def propose(old: ElementInfo | None, new: Version, process: str) -> str:
    """The step of the new version that is likeliest what `old` has become; empty when none is alike."""
    if old is None:
        return ""
    left = [one for one in _steps(new, process) if one.type == old.type]
    same = (
        lambda one: one.id == old.id,
        lambda one: bool(old.name) and _plain(one.name) == _plain(old.name),
        lambda one: bool(old.action) and one.action == old.action,
        lambda one: bool(old.form) and one.form == old.form,
    )
    for is_same in same:
        found = [one for one in left if is_same(one)]
        if len(found) == 1:
            return f"{process}:{found[0].id}"
    ranked = sorted(((_alike(one.name, old.name), one.id) for one in left), reverse=True)
    return f"{process}:{ranked[0][1]}" if ranked and ranked[0][0] >= ALIKE else ""


def reason(code: str) -> str:
    """A reason for people."""
    return REASONS.get(code, "Le dossier ne peut pas passer tel qu’il est.")


def _places(found: Diff, new: Version, mapping: Mapping[str, str]) -> Iterator[PlaceImpact]:
    olds = [demarches.version(one) for one in found.versions]
    said = {key: value for old in olds for key, value in _whole(mapping, old, new).items()}
    for place, one in sorted(found.places.items(), key=lambda pair: (-_stays(pair[1]), -_all(pair[1]), pair[0])):
        process, _, element = place.partition(":")
        info = next((info for old in olds if (info := old.definition.element(process, element))), None)
        reasons = tuple((reason(code), count) for code, count in one.codes.most_common() if code in REASONS)
        yield PlaceImpact(
            place=place,
            name=one.name or (info.name if info else "") or element,
            dossiers=_all(one),
            verdicts=dict(one.verdicts),
            reasons=reasons,
            target=said.get(place, ""),
            proposal=propose(info, new, process) if _stays(one) else "",
            steps=steps(new, process) if _stays(one) or place in said else (),
        )


def _whole(mapping: Mapping[str, str], old: Version, new: Version) -> dict[str, str]:
    """The mapping as `process:element` on both sides, as far as it speaks of this version."""
    found = {}
    for source, target in relevant(mapping, old, new).items():
        sides = []
        for text, version in ((source, old), (target, new)):
            process, _, element = text.strip().rpartition(":")
            info = version.definition.elements.get(element)
            sides.append(f"{process or (info.process if info else version.definition.process)}:{element}")
        found[sides[0]] = sides[1]
    return found


def _steps(new: Version, process: str) -> Iterator[ElementInfo]:
    for key, node in new.definition.nodes.items():
        if key == f"{process}/{node.element}" and node.info.type.endswith(_STEPS):
            yield node.info


def _stays(place: Place) -> int:
    return place.verdicts[NEEDS_TARGET] + place.verdicts[REFUSED]


def _all(place: Place) -> int:
    return sum(place.verdicts.values())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, _plain(one), _plain(other)).ratio() if one and other else 0.0
