"""What an experiment will need, told before it starts: time and disk, roughly."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.announced import COSTS, sentence
from pipelines.exchange.network import JOINS, in_reach
from pipelines.experiment.design import Design


@dataclass(frozen=True)
class Needs:
    """What is still to be done, and what that takes."""

    replays: int  # how many are left
    databases: int  # how many are left to be built
    seconds: float  # in all
    megabytes: int  # on disk

    def sentence(self, out: Path | str) -> str:
        """It in words, for whoever waits."""
        build = f" and {self.databases:,} databases to build" if self.databases else ""
        what = f"{self.replays:,} replays{build}:"
        return sentence(self.seconds, self.megabytes, out, what)


def needs(design: Design, out: Path | str, workers: int = 1) -> Needs:
    """Work out what an experiment will need.

    Args:
        out: its folder; what is there already is not counted.
    """
    folder = Path(out)
    todo = [b for b in design.blocks() if not (folder / "parts" / f"{b.name}.replays").exists()]
    replays = sum(len(block.faults) for block in todo)
    built = sum((folder / "worlds" / f"{w:03d}" / "levels").exists() for w in range(design.worlds))
    databases = (design.worlds - built) * len(_databases(design)) if todo else 0
    seconds, megabytes = COSTS[design.size].to_replay()
    following = replays * COSTS[design.size].replay / workers
    return Needs(replays, databases, databases * seconds + following, databases * megabytes)


def needs_of_places(replays: int, size: str, workers: int = 1) -> Needs:
    """The same of so many faults at places of a world that is there."""
    return Needs(replays, 0, replays * COSTS[size].replay / workers, 0)


def _databases(design: Design) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """The databases of one world: its own, one for each arm's network, and those gain is told over."""
    found: set[tuple[str, tuple[tuple[str, str], ...]]] = {("full", ())}
    for arm in design.arms():
        found.add((arm.join, tuple(arm.numbers.items())))
        at = JOINS.index(arm.join)
        beside = JOINS[at - 1] if at else JOINS[1]
        found.add((beside, tuple(in_reach(arm.numbers, design.tier, beside).items())))
    return found
