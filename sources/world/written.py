"""The story: a world written by hand, as CSV files with the columns of `columns.COLUMNS`."""

from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from sources.world.columns import SCHEMAS

STORY = Path(__file__).resolve().parent / "story"


def read(folder: Path = STORY) -> dict[str, pa.Table]:
    """The tables of a hand-written world; an empty cell is null.

    Raises:
        FileNotFoundError: if a table's file is not there.
        pyarrow.ArrowInvalid: if a value is not of its column's type, with the row.
        ValueError: if the columns are not those of the table.
    """
    tables = {}
    for name, schema in SCHEMAS.items():
        found = csv.read_csv(
            folder / f"{name}.csv",
            convert_options=csv.ConvertOptions(
                column_types=schema, strings_can_be_null=True, null_values=[""]
            ),
        )
        if found.column_names != schema.names:
            raise ValueError(f"{name}.csv has columns {found.column_names}, not {schema.names}.")
        tables[name] = found.cast(schema).combine_chunks()
    return tables
