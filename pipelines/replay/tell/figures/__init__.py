"""Pictures of a replay, as plotly figures: on the replay's page, and in notebooks.

>>> from pipelines.replay import FaultSpec, replay
>>> from pipelines.replay.tell.figures import intervals, network, wrong_per_day
>>> found = replay("build", FaultSpec("wrong_unit", correct_after=30), paths=True)
... # doctest: +SKIP
>>> intervals(found).show()  # doctest: +SKIP
"""

from pipelines.replay.tell.figures.days import per_day, wrong_per_day
from pipelines.replay.tell.figures.holders import network
from pipelines.replay.tell.figures.periods import intervals, periods

__all__ = ["intervals", "network", "per_day", "periods", "wrong_per_day"]
