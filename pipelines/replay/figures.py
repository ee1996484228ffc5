"""The figures of a replay under the name by which notebooks ask for them."""

from pipelines.replay.tell.figures import intervals, network, per_day, periods, wrong_per_day

__all__ = ["intervals", "network", "per_day", "periods", "wrong_per_day"]
