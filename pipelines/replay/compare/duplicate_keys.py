"""Whether the rows of a table are as its model declares: no two of one key.

A comparison goes by sets, so a row that stands twice shows in none of its figures. Where a model's
key does not name one row, what a comparison says of it cannot be relied on, and it says so.
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.engine.databases import Databases
from pipelines.graph import all_models

# The stages a comparison tells of, and the tables between them and it.
STAGES = ("lists", "consequences", "scores")
TABLES = ("exchange.entries", "exchange.copies", "exchange.ancestry")


def duplicate_keys(db: Databases, files: Mapping[str, Path]) -> list[str]:
    """A sentence for each table of some databases in which rows share a declared key.

    Args:
        files: name -> the file it was attached from, for what is said.
    """
    sentences = []
    for model in all_models():
        if not model.key or not (model.stage in STAGES or model.name in TABLES):
            continue
        listed = ", ".join(f'"{column}"' for column in model.key)
        for name, path in files.items():
            if not db.has(name, model.name):
                continue
            sql = (
                f"SELECT coalesce(sum(n), 0) FROM (SELECT count(*) - 1 AS n "
                f"FROM {name}.{model.name} GROUP BY {listed} HAVING count(*) > 1)"
            )
            rows = int(db.rows(sql)[0][0])
            if rows:
                sentences.append(
                    f"{model.name} of {path.name} has {rows:,} row{'' if rows == 1 else 's'} too "
                    f"many for its declared key ({', '.join(model.key)}): what differs in them is not "
                    f"told here; mend the key in {model.origin} and build again."
                )
    return sentences
