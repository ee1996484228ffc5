"""What is asked of a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.exchange.mishaps import mishaps
from pipelines.matrix.gates import own_gates
from quality.written import of_file
from sources.faults import kinds
from sources.world.draws import Stream


@dataclass(frozen=True)
class Plan:
    """What is asked of a matrix."""

    faults: Sequence[str] = ()  # kinds of fault and mishap; none: every kind
    gates: Sequence[str] = ()  # ids of the gates whose catches are counted; none: all
    n: int = 20  # random faults of each kind
    # `worlds`, `size`, `days`, `dirt`, `seed`: of the worlds they happen in; see `islands
    # generate`.
    worlds: int = 2
    size: str = "tiny"
    days: int = 365
    dirt: float = 1.0
    seed: int = 1
    own: Sequence[Path] = ()  # files of gates besides those of the project
    # Whether to look for other truths with the same files, of kinds that the gates do not catch.
    pairs: bool = True

    @classmethod
    def of_own(cls, own: Sequence[Path], **asked: Any) -> Plan:
        """A first look at gates of one's own: judged alone, of fewer faults in one world, without pairs.

        Args:
            own: their files.
            asked: what is to be otherwise, by the names of the attributes.

        Raises:
            CheckError: if a file is no gate.
            ValueError: if there is no such file.
        """
        plan = cls(**{"n": 5, "worlds": 1, "pairs": False} | asked | {"own": tuple(own)})
        plan.check()
        return replace(plan, gates=(*plan.gates, *(of_file(path).gate for path in own)))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are followed, in alphabetical order, mishaps last."""
        every = (*(name for name in kinds() if name != "free_edit"), *mishaps())
        return tuple(name for name in every if not self.faults or name in self.faults)

    def check(self) -> None:
        """See that it can be.

        Raises:
            ValueError: naming the option, or the file of a gate, that is wrong.
        """
        known = {*kinds(), *mishaps()} - {"free_edit"}
        for name in self.faults:
            if name not in known:
                raise ValueError(f"--faults {name!r} is none of {', '.join(sorted(known))}.")
        if self.n < 1 or self.worlds < 1:
            raise ValueError("--n and --worlds take a number from 1.")
        for path in self.own:
            if not path.is_file():
                raise ValueError(f"--gate: there is no file {path}.")
        own_gates(self.own)

    def world_seed(self, world: int) -> int:
        """The seed of a world."""
        return int(Stream(self.seed, "matrix.world").below(world, 1 << 31))

    def faults_of(self, world: int) -> list[tuple[str, int]]:
        """(kind, number) of every fault that happens in a world."""
        return [(kind, n) for kind in self.kinds for n in range(world, self.n, self.worlds)]
