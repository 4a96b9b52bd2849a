"""From a draft to the version in force: what is asked before, all told at once; the publication; the way back.

An error of the files stops everybody. What is a matter of judgement (a red scenario, coverage, the sign-off, a version
published meanwhile) may be passed over by the national administrator, with a reason that the journal keeps.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from prefecture.demarches import queries as demarches
from prefecture.demarches import retirement
from prefecture.demarches import service as publishing
from prefecture.demarches.bundle import Bundle
from prefecture.demarches.queries import VersionView
from prefecture.demarches.version import Version
from prefecture.identity import permissions
from prefecture.identity.permissions import Actor
from prefecture.kernel import clock
from prefecture.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from prefecture.studio import acts, held, queries, signoff, variants
from prefecture.studio import findings as finding
from prefecture.studio.acts import FORCED, PUBLISHED, RETURNED, THRESHOLD
from prefecture.studio.findings import Tested
from prefecture.studio.models import Draft
from prefecture.studio.signoff import SignOff

USUAL_THRESHOLD = 60  # per cent of the elements, until the administrator says another
SHORTEST_REASON = 10
FINDINGS, DIFFERS, BASE = "constats", "changement", "base"
SCENARIOS, COVERAGE, SIGNED = "scenarios", "couverture", "recette"


class PublicationRefused(DomainError):
    """Something that is asked before a publication is missing; `conditions` are all those that are."""

    status = 422
    code = "publication-refusee"

    def __init__(self, conditions: tuple[Condition, ...]) -> None:
        super().__init__(" ".join(one.message for one in conditions))
        self.conditions = conditions


@dataclass(frozen=True)
class Condition:
    """One thing asked before a publication. `firm`: nobody may pass it over."""

    key: str
    label: str
    met: bool
    message: str
    firm: bool = False


@dataclass(frozen=True)
class Gate:
    """Everything asked of a draft with these files, what was tested, where the sign-off stands."""

    digest: str
    conditions: tuple[Condition, ...]
    tested: Tested | None
    signoff: SignOff
    threshold: int

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """What is missing."""
        return tuple(one for one in self.conditions if not one.met)

    @property
    def open(self) -> bool:
        """Whether nothing is missing."""
        return not self.unmet

    @property
    def stopped(self) -> bool:
        """Whether something is missing that nobody may pass over."""
        return any(one.firm for one in self.unmet)


def gate(draft_id: uuid.UUID) -> Gate:
    """What is asked before the draft may be published, met or not. Raises NotFound."""
    return _gate(held.find(draft_id), queries.bundle(draft_id))


def publish(actor: Actor, draft_id: uuid.UUID, digest: str, reason: str = "") -> VersionView:
    """Publish the draft's files, which are those of `digest`, and put the draft away.

    reason: why the conditions that are not met are passed over; only the national administrator may. Raises Forbidden,
    NotFound, Conflict (the files changed), Invalid, PublicationRefused, demarches.service.DemarcheRefused.
    """
    forced = bool(reason.strip())
    if forced:
        assert_governs(actor)
    row = held.hold(actor, draft_id, verb="demarche.govern" if forced else "demarche.publish")
    files = queries.bundle(draft_id)
    if files.digest != digest:
        raise Conflict("Le brouillon a changé depuis que cette page a été lue\u00a0: relisez-la avant de publier.")
    found = _gate(row, files)
    if found.unmet and (not forced or found.stopped):
        raise PublicationRefused(found.unmet)
    if found.unmet:
        check_reason(reason)
    version = publishing.publish_files(files, row.code, actor.name)
    told = {"number": version.number, "passed_over": [one.key for one in found.unmet]}
    act = FORCED if found.unmet else PUBLISHED
    acts.record(
        actor,
        act,
        code=row.code,
        draft_id=row.id,
        version_id=version.id,
        digest=digest,
        reason=reason if found.unmet else "",
        told=told,
    )
    variants.tell(row.code)
    row.based_on, row.archived_at = version.id, clock.now()
    row.edited_by = row.edited_until = None
    return version


def go_back(actor: Actor, code: str, version_id: uuid.UUID, reason: str) -> VersionView:
    """Have new dossiers follow a version published before; running ones stay on theirs.

    Raises Forbidden, NotFound, Conflict (it is in force), Invalid.
    """
    if not governs(actor):
        held.may(actor, "demarche.publish")
    check_reason(reason)
    before = demarches.current(code)
    closed = retirement.retired(code, version_id)
    if closed is not None and closed.version_id == version_id:
        raise Conflict("Cette version est fermée aux nouveaux dossiers\u00a0: rouvrez-la d’abord.")
    version = publishing.put_in_force(code, version_id)
    variants.tell(code)
    told = {"number": version.number, "from": before.number}
    acts.record(actor, RETURNED, code=code, version_id=version.id, digest=version.digest, reason=reason, told=told)
    return version


def threshold() -> int:
    """The share of a démarche's elements, in per cent, that its scenarios must pass."""
    last = acts.latest(THRESHOLD)
    return USUAL_THRESHOLD if last is None else int(last.told["percent"])


def set_threshold(actor: Actor, percent: int, reason: str) -> None:
    """Say what share of the elements scenarios must pass, for all démarches. Raises Forbidden, Invalid."""
    if not 0 <= percent <= 100:
        raise Invalid({"seuil": "Un nombre de 0 à 100."})
    check_reason(reason)
    assert_governs(actor)
    acts.record(actor, THRESHOLD, reason=reason, told={"percent": percent})


