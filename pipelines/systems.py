"""Systems, lists and rules that descriptions of social credit name, with what stands for each here."""

from typing import Any

from pipelines.engine.base import Engine
from schemas.contract import ROOT
from schemas.holders import introduced_in
from schemas.said_once import read_yaml_file

FILE = ROOT / "schemas" / "systems.yml"


def systems(engine: Engine) -> list[dict[str, Any]]:
    """A row a system, in the order of the file.

    Args:
        engine: the database the figures are asked of.

    Returns:
        Rows with `system`, `here` (what stands for it; None if nothing), `figure` (a number of the
        database; None if nothing stands for it), `counts` (what the figure counts), `left_out` (why
        nothing stands for it; None if something does) and `holds` (False if what should stand for it is
        not there, so that the figure is nothing).

    Raises:
        ValueError: if a row says neither what stands for it nor why nothing does.
    """
    found = []
    for row in read_yaml_file(FILE)["systems"]:
        if ("figure" in row) == ("left_out" in row):
            raise ValueError(f"systems.yml: {row['system']} needs a figure, or why it is left out.")
        figure = engine.fetch(row["figure"])[0][0] if "figure" in row else None
        found.append(
            {
                "system": row["system"],
                "here": row.get("here") and introduced_in(row["here"]),
                "figure": figure,
                "counts": row.get("counts"),
                "left_out": row.get("left_out"),
                "holds": "left_out" in row or bool(figure),
            }
        )
    return found
