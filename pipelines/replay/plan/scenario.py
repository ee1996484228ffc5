"""A replay saved as a small YAML file, which gives the same result on any machine.

```yaml
title: A fine in the wrong unit
story: A clerk copies the fine in yuan.
world: {size: story, seed: 1, days: 365, dirt: 1}
join: full
policy: {court-bank.every: 14}  # all that differs from the files of the network
remedy: source
faults:
  - {kind: wrong_unit, feed: city_penalties, record: 8a01…, delivery: 2024-02-05, correct_after: 30}
  - {kind: free_edit, feed: court, record: "100000001", set: {iname: 王伟}, scope: once}
```
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from reprlib import repr as shown  # of something of any size, a line
from typing import Any

import yaml

from pipelines.exchange.network import JOINS
from pipelines.home import write_text
from pipelines.replay.plan.edits import Edit, natural_key
from pipelines.replay.plan.faults import FaultSpec
from pipelines.replay.plan.remedies import clocks, goes_with_days
from schemas.said_once import SaidOnce, read_yaml_file
from schemas.suggest import suggestion


class ScenarioError(ValueError):
    """A scenario file that cannot be used; the message names the file, the key and the rule."""


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says."""

    faults: Sequence[FaultSpec]  # one or several, all in one replay
    join: str | None = None  # level of joining; None: that of the database
    # All numbers of the network that differ from its files; None: as in the database.
    policy: Mapping[str, str] | None = None
    # `remedy`, `text`: what is done about it, and what a dispute says; see
    # `pipelines.replay.replay`.
    remedy: str | None = None
    text: str | None = None
    # `title`, `story`: for people.
    title: str = ""
    story: str = ""
    # Size, seed, days and dirt of the world it was made in, if it needs that one.
    world: Mapping[str, Any] = field(default_factory=dict)

    def under(
        self,
        *,
        correct_after: int | None = None,
        remedy: str | None = None,
        text: str | None = None,
    ) -> Scenario:
        """The same with what is asked for beside it in place of what it says itself.

        Args:
            text: see above; that of a dispute which another remedy takes the place of is left out.
            correct_after: days after which the source corrects each fault.
            remedy: one that does not go with days takes the place of those its faults speak of.
        """
        faults, own = self.faults, self.remedy
        if correct_after is not None:
            faults = tuple(replace(spec, correct_after=correct_after) for spec in faults)
        elif remedy is not None and not goes_with_days(remedy):
            faults = tuple(replace(spec, correct_after=None) for spec in faults)
        if correct_after is None and remedy is None:
            remedy = own
        replaced = own == "dispute" != remedy
        return replace(
            self,
            faults=faults,
            remedy=remedy,
            text=self.text if text is None and not replaced else text,
        )


