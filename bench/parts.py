"""Figures of single rooms: loops, letters, FEEL, decision tables, compilation."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.script_engine.python_environment import TaskDataEnvironment

from bench.figures import each, median, tell, timed
from bench.house import House
from engine import feel, runtime
from engine.feel import dmn
from engine.model import Advance
from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.documents import pdf
from tests.town import PROCESSES, TSE

LOOPS = 1000
SHOWN = 7  # loops at each end whose median is compared
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ASK = {"conclusion": "complement", "delai_jours": 30, "pieces": {"domicile": {"etat": "manquante"}}}
ASKED = {
    "complement_demande": {
        "demande_le": NOW.date(),
        "limite": date(2027, 12, 23),
        "relance_le": datetime(2027, 12, 16, 9, 0, tzinfo=UTC),
        "codes": ["domicile"],
        "pieces": [],
    },
    "complements": [],
    "echeance_silence": date(2028, 4, 22),
}
CONDITION = 'demande.titre_nature = "etudiant" and age >= 18 and montant < 225.50'
FOR_SPIFF = 'demande["titre_nature"] == "etudiant" and age >= 18 and montant < 225.50'
SEEN: dict[str, Any] = {"demande": {"titre_nature": "etudiant"}, "age": 25, "montant": 200}


def loops() -> None:
    """The 1,000th completeness loop of one dossier against its first, in the engine: cost and size."""
    definition = demarches.current(TSE).definition
    data = {
        "demande": {"titre_nature": "salarie", "titre_expire_le": date(2027, 2, 28), "logement": "locataire"},
        "dossier": {"numero": "TSE-94-26-000001-G", "depose_le": NOW.date(), "canal": "teleservice"},
        "demarche": dict(demarches.current(TSE).settings),
    }
    advance = runtime.start(definition, data=data, now=NOW)
    advance = _answered(definition, advance)
    first_size = 0
    spans = []
    for _ in range(LOOPS):
        began = advance

        def once(held: Advance = began) -> None:
            nonlocal advance
            advance = _loop(definition, held)

        spans.append(timed(once))
        first_size = first_size or len(advance.state)
    tell("loop_1000_vs_1", median(spans[-SHOWN:]) / median(spans[1 : SHOWN + 1]), "ratio")
    tell("loop_ms", median(spans) * 1000, "ms")
    tell("loop_state_1000_vs_1", len(advance.state) / first_size, "ratio")


def _loop(definition: Any, advance: Advance) -> Advance:
    advance = _answered(definition, _done(definition, advance, "verifier_completude", ASK))
    return _answered(definition, _done(definition, advance, "deposer_complement", {"domicile": ["doc-1"]}))


def _done(definition: Any, advance: Advance, element: str, answers: dict[str, Any]) -> Advance:
    task = next(one for one in advance.open_tasks if one.element == element)
    return runtime.complete(definition, advance.state, task.id, answers, now=NOW + timedelta(seconds=1))


def _answered(definition: Any, advance: Advance) -> Advance:
    effects = list(advance.effects)
    while effects:
        effect = effects.pop(0)
        advance = runtime.answer(definition, advance.state, effect.id, ASKED, now=NOW)
        effects += advance.effects
    return advance


def letter(house: House) -> None:
    """A real letter to PDF, its press warm."""
    html = max(house.letters, key=len)
    spans = [timed(lambda: pdf.render_letter(html, title="Attestation de dépôt")) for _ in range(12)]
    tell("letter_ms", median(spans[2:]) * 1000, "ms")


def language() -> None:
    """A condition and a decision table; the condition beside SpiffWorkflow's own eval."""
    condition = feel.compile_expression(CONDITION)
    ours = each(lambda: condition.evaluate(SEEN))
    environment: Any = TaskDataEnvironment  # untyped
    spiff = environment()
    theirs = each(lambda: spiff.evaluate(FOR_SPIFF, dict(SEEN)))
    tell("feel_condition_us", ours * 1e6, "us")
    tell("feel_condition_vs_spiff_eval", ours / theirs, "ratio")
    decisions = dmn.load((PROCESSES / TSE / "regles.dmn").read_bytes())
    told = {"demande": {"titre_nature": "etudiant"}, "dossier": {"depose_le": NOW.date(), "canal": "teleservice"}}
    tell("dmn_table_us", each(lambda: decisions.decide("delai_silence", told, now=NOW), calls=100) * 1e6, "us")


def compilation() -> None:
    """The folder of the renewal, read, checked and made a definition."""

    def once() -> None:
        frozen = bundles.freeze(PROCESSES / TSE)
        assert Version(frozen, version_id=uuid.uuid4(), code=TSE, number=0).definition

    tell("compile_ms", median(timed(once) for _ in range(5)) * 1000, "ms")


def size(state: bytes) -> None:
    """The stored state of a dossier in its first step."""
    tell("state_bytes", len(state), "bytes")
