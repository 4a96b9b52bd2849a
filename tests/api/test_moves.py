"""Moves by HTTP: tried under a key, ordered, told of one by one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from prefecture.demarches import queries as demarches
from prefecture.demarches import service as publishing
from prefecture.kernel.unit_of_work import unit_of_work
from tests.api.caller import Caller
from tests.town import PROCESSES, TSE, Town

Call = Callable[..., Caller]


def test_a_move_is_tried_once_under_its_key_ordered_and_told(town: Town, call: Call, tmp_path: Path) -> None:
    number = call("amina").file()
    town.drain()
    folder = shutil.copytree(PROCESSES, tmp_path / "processes") / TSE
    drawing = folder / "processus.bpmn"
    drawing.write_text(drawing.read_text().replace('name="', 'name="Nouveau : ', 1))
    with town.app.app_context(), unit_of_work():
        target = publishing.publish(folder, by="tests").id
    ana = call("ana")
    asked = {"demarche": TSE, "target": str(target), "filter": {"prefecture": "94"}}
    tried = ana.post("/moves", asked, key="essai")
    assert tried.status_code == 201, tried.json
    assert (tried.json["state"], tried.json["outcomes"]) == ("tried", {"ready": 1})
    assert ana.post("/moves", asked, key="essai").json["id"] == tried.json["id"]
    address = f"/moves/{tried.json['id']}"
    assert ana.post(f"{address}/pause").status_code == 409
    assert ana.post(f"{address}/order", {}).json["state"] == "moving"
    town.drain()
    assert ana.get(address).json["state"] == "ended"
    (told,) = ana.get(f"{address}/report").json["items"]
    assert (told["number"], told["outcome"], told["version"]) == (number, "moved", 1)
    assert ana.post(f"{address}/by-hand/{number}", {}).status_code == 409
    assert ana.post(f"{address}/undo").status_code == 200
    town.drain()
    assert ana.get("/moves", demarche=TSE).json["items"][0]["state"] == "undone"
    with town.app.app_context():
        assert demarches.current(TSE).id == target
    assert call("claire").get(address).status_code == 403
