"""A letter, mail or SMS proved: what one asks, what one gets. Who writes letters stands above and registers here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from prefecture.demarches.bundle import COMMON
from prefecture.demarches.letters import FOLDER, is_letter
from prefecture.identity.permissions import Actor
from prefecture.kernel.errors import NotFound

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

Kind = Literal["courrier", "courriel", "sms"]
# What the trace of a look at a real dossier is called.
TRACE: Final = "dossier.apercu"


@dataclass(frozen=True)
class Wanted:
    """With what a letter is proved: the préfecture's code, a scenario's path, a real dossier's number; all may lack."""

    prefecture: str = ""
    scenario: str = ""
    dossier: str = ""


@dataclass(frozen=True)
class Proof:
    """What would leave. `html` of a letter or mail; `text` of a mail or SMS; `length` and `parts` of an SMS.

    `data` says in French where its data come from; `says` are the tags that the action adds; `tables` those whose
    answers it says; `dossier` the id of the real dossier that it was made with.
    """

    kind: Kind
    title: str
    data: str
    prefecture: str
    says: tuple[str, ...]
    tables: tuple[str, ...]
    scenarios: tuple[tuple[str, str], ...]
    html: str = ""
    subject: str = ""
    text: str = ""
    length: int = 0
    parts: int = 0
    warning: str = ""
    dossier: str = ""


Prove = Callable[["Version", str, Wanted, Actor], Proof]
Printing = Callable[[Proof], bytes]
_press: list[tuple[Prove, Printing]] = []


def register(prove: Prove, printing: Printing) -> None:
    """Say how a letter is proved, and its PDF printed (composition root)."""
    _press[:] = [(prove, printing)]


def proof(version: Version, path: str, wanted: Wanted, actor: Actor) -> Proof:
    """A template of a version as it would read; raises what `steps.proofs.proof` raises."""
    return _press[0][0](version, path, wanted, actor)


def printed(made: Proof) -> bytes:
    """The PDF of a letter's proof. No door may be open."""
    return _press[0][1](made)


def named(version: Version, name: str) -> str:
    """The path of a letter by its path or its bare name (`refus`); raises NotFound."""
    held = [f"{FOLDER}{name}", f"{FOLDER}{name}.html"]
    for path in (name, *held, *(f"{COMMON}/{one}" for one in held)):
        if is_letter(path) and path in version.files:
            return path
    raise NotFound(f"Le courrier «\u00a0{name}\u00a0» n’est pas dans cette démarche.")
