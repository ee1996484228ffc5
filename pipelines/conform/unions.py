"""`conform.statements`, `conform.events` and `conform.links`: unions of what the islands' folders give."""

from pipelines.model import Model, ModelError, body, output_columns, tables_read
from quality.gates import empty_sql
from schemas.contract import islands
from schemas.shape import shape_columns


def union_models(tier: str | None = None) -> list[Model]:
    """The three unions over the islands of a tier.

    Raises:
        ModelError: if an island's file does not give exactly the columns of its shape.
    """
    models = []
    for shape in ("statements", "events", "links"):
        columns = shape_columns(shape)
        parts = []
        reads: set[str] = set()
        for island in islands(tier).values():
            path = island.conform_files().get(shape)
            if path is None:
                continue
            select = body(path.read_text(encoding="utf-8"))
            given = output_columns(select)
            if given != tuple(columns):
                wrong = {
                    "missing": [c for c in columns if c not in given],
                    "not known": [c for c in given if c not in columns],
                }
                said = [f"{what}: {', '.join(names)}" for what, names in wrong.items() if names]
                raise ModelError(
                    f"sources/{island.name}/conform/{shape}.sql must give the columns "
                    f"{', '.join(columns)}, in this order; {'; '.join(said) or 'the order is another'}."
                )
            reads.update(tables_read(select))
            names = ", ".join(columns)
            parts.append(f"-- {island.name}\nSELECT {names} FROM (\n{select}\n) AS {island.name}")
        sql = "\nUNION ALL\n".join(parts) if parts else empty_sql(columns)
        models.append(
            Model(
                f"conform.{shape}",
                sql,
                tuple(sorted(reads)),
                f"sources/*/conform/{shape}.sql",
                f"Every island's {shape}, in one shape.\ngrain: one row per record, version and "
                "period of belief (statements: and property)\nkey: record_id, version, from_day"
                + {"statements": ", property, value", "links": ", link_kind, a_value"}.get(
                    shape, ""
                ),
            )
        )
    return models
