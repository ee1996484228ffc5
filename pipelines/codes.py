"""Code lists as tables: `codes.<name>` for every CSV in `schemas/codes/`, and what a run is told.

Every column of a code list is text; an empty cell is missing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.engine.base import Engine
from pipelines.exchange.network import OF_THE_RUN, of_the_run
from pipelines.landing.decisions import TABLE as DECISIONS
from pipelines.landing.decisions import Decided, decisions_table
from pipelines.made_by import TABLE, made_by_table
from quality.policies import policies_table
from schemas.code_lists import columns_and_rows, see_code_lists
from schemas.contract import ROOT, Feed

CODES = ROOT / "schemas" / "codes"


def read_code_list(path: Path) -> pa.Table:
    """One code list, all text, empty cells missing.

    Raises:
        ValueError: see `schemas.code_lists.columns_and_rows`.
    """
    columns, rows = columns_and_rows(path)
    return pa.table({c: pa.array([row[c] or None for row in rows], pa.string()) for c in columns})


def feeds_table(feeds: Mapping[str, Feed]) -> pa.Table:
    """`codes.feeds`: one row a feed with what SQL needs of its contract."""
    rows = [
        {
            "feed": f.name,
            "island": f.island,
            "mode": f.mode,
            "sharing": f.sharing,
            "area": f.area,
            "registry": f.registry,
            "natural_key": ", ".join(f.natural_key) or None,
        }
        for f in feeds.values()
    ]
    columns = ("feed", "island", "mode", "sharing", "area", "registry", "natural_key")
    return pa.table({c: pa.array([r[c] for r in rows], pa.string()) for c in columns})


def calendar_table(feeds: Mapping[str, Feed], day0: date, last_day: date) -> pa.Table:
    """`codes.calendar`: every day on which a feed is due, and the next one after it, if there is one."""
    rows = [
        {"feed": feed.name, "due": due, "next_due": after}
        for feed in feeds.values()
        for due, after in pairwise([*feed.delivery_days(day0, (last_day - day0).days + 1), None])
    ]
    fields = [("feed", pa.string()), ("due", pa.date32()), ("next_due", pa.date32())]
    return pa.Table.from_pylist(rows, pa.schema(fields))


def run_table(
    day0: date,
    last_day: date,
    horizon: date,
    join: str,
    policy: Mapping[str, str] | None = None,
    tier: str = "core",
) -> pa.Table:
    """`codes.run`: the one row that says what a run is about.

    Its window and horizon, the level of joining, the policy (as JSON), the tier of islands that take
    part, and what the policy says of the whole run; see `pipelines.exchange.network.OF_THE_RUN`.
    """
    said = {name: of_the_run(policy or {}, name) for name in OF_THE_RUN}
    return pa.table(
        {
            "day0": pa.array([day0], pa.date32()),
            "last_day": pa.array([last_day], pa.date32()),
            "horizon": pa.array([horizon], pa.date32()),
            "join_level": pa.array([join], pa.string()),
            "policy": pa.array([json.dumps(dict(policy or {}), sort_keys=True)], pa.string()),
            "tier": pa.array([tier], pa.string()),
            "corrections": pa.array([said["corrections"]], pa.string()),
            "out_of_bounds": pa.array([said["gates.out_of_bounds"]], pa.string()),
            "link_depth": pa.array([int(said["links.depth"])], pa.int32()),
            "score_links": pa.array([said["links.scores"]], pa.string()),
        }
    )


def days_of(manifest: Mapping[str, Any]) -> list[date]:
    """First and last day of the files of a manifest, and their horizon."""
    return [date.fromisoformat(str(manifest[k])) for k in ("day0", "last_day", "horizon")]


def load_codes(
    engine: Engine,
    feeds: Mapping[str, Feed],
    manifest: Mapping,
    join: str,
    policy: Mapping[str, str] | None = None,
    tier: str = "core",
    whole: bool = True,
    decided: Sequence[Decided] = (),
) -> None:
    """Make every table of the schema `codes`.

    Args:
        whole: whether everything is built; if only a part is, `codes.made_by` and `codes.decisions`
            stay as they were, since the other tables are still made by what they name.
        decided: of rows kept aside and deliveries held.
        join, policy, tier: see `run_table`.
        manifest: of the landing folder; `day0`, `last_day`, `horizon` as ISO days.

    Raises:
        ValueError: if a code list names what there is not; see `schemas.code_lists`.
    """
    see_code_lists(CODES)
    for path in sorted(CODES.glob("*.csv")):
        engine.insert_arrow(f"codes.{path.stem}", read_code_list(path))
    engine.insert_arrow("codes.feeds", feeds_table(feeds))
    days = days_of(manifest)
    engine.insert_arrow("codes.calendar", calendar_table(feeds, days[0], days[1]))
    engine.insert_arrow("codes.run", run_table(*days, join, policy, tier))
    engine.insert_arrow("codes.gate_policies", policies_table(policy or {}))
    if whole:
        engine.insert_arrow(DECISIONS, decisions_table(decided))
        engine.insert_arrow(TABLE, made_by_table(tier, decided))
