"""The common shapes a stage promises the next, read from their contracts in `schemas/shapes/`."""

from functools import cache
from pathlib import Path
from typing import Any

from schemas.said_once import read_yaml_file

SHAPES = Path(__file__).resolve().parent / "shapes"


@cache
def shape_contract(shape: str) -> dict[str, Any]:
    """What the contract of a shape says of its table.

    Raises:
        FileNotFoundError: if there is no contract for the shape.
    """
    return read_yaml_file(SHAPES / f"{shape}.odcs.yaml")["schema"][0]


def shape_columns(shape: str) -> dict[str, str]:
    """Column name -> SQL type of a shape, in order."""
    return {p["name"]: p["physicalType"] for p in shape_contract(shape)["properties"]}
