"""Running an experiment: block by block, on as many cores as there are, and on from where it stopped.

Each block of faults writes two small Parquet files under OUT/parts, at one stroke. When all are there
they are put together in a stated order; so neither the number of cores nor a stop in between shows in
the tables.
"""

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.data_package import write_data_package
from pipelines.engine import open_engine
from pipelines.exchange.network import JOINS
from pipelines.experiment.codebook import meaning, write_codebook
from pipelines.experiment.design import Arm, Block, Design, DesignError
from pipelines.experiment.rows import CELLS, REPLAYS, cell_rows, replay_row, seen
from pipelines.home import Home, whole, write_json
from pipelines.landing import read_manifest
from pipelines.made_by import made_by
from pipelines.manifest import lock_hash, of_worlds
from pipelines.replay.compare.gain import told_gain
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.remedies import Shown
from pipelines.run import make_home
from schemas.notice import NOTICE
from schemas.processes import each, kept
from schemas.progress import Progress
from schemas.version import project_version
from sources.faults import FaultError

TABLES = ("replays", "cells", "days", "gains")
_BASE = 50  # steps of the progress bar for a base made ready, about as long as so many replays


def run(
    design: Design,
    out: Path | str,
    workers: int = 1,
    progress: Progress | None = None,
    command: Sequence[str] = ("experiment",),
) -> dict[str, Path]:
    """Follow every fault of a design under every arm of it.

    Args:
        out: folder for worlds, parts and tables; an earlier run of the same design there goes on.
        command: words of the command that asked for it, for the manifest, but for the number of workers,
            which shows in no file.

    Returns:
        Table -> its Parquet file: `replays` (a row a replay), `cells` (a row a replay and differing
        cell), `days` (a row a replay, state, holder, list and day) and `gains` (a row a world and arm).

    Raises:
        DesignError: if the design cannot be, or the folder holds another one.
    """
    design.check()
    if workers < 1:
        raise DesignError("--workers takes a number from 1.")
    folder = Path(out)
    said = _settle(design, folder, command)
    tell = progress or (lambda label, done, total: None)
    blocks = design.blocks()
    todo = [block for block in blocks if not _part(folder, block).exists()]
    bases = list(dict.fromkeys(arm.base for arm in design.arms()))
    worlds = sorted({block.world for block in todo})
    steps = len(worlds) * len(bases) * _BASE + sum(len(block.faults) for block in todo)
    homes: dict[int, str] = {}
    for n, world in enumerate(worlds):
        tell(f"world {world + 1}", n * len(bases) * _BASE, steps)
        homes[world] = str(_world(design, folder, world).path)
        for at, base in enumerate(bases):  # one process lays each base out, before many read it
            tell(f"world {world + 1}: {base.join}", (n * len(bases) + at) * _BASE, steps)
            _open(homes[world], base).close()
    done = len(worlds) * len(bases) * _BASE
    tell("replays", done, steps)
    passes = _passes(design, todo)
    work = [(design, str(folder), homes[some[0].world], some) for some in passes]
    for at, _ in each(_follow, work, workers):
        done += sum(len(block.faults) for block in passes[at])
        tell("replays", done, steps)
    tables = _together(design, folder, blocks)
    horizon = read_manifest(_home(folder, 0) / "landing")["horizon"]
    abouts = [Home(_home(folder, world)).current() for world in range(design.worlds)]
    write_json(folder / "manifest.json", said | {"horizon": horizon} | of_worlds(abouts))
    tell("done", steps, steps)
    return tables


