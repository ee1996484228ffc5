"""What an experiment varies: kinds of fault, worlds, levels of joining, policies, corrections.

Every random thing has a stream of its own, named and keyed: the worlds, their dirt, and each fault's
record, value and day. A fault is drawn from (seed, world, number) alone, never from the arm it is
followed in, so arms are compared on the very same faults (common random numbers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from math import lcm

from pipelines.exchange.mishaps import mishaps
from pipelines.exchange.network import (
    JOINS,
    OF_THE_RUN,
    Network,
    NetworkError,
    in_reach,
    read_network,
)
from pipelines.replay.plan.faults import FRAMES, FaultSpec
from pipelines.replay.plan.remedies import NONE, clocks, goes_with_days, source_days
from quality.policies import PREFIX
from schemas.contract import TIERS
from sources.faults import kinds
from sources.world import SIZES
from sources.world.draws import Stream

# Factors of every arm.
JOIN, CORRECTION = "level of joining", "remedy, or days until the source corrects"
# Faults of one world and arm that are followed together: the first take as long as many.
BLOCK = 500


class DesignError(ValueError):
    """A design that cannot be; the message says which option and why."""


@dataclass(frozen=True)
class Arm:
    """One way in which every fault is followed.

    Attributes:
        policy: numbers of the network that differ, as sorted pairs.
        correct_after: days until the source corrects; None: never.
        remedy: what is done beside that, see `pipelines.replay.plan.remedies`; None: nothing.
    """

    join: str
    policy: tuple[tuple[str, str], ...] = ()
    correct_after: int | None = None
    remedy: str | None = None

    @property
    def base(self) -> Arm:
        """What all arms that differ in what is done alone start from: this arm, if nothing is."""
        return Arm(self.join, self.policy)

    @property
    def numbers(self) -> dict[str, str]:
        """What of the policy is not so anyway: what a database of the arm is built with.

        >>> Arm("full", (("ncisp-bank.every", "7"), ("ncisp-bank.lag", "9"))).numbers  # it is 7 anyway
        {'ncisp-bank.lag': '9'}
        """
        kept = {k: v for k, v in self.policy if OF_THE_RUN.get(k, ("",))[0] != v}
        for name in tuple(kept):
            without = {k: v for k, v in kept.items() if k != name}
            of_the_network = name not in OF_THE_RUN and not name.startswith(PREFIX)
            if of_the_network and self._network(without) == self._network(kept):
                kept = without
        return kept

    def _network(self, policy: dict[str, str]) -> Network:
        """The network of the arm under some of its policy."""
        return read_network(TIERS[-1], self.join, policy)

    @property
    def factors(self) -> dict[str, str]:
        """What makes the arm what it is, each in words: joining, policies, correction."""
        after = "never" if self.correct_after is None else f"{self.correct_after} d"
        if self.remedy is not None:
            after = self.remedy if self.correct_after is None else f"{self.remedy}, {after}"
        return {JOIN: self.join, **dict(self.policy), CORRECTION: after}


def short_names(arms: Sequence[Arm]) -> list[str]:
    """A name for each arm that says what tells it from the others, and no more.

    A policy is called by its value alone where that is a word no other policy has, else by the last
    part of its name and the value, or by its whole name where another one ends alike.

    >>> short_names([Arm("none", (), 7), Arm("full", (("corrections", "pushed"),), 7)])
    ['none', 'full · pushed']
    >>> short_names([Arm("full", (("a-b.every", "7"),), 7), Arm("full", (("a-b.every", "28"),), 30)])
    ['every 7 · 7 d', 'every 28 · 30 d']
    >>> short_names([Arm("full", remedy="notice"), Arm("full", (), 30)])
    ['notice', '30 d']
    """
    policies = {name for arm in arms for name, _ in arm.policy}
    given = {name: {dict(arm.policy).get(name) for arm in arms} for name in policies}
    last = [name.rpartition(".")[2] for name in policies]

    def said(factor: str, value: str) -> str:
        if factor not in policies:
            return value
        if not value.isdigit() and sum(value in given[name] for name in policies) == 1:
            return value
        end = factor.rpartition(".")[2]
        return f"{end if last.count(end) == 1 else factor} {value}"

    names = varying(arms)
    return [
        " · ".join(said(f, value) for f, value in arm.factors.items() if f in names) or arm.join
        for arm in arms
    ]


def varying(arms: Sequence[Arm]) -> list[str]:
    """The factors that tell some arms from others, in the order in which names give them."""
    names = dict.fromkeys(name for arm in arms for name in arm.factors)
    order = sorted(names, key=lambda name: (name != JOIN, name == CORRECTION, name))
    return [name for name in order if len({arm.factors.get(name) for arm in arms}) > 1]


@dataclass(frozen=True)
class Block:
    """Some faults of one world to be followed in one arm.

    Attributes:
        world: number of the world, from 0.
        arm: number of the arm, from 0.
        faults: numbers of the faults, from 0 over all worlds.
    """

    world: int
    arm: int
    faults: tuple[int, ...]

    @property
    def name(self) -> str:
        """Of the file its results are kept in."""
        return f"w{self.world:03d}-a{self.arm:03d}-f{self.faults[0]:06d}"


@dataclass(frozen=True)
class Design:
    """The whole of an experiment.

    Attributes:
        faults: kinds of fault; see `kind`.
        n: how many faults in all; fault i happens in world i modulo `worlds`.
        seed: everything random comes from it.
        correct_after: days until correction, each an arm; empty: never corrected.
        remedies: each an arm, those with which such days go one for each of them; empty: what those
            days say.
        policies: name of a number of the network -> values; every combination is an arm, at the
            levels of joining at which it means anything.
        size, days, dirt: of the worlds; see `islands generate`.
        frame: faults are uniform by `feed`, by `record` or by `subject`. By feed, since a register
            of residents has so many records that by record hardly a fault would be anywhere else.
        scope: `source` or `once`; None: the kind's own.
        block: how many faults of one world are followed together, in all arms that differ in what is
            done alone; it changes no result.
    """

    faults: Sequence[str]
    n: int = 100
    worlds: int = 2
    seed: int = 1
    correct_after: Sequence[int] = ()
    remedies: Sequence[str] = ()
    policies: dict[str, Sequence[str]] = field(default_factory=dict)
    joins: Sequence[str] = ("full",)
    size: str = "tiny"
    days: int = 365
    dirt: float = 1.0
    frame: str = "feed"
    scope: str | None = None
    block: int = BLOCK

    def check(self) -> None:
        """See that it can be.

        Raises:
            DesignError: naming the option that is wrong.
        """
        known = sorted({*kinds(), *mishaps()} - {"free_edit"})
        for kind in self.faults:
            if kind not in known:
                raise DesignError(f"--faults {kind!r} is none of {', '.join(known)}.")
        if not self.faults:
            raise DesignError(
                "--faults takes at least one kind of fault; `islands faults` names them."
            )
        if self.n < 1 or self.worlds < 1:
            raise DesignError("--n and --worlds take a number from 1.")
        if self.n < self.worlds:
            raise DesignError(
                f"--n {self.n} is less than a fault a world; there are {self.worlds}."
            )
        for join in self.joins or ("",):
            if join not in JOINS:
                raise DesignError(f"--join {join!r} is none of {', '.join(JOINS)}.")
        if any(days < 1 for days in self.correct_after):
            raise DesignError("--correct-after takes numbers of days from 1.")
        for remedy in self.remedies:
            if remedy not in clocks():
                raise DesignError(f"--remedy {remedy!r} is none of {', '.join(clocks())}.")
        if self.correct_after and self.remedies and not any(map(goes_with_days, self.remedies)):
            raise DesignError(
                f"With --remedy {','.join(self.remedies)} no source finds an error itself; leave out "
                "--correct-after, or give source or reconciliation as well."
            )
        for name, values in self.policies.items():
            for value in values:
                self._known(name, value)
        if self.size not in SIZES:
            raise DesignError(f"--size {self.size!r} is none of {', '.join(SIZES)}.")
        if self.days < 1 or self.dirt < 0:
            raise DesignError("--days takes a number from 1, --dirt one from 0.")
        if self.frame not in FRAMES:
            raise DesignError(f"--frame {self.frame!r} is none of {', '.join(FRAMES)}.")

    def _known(self, name: str, value: str) -> None:
        """See that a number of the network means something at one of the levels at least."""
        last: NetworkError | None = None
        for join in self.joins:
            try:
                read_network(self.tier, join, {name: value})
                return
            except NetworkError as error:
                last = error
        raise DesignError(f"--policy {name}={value}: {last}")

    @property
    def tier(self) -> str:
        """The tier of islands and edges of its worlds."""
        return "story" if self.size == "story" else "core"

    def arms(self) -> list[Arm]:
        """Every combination of joining, policy and correction, in a stated order, each once."""
        names = sorted(self.policies)
        found: dict[Arm, None] = {}
        for join in self.joins:
            for values in product(*(self.policies[name] for name in names)):
                policy = in_reach(dict(zip(names, values, strict=True)), self.tier, join)
                for days, remedy in self._done():
                    found[Arm(join, tuple(policy.items()), days, remedy)] = None
        return list(found)

    def _done(self) -> list[tuple[int | None, str | None]]:
        """What is done in some arm: the days after which the source corrects, and what else."""
        if not self.remedies:
            return [(days, None) for days in self.correct_after or (None,)]
        found: list[tuple[int | None, str | None]] = []
        for remedy in self.remedies:
            if remedy == "source":
                found += [(days, None) for days in self.correct_after or (source_days(),)]
            elif goes_with_days(remedy):
                found += [(days, remedy) for days in self.correct_after or (None,)]
            else:
                found.append((None, None if remedy == NONE else remedy))
        return found

    def world_seed(self, world: int) -> int:
        """The seed of a world."""
        return int(Stream(self.seed, "experiment.world").below(world, 1 << 31))

    def kind(self, number: int) -> str:
        """The kind of a fault: they take turns, so that each befalls each world as often as the others.

        After every round of kinds and worlds one is passed over: two kinds in two worlds would else
        be one in each, and what tells the kinds apart would pass for what tells the worlds apart.
        """
        kinds = len(self.faults)
        return self.faults[(number + number // lcm(kinds, self.worlds)) % kinds]

    def fault(self, number: int, arm: Arm) -> FaultSpec:
        """A fault as it is asked for in an arm. Only its correction depends on the arm."""
        return FaultSpec(
            self.kind(number),
            scope=self.scope,
            correct_after=arm.correct_after,
            seed=int(Stream(self.seed, "experiment.fault").below(number, 1 << 31)),
            frame=self.frame,
            room=max((days for days, _ in self._done() if days is not None), default=None),
        )

    def blocks(self) -> list[Block]:
        """The work, in pieces that can be done in any order; those on one base follow each other."""
        found = []
        for world in range(self.worlds):
            mine = list(range(world, self.n, self.worlds))
            for arm in range(len(self.arms())):
                for at in range(0, len(mine), self.block):
                    found.append(Block(world, arm, tuple(mine[at : at + self.block])))
        return found
