"""The common shapes a stage promises the next, read from their contracts in `schemas/shapes/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from schemas.contract import read_yaml

SHAPES = Path(__file__).resolve().parent / "shapes"


@cache
def shape_columns(shape: str) -> dict[str, str]:
    """Column name -> SQL type of a shape, in order.

    Raises:
        FileNotFoundError: if there is no contract for the shape.
    """
    node = read_yaml((SHAPES / f"{shape}.odcs.yaml").read_text(encoding="utf-8"))
    return {p["name"]: p["physicalType"] for p in node["schema"][0]["properties"]}