_KEYS = ("title", "story", "world", "join", "policy", "remedy", "text", "faults")
_KEPT_TAGS = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
_TEXT = "tag:yaml.org,2002:str"
_MADE_TAGS = (_TEXT, "tag:yaml.org,2002:null", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
_WORLD_KEYS = ("size", "seed", "days", "dirt")
_PLACE_KEYS = ("holder", "sender", "list", "entry", "subject", "other")
_FAULT_KEYS = ("kind", "feed", "record", *_PLACE_KEYS, "delivery", "backup", "set", "scope",
               "correct_after", "seed")  # fmt: skip


def load(path: Path | str) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioError: if the file is missing, or says something nobody understands.
    """
    path = Path(path)
    try:
        node = read_yaml_file(path, ScenarioError, _Loader)
    except FileNotFoundError as error:
        raise ScenarioError(f"There is no scenario {path}.") from error
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not isinstance(node, dict) or not isinstance(node.get("faults"), list) or not node["faults"]:
        raise ScenarioError(f"{path}: a scenario is a mapping with a list `faults`.")
    said = _Said(path, "the scenario", node, _KEYS)
    join = said.text("join")
    if join is not None and join not in JOINS:
        raise said.wrong("join", f"one of {', '.join(JOINS)}")
    remedy = said.text("remedy")
    if remedy is not None and remedy not in clocks():
        raise said.wrong("remedy", f"one of {', '.join(clocks())}")
    world = _Said(path, "world", said.mapping("world"), _WORLD_KEYS)
    made_in = {
        "size": world.text("size"),
        "seed": world.number("seed"),
        "days": world.number("days"),
        "dirt": world.decimal("dirt"),
    }
    policy = None
    if node.get("policy") is not None:
        policy = {str(k): str(v) for k, v in said.plain("policy").items()}
    return Scenario(
        faults=tuple(_fault(path, n, child) for n, child in enumerate(node["faults"], start=1)),
        join=join,
        policy=policy,
        remedy=remedy,
        text=said.text("text"),
        title=said.text("title") or "",
        story=said.text("story") or "",
        world={key: value for key, value in made_in.items() if value is not None},
    )


class _Loader(SaidOnce, yaml.SafeLoader):
    """YAML whose plain values are text, but for null: 0012 is a code, and no number in base eight.

    Nothing is of a kind that YAML makes of a text by a tag.
    """


_Loader.yaml_constructors = {
    tag: made
    for tag, made in yaml.SafeLoader.yaml_constructors.items()
    if tag in (None, *_MADE_TAGS)
}
_Loader.yaml_implicit_resolvers = {
    first: kept
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    if (kept := [one for one in resolvers if one[0] in _KEPT_TAGS])
}


class _Said:
    """What a mapping of a scenario file says; every value is seen to be of the kind it must be.

    Raises:
        ScenarioError: naming the file, the key and what to write.
    """

    def __init__(
        self, path: Path, where: str, node: Mapping[Any, Any], keys: Sequence[str]
    ) -> None:
        self.path, self.where, self.node = path, where, node
        for key in node:
            if key not in keys:
                raise ScenarioError(
                    f"{path}, {where}: {key!r} is not known; there are {', '.join(keys)}."
                    f"{suggestion(str(key), keys)}"
                )

    def wrong(self, key: str, wanted: str) -> ScenarioError:
        return ScenarioError(
            f"{self.path}, {self.where}: `{key}` takes {wanted}, not {shown(self.node[key])}."
        )

    def value(self, key: str, wanted: str, form: str, read: Callable[[str], Any] = str) -> Any:
        """What a text of some form reads as; None if nothing is said."""
        value = self.node.get(key)
        if value is None:
            return None
        try:
            if isinstance(value, str) and re.fullmatch(form, value, re.DOTALL):
                return read(value)
        except ValueError:
            pass
        raise self.wrong(key, wanted)

    def text(self, key: str) -> str | None:
        return self.value(key, "a text", ".*")

    def number(self, key: str) -> int | None:
        return self.value(key, "a whole number", "-?[0-9]{1,30}", int)

    def decimal(self, key: str) -> float | None:
        return self.value(key, "a number", r"[0-9]{1,9}(\.[0-9]{1,9})?", float)

    def day(self, key: str) -> date | None:
        return self.value(key, "a day such as 2024-03-04", ".*", date.fromisoformat)

    def mapping(self, key: str) -> dict[Any, Any]:
        value = self.node.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise self.wrong(key, "names with their values, `name: value`")
        return dict(value or {})

    def plain(self, key: str) -> dict[Any, Any]:
        """A mapping of names to texts or nothing."""
        mapping = self.mapping(key)
        for name, value in mapping.items():
            if isinstance(value, (Mapping, list)):
                raise ScenarioError(
                    f"{self.path}, {self.where}: `{name}` in `{key}` takes one value, not {shown(value)}."
                )
        return mapping


def _fault(path: Path, n: int, node: Any) -> FaultSpec:
    where = f"fault {n}"
    if not isinstance(node, dict):
        raise ScenarioError(f"{path}, {where}: a fault is a mapping, not {shown(node)}.")
    said = _Said(path, where, node, _FAULT_KEYS)
    seed = said.number("seed")
    return FaultSpec(
        kind=said.text("kind") or "free_edit",
        feed=said.text("feed"),
        record=said.text("record"),
        delivery=said.day("delivery"),
        backup=said.day("backup"),
        values={str(k): None if v is None else str(v) for k, v in said.plain("set").items()},
        scope=said.text("scope"),
        correct_after=said.number("correct_after"),
        **{key: said.text(key) for key in _PLACE_KEYS},
        seed=1 if seed is None else seed,
    )


def save(scenario: Scenario, path: Path) -> None:
    """Write a scenario; `load` gives it back."""
    node: dict[str, Any] = {}
    for key in _KEYS[:-1]:
        value = getattr(scenario, key)
        if value or (key == "policy" and value is not None):
            node[key] = dict(value) if isinstance(value, Mapping) else value
    node["faults"] = [_told(spec) for spec in scenario.faults]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, yaml.safe_dump(node, allow_unicode=True, sort_keys=False, width=100))


def _told(spec: FaultSpec) -> dict[str, Any]:
    node = {
        "kind": spec.kind,
        "feed": spec.feed,
        "record": spec.record,
        **{key: getattr(spec, key) for key in _PLACE_KEYS},
        "delivery": spec.delivery,
        "backup": spec.backup,
        "set": dict(spec.values) or None,
        "scope": spec.scope,
        "correct_after": spec.correct_after,
        "seed": spec.seed,
    }
    return {key: value for key, value in node.items() if value is not None}


def written_out(given: Scenario, edits: Sequence[Edit], world: Mapping[str, Any]) -> Scenario:
    """A scenario with everything that was drawn written down.

    Args:
        world: what the home says of its world, if the scenario does not.
    """
    specs = tuple(
        edit.struck.written_out
        if edit.feed is None
        else replace(
            edit.struck.spec,
            feed=edit.feed.name,
            record=edit.struck.record_id and (natural_key(edit) or edit.struck.record_id),
            delivery=edit.struck.day,
            scope=edit.struck.scope,
            passed_over=0,
        )
        for edit in edits
    )
    return replace(given, faults=specs, world=dict(given.world or world))


def world_of(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a home says of the world it holds."""
    return {key: about[key] for key in _WORLD_KEYS if about.get(key) is not None}


def see_same_world(scenario: Scenario, about: Mapping[str, Any], path: Path | str) -> None:
    """See that a scenario is run in the world it was made in.

    Args:
        path: its file, or what else it is called at the beginning of a sentence.

    Raises:
        ScenarioError: if it was made in another.
    """
    here = world_of(about)
    if any(k in here and here[k] != v for k, v in scenario.world.items()):
        wanted = " ".join(f"--{key} {value}" for key, value in scenario.world.items())
        raise ScenarioError(
            f"{path} was made in another world than this home holds; generate one with {wanted}."
        )