def _settle(design: Design, folder: Path, command: Sequence[str]) -> dict[str, Any]:
    """See that a folder is new or holds this very design, and write down whose it is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "parts").mkdir(exist_ok=True)
    said = {
        "notice": NOTICE,
        "version": project_version(),
        "lock": lock_hash(),
        "command": shlex.join(["islands", *command]),
        "design": asdict(design),
        "made_by": _made_by(design),
        "arms": [asdict(arm) for arm in design.arms()],
        "columns": {"replays": REPLAYS.names, "cells": CELLS.names},
        "sampling": f"uniform by {design.frame}, among what the fault has something to change; "
        "faults nested in worlds",
    }
    said = json.loads(json.dumps(said))
    manifest = folder / "manifest.json"
    if manifest.exists():
        try:
            before = json.loads(manifest.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            before = None
        if not isinstance(before, dict):
            raise DesignError(
                f"{manifest} does not say which experiment this is, since it is no JSON object; give "
                "another --out, or remove it."
            )
        for part, of in (
            ("design", "of another design"),
            ("columns", "of an older version"),
            ("made_by", "that was begun with other models, network or codes"),
        ):
            if before.get(part) != said[part]:
                raise DesignError(
                    f"{folder} holds an experiment {of}; give another --out, or remove it."
                )
    write_json(manifest, said)
    return said


def _made_by(design: Design) -> str:
    """One digest of all that databases of the worlds, and replays in them, are made by."""
    noted = made_by("story" if design.size == "story" else "whole")
    return hashlib.sha256(json.dumps(noted).encode()).hexdigest()


def _home(folder: Path, world: int) -> Path:
    return folder / "worlds" / f"{world:03d}"


def _world(design: Design, folder: Path, world: int) -> Home:
    """The home of one world, generated and built once."""
    return make_home(
        Home(_home(folder, world)),
        size=design.size,
        seed=design.world_seed(world),
        days=design.days,
        dirt=design.dirt,
    )


def _open(home: str, arm: Arm) -> Universes:
    return Universes(Home(home), join=arm.join, policy=arm.numbers)


_OPEN: dict[tuple[str, Arm], Universes] = {}


def _passes(design: Design, blocks: list[Block]) -> list[list[Block]]:
    """Blocks of the same faults on the same base, to be followed in one pass: most of its time goes to
    each model once, however many replays there are."""
    arms = design.arms()
    passes: dict[tuple[int, Arm, tuple[int, ...]], list[Block]] = {}
    for block in blocks:
        passes.setdefault((block.world, arms[block.arm].base, block.faults), []).append(block)
    return list(passes.values())


def _follow(design: Design, folder: str, home: str, blocks: list[Block]) -> None:
    """Some blocks on one base, in whatever process."""
    arms = design.arms()
    base = arms[blocks[0].arm].base
    universes = kept(_OPEN, (home, base), lambda: _open(home, base))
    cases = {}
    rows: dict[Block, list] = {block: [] for block in blocks}
    cells: dict[Block, list] = {block: [] for block in blocks}
    # What stands wrong without a remedy, by days until the source corrects.
    stands: dict[int | None, list[Shown]] = {}
    for block in blocks:
        arm, mine = arms[block.arm], {}
        planned = universes.cases([design.fault(number, arm)] for number in block.faults)
        for number, edits in zip(block.faults, planned, strict=True):
            if isinstance(edits, FaultError):
                rows[block].append(replay_row(number, block, arm, design, None, str(edits)))
            else:
                mine[block, number] = edits
        if arm.remedy is not None:
            found, days = list(mine.values()), arm.correct_after
            if days not in stands:
                stands[days] = universes.stands_wrong(found)
            righted = universes.put_right(found, arm.remedy, stands[days])
            mine = dict(zip(mine, righted, strict=True))
        cases |= mine
    followed = universes.follow(list(cases.values()))
    for ((block, number), edits), found, told in zip(
        cases.items(), followed, seen(followed), strict=True
    ):
        row = replay_row(number, block, arms[block.arm], design, (edits, found, told))
        rows[block].append(row)
        cells[block] += cell_rows(number, block, found)
    for block in blocks:
        part = _part(Path(folder), block)
        _write(pa.Table.from_pylist(cells[block], CELLS), part.with_suffix(".cells"))
        ordered = sorted(rows[block], key=lambda r: r["fault"])
        _write(pa.Table.from_pylist(ordered, REPLAYS), part)


def _part(folder: Path, block: Block) -> Path:
    return folder / "parts" / f"{block.name}.replays"


def _write(table: pa.Table, path: Path) -> None:
    with whole(path) as partial:
        pq.write_table(table, partial, compression="zstd")


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    """A part as it was written."""
    try:
        return pq.read_table(path, schema=schema)
    except (OSError, pa.ArrowException) as error:
        raise DesignError(
            f"{path} is damaged or gone; remove {path.with_suffix('.replays')}, and the same command makes "
            "it again."
        ) from error


def _together(design: Design, folder: Path, blocks: list[Block]) -> dict[str, Path]:
    """The parts as whole tables, in the order of arm and fault."""
    ordered = sorted(blocks, key=lambda b: (b.arm, b.faults, b.world))
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    parts = [_part(folder, block) for block in ordered]
    replays = pa.concat_tables([_read(p, REPLAYS) for p in parts])
    cells = pa.concat_tables([_read(p.with_suffix(".cells"), CELLS) for p in parts])
    order = [("arm", "ascending"), ("fault", "ascending")]
    _write(replays.sort_by(order), paths["replays"])
    # Within a replay the rows keep the order they were found in, which is one of their keys.
    keys = ("arm", "fault", "state", "holder", "list", "subject_id", "from_day", "kind")
    _write(cells.sort_by([(k, "ascending") for k in keys]), paths["cells"])
    _write(_days(paths["cells"]), paths["days"])
    _write(_gains(design, folder), paths["gains"])
    write_codebook(folder / "codebook.md")
    write_data_package(
        folder,
        "joined-islands-experiment",
        "Random faults in synthetic worlds, and what each made wrong",
        paths,
        lambda table, column: meaning(column),
        {"design": asdict(design), "codebook": "codebook.md"},
    )
    return paths


def _days(cells: Path) -> pa.Table:
    """A row a replay, state, holder, list and day: how many subjects are wrong there, by kind."""
    with open_engine("duckdb") as engine:
        return engine.query(
            """
            SELECT arm, fault, state, holder, list, CAST(day AS DATE) AS day,
                count(DISTINCT subject_id) FILTER (kind = 'wrongly_listed') AS wrongly_listed,
                count(DISTINCT subject_id) FILTER (kind = 'wrongly_missing') AS wrongly_missing,
                count(DISTINCT subject_id) FILTER (kind = 'altered') AS altered
            FROM (
                SELECT arm, fault, state, holder, list, subject_id, kind, unnest(generate_series(
                    CAST(from_day AS DATE), CAST(to_day AS DATE) - 1, INTERVAL 1 DAY)) AS day
                FROM read_parquet(?)
            )
            GROUP BY arm, fault, state, holder, list, day
            ORDER BY arm, fault, state, holder, list, day
            """,
            [str(cells)],
        )


def _gains(design: Design, folder: Path) -> pa.Table:
    """A row a world and arm: what joining so far lets holders know, and what it makes them believe."""
    rows: list[Mapping[str, Any]] = []
    gains: dict[tuple[int, Arm], Mapping[str, Any] | None] = {}
    for world in range(design.worlds):
        home = Home(_home(folder, world))
        for n, arm in enumerate(design.arms()):
            if (world, arm.base) not in gains:
                gains[world, arm.base] = told_gain(home, arm.join, arm.numbers)
            gain = dict(gains[world, arm.base] or {})
            if arm.join == JOINS[0]:  # there is no lower level; what it knows is the next one's low
                above = told_gain(home, JOINS[1], arm.numbers) or {}
                gain = {"true_high": above.get("true_low"), "false_high": above.get("false_low")}
            names = ("true_low", "false_low", "true_high", "false_high", "gained", "lost")
            rows.append(
                {"world": world, "arm": n, "join": arm.join} | {k: gain.get(k) for k in names}
            )
    fields = [("world", pa.int32()), ("arm", pa.int32()), ("join", pa.string())]
    more = [(k, pa.int64()) for k in rows[0] if k not in dict(fields)]
    return pa.Table.from_pylist(rows, pa.schema([*fields, *more]))
