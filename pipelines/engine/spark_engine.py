"""Spark: the same models over the same tables, kept as Parquet in one folder a table.

A table `lists.entries` is the folder `lists/entries` under the engine's home. Spark's catalogue is
in memory, so an engine that opens a home registers the tables it finds there, and forgets them when
it is closed; the files stay.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import pickle
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import pyarrow as pa

from pipelines.engine.base import Engine, Write, split_name
from pipelines.engine.spark_settings import SparkSettings, own
from pipelines.engine.spark_tasks import ANSWER, task, why
from pipelines.engine.transpile import in_ascii, to_spark
from pipelines.places import Address, Place, copy, parquet, place, remove, write, write_parquet
from schemas.normal_form import filled
from schemas.sql import SHARED, literal

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

CONNECT_PORT = 15002  # where Spark Connect listens if its address says no port
JAVA = 17  # the oldest Java that Spark 4 runs on
HERE = SparkSettings()
# Columns of a Parquet file that Spark reads as they are written.
AS_THEY_ARE = {pa.string(), pa.int32(), pa.int64(), pa.date32(), pa.bool_()}


class SparkUnavailable(ValueError):
    """Spark cannot run on this machine; the message says what is missing."""


@cache
def why_unavailable(connect: bool = False) -> str | None:
    """What is missing for Spark to run here; None if nothing is.

    Args:
        connect: whether it runs elsewhere and takes work by Spark Connect.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about versions of pandas
            import pyspark  # noqa: F401

            if connect:
                import grpc_status  # noqa: F401
                import zstandard  # noqa: F401
                from google.rpc import error_details_pb2  # noqa: F401
    except ImportError as error:
        return (
            f"Spark needs the package {(error.name or 'pyspark').partition('.')[0]}; install this project "
            "with its extra `spark`."
        )
    if connect:
        return None
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if java is None:
        return f"Spark needs Java {JAVA} or later; there is no `java` on the path."
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError) as error:
        return f"Spark needs Java {JAVA} or later; {java} does not start: {error}."
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < JAVA:
        return f"Spark needs Java {JAVA} or later; {java} says {said.splitlines()[0]!r}."
    return None


