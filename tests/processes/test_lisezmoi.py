"""What analysts read about actions and tags is what the program has."""

from __future__ import annotations

from pathlib import Path

import pytest

from prefecture.demarches import mentions
from prefecture.steps import actions, letters

PROCESSES = Path(__file__).parents[2] / "processes"


@pytest.mark.parametrize(
    ("name", "table"),
    [("actions", actions.described()), ("balises", letters.described()), ("mentions", mentions.described())],
    ids=["actions", "balises", "mentions"],
)
def test_the_table_for_analysts_is_the_programs_own(name: str, table: str) -> None:
    text = (PROCESSES / "LISEZMOI.md").read_text()
    written = text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]
    assert written.strip() == table.strip(), "copy the table of the program into processes/LISEZMOI.md"


def test_each_demarche_tells_its_story_in_french() -> None:
    for folder in sorted(PROCESSES.glob("*/demarche.toml")):
        assert (folder.parent / "LISEZMOI.md").read_text().startswith("# ")
