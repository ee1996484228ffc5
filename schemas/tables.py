"""What each table holds that no model and no contract makes: `schemas/tables.csv`."""

from pathlib import Path

from schemas.code_lists import read_csv

TABLES = Path(__file__).with_suffix(".csv")


def said_of_tables() -> dict[str, str]:
    """Table, `codes.grades`, -> what it holds, in a sentence."""
    return {row["table"]: row["meaning"] for row in read_csv(TABLES)}
