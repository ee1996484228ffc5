"""Promise 10: one folder.

The template, copied under another name, is a working island without another line changed: it delivers,
is listed, believed and matched, and a fault in it is replayed as it is rebuilt. And it moves nothing:
the world and what every other island delivers stay the same to the byte.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sources.deliver import generate
from tests.adding.tree import Tree
from tests.promises.test_same_bytes import digests

NAME = "bicycle_hire"
COUNTS = " UNION ALL ".join(
    f"SELECT {n} AS n, count(*) AS rows FROM {table} WHERE feed = '{NAME}'"
    for n, table in enumerate(
        (f"landing.{NAME}", f"conform.{NAME}", "conform.events", "merge.events")
    )
)


# Among the few islands of the story in every run.
@pytest.mark.parametrize("tier", ["story", pytest.param("core", marks=pytest.mark.long)])
def test_the_template_copied_is_an_island(tier: str, tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    folder = shutil.copytree(tree.root / "sources" / "_template", tree.root / "sources" / NAME)
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("library_fines", NAME)
            text = text.replace("property: tier, value: core", f"property: tier, value: {tier}")
            path.write_text(text, encoding="utf-8", newline="\n")
    world = {"size": "tiny", "seed": 4, "days": 40, "dirt": 1.0, "tier": tier}
    fault = {"kind": "row_lost", "feed": NAME}
    found = tree.follow(**world, fault=fault, listed="sources", sql=COUNTS, walk=False, check=False)
    assert NAME in [row["feed"] for row in found["listed"]]
    assert all(rows for _, rows in found["rows"])
    reached = {f"conform.{NAME}", "conform.events", "merge.events"}
    assert reached <= set(found["replayed"]["fault"]["tables"])

    # The same seed without the new island: nothing else has moved.
    without = tmp_path / "without"
    generate(without / "landing", without / "world", **world)
    before, after = digests(without / "landing"), digests(tree.home / "landing")
    assert {file for file in after if file.startswith(NAME)} == after.keys() - before.keys()
    assert {file for file in before if before[file] != after.get(file)} <= {"manifest.json"}
    assert digests(without / "world") == digests(tree.home / "world")
