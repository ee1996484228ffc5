"""The tables of a lab in one world: made, shuffled, cut, and laid down for a submission to read."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from pipelines.lab.catalogue import Lab
from pipelines.lab.property import Made, Tables
from pipelines.lab.worlds import draw_of, make_base, number_of

SHUFFLED_TWICE = 4  # of the worlds, how many come a second time in another order
CUT = 4  # and how many once more as they were known on an earlier day

DAY_NAMES = ("day", "valid_from", "valid_to")  # how names of columns that hold days end


@dataclass(frozen=True)
class World:
    """The data of a lab in one world, on disk."""

    # With `given/` and `truth/`, one Parquet file a table, and the databases a submission gets:
    # `data.duckdb`, perhaps `again.duckdb` (the same rows in another order) and `cut.duckdb`.
    folder: Path
    # What is known from this day on is not in `cut.duckdb`; None if there is none.
    cut_day: date | None = None

    @property
    def data(self) -> dict[str, Path]:
        """What is run: name -> database."""
        names = ("data", "again", "cut")
        found = {name: self.folder / f"{name}.duckdb" for name in names}
        return {name: path for name, path in found.items() if path.exists()}

    @property
    def given(self) -> Tables:
        """Tables a submission sees."""
        return _tables(self.folder / "given")

    @property
    def truth(self) -> Tables:
        """Tables it does not see."""
        return _tables(self.folder / "truth")


def class_world(lab: Lab, salt: str, cache: Path, n: int) -> World:
    """The n-th world a class is graded on, made unless it is in the cache; so many first ones are also
    shuffled again and cut.

    Args:
        salt: the instructor's secret.
        cache: folder for them.
    """
    mark = f"{number_of('cache', salt):012x}"
    folder = cache / mark / lab.name / f"{n:02}-{lab.digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    again, cut = n < SHUFFLED_TWICE, n < CUT
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            base = make_base(cache / mark / "worlds" / f"{n:02}", number_of("world", salt, n))
            made = lab.make(base, draw_of("lab", salt, lab.name, n))
            base.close()
            draw = draw_of("order", salt, lab.name, n)
            lay_down(lab, made, folder, draw, again=again, cut=cut)
            (folder / "done").touch()
    return World(folder, _cut_day(lab, _tables(folder / "given")) if lab.known else None)


def lay_down(lab: Lab, made: Made, folder: Path, draw: Random, *, again: bool, cut: bool) -> World:
    """Write what a lab has in one world: for the judge, and for a submission in another order."""
    for name, tables in (("given", made.given), ("truth", made.truth)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for table, rows in tables.items():
            pq.write_table(_arrow(rows), folder / name / f"{table}.parquet")
    variants(lab, made.given, folder, draw, again=again, cut=cut)
    return World(folder, _cut_day(lab, made.given) if lab.known else None)


def variants(
    lab: Lab, given: Tables, folder: Path, draw: Random, *, again: bool, cut: bool
) -> None:
    """The databases that a submission reads."""
    write_database(folder / "data.duckdb", given, draw)
    if again:
        write_database(folder / "again.duckdb", given, draw)
    if cut and lab.known:
        write_database(folder / "cut.duckdb", _cut(lab, given, _cut_day(lab, given)), draw)


def of_student(lab: Lab, student: str, salt: str, folder: Path) -> World:
    """The data of one student's own: the files, the database, and the truth apart from them."""
    with tempfile.TemporaryDirectory() as place:
        seed = number_of("student", salt, student, lab.name)
        base = make_base(Path(place) / "world", seed)
        made = lab.make(base, draw_of("student", salt, student, lab.name))
        base.close()
        folder.mkdir(parents=True, exist_ok=True)
        write_database(
            folder / "data.duckdb", made.given, draw_of("order", salt, student, lab.name)
        )
        for feed in lab.landing:
            shutil.copytree(base.folder / "landing" / feed, folder / "landing" / feed)
        for name, text in made.files.items():
            (folder / "landing" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "landing" / name).write_text(text, encoding="utf-8", newline="\n")
    return World(folder)


def given_in(database: Path) -> dict[str, pd.DataFrame]:
    """The tables of a student's database.

    Raises:
        ValueError: if it is no database.
    """
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            names = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
            return {name: _plain(connection.table(name).to_arrow_table()) for name in names}
    except duckdb.Error as error:
        raise ValueError(
            f"{database} cannot be read ({error}); start the lab again in another folder."
        ) from None


def write_database(path: Path, tables: Tables, draw: Random) -> None:
    """A DuckDB file with the tables, the rows of each in an order that is drawn."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path), config={"threads": "1"}) as connection:
        for name in sorted(tables):
            order = list(range(len(tables[name])))
            draw.shuffle(order)
            connection.register("rows", _arrow(tables[name]).take(pa.array(order, pa.int64())))
            connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows')
            connection.unregister("rows")


def cut_output(lab: Lab, given: Tables, out: pd.DataFrame, day: date) -> pd.DataFrame:
    """What an answer says about the days before one, which later rows must not change."""
    if lab.known_by:
        table, column = lab.known_by
        known = set(clip(given[table], lab.known[table], day)[column])
        return _where(out, [value in known for value in out[column]])
    return clip(out, lab.known_output, day) if lab.known_output else out


def clip(rows: pd.DataFrame, columns: tuple[str, ...], day: date) -> pd.DataFrame:
    """Rows known before a day, with no end that lies on it or after."""
    kept = _where(rows, [value is not None and value < day for value in rows[columns[0]]])
    if len(columns) > 1:
        ends = [None if end is None or end >= day else end for end in kept[columns[1]]]
        kept[columns[1]] = pd.Series(ends, index=kept.index, dtype=object)
    return kept


def _where(rows: pd.DataFrame, chosen: list[bool]) -> pd.DataFrame:
    """A copy of the chosen rows; of no rows all columns are kept as well."""
    return rows.loc[pd.Series(chosen, index=rows.index, dtype=bool)].copy()


def _cut(lab: Lab, given: Tables, day: date) -> dict[str, pd.DataFrame]:
    cut = {name: clip(given[name], columns, day) for name, columns in lab.known.items()}
    return {**given, **cut}


def _cut_day(lab: Lab, given: Mapping[str, pd.DataFrame]) -> date:
    """The day after the last that is asked about; else one three fifths through what is delivered."""
    if lab.known_until:
        table, column = lab.known_until
        return given[table][column].iloc[0] + timedelta(days=1)
    days = sorted({d for name, columns in lab.known.items() for d in given[name][columns[0]]})
    return days[len(days) * 3 // 5]


def _arrow(rows: pd.DataFrame) -> pa.Table:
    """Rows with a type a column; one without any value is a day if its name says so, else text."""
    arrays = {}
    for name in rows.columns:
        array = pa.array(rows[name].tolist(), from_pandas=True)
        if pa.types.is_null(array.type):
            array = array.cast(pa.date32() if name.endswith(DAY_NAMES) else pa.string())
        if pa.types.is_integer(array.type):
            array = array.cast(pa.int32())  # what a day can be moved by in SQL
        arrays[name] = array
    return pa.table(arrays)


@lru_cache(maxsize=64)
def _tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: _plain(pq.read_table(path)) for path in sorted(folder.glob("*.parquet"))}


def _plain(table: pa.Table) -> pd.DataFrame:
    """Plain Python values, None for what is missing."""
    columns = {name: table[name].to_pylist() for name in table.column_names}
    return pd.DataFrame(columns, columns=table.column_names, dtype=object)
