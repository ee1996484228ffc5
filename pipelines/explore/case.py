"""Replays as an address asks for them, and the same as a command line.

The names in the address are those of the options of `islands replay`, with `_` for `-`. Two are short for
a `set`: `column` and `value`, as a form sends them. An address that names a dispute gets its text from
the home.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.exchange.network import JOINS, read_network
from pipelines.explore.asked import Asked, RequestError, query_of
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.saved import scenario_file, text_of_dispute
from pipelines.options import options_of, policy_of
from sources.deliver import MOST_DAYS
from sources.faults.base import SCOPES

if TYPE_CHECKING:
    from pipelines.replay import Scenario

OF_A_FAULT = ("fault", "feed", "record", "day", "set", "scope", "seed", "holder", "sender", "list",
              "entry", "subject", "other", "backup")  # fmt: skip
HOW_IT_ENDS = ("correct_after", "remedy", "dispute")
IN_WHICH_WORLD = ("join", "policy")
TAKES = ("scenario", *OF_A_FAULT, "column", "value", *HOW_IT_ENDS, *IN_WHICH_WORLD)
MOST_SEED = 10**9


# What a form says of each remedy; the first: what the days to a correction say.
REMEDIES = {
    "": "nothing more than the days above",
    "source": "the source finds it itself",
    "notice": "the owner of the list tells the subject, who appeals",
    "dispute": "the subject disputes it on a public page",
    "reconciliation": "holders compare themselves with the owner",
    "repair": "early removal by deed",
    "none": "nobody does anything",
}


@dataclass(frozen=True)
class Case:
    """A replay as it is asked for."""

    # Names and values that ask for it, as they stand in its address.
    pairs: tuple[tuple[str, str], ...]
    scenario: Scenario  # what they ask for

    @property
    def means(self) -> str:
        """All that decides what comes of it: a scenario's file may change while its name stays."""
        return repr(replace(self.scenario, text=None))

    @property
    def saved(self) -> bool:
        """Whether it is made from a saved replay."""
        return any(name == "scenario" for name, _ in self.pairs)

    @property
    def query(self) -> str:
        """The same as a query of an address."""
        return query_of(self.pairs)


def case_of(laboratory: Laboratory, asked: Asked) -> Case:
    """The replay that an address asks for.

    Raises:
        RequestError, FaultError, ScenarioError, NetworkError: if it makes no sense, in one sentence.
    """
    from pipelines.replay import Scenario, load
    from pipelines.replay.plan.options import asked as fault_asked
    from pipelines.replay.plan.remedies import clocks, see_remedy
    from pipelines.replay.plan.scenario import see_same_world

    policy = policy_of(asked.texts("policy"))
    join = asked.one_of("join", JOINS)
    beside = {
        "remedy": asked.one_of("remedy", tuple(clocks())),
    }
    after = asked.number("correct_after", 1, MOST_DAYS)
    dispute = asked.text("dispute", 80)
    beside["text"] = None if dispute is None else text_of_dispute(laboratory, dispute)
    name = asked.text("scenario", 60)
    if name is not None:
        if given := [n for n in OF_A_FAULT if asked.texts(n)]:
            raise RequestError(f"A scenario says its own faults; leave out {', '.join(given)}.")
        path = scenario_file(laboratory, name)
        scenario = load(path)
        see_same_world(scenario, laboratory.about, path)
        scenario = scenario.under(correct_after=after, **beside)
    else:
        sets = asked.texts("set")
        column, value = asked.text("column"), asked.texts("value")
        if column is not None:
            sets = [*sets, f"{column}={value[0] if value else ''}"]
        elif value:
            raise RequestError("`value` is given without the `column` it is for.")
        names = ("fault", "feed", "record", "backup", "holder", "sender", "list", "entry",
                 "subject", "other")  # fmt: skip
        spec = fault_asked(
            **{n: asked.text(n) for n in names},
            seed=asked.number("seed", 0, MOST_SEED),
            delivery=asked.text("day"),
            sets=sets,
            scope=asked.one_of("scope", SCOPES),
            correct_after=after,
        )
        scenario = Scenario((spec,), **beside)
    see_remedy(scenario.remedy, any(s.correct_after for s in scenario.faults), scenario.text)
    join = join or scenario.join
    tier, level = laboratory.run["tier"], join or laboratory.run["join_level"]
    numbers = laboratory.numbers(level, policy, scenario)
    laboratory.kept(  # seen to be one, once
        ("policy", level, *sorted(numbers.items())),
        lambda: read_network(tier, level, numbers),
    )
    scenario = replace(scenario, join=join, policy=numbers)
    kept = [(n, v) for n, v in asked.pairs if n in TAKES and v and n not in ("column", "value")]
    if name is None and column is not None:
        kept.append(("set", sets[-1]))
    order = {n: at for at, n in enumerate(TAKES)}
    pairs = tuple(sorted(kept, key=lambda pair: order[pair[0]]))
    return Case(pairs, scenario)


def command_line(case: Case, home: Path) -> str:
    """The same replay as a command, ready to paste."""
    pairs = [
        (name, str(home / "scenarios" / f"{value}.yml") if name == "scenario" else value)
        for name, value in without(case, "dispute")
    ]
    return f"islands replay {options_of([('home', home), *pairs])}"


def without(case: Case, *names: str) -> list[tuple[str, str]]:
    """The names and values of a case without some."""
    return [pair for pair in case.pairs if pair[0] not in names]
