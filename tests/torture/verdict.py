"""What an ordeal found: how much was lost, done twice after the key, or stands still; and the size it was run at."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Verdict:
    """The outcome of one ordeal on one database."""

    lost: int = 0
    duplicated: int = 0
    stuck: int = 0
    notes: str = ""

    @property
    def green(self) -> bool:
        """Whether nothing was lost, doubled or left standing."""
        return not (self.lost or self.duplicated or self.stuck)

    def line(self, name: str) -> str:
        """The line that `make torture` prints."""
        return f"TORTURE {name} lost={self.lost} duplicated={self.duplicated} stuck={self.stuck}"

    def also(self, *, lost: int = 0, duplicated: int = 0, stuck: int = 0, notes: str = "") -> Verdict:
        """The same with more found."""
        return replace(
            self,
            lost=self.lost + lost,
            duplicated=self.duplicated + duplicated,
            stuck=self.stuck + stuck,
            notes=" ".join(filter(None, (self.notes, notes))),
        )


@dataclass(frozen=True)
class Size:
    """How much of everything: `CI` by `make torture`, `SHORT` by `make test`."""

    dossiers: int
    kills: int
    tries: int
    racers: int
    steps: int  # examples of a state machine
    timers: int  # due at once


CI = Size(dossiers=200, kills=100, tries=100, racers=8, steps=300, timers=10_000)
SHORT = Size(dossiers=12, kills=6, tries=5, racers=8, steps=40, timers=60)
