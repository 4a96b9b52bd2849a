"""What a version of a démarche promises to citizens, and what another one would take back.

The day by which they are answered, what silence means, what they must bring, how long they have to bring it: a change
for the worse is no error, but nobody publishes it, or moves a running dossier onto it, without having read it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import feel
from prefecture.demarches import dated
from prefecture.demarches.version import Version

# What silence means, from the best to the worst for who waits: acceptance, then refusal.
_SILENCE = {"SVA": "l’acceptation", "SVR": "le refus"}
_BEGINNING = date(2000, 1, 1)  # any day: two durations are compared by where they end
_COMPLEMENT = "complement"
# Days that a citizen has, in `demarche.toml`: fewer of them is worse.
_DAYS = (
    ((_COMPLEMENT, "delai_jours"), "le temps laissé pour compléter un dossier"),
    (("convocation", "validite_jours"), "le temps laissé pour choisir un rendez-vous"),
    (("convocation", "deplacements_max"), "le nombre de fois où l’usager peut déplacer son rendez-vous"),
)


@dataclass(frozen=True)
class Worse:
    """One promise that would get worse. `subject`: delai, silence, piece, cout or temps; `message` is for people."""

    subject: str
    message: str


def worse(old: Version, new: Version, day: date) -> tuple[Worse, ...]:
    """What gets worse for a citizen who was promised the old version and would be treated by the new one."""
    found = list(_worse_on(old, new, day))
    known = {one.message for one in found}
    for later in (one for one in dated.days(new.settings) if one > day):
        for one in _worse_on(old, new, later):
            if one.message not in known:
                known.add(one.message)
                told = one.message[0].lower() + one.message[1:]
                found.append(Worse(one.subject, f"À partir du {later:%d/%m/%Y}\u00a0: {told}"))
    return tuple(found)


def _worse_on(old: Version, new: Version, day: date) -> Iterator[Worse]:
    """What is worse on that day, each version as it is then."""
    before, after = old.settings_at(day), new.settings_at(day)
    yield from _delay(before, after)
    yield from _silence(before, after)
    yield from _pieces(before, after)
    yield from _days(before, after)
    yield from _costs(old, new, day)


def worse_for(olds: Iterable[Version], new: Version, day: date) -> tuple[tuple[Version, tuple[Worse, ...]], ...]:
    """The same for several former versions, those to which something happens."""
    seen: dict[uuid.UUID, Version] = {one.id: one for one in olds if one.id != new.id}
    found = ((one, worse(one, new, day)) for one in seen.values())
    return tuple((one, told) for one, told in found if told)


def _delay(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Worse]:
    """An answer that comes later, for all or for a case that has its own delay; without one, it has that of all."""
    general = [str(_of(one, "silence", "delai") or "") for one in (before, after)]
    yield from _later(general[0], general[1])
    for name, case in {**dated.cases(before), **dated.cases(after)}.items():
        own = [str(dated.cases(one).get(name, {}).get("delai") or "") for one in (before, after)]
        followed = [mine or ordinary for mine, ordinary in zip(own, general, strict=True)]
        if any(own) and followed != general:
            yield from _later(followed[0], followed[1], f" («\u00a0{case.get('libelle') or name}\u00a0»)")


def _later(was: str, now: str, whose: str = "") -> Iterator[Worse]:
    ends = [_end(text) for text in (was, now)]
    if was == now or ends[0] is None:
        return
    if ends[1] is None:
        yield Worse("delai", f"Le délai de réponse{whose} ({_span(was)}) n’est plus promis.")
    elif ends[1] > ends[0]:
        yield Worse("delai", f"Le délai de réponse{whose} passe de {_span(was)} à {_span(now)}.")


def _silence(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Worse]:
    was, now = (str(_of(one, "silence", "effet") or "") for one in (before, after))
    if was == "SVA" and now != "SVA":
        yield Worse(
            "silence", f"Le silence valait l’acceptation\u00a0; il vaudrait {_SILENCE.get(now, 'autre chose')}."
        )


def _pieces(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Worse]:
    """What is asked more than before: a new document, one that must be there, an original to bring, always."""
    known = {str(one.get("code")): one for one in _list(before.get("pieces"))}
    for piece in _list(after.get("pieces")):
        name, was = str(piece.get("libelle") or piece.get("code")), known.get(str(piece.get("code")))
        if was is None:
            yield Worse("piece", f"Une pièce de plus est demandée\u00a0: «\u00a0{name}\u00a0».")
            continue
        if piece.get("indispensable") and not was.get("indispensable"):
            yield Worse("piece", f"La pièce «\u00a0{name}\u00a0» devient indispensable.")
        if piece.get("original") and not was.get("original"):
            yield Worse("piece", f"L’original de la pièce «\u00a0{name}\u00a0» est demandé.")
        if was.get("condition") and not piece.get("condition"):
            yield Worse("piece", f"La pièce «\u00a0{name}\u00a0» est demandée à tous.")
        elif was.get("condition") and was.get("condition") != piece.get("condition"):
            yield Worse("piece", f"La pièce «\u00a0{name}\u00a0» est demandée dans d’autres cas.")


def _days(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Worse]:
    for (table, name), told in _DAYS:
        was, now = _of(before, table, name), _of(after, table, name)
        if isinstance(was, int) and isinstance(now, int) and now < was:
            yield Worse("temps", f"{told[0].upper()}{told[1:]} passe de {was} à {now}.")


def _costs(old: Version, new: Version, day: date) -> Iterator[Worse]:
    """Dated figures that are greater on that day: fees. Figures that are no numbers promise nothing here."""
    before, after = (one.settings.get("donnees", {}) for one in (old, new))
    for name in before if isinstance(before, Mapping) and isinstance(after, Mapping) else ():
        was, now = old.data_at(name, day), new.data_at(name, day)
        if isinstance(was, int | float) and isinstance(now, int | float) and now > was:
            label = next((str(one["libelle"]) for one in _list(after.get(name)) if one.get("libelle")), name)
            yield Worse("cout", f"«\u00a0{label}\u00a0» passe de {was} à {now}.")


def _of(settings: Mapping[str, Any], table: str, name: str) -> Any:
    held = settings.get(table)
    return held.get(name) if isinstance(held, Mapping) else None


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _end(text: str) -> Any:
    """Where a duration that began on a known day ends, so that days and months compare; None if it is none."""
    if not text:
        return None
    return feel.evaluate("debut + duration(texte)", {"debut": _BEGINNING, "texte": text})


def _span(text: str) -> str:
    """A duration as people say it: « 4 mois »."""
    units = (("Y", "an"), ("M", "mois"), ("W", "semaine"), ("D", "jour"))
    figures = text.removeprefix("P").partition("T")[0]
    told = []
    for letter, name in units:
        head, found, rest = figures.partition(letter)
        if found and head.isdecimal():
            plural = "s" if int(head) > 1 and name != "mois" else ""
            told.append(f"{head} {name}{plural}")
            figures = rest
    return " et ".join(told) or text
