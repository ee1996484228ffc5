"""A replay saved as a small YAML file, which gives the same result on any machine.

```yaml
title: A fine in the wrong unit
story: A clerk copies the fine in yuan.
world: {size: story, seed: 1, days: 365, dirt: 1}
join: full
policy: {court-bank.every: 14}
faults:
  - {kind: wrong_unit, feed: city_penalties, record: 8a01…, delivery: 2024-02-05, correct_after: 30}
  - {kind: free_edit, feed: court, record: "100000001", set: {iname: 王伟}, scope: once}
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from pipelines.replay.faults import FaultSpec


class ScenarioError(ValueError):
    """A scenario file that cannot be used; the message names the file, the key and the rule."""


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says.

    Attributes:
        faults: one or several, all in one replay.
        join: level of joining; None: that of the database.
        policy: numbers of the network that are varied.
        title, story: for people.
        world: size, seed, days and dirt of the world it was made in, if it needs that one.
    """

    faults: Sequence[FaultSpec]
    join: str | None = None
    policy: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    story: str = ""
    world: Mapping[str, Any] = field(default_factory=dict)


_KEYS = ("title", "story", "world", "join", "policy", "faults")
_FAULT_KEYS = ("kind", "feed", "record", "delivery", "set", "scope", "correct_after", "seed")


def load(path: Path | str) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioError: if the file is missing, or says something nobody understands.
    """
    path = Path(path)
    try:
        node = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ScenarioError(f"There is no scenario {path}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path} is not readable as YAML: {error}") from error
    if not isinstance(node, dict) or not isinstance(node.get("faults"), list) or not node["faults"]:
        raise ScenarioError(f"{path}: a scenario is a mapping with a list `faults`.")
    _known(path, "the scenario", node, _KEYS)
    if not isinstance(node.get("policy") or {}, dict):
        raise ScenarioError(f"{path}: `policy` is a mapping like {{court-bank.every: 14}}.")
    return Scenario(
        faults=tuple(_fault(path, n, child) for n, child in enumerate(node["faults"], start=1)),
        join=node.get("join"),
        policy={str(k): str(v) for k, v in (node.get("policy") or {}).items()},
        title=str(node.get("title") or ""),
        story=str(node.get("story") or ""),
        world=dict(node.get("world") or {}),
    )


def _known(path: Path, where: str, node: Mapping[str, Any], keys: Sequence[str]) -> None:
    unknown = sorted(set(node) - set(keys))
    if unknown:
        raise ScenarioError(
            f"{path}, {where}: {', '.join(unknown)} is not known; there are {', '.join(keys)}."
        )


def _fault(path: Path, n: int, node: Any) -> FaultSpec:
    where = f"fault {n}"
    if not isinstance(node, dict):
        raise ScenarioError(f"{path}, {where}: a fault is a mapping, not {node!r}.")
    _known(path, where, node, _FAULT_KEYS)
    delivery, after = node.get("delivery"), node.get("correct_after")
    try:
        day = (
            delivery
            if delivery is None or isinstance(delivery, date)
            else date.fromisoformat(str(delivery))
        )
        days = None if after is None else int(after)
        seed = int(node.get("seed", 1))
    except ValueError as error:
        raise ScenarioError(f"{path}, {where}: {error}.") from error
    return FaultSpec(
        kind=str(node.get("kind") or "free_edit"),
        feed=node.get("feed"),
        record=None if node.get("record") is None else str(node["record"]),
        delivery=day,
        values={str(k): None if v is None else str(v) for k, v in (node.get("set") or {}).items()},
        scope=node.get("scope"),
        correct_after=days,
        seed=seed,
    )


def save(scenario: Scenario, path: Path) -> None:
    """Write a scenario; `load` gives it back."""
    node: dict[str, Any] = {}
    for key in ("title", "story", "world", "join", "policy"):
        value = getattr(scenario, key)
        if value:
            node[key] = dict(value) if isinstance(value, Mapping) else value
    node["faults"] = [_told(spec) for spec in scenario.faults]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump(node, allow_unicode=True, sort_keys=False, width=100), encoding="utf-8"
    )


def _told(spec: FaultSpec) -> dict[str, Any]:
    told = {
        "kind": spec.kind,
        "feed": spec.feed,
        "record": spec.record,
        "delivery": spec.delivery,
        "set": dict(spec.values) or None,
        "scope": spec.scope,
        "correct_after": spec.correct_after,
        "seed": spec.seed,
    }
    return {key: value for key, value in told.items() if value is not None}
