"""Keeping a world: one Parquet file a table, the same bytes for the same world."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.notice import NOTICE
from sources.world.columns import BLOCK, SCHEMAS, in_blocks

TABLES = tuple(SCHEMAS)


def save(tables: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write each table to `<folder>/<name>.parquet`; gives the files.

    Raises:
        OSError: if the folder cannot be written.
    """
    return [stream(name, table.to_batches(), folder) for name, table in tables.items()]


def stream(
    name: str,
    parts: Iterable[pa.Table | pa.RecordBatch],
    folder: Path,
    schema: pa.Schema | None = None,
) -> Path:
    """Write a table that arrives in parts, without ever holding the whole of it.

    However it is cut into parts, the file is the same: row groups are filled up one after another.

    Args:
        schema: its columns; by default those of the world's table of that name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    schema = (schema or SCHEMAS[name]).with_metadata({"notice": NOTICE})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for block in in_blocks(parts, BLOCK):
            # one chunk a column, so that pages do not depend on how the rows came
            whole = block.replace_schema_metadata(schema.metadata).combine_chunks()
            writer.write_table(whole, row_group_size=BLOCK)
    return path


def load(folder: Path) -> dict[str, pa.Table]:
    """Read what `save` wrote.

    Raises:
        FileNotFoundError: if a table's file is not there.
    """
    return {
        name: pq.read_table(folder / f"{name}.parquet").replace_schema_metadata(None)
        for name in TABLES
    }