def start_session(memory: str, threads: int | None, asked: SparkSettings) -> SparkSession:
    """The one Spark session of this process, started if need be, quiet; see `SparkSettings` for where.

    Raises:
        SparkUnavailable: if Spark does not start as it was asked to.
    """
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    if asked.connect:
        return connected(asked)
    if os.environ.get("SPARK_REMOTE"):
        raise SparkUnavailable(
            "SPARK_REMOTE names a server of Spark Connect, and another master is asked for; unset it, or "
            "give no --master."
        )
    if asked.local:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    # Tasks need what is installed here.
    python = asked.settings.get("spark.pyspark.python", sys.executable)
    os.environ.setdefault("PYSPARK_PYTHON", python)
    scratch = Path(tempfile.mkdtemp(prefix="islands-spark-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    log = scratch / "log4j2.properties"
    said = own()
    log.write_text(said["log"], encoding="utf-8")
    java = [f"-Dlog4j2.configurationFile={log.as_uri()}"]
    if asked.small or not asked.local:
        java.append(said["planning_java"])
    settings = {
        **said["settings"],
        **({} if asked.settings.get("spark.ui.enabled") == "true" else said["unseen"]),
        **(said["local"] if asked.local else {}),
        **(said["small"] if asked.small else {}),
        "spark.driver.memory": memory,
        "spark.driver.extraJavaOptions": " ".join(java),
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        **asked.settings,
        **said["agreement"],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about versions of pandas
        from pyspark.sql import SparkSession

        master = asked.master or f"local[{threads or '*'}]"
        builder = SparkSession.builder.master(master).appName("joined-islands")
        for key, value in settings.items():
            builder = builder.config(key, value)
        try:
            return builder.getOrCreate()
        except Exception as error:  # whatever Java says is wrong with them
            if not asked.given:
                raise
            why = str(error).strip().splitlines()[-1 if "Traceback" in str(error) else 0][:300]
            raise SparkUnavailable(
                f"Spark does not start with master {master} and these settings: {why.rstrip('.: ')}."
            ) from error


def connected(asked: SparkSettings) -> SparkSession:
    """A session of a server that takes work by Spark Connect.

    Only what a session of its own may set is set: the server's memory, pages and log are its own.

    Raises:
        SparkUnavailable: if it is not there, or cannot do as it is asked to.
    """
    where = urlsplit(asked.master)
    try:
        socket.create_connection((where.hostname or "", where.port or CONNECT_PORT), 10).close()
    except (OSError, ValueError) as error:
        raise SparkUnavailable(
            f"No Spark answers at {asked.master} ({error}); start its Spark Connect server, or correct "
            "the address."
        ) from error
    said = own()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about versions of pandas
        from pyspark.sql import SparkSession

        try:
            session = SparkSession.builder.remote(asked.master).getOrCreate()
            wanted = {
                **said["settings"],
                **(said["small"] if asked.small else {}),
                **asked.settings,
                **said["agreement"],
            }
            for name, value in wanted.items():
                if session.conf.isModifiable(name):
                    session.conf.set(name, value)
            now = {
                name: session.conf.get(name, None) for name in (*asked.settings, *said["agreement"])
            }
        except Exception as error:  # whatever the server says
            raise SparkUnavailable(
                f"Spark at {asked.master} cannot be used: {_in_one_line(error)}."
            ) from error
    for name, value in now.items():
        if value is None or str(value).lower() != wanted[name].lower():
            raise SparkUnavailable(
                f"The server at {asked.master} has {name} at {value or 'nothing'} and no session may set it; "
                f"start the server with {name}={wanted[name]}."
            )
    return session


def _in_one_line(error: BaseException) -> str:
    """What went wrong, of all that Java or Python says about it."""
    said = str(error).strip().splitlines() or [type(error).__name__]
    # Of an error in Java the first line says only what was called; the second begins with a colon.
    line = said[1].lstrip(": ") if len(said) > 1 and said[1].startswith(":") else said[0]
    return line.rstrip(".: ")[:300]


class SparkEngine(Engine):
    """Spark over the Parquet tables of one folder. One such engine can be open at a time.

    Args:
        home: the folder, made if it is not there, or its address.
        memory: what Spark may take, such as "2g"; only the first engine of a process decides.
        threads: how many at most, all if None; only the first engine of a process decides.
        asked: master and further settings; only the first engine of a process decides about the master,
            and about what is set when Java starts.

    Raises:
        SparkUnavailable: if pyspark or Java is missing.
        RuntimeError: if another engine is open.
    """

    name = "spark"
    _holder: ClassVar[SparkEngine | None] = None

    def __init__(
        self,
        home: Place | str,
        memory: str = "2g",
        threads: int | None = None,
        asked: SparkSettings = HERE,
    ) -> None:
        missing = why_unavailable(asked.connect)
        if missing:
            raise SparkUnavailable(missing)
        if SparkEngine._holder is not None:
            raise RuntimeError(f"Spark is open on {SparkEngine._holder.home}; close that first.")
        self.home = place(home).resolve()
        self.home.mkdir(parents=True, exist_ok=True)
        self.session = start_session(memory, threads, asked)
        self._connect = asked.connect
        if self._connect or isinstance(self.home, Address):
            see_reached(self.session, self.home)
        self._files = self.most_files(threads, asked)
        self._schemas: set[str] = set()  # those that were made, beside `default`
        self._beside_itself = asked.small and asked.local and threads != 1
        SparkEngine._holder = self
        if not self.session.catalog.functionExists("id_ok"):
            for statement in macro_statements():
                self.session.sql(statement)
        for folder in sorted(table for schema in self.home.iterdir() for table in _folders(schema)):
            self._register(f"{folder.parent.name}.{folder.name}")

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> None:
        self._run(sql, params).collect()

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pa.Table:
        return self._run(sql, params).toArrow()

    def fetch(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._run(sql, params).collect()]

    def frame(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        return self.query(sql, params).to_pandas()

    def create_schema(self, name: str) -> None:
        if name not in self._schemas:
            if self._connect and name != "default":
                self._see_free(name)
            self.session.sql(f"CREATE DATABASE IF NOT EXISTS `{name}` COMMENT '{self._mark}'")
            self._schemas.add(name)

    def create_table(self, name: str, *select_sql: str) -> None:
        with self._told(name):
            arriving = self._arriving(name)
            parts = self._alike(select_sql)
            for part in parts:
                part.coalesce(self._files).write.mode("append").parquet(_as_spark_reads(arriving))
            self._replace(name, arriving, parts[0].schema)

    def create_table_from_parquet(self, name: str, path: Path) -> None:
        with parquet(path) as file:
            as_it_is = all(kind in AS_THEY_ARE for kind in file.schema_arrow.types)
            rows = None if as_it_is else file.read()
        if rows is not None:
            self.insert_arrow(name, rows)
            return
        arriving = self._arriving(name)
        arriving.mkdir(parents=True)
        copy(path, arriving / "part-00000.parquet")
        self._replace(name, arriving)

    def insert_arrow(self, name: str, table: pa.Table, append: bool = False) -> None:
        table = _plain(table)
        if append and self.table_exists(name):
            folder = self._folder(name)
            table = table.select(self.columns(name))
            added = len(list(folder.glob("added-*.parquet")))
            write_parquet(table, folder / f"added-{added:05d}.parquet")
            self.session.catalog.refreshTable(name)
            return
        arriving = self._arriving(name)
        arriving.mkdir(parents=True)
        write_parquet(table, arriving / "part-00000.parquet")
        self._replace(name, arriving)

    def make_in_tasks(
        self, names: Sequence[str], work: Callable[[Any, Write], Any], pieces: Sequence[Any]
    ) -> list[Any]:
        """See `Engine`; the files of a table are written where tasks run, one a piece.

        Raises:
            SparkUnavailable: if executors lack this project, or do not reach the tables' folders.
        """
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import PySparkException

        folders = {name: self._arriving(name) for name in names}
        for folder in folders.values():
            folder.mkdir(parents=True)
        numbers = self.session.range(0, len(pieces), 1, max(len(pieces), 1))
        in_task = partial(task, work, list(pieces), folders)
        try:
            with warnings.catch_warnings(), self._told(names[0], f"{len(pieces)} pieces"):
                warnings.simplefilter("ignore")  # about versions of pandas
                found = numbers.mapInArrow(in_task, ANSWER).collect()
        except (PySparkException, Py4JJavaError) as error:
            if sentence := why(str(error)):
                raise SparkUnavailable(sentence) from error
            raise
        for name, folder in folders.items():
            for unfinished in folder.glob(".*"):  # of tasks that were ended
                unfinished.unlink()
            if any(folder.iterdir()):
                self._replace(name, folder)
            else:
                remove(folder)
                self.drop(name)
        answers = dict(pickle.loads(row.answer) for row in found)
        return [answers[number] for number in range(len(pieces))]

    def table_exists(self, name: str) -> bool:
        return self.session.catalog.tableExists(name)

    def tables(self) -> list[str]:
        return sorted(
            f"{schema}.{table}"
            for schema in ("default", *self._schemas)
            for _, table, temporary in self.session.sql(f"SHOW TABLES IN `{schema}`").collect()
            if not temporary
        )

    def columns(self, name: str) -> list[str]:
        return self.session.table(name).columns

    def count(self, name: str) -> int:
        """Number of rows of a table, as its files' footers say, without a job of Spark's."""
        rows = 0
        for path in self._folder(name).glob("*.parquet"):
            with parquet(path) as file:
                rows += file.metadata.num_rows
        return rows

    def drop(self, name: str) -> None:
        """Drop a table if it is there, its files included."""
        if self._folder(name).exists():
            self.session.sql(f"DROP TABLE IF EXISTS {name}")
            remove(self._folder(name))

    def beside(self, for_planning: bool = False) -> SparkEngine | None:
        """This engine, of a little data on this machine, where one query is planned while another is run."""
        return self if self._beside_itself else None

    def interrupt(self) -> None:
        if self._connect:
            self.session.interruptAll()
        else:
            self.session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """Forget the tables; the files stay, and so does the session, which is slow to start."""
        if SparkEngine._holder is not self:
            return
        for schema in sorted(self._schemas):
            self.session.sql(f"DROP DATABASE IF EXISTS `{schema}` CASCADE")
        self._schemas.clear()
        SparkEngine._holder = None

    def discard(self) -> None:
        """As `close`: every table is on disk as soon as it is made."""
        self.close()

    def attach(self, name: str, path: Path) -> None:
        raise ValueError(f"Spark cannot attach {path} as {name}; read it with DuckDB.")

    def most_files(self, threads: int | None, asked: SparkSettings) -> int:
        """Of how many files a table is at most, and so by how many tasks it is written.

        On a cluster as many as a shuffle has partitions: that is how finely its user has work cut.
        """
        if asked.local:
            return threads or os.cpu_count() or 1
        return int(self.session.conf.get("spark.sql.shuffle.partitions") or 1)

    @contextlib.contextmanager
    def _told(self, table: str, more: str = "") -> Iterator[None]:
        """Let Spark's pages and its event log say which table jobs are for: the stage is their group."""
        stage = split_name(table)[0] or "default"
        if self._connect:
            self.session.addTag(stage)
            try:
                yield
            finally:
                self.session.removeTag(stage)
            return
        context = self.session.sparkContext
        context.setJobGroup(stage, f"{stage}: {more}" if more else table)
        try:
            yield
        finally:
            for name in ("spark.jobGroup.id", "spark.job.description"):
                context.setLocalProperty(name, None)

    def in_its_words(self, sql: str) -> str:
        """A query as the session is to be asked it."""
        return to_spark(sql)

    def _run(self, sql: str, params: Sequence[Any] | None = None) -> DataFrame:
        return self.session.sql(self.in_its_words(sql), args=list(params) if params else None)

    def _alike(self, queries: Sequence[str]) -> list[DataFrame]:
        """Rows of several queries, to be written one after the other: one union of all is planned anew as a
        whole after each of its stages.

        It is that union where nothing is planned anew, or where their types are not the same, so that common
        ones must be found.
        """
        union = "\nUNION ALL\n".join(queries)
        if self.session.conf.get("spark.sql.adaptive.enabled") != "true":
            return [_without_void(self._run(union))]
        parts = [_without_void(self._run(sql)) for sql in queries]
        parts = [parts[0], *(part.toDF(*parts[0].columns) for part in parts[1:])]
        if len({tuple(f.dataType for f in part.schema.fields) for part in parts}) > 1:
            return [_without_void(self._run(union))]
        return parts

    def _folder(self, name: str) -> Place:
        schema, table = split_name(name)
        return self.home / (schema or "default") / table

    def _arriving(self, name: str) -> Place:
        """Where a table is written before it takes its place: its query may read the old one."""
        folder = self._folder(name)
        arriving = folder.with_name(f".{folder.name}")
        remove(arriving)
        return arriving

    def _replace(self, name: str, arriving: Place, schema: StructType | None = None) -> None:
        self.drop(name)
        arriving.replace(self._folder(name))
        self._register(name, schema)

    def _register(self, name: str, schema: StructType | None = None) -> None:
        if schema_name := split_name(name)[0]:
            self.create_schema(schema_name)
        path = _as_spark_reads(self._folder(name))
        if schema is None:
            schema = _schema_of(self._folder(name))
        columns = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in schema)
        # `catalog.createTable` would plan a query of the table besides, which takes as long again.
        self.session.sql(f"CREATE TABLE {name} ({columns}) USING parquet LOCATION {literal(path)}")

    @property
    def _mark(self) -> str:
        """What a schema of this engine's says of itself, where several may share one Spark."""
        return f"of the islands in {self.home}".replace("'", "")

    def _see_free(self, schema: str) -> None:
        """See that no schema of a Spark that others use too is in the way; what a killed run left is dropped.

        Raises:
            SparkUnavailable: if somebody else has one of the same name.
        """
        if not self.session.catalog.databaseExists(schema):
            return
        said = dict(self.session.sql(f"DESCRIBE DATABASE `{schema}`").collect())
        if said.get("Comment") != self._mark:
            raise SparkUnavailable(
                f"The server has a database {schema} already ({said.get('Comment') or 'of somebody else'}); "
                "wait until what works there is done, or drop it."
            )
        self.session.sql(f"DROP DATABASE `{schema}` CASCADE")


def _plain(table: pa.Table) -> pa.Table:
    """Columns of the types that Spark knows: no dictionaries, no columns of no type."""
    fields = []
    for one in table.schema:
        kind = one.type.value_type if pa.types.is_dictionary(one.type) else one.type
        fields.append(pa.field(one.name, pa.int32() if pa.types.is_null(kind) else kind))
    return table.cast(pa.schema(fields))


def _schema_of(folder: Place) -> StructType:
    """Columns of a table's files, read without a job of Spark's."""
    from pyspark.sql.pandas.types import from_arrow_schema

    with parquet(min(folder.glob("*.parquet"))) as file:
        return from_arrow_schema(file.schema_arrow)


def _folders(schema: Place) -> Iterator[Place]:
    """The tables in a folder of them, if it is one; what is unfinished is not."""
    if schema.is_dir():
        found = schema.iterdir()
        yield from (one for one in found if one.is_dir() and not one.name.startswith((".", "_")))


def _as_spark_reads(folder: Place) -> str:
    """A folder as Spark finds it, whatever storage its cluster takes a mere path for."""
    return f"file:///{folder.as_posix().lstrip('/')}" if isinstance(folder, Path) else str(folder)


def see_reached(session: SparkSession, folder: Place) -> None:
    """See that Spark finds in a folder what is written there from here.

    Raises:
        SparkUnavailable: if it does not.
    """
    written = folder / "reached.txt"
    write(b"reached", written)
    try:
        session.read.text(_as_spark_reads(written)).collect()
    except Exception as error:  # whatever Java says
        raise SparkUnavailable(
            f"Spark cannot use {folder} ({_in_one_line(error)}); give a place that Spark and this machine "
            "both reach, and with --spark-conf what its file system needs."
        ) from error
    finally:
        remove(written)


def _without_void(rows: DataFrame) -> DataFrame:
    """A column of nothing but NULL literals becomes one of integers, as it does in DuckDB."""
    void = {f.name for f in rows.schema.fields if f.dataType.typeName() == "void"}
    if not void:
        return rows
    return rows.select(
        [
            rows[name].cast("int").alias(name) if name in void else rows[name]
            for name in rows.columns
        ]
    )


@cache
def macro_statements() -> tuple[str, ...]:
    """Statements that define the macros, one by one."""
    text = (SHARED / "spark.sql").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    parts = (part.strip() for part in re.split(r";\s*(?:\n|\Z)", code))
    return tuple(in_ascii(filled(part, doubled=True)) for part in parts if part)
