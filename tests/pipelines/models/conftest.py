"""A laboratory of empty tables: a test gives rows to a model's inputs and reads what the model makes."""

import contextlib
from datetime import date

import pytest

from pipelines.codes import feeds_table, load_codes
from pipelines.engine import open_engine
from pipelines.exchange.network import read_network
from pipelines.exchange.unroll import exchange_models
from pipelines.graph import file_models, in_order
from pipelines.lists.derive import derived_models
from pipelines.resolve.kept_aside import kept_aside_model
from schemas.contract import feeds
from schemas.shape import shape_columns
from tests.ids import as_id, named

DAY0 = date(2024, 1, 1)
MANIFEST = {"day0": "2024-01-01", "last_day": "2024-12-30", "horizon": "2027-12-30"}


def day(text):
    """A day as tests write it: ISO text, or None for "still"."""
    return None if text is None else date.fromisoformat(text)


class Laboratory:
    """An engine with every model's table, empty, and two verbs."""

    def __init__(self, join="full"):
        self.engine = open_engine("duckdb", threads=1, small=True)
        load_codes(self.engine, feeds(), MANIFEST, join)
        for shape in ("statements", "events", "links"):
            columns = ", ".join(
                f"CAST(NULL AS {kind}) AS {name}" for name, kind in shape_columns(shape).items()
            )
            self.engine.create_table(f"conform.{shape}", f"SELECT {columns} WHERE 1 = 0")
        self.models = {
            m.name: m
            for m in in_order(
                [
                    *file_models(),
                    *derived_models(),
                    kept_aside_model({}),
                    *exchange_models(read_network("core", join)),
                ]
            )
        }
        for model in self.models.values():
            self.engine.create_table(model.name, model.sql)
        self.given_tables = set()
        self.types = {}  # table -> its columns and their types
        for table, column, kind in self.engine.fetch(
            "SELECT table_schema || '.' || table_name, column_name, data_type "
            "FROM information_schema.columns ORDER BY ordinal_position"
        ):
            self.types.setdefault(table, {})[column] = kind

    def given(self, table, rows):
        """Fill a table with rows; columns not named are missing, and any text will do for an id."""
        types = self.types[table]
        for row in rows:
            unknown = set(row) - set(types)
            assert not unknown, f"{table} has no columns {unknown}"
            names = ", ".join(row)
            values = ", ".join(f"CAST(? AS {types[c]})" for c in row)
            self.engine.execute(
                f"INSERT INTO {table} ({names}) VALUES ({values})",
                [as_id(v) if types[c] == "UUID" else v for c, v in row.items()],
            )
        self.given_tables.add(table)

    @contextlib.contextmanager
    def under(self, **policy):
        """What the policy of the run says otherwise, for a while: `under(corrections="pushed")`."""
        before = self.engine.query("SELECT * FROM codes.run")
        said = ", ".join(f"{column} = '{value}'" for column, value in policy.items())
        self.engine.execute(f"UPDATE codes.run SET {said}")
        try:
            yield
        finally:
            self.engine.insert_arrow("codes.run", before)

    def run(self, *names):
        """Run models by name, in the order given; the rows of the last, as dictionaries."""
        for name in names:
            self.engine.create_table(name, self.models[name].sql)
            self.given_tables.add(name)
        found = self.engine.query(f"SELECT * FROM {names[-1]}").to_pylist()
        return [{column: named(value) for column, value in row.items()} for row in found]

    def clean(self):
        """Empty every table that was touched; constants such as the network are made again."""
        for table in self.given_tables:
            model = self.models.get(table)
            if model is not None and not model.reads:
                self.engine.create_table(table, model.sql)
            else:
                self.engine.execute(f"DELETE FROM {table}")
        self.given_tables.clear()


@pytest.fixture(scope="session")
def _laboratories():
    made = {}
    yield made
    for laboratory in made.values():
        laboratory.engine.close()


def _fresh(made, join):
    if join not in made:
        made[join] = Laboratory(join)
    return made[join]


@pytest.fixture
def lab(_laboratories):
    """Everything joined."""
    laboratory = _fresh(_laboratories, "full")
    yield laboratory
    laboratory.clean()


@pytest.fixture
def lab_at(_laboratories):
    """A laboratory at any level of joining."""
    used = []

    def at(join):
        used.append(_fresh(_laboratories, join))
        return used[-1]

    yield at
    for laboratory in used:
        laboratory.clean()


def rows_of(found, *columns):
    """The named columns of rows, days as ISO text, sorted."""
    told = [
        tuple(v.isoformat() if isinstance(v, date) else v for v in (row[c] for c in columns))
        for row in found
    ]
    return sorted(told, key=lambda t: tuple((x is not None, str(x)) for x in t))


__all__ = ["DAY0", "Laboratory", "day", "feeds_table", "rows_of"]
