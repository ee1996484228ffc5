"""What the islands' `observe.sql` find beside the tables of the world: words and views.

A view `world.names` is the file `names.sql` beside this one.
"""

from pathlib import Path

import duckdb

from schemas.sql import duckdb_words

VIEWS = ("names", "heads", "entries")  # each after those it reads


def make_views(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the shared words of the SQL, and the views over its tables of `world`."""
    con.execute(duckdb_words())
    for name in VIEWS:
        select = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
        con.execute(f"CREATE VIEW world.{name} AS {select}")