def governs(actor: Actor) -> bool:
    """Whether this is the national administrator: one who is of no préfecture."""
    if actor.kind == "system":
        return True
    return permissions.is_national(actor) and permissions.may(actor, "demarche.govern")


def assert_governs(actor: Actor) -> None:
    """Raise Forbidden unless this is the national administrator."""
    if not governs(actor):
        raise Forbidden("Seul l’administrateur national peut le faire.")


def in_force(code: str) -> Version | None:
    """The version that new dossiers follow; None for a démarche that was never published."""
    try:
        return demarches.current(code)
    except NotFound:
        return None


def _gate(row: Draft, files: Bundle) -> Gate:
    tested = _tested(files, row)
    signed = signoff.of(row.id, files.digest)
    asked = threshold()
    conditions = (
        _findings(row, files),
        *_versions(row, files),
        *_scenarios(tested, asked),
        _signed(signed),
    )
    return Gate(files.digest, conditions, tested, signed, asked)


def _tested(files: Bundle, row: Draft) -> Tested | None:
    """How the scenarios go; None when they cannot be played, and the findings say why."""
    try:
        return finding.tested(files, row.code)
    except ValueError:  # settings that cannot be read
        return None


def _findings(row: Draft, files: Bundle) -> Condition:
    errors = [one for one in finding.of_bundle(files, row.code) if one.severity == "error"]
    code = _code_of(files, row)
    if code != row.code:
        said = f"demarche.toml dit «\u00a0{code}\u00a0», et ce brouillon est celui de «\u00a0{row.code}\u00a0»."
    elif errors:
        count = "Une erreur" if len(errors) == 1 else f"{len(errors)} erreurs, dont celle-ci"
        where = errors[0].element_name or errors[0].file
        said = f"{count}\u00a0: «\u00a0{where}\u00a0». {errors[0].message}"
    else:
        return Condition(FINDINGS, "Aucune erreur", True, "La vérification ne trouve pas d’erreur.", firm=True)
    return Condition(FINDINGS, "Aucune erreur", False, said, firm=True)


def _versions(row: Draft, files: Bundle) -> Iterator[Condition]:
    current = in_force(row.code)
    if current is None:
        return
    same = current.digest == files.digest
    said = f"Rien ne change\u00a0: la version {current.number} en vigueur a les mêmes fichiers."
    yield Condition(
        DIFFERS, "Des changements à publier", not same, said if same else "Le brouillon diffère.", firm=True
    )
    latest = demarches.versions(row.code)[0]
    fresh = row.based_on in (current.id, latest.id)
    known = f"Le brouillon part de la version {latest.number if row.based_on == latest.id else current.number}."
    late = (
        f"La version {current.number} a été publiée depuis que ce brouillon a commencé\u00a0: "
        "ce qu’elle a changé serait perdu."
    )
    yield Condition(BASE, "La dernière version comme point de départ", fresh, known if fresh else late)


def _scenarios(tested: Tested | None, asked: int) -> Iterator[Condition]:
    label, share_label = "Scénarios réussis", "Couverture des scénarios"
    if tested is None:
        yield Condition(SCENARIOS, label, False, "Les scénarios ne se jouent pas\u00a0: le diagramme a des erreurs.")
        yield Condition(COVERAGE, share_label, asked == 0, f"Couverture inconnue\u00a0; {asked}\u00a0% sont demandés.")
        return
    if not tested.scenarios:
        said, green = "Aucun scénario\u00a0: rien n’a été essayé.", False
    elif tested.failed:
        said, green = _red(tested), False
    else:
        said, green = f"Scénarios joués\u00a0: {tested.scenarios}, tous réussis.", True
    yield Condition(SCENARIOS, label, green, said)
    percent = int(tested.elements * 100)
    said = f"Les scénarios passent par {percent}\u00a0% des éléments\u00a0; {asked}\u00a0% sont demandés."
    yield Condition(COVERAGE, share_label, percent >= asked, said)


def _red(tested: Tested) -> str:
    if tested.failed == 1:
        return f"Un scénario sur {tested.scenarios} ne va pas comme il le dit."
    return f"{tested.failed} scénarios sur {tested.scenarios} ne vont pas comme ils le disent."


def _signed(found: SignOff) -> Condition:
    said = {
        signoff.NONE: "La recette n’a pas été demandée.",
        signoff.STALE: "Le brouillon a changé depuis la recette\u00a0: elle est à redemander.",
        acts.ASKED: f"La recette est demandée par {found.by}\u00a0; personne n’a encore répondu.",
        acts.ACCEPTED: f"{found.by} a recetté ces fichiers.",
        acts.REFUSED: f"{found.by} a refusé\u00a0: «\u00a0{found.note}\u00a0»",
    }
    return Condition(SIGNED, "Recette par une autre personne", found.given, said[found.status])


def _code_of(files: Bundle, row: Draft) -> str:
    """What `demarche.toml` says; when it cannot be read the findings say so."""
    try:
        found = Version(files, version_id=row.id, code=row.code, number=0).settings
    except ValueError:
        return row.code
    return str(found.get("code", row.code))


def check_reason(reason: str) -> None:
    """Raise Invalid unless the reason says something that the journal can keep."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(
            {"motif": f"Dites pourquoi, en {SHORTEST_REASON} caractères au moins\u00a0: le journal le garde."}
        )
    if len(reason) > signoff.LONGEST or "\x00" in reason:
        raise Invalid({"motif": f"{signoff.LONGEST} caractères au plus."})
