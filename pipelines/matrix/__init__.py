"""Which check catches which error: random faults of every kind, and what every gate says of each."""

from pipelines.matrix.plan import Plan
from pipelines.matrix.running import Tables, run
from pipelines.matrix.summary import Summary, summarise, write_tables

__all__ = ["Plan", "Summary", "Tables", "run", "summarise", "write_tables"]
