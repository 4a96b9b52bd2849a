"""Figures of single rooms: loops, letters, FEEL, decision tables, compilation."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.script_engine.python_environment import TaskDataEnvironment

from bench.figures import each, median, tell, timed, worked
from bench.house import House
from engine import compile as compiler
from engine import feel, runtime
from engine.feel import dmn
from engine.model import Advance
from prefecture.demarches import bundle as bundles
from prefecture.demarches import queries as demarches
from prefecture.demarches.version import Version
from prefecture.documents import pdf
from tests.town import PROCESSES, TSE

LOOPS = 1000
PAIRS = 40  # times that the first loop and the last one are played in turn
BLOCKS = 12
STARTS = 40
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
    first = last = advance
    for _ in range(LOOPS - 1):
        last = _loop(definition, last)
    # A loop costs what its state makes it cost: both are played in turn, so that the machine's speed is the same.
    pairs = [(worked(lambda: _loop(definition, first)), worked(lambda: _loop(definition, last))) for _ in range(PAIRS)]
    early, late = (median(spans) for spans in zip(*pairs, strict=True))
    tell("loop_1000_vs_1", late / early, "ratio")
    tell("loop_ms", late * 1000, "ms")
    sizes = [len(_loop(definition, one).state) for one in (first, last)]
    tell("loop_state_1000_vs_1", sizes[1] / sizes[0], "ratio")


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


def parallel_blocks() -> None:
    """The start of a process of blocks of two parallel tasks, one block after the other: time, and its state's size."""
    drawn = compiler.compile([compiler.Source("blocs.bpmn", _blocks().encode())], None, process="blocs")
    definition = drawn.definition
    assert definition is not None, drawn.findings
    started = runtime.start(definition, data={}, now=NOW)
    assert len(started.open_tasks) == 2
    spans = [timed(lambda: runtime.start(definition, data={}, now=NOW)) for _ in range(STARTS)]
    tell("parallel_blocks_start_ms", median(spans) * 1000, "ms")
    tell("parallel_blocks_bytes", len(started.state), "bytes")


def _blocks() -> str:
    steps, flows, before = "", "", "debut"
    for number in range(BLOCKS):
        fork, join, tasks = f"f{number}", f"j{number}", (f"a{number}", f"b{number}")
        steps += f'<parallelGateway id="{fork}"/><parallelGateway id="{join}"/>'
        steps += "".join(f'<userTask id="{task}" name="Vérifier {task}"/>' for task in tasks)
        pairs = [(before, fork), *((fork, task) for task in tasks), *((task, join) for task in tasks)]
        flows += "".join(f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)
        before = join
    flows += f'<sequenceFlow id="{before}-fin" sourceRef="{before}" targetRef="fin"/>'
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:bench">'
        '<process id="blocs" name="Douze blocs" isExecutable="true"><startEvent id="debut"/>'
        f'{steps}<endEvent id="fin"/>{flows}</process></definitions>'
    )


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
    silence = {"effet": "SVR", "delai": "P4M", "etudiant": {"delai": "P90D"}}
    told = {
        "demande": {"titre_nature": "etudiant"},
        "dossier": {"depose_le": NOW.date(), "canal": "teleservice"},
        "demarche": {"silence": silence},
    }
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
