"""What an action decides to do, before anything is done: a pure vocabulary shared by the actions and by simulations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

ENDED = frozenset({"accepte", "refuse", "sans_suite"})
END_OF_DAY = time(23, 59, 59)
MORNING = time(9, 0)


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment as the agenda tells it, in the préfecture's own time. `code` is shown at the counter."""

    starts: datetime
    ends: datetime
    motif: str
    place: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an action may know: what it was asked, when and where, how the dossier stands, what the démarche says."""

    params: Mapping[str, Any]
    now: datetime
    zone: ZoneInfo
    settings: Mapping[str, Any] = field(default_factory=dict)
    statut: str = "en_construction"
    silence_day: date | None = None
    appointment: Appointment | None = None

    @property
    def today(self) -> date:
        """The préfecture's own day."""
        return self.now.astimezone(self.zone).date()

    @property
    def decided(self) -> bool:
        """Whether a decision was already notified."""
        return self.statut in ENDED

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        value = self.params.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: int) -> int:
        """A parameter as a whole number."""
        value = self.params.get(name)
        return default if value is None else int(value)

    def day(self, name: str) -> date | None:
        """A parameter as a day; due work is kept as JSON, so days come as text. An instant gives its local day."""
        value = self.params.get(name)
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if isinstance(value, datetime):
            return value.astimezone(self.zone).date()
        return value if isinstance(value, date) else None

    def moment(self, name: str) -> datetime | None:
        """A parameter as an instant; a day is its first instant here."""
        value = self.params.get(name)
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=self.zone)
        return datetime.combine(value, time(), self.zone) if isinstance(value, date) else None

    def morning(self, day: date) -> datetime:
        """Nine o'clock that day, here: when people may be reminded."""
        return datetime.combine(day, MORNING, self.zone)

    def later(self, days: int) -> datetime:
        """The end of the day so many days from now, here."""
        return datetime.combine(self.today + timedelta(days=days), END_OF_DAY, self.zone)

    def clause(self, family: str, code: str) -> str:
        """The sentence that `demarche.toml` gives for a code; without one the code is taken for a sentence."""
        clauses = self.settings.get("clauses", {}).get(family, ())
        return next((str(one["texte"]) for one in clauses if one["code"] == code), code)

    def setting(self, table: str, name: str, default: Any) -> Any:
        """One value of a table of `demarche.toml`."""
        return self.settings.get(table, {}).get(name, default)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to write: the template `courriers/<code>.html`, its title in lists, what it says beside the usual."""

    code: str
    title: str
    says: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail (`courriers/<code>.mail.html`) or SMS (`courriers/<code>.sms.txt`), to the citizen or to the service."""

    code: str
    channel: Literal["courriel", "sms"] = "courriel"
    says: Mapping[str, Any] = field(default_factory=dict)
    to: Literal["usager", "service"] = "usager"
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """The legal deadline as it now stands; `day` None: it does not run."""

    day: date | None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """A nominative link to make: for what motif, good until when."""

    motif: str
    purpose: Literal["depot", "remise"]
    until: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an action will do once the engine has taken its `result`."""

    result: Mapping[str, Any] = field(default_factory=dict)
    letters: tuple[Letter, ...] = ()
    notices: tuple[Notice, ...] = ()
    statut: str | None = None
    silence: Silence | None = None
    invitation: Invitation | None = None
    visit: Literal["honoured", "absent"] | None = None
    close_invitations: bool = False
    noted: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def sent(self) -> tuple[str, ...]:
        """What leaves, as scenarios name it: `courrier:refus`, `courriel:refus`, `sms:rappel_rdv`."""
        letters = tuple(f"courrier:{letter.code}" for letter in self.letters)
        return letters + tuple(f"{notice.channel}:{notice.code}" for notice in self.notices)
