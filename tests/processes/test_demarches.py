"""Each démarche is whole: it checks without a remark, its scenarios go as they say, its drawings are complete."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree

from prefecture.demarches import bundle, check, scenarios
from prefecture.demarches.version import Version
from prefecture.steps.actions import ACTIONS, TABLE, simulated
from prefecture.steps.letters import FOLDER, TAGS
from prefecture.steps.messages import MESSAGES

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDERS = sorted(path.parent for path in PROCESSES.glob("*/demarche.toml"))
DRAWINGS = sorted(PROCESSES.rglob("*.bpmn"))
KNOWN = check.Known(TABLE, TAGS, simulated, MESSAGES)
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
OURS = "{urn:planipref:bpmn:1}"
ROLES = {"usager", "accueil", "guichet", "instructeur", "chef_de_service", "systeme"}
FILES = {
    "demande_rdv",
    "attente_pieces",
    "attente_prise_rdv",
    "usagers_attendus",
    "usagers_presents",
    "en_instruction",
    "en_fabrication",
}
by_folder = pytest.mark.parametrize("folder", FOLDERS, ids=[one.name for one in FOLDERS])
by_drawing = pytest.mark.parametrize("path", DRAWINGS, ids=[one.stem + "-" + one.parent.name for one in DRAWINGS])


def settings_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "demarche.toml").read_text())


def played(folder: Path) -> scenarios.Report:
    frozen = bundle.freeze(folder)
    version = Version(frozen, version_id=check.uuid.UUID(int=0), code=folder.name, number=0)
    return scenarios.play(version, version.definition, simulated)


@by_folder
def test_the_check_has_no_remark(folder: Path) -> None:
    assert [f"{one.file} {one.element} {one.message}" for one in check.check(folder, KNOWN)] == []


@by_folder
def test_every_scenario_goes_as_it_says(folder: Path) -> None:
    report = played(folder)
    assert report.played
    assert [f"{one.file}: {one.failures}" for one in report.played if not one.passed] == []


def test_the_scenarios_take_nearly_every_path() -> None:
    """Of an exchange of licences, what the shared blocks keep for others (a decision at the counter) is not taken."""
    found = played(PROCESSES / "echange_permis_conduire").coverage
    assert found.elements >= 0.97
    assert found.flows >= 0.96


def test_the_scenarios_of_the_first_demarche_take_every_path() -> None:
    found = played(PROCESSES / "renouvellement_titre_sejour").coverage
    assert found.missed_flows == ()
    assert found.missed_elements == ()


def test_a_new_demarche_begins_with_scenarios_that_take_nearly_all_of_it() -> None:
    assert played(PROCESSES / "_archetype").coverage.elements >= 0.95


def test_every_demarche_stands_on_the_same_blocks_and_the_archetype_on_all_four() -> None:
    called = [
        {call.get("calledElement") for call in etree.parse(folder / "processus.bpmn").iter(f"{BPMN}callActivity")}
        for folder in FOLDERS
    ]
    assert called == [
        {"bloc_completude", "bloc_convocation", "bloc_decision", "bloc_remise"},
        {"bloc_completude", "bloc_convocation", "bloc_decision"},
        {"bloc_completude", "bloc_convocation", "bloc_decision", "bloc_remise"},
    ]


@by_drawing
def test_every_task_of_a_person_has_a_form_a_card_a_queue_and_documentation(path: Path) -> None:
    for task in etree.parse(path).iter(f"{BPMN}userTask"):
        name = task.get("id")
        card = task.find(f".//{OURS}carte")
        assert task.find(f".//{OURS}formulaire") is not None, name
        assert card is not None, name
        assert card.get("libelle"), name
        assert card.get("sens"), name
        assert card.get("acteur") in {"usager", "prefecture"}, name
        assert task.findtext(f"{BPMN}documentation"), name
        properties = {one.get("nom"): one.get("valeur") for one in task.iter(f"{OURS}propriete")}
        assert properties["file"] in FILES, name


@by_drawing
def test_lanes_are_roles(path: Path) -> None:
    assert {lane.get("id") for lane in etree.parse(path).iter(f"{BPMN}lane")} <= ROLES


@by_drawing
def test_everything_drawn_has_its_place_and_no_two_stand_on_one_another(path: Path) -> None:
    tree = etree.parse(path)
    shapes = {one.get("bpmnElement"): one for one in tree.iter(f"{BPMNDI}BPMNShape")}
    edges = {one.get("bpmnElement") for one in tree.iter(f"{BPMNDI}BPMNEdge")}
    assert {one.get("id") for one in tree.iter(f"{BPMN}sequenceFlow")} == edges
    nodes = [one for one in tree.iter() if isinstance(one.tag, str) and one.find(f"{BPMN}incoming") is not None]
    nodes += list(tree.iter(f"{BPMN}startEvent"))
    assert {one.get("id") for one in nodes} <= set(shapes)
    solid = [
        one.get("id") for one in nodes if one.tag not in (f"{BPMN}subProcess",) and one.get("attachedToRef") is None
    ]
    assert list(_overlaps({name: shapes[name] for name in solid})) == []


@by_folder
def test_forms_offer_the_clauses_that_letters_print(folder: Path) -> None:
    clauses = settings_of(folder)["clauses"]
    completude = _fields(folder / "forms" / "completude.json")
    instruction = _fields(folder / "forms" / "instruction.json")
    assert _values(completude["motif"]) == _said(clauses["piece_refusee"])
    assert _values(completude["motif_classement"]) == _said(clauses["classement"])
    assert _values(instruction["motif_classement"]) == _said(clauses["classement"])
    assert _values(instruction["motifs"]) == _said(clauses["refus"])


@by_folder
def test_each_piece_is_judged_and_can_be_asked_again(folder: Path) -> None:
    codes = {piece["code"] for piece in settings_of(folder)["pieces"]}
    judged = orjson.loads((folder / "forms" / "completude.json").read_bytes())["components"]
    assert {one["properties"]["piece"] for one in judged if one["type"] == "group"} == codes
    again = orjson.loads((folder / "forms" / "complement.json").read_bytes())["components"]
    assert {one["properties"]["piece"] for one in again if one["type"] == "filepicker"} == codes


@by_folder
def test_every_dated_figure_says_where_it_comes_from(folder: Path) -> None:
    for name, rows in settings_of(folder)["donnees"].items():
        for row in rows:
            assert row["fondement"], name
            assert row["source"], name


def test_each_letter_that_an_action_may_send_is_there() -> None:
    """Scenarios name what leaves; here every template of the shared folder is one that something sends or includes."""
    names = {path.name for path in (PROCESSES / "_commun" / FOLDER).iterdir()}
    frames = {"papier.html", "mail.html", "_recours.html", "_signature_agent.html", "_calculs.html"}
    sent = {line for folder in FOLDERS for line in _sent(folder)}
    endings = {"courrier": ".html", "courriel": ".mail.html", "sms": ".sms.txt"}
    needed = {one.partition(":")[2] + endings[one.partition(":")[0]] for one in sent}
    own = {path.name for folder in FOLDERS for path in (folder / FOLDER).iterdir()}
    assert needed <= names | own
    assert names - frames <= needed
    assert len(ACTIONS) >= 20


def _sent(folder: Path) -> Iterator[str]:
    """What the actions of a démarche send while its scenarios are played."""
    seen: set[str] = set()

    def listening(settings: Any) -> Any:
        def heard(answer: Any) -> Any:
            def say(asked: Any) -> Any:
                found = answer(asked)
                seen.update(found.sent)
                return found

            return say

        return {name: heard(answer) for name, answer in simulated(settings).items()}

    frozen = bundle.freeze(folder)
    version = Version(frozen, version_id=check.uuid.UUID(int=0), code=folder.name, number=0)
    scenarios.play(version, version.definition, listening)
    yield from sorted(seen)


def _overlaps(shapes: dict[str, Any]) -> Iterator[tuple[str, str]]:
    boxes = {}
    for name, shape in shapes.items():
        bounds = shape.find(f"{DC}Bounds")
        boxes[name] = tuple(float(bounds.get(side)) for side in ("x", "y", "width", "height"))
    names = sorted(boxes)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            (ax, ay, aw, ah), (bx, by, bw, bh) = boxes[one], boxes[other]
            if ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah:
                yield one, other


def _fields(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def walk(components: list[Any]) -> None:
        for one in components:
            if "key" in one:
                found[one["key"]] = one
            walk(one.get("components", []))

    walk(orjson.loads(path.read_bytes())["components"])
    return found


def _values(component: Any) -> dict[str, str]:
    return {one["value"]: one["label"] for one in component["values"]}


def _said(clauses: Any) -> dict[str, str]:
    return {one["code"]: one["texte"] for one in clauses}
