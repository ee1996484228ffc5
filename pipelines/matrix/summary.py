"""What the tables of a matrix come to: shares with intervals, first catches, the fewest gates needed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from pipelines.data_package import write_data_package
from pipelines.exchange.mishaps import mishaps
from pipelines.experiment.estimates import wilson
from pipelines.home import Home, whole, write_json
from pipelines.landing import read_manifest
from pipelines.manifest import make_manifest, of_worlds
from pipelines.matrix.pairs import Pair
from pipelines.matrix.plan import Plan
from pipelines.matrix.running import CAUGHT_WELL, Tables, world_folder, worlds_of
from quality.suites import CHECKED_STAGES
from sources.faults import kinds

CODEBOOK = yaml.safe_load((Path(__file__).parent / "codebook.yml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Summary:
    """What a matrix says; every column is explained in `codebook.yml`.

    Attributes:
        kinds: a row a kind, with its `gates` by share, the most first.
        cells: a row a kind and gate that caught any.
        cover: the fewest gates that catch what is caught.
        pairs: two worlds with other truths and the same files, for kinds that the gates do not catch.
    """

    plan: Plan
    kinds: pd.DataFrame
    cells: pd.DataFrame
    gates: pd.DataFrame
    cover: pd.DataFrame
    pairs: Sequence[Pair] = ()

    def json(self) -> dict[str, Any]:
        """The same as plain values."""
        plan = self.plan
        return {
            "synthetic": True,
            "n": plan.n,
            "worlds": plan.worlds,
            "size": plan.size,
            "dirt": plan.dirt,
            "seed": plan.seed,
            "faults": _plain(self.kinds),
            "cells": _plain(self.cells),
            "gates": _plain(self.gates),
            "cover": _plain(self.cover),
            "not_caught": [
                {"fault": kind, "why": self.why(kind)} for kind in not_caught(self.kinds)
            ],
            "pairs": [pair.json() | {"sentence": pair.sentence()} for pair in self.pairs],
        }

    def why(self, kind: str) -> str:
        """Why faults of a kind are not caught, as far as it is known, in one sentence."""
        row = self.kinds.set_index("fault").loc[kind]
        left = int(row["n"] - row["caught"])
        said = f"{left} of {row['n']} break no rule that a gate knows"
        if row["silent"]:
            said += f"; {row['silent']} of these change nothing that anybody shows"
        for pair in self.pairs:
            if pair.fault == kind:
                said += f". Of one such fault no check of the files can tell: {pair.sentence()}"
        return said.rstrip(".") + "."


def write_tables(
    summary: Summary, tables: Tables, out: Path, command: Sequence[str]
) -> dict[str, Path]:
    """Write the tables as Parquet, and the manifest of them.

    Returns:
        Table -> its file: `faults`, `cells`, `gates`, `cover` (see `Summary`), `instances`, `caught`.
    """
    found = {
        "faults": summary.kinds.drop(columns="gates"),
        "cells": summary.cells,
        "gates": summary.gates,
        "cover": summary.cover,
        "instances": _as_text(tables.instances, ("before", "after")),
        "caught": _as_text(tables.caught, ("example",)),
    }
    files = {name: out / f"{name}.parquet" for name in found}
    for name, frame in found.items():
        with whole(files[name]) as partial:
            frame.to_parquet(partial, index=False)
    said = {name: value for name, value in asdict(summary.plan).items() if name != "own"}
    landing = {
        **read_manifest(world_folder(summary.plan, out, 0) / "landing"),
        "seed": summary.plan.seed,
    }
    worlds = of_worlds(
        Home(world_folder(summary.plan, out, n)).current() for n in worlds_of(summary.plan)
    )
    write_json(out / "manifest.json", make_manifest(command, landing, matrix=said, **worlds))
    title = "Random faults in synthetic worlds, and which gate catches each"
    write_data_package(out, "joined-islands-matrix", title, files, meaning, {"plan": said})
    return files


def meaning(table: str, column: str) -> str:
    """What a column of a table means.

    Raises:
        KeyError: if it is not in the codebook.
    """
    return CODEBOOK[table][column]


def _as_text(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """A frame with what stands in some columns, rows of texts, as JSON."""
    texts = {
        c: [json.dumps(one or {}, ensure_ascii=False, default=str) for one in frame[c]]
        for c in columns
    }
    return frame.assign(**texts)


def not_caught(found: pd.DataFrame) -> list[str]:
    """The kinds of which fewer than 95 % are caught."""
    return list(found.loc[found["share"] < CAUGHT_WELL, "fault"])


def summarise(plan: Plan, tables: Tables) -> Summary:
    """What the tables of a plan come to."""
    instances, caught = tables.instances, tables.caught
    dated = caught.merge(
        instances[["fault", "number", "day"]], on=["fault", "number"], suffixes=("", "_of_fault")
    )
    dated["days"] = (
        pd.to_datetime(dated["day"]) - pd.to_datetime(dated["day_of_fault"])
    ).dt.days.clip(lower=0)
    cells = _cells(instances, dated)
    as_they_are = tables.gates[tables.gates["world"].notna()]  # those in which the faults happen
    return Summary(
        plan,
        _kinds(plan, instances, dated, cells, as_they_are),
        cells,
        _gates(as_they_are, tables.gates[tables.gates["world"].isna()], caught),
        _cover(caught, as_they_are, len(instances)),
        tables.pairs,
    )


def _cells(instances: pd.DataFrame, dated: pd.DataFrame) -> pd.DataFrame:
    """A row a kind and gate."""
    of = instances.groupby("fault").size()
    rows = []
    for (kind, gate), mine in dated.groupby(["fault", "gate"], sort=True):
        n, caught = int(of[kind]), len(mine)
        low, high = wilson(caught, n)
        rows.append(
            {
                "fault": kind,
                "gate": gate,
                "n": n,
                "caught": caught,
                "share": caught / n,
                "low": low,
                "high": high,
                "days": mine["days"].median(),
                "spread": mine["spread"].median(),
            }
        )
    names = ("fault", "gate", "n", "caught", "share", "low", "high", "days", "spread")
    return pd.DataFrame(rows, columns=names)


def _kinds(
    plan: Plan,
    instances: pd.DataFrame,
    dated: pd.DataFrame,
    cells: pd.DataFrame,
    gates: pd.DataFrame,
) -> pd.DataFrame:
    """A row a kind, whether or not any gate catches it."""
    stage_of = dict(zip(gates["gate"], gates["stage"], strict=True))
    dated = dated.assign(
        stage=dated["gate"].map(stage_of),
        at=[CHECKED_STAGES.index(stage_of[gate]) for gate in dated["gate"]],
    )
    first = dated.sort_values(["days", "at", "gate"], na_position="last", kind="stable")
    first = first.drop_duplicates(["fault", "number"])
    rows = []
    for kind in plan.kinds:
        told = kinds().get(kind) or mishaps()[kind]
        mine, catches = instances[instances["fault"] == kind], first[first["fault"] == kind]
        left = mine[~mine["number"].isin(catches["number"])]
        n = len(mine)
        low, high = wilson(len(catches), n) if n else (None, None)
        by_gate = cells[cells["fault"] == kind].sort_values(
            ["share", "gate"], ascending=[False, True]
        )
        stages = catches["stage"].value_counts(sort=False)
        rows.append(
            {
                "fault": kind,
                "title": told.title,
                "group": told.group,
                "level": told.level,
                "n": n,
                "reached": int((mine["cells"] > 0).sum()),
                "caught": len(catches),
                "silent": int((left["cells"] == 0).sum()),
                "share": len(catches) / n if n else None,
                "low": low,
                "high": high,
                "first_stage": min(
                    stages.index, key=lambda s: (-stages[s], CHECKED_STAGES.index(s)), default=None
                ),
                "days": catches["days"].median(),
                "spread": catches["spread"].median(),
                "cells": mine["cells"].median(),
                "cells_off": _mean(mine["cells_off"]),
                "cells_on": _mean(mine["cells_on"]),
                "gates": [
                    {"gate": gate, "share": share}
                    for gate, share in zip(by_gate["gate"], by_gate["share"], strict=True)
                ],
            }
        )
    return pd.DataFrame(rows)


def _mean(values: pd.Series) -> float | None:
    """The mean of what is known; None if nothing is."""
    known = values.dropna()
    return float(known.mean()) if len(known) else None


def _gates(gates: pd.DataFrame, clean: pd.DataFrame, caught: pd.DataFrame) -> pd.DataFrame:
    """A row a gate, all worlds together.

    Args:
        gates: what each flags in each world as it is.
        clean: what it flags in the first world without dirt; no rows if there is no dirt anyway.
        caught: a row a fault and gate.
    """
    catches = caught.groupby("gate").agg(caught=("number", "size"), kinds=("fault", "nunique"))
    told = gates.groupby("gate", sort=False).agg(
        stage=("stage", "first"),
        sentence=("sentence", "first"),
        outcome=("outcome", "first"),
        flagged=("flagged", "sum"),
        judged=("judged", "sum"),
        false_alarms=("false_alarms", lambda v: None if v.isna().any() else v.sum()),
        seconds=("seconds", "mean"),
    )
    of_first = clean if len(clean) else gates[gates["world"] == 0]
    told["flagged_clean"] = of_first.groupby("gate")["flagged"].sum().reindex(told.index)
    both = told.join(catches).fillna({"caught": 0, "kinds": 0}).reset_index()
    return both.astype({"caught": int, "kinds": int})


def _cover(caught: pd.DataFrame, gates: pd.DataFrame, n: int) -> pd.DataFrame:
    """Gates in the order in which each catches most of what none before it caught (greedy set cover).

    Of two that catch as many more, the one with fewer false alarms comes first (one of which they are not
    known last), then by name.
    """
    known = gates.groupby("gate")["false_alarms"].agg(lambda v: None if v.isna().any() else v.sum())
    alarms = {gate: None if pd.isna(n) else int(n) for gate, n in known.items()}
    left = {
        gate: set(zip(mine["fault"], mine["number"], strict=True))
        for gate, mine in caught.groupby("gate", sort=True)
    }
    rows, seen, told = [], 0, 0
    while any(left.values()):
        gate = min(left, key=lambda g: (-len(left[g]), alarms[g] is None, alarms[g] or 0, g))
        more = left.pop(gate)
        left = {name: rest - more for name, rest in left.items()}
        seen, told = seen + len(more), told + (alarms[gate] or 0)
        rows.append(
            {
                "gate": gate,
                "more": len(more),
                "caught": seen,
                "share": seen / n,
                "false_alarms": told,
            }
        )
    return pd.DataFrame(rows, columns=("gate", "more", "caught", "share", "false_alarms"))


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; what is missing is null."""
    whole = frame.astype(object).where(frame.notna(), None)
    return [
        {c: v.item() if hasattr(v, "item") else v for c, v in row.items()}
        for row in whole.to_dict("records")
    ]
