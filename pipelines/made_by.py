"""What a database was made by: every file that decides what its tables hold, with a digest of it.

A build writes the table `codes.made_by`. Whoever reads the database later can tell whether models,
network, code lists, contracts or the programs that read and judge files are still those it was built
with. A replay works out with today's files what differs from yesterday's tables, so it would be wrong.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.landing.decisions import LOG, Decided, decided_in, digest_of
from pipelines.model import STAGES
from schemas.contract import ROOT, islands

TABLE = "codes.made_by"
MOST_NAMED = 2  # files of one kind that a sentence names; the rest are counted

# Kind of file -> where such files lie, beside those of the islands.
PLACES = {
    "models": (*(f"pipelines/{stage}/*.sql" for stage in STAGES), "schemas/sql/*.sql"),
    "network": ("pipelines/exchange/*.yml",),
    "code lists": ("schemas/codes/*.csv",),
    "programs": (
        "schemas/code_lists.py",
        "schemas/contract*.py",
        "schemas/identifiers.py",
        "schemas/normal_form.*",
        "schemas/record_id.py",
        "schemas/said_once.py",
        "schemas/shape.py",
        "sources/files/*.py",
        "quality/*.py",
        "pipelines/landing/*.py",
        "pipelines/conform/*.py",
        "pipelines/resolve/*.py",
        "pipelines/lists/*.py",
        "pipelines/exchange/*.py",
        "pipelines/build.py",
        "pipelines/codes.py",
        "pipelines/graph.py",
        "pipelines/intervals.py",
        "pipelines/made_again.py",
        "pipelines/model.py",
    ),
}
OF_AN_ISLAND = {"contracts": ("contract.odcs.yaml",), "models": ("conform/*.sql",)}
ONLY_TELLS = ("quality/great*.py", "quality/report.py")  # they judge and say, and make nothing

Noted = tuple[str, str, str]  # kind, file relative to the repository, digest


def made_by(tier: str) -> list[Noted]:
    """Kind, file and digest of everything a build of a tier is made by, in the order of the files."""
    return sorted(
        ((kind, file.relative_to(ROOT).as_posix(), _digest(file)) for kind, file in _files(tier)),
        key=lambda noted: noted[1],
    )


def _files(tier: str) -> Iterator[tuple[str, Path]]:
    left_out = {path for pattern in ONLY_TELLS for path in ROOT.glob(pattern)}
    for kind, patterns in PLACES.items():
        for pattern in patterns:
            yield from ((kind, path) for path in ROOT.glob(pattern) if path not in left_out)
    for name in islands(tier):
        for kind, patterns in OF_AN_ISLAND.items():
            for pattern in patterns:
                yield from ((kind, path) for path in (ROOT / "sources" / name).glob(pattern))


def _digest(path: Path) -> str:
    """sha256 of a text file, the same whatever its lines end in."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def of_decisions(decided: Sequence[Decided]) -> list[Noted]:
    """What was decided in quarantine, noted as a file is; nothing if nothing was."""
    return [("decisions", LOG, digest_of(decided))] if decided else []


def made_by_table(tier: str, decided: Sequence[Decided] = ()) -> pa.Table:
    """`codes.made_by`: one row a file with its kind and digest.

    Args:
        decided: of rows kept aside and deliveries held.
    """
    columns = zip(*made_by(tier), *of_decisions(decided), strict=True)
    names = ("kind", "file", "digest")
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def noted(engine: Engine, database: str = "") -> list[Noted] | None:
    """What a database says it was made by; None if it was built before this was noted.

    Args:
        database: the name it is attached under, to DuckDB; empty: the engine's own.
    """
    if database:
        there = engine.fetch(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = ? "
            "AND schema_name || '.' || table_name = ?",
            [database, TABLE],
        )
    else:
        there = engine.table_exists(TABLE)
    if not there:
        return None
    name = f"{database}.{TABLE}" if database else TABLE
    return engine.fetch(f"SELECT kind, file, digest FROM {name} ORDER BY file")


def otherwise(before: Iterable[Noted] | None, now: Iterable[Noted] | None) -> str | None:
    """In what two databases, or a database and today's files, were made otherwise.

    Returns:
        Such as `other models (pipelines/lists/court_dishonest.sql)`; None if in nothing.
    """
    if before is None or now is None:
        return None if before is now else "another version of this software"
    one, two = ({(kind, file): digest for kind, file, digest in side} for side in (before, now))
    changed: dict[str, list[str]] = {}
    for kind, file in sorted({*one, *two}, key=lambda key: key[1]):
        if one.get((kind, file)) != two.get((kind, file)):
            changed.setdefault(kind, []).append(file)
    return "; ".join(_told(kind, changed[kind]) for kind in sorted(changed)) or None


def _told(kind: str, files: list[str]) -> str:
    more = f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
    what = "another network" if kind == "network" else f"other {kind}"
    return f"{what} ({', '.join(files[:MOST_NAMED])}{more})"


def made_unlike(first: Path, second: Path) -> str | None:
    """One sentence if two databases were made by different files; else None."""
    with open_engine("duckdb", first, read_only=True) as engine:
        one = noted(engine)
    with open_engine("duckdb", second, read_only=True) as engine:
        how = otherwise(one, noted(engine))
    return f"{second} was built with {how} than {first}." if how else None


def out_of_date(engine: Engine, path: Path, home: Path) -> str | None:
    """One sentence if a database was made by other files than there are today; else None.

    Args:
        path: of the database, to name it.
        home: the folder of its home, where decisions about rows kept aside are logged.
    """
    ((tier,),) = engine.fetch("SELECT max(tier) FROM codes.run")
    return made_before(path, tier, noted(engine), home, engine.name)


def made_before(
    path: Path, tier: str, by: Iterable[Noted] | None, home: Path, engine: str = "duckdb"
) -> str | None:
    """One sentence if a database of a tier was made by other files than there are today; else None.

    Args:
        path: of the database, to name it.
        by: what it says it was made by; see `noted`.
        home: see `out_of_date`.
        engine: whose tables they are.
    """
    how = otherwise(by, [*made_by(tier), *of_decisions(decided_in(home))])
    if how is None:
        return None
    again = "islands build --engine spark" if engine == "spark" else "islands build"
    return f"{path} was built with {how} than there are now; run `{again}` again."
