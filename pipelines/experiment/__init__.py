"""Faults by the thousand: random faults nested in random worlds, followed under every policy asked for.

    >>> from pipelines.experiment import Design, run
    >>> table = run(Design(("valid_code_of_another",), n=200, worlds=4), "out")  # doctest: +SKIP

A design says what varies; `run` follows every fault under every arm of it, on as many cores as there
are, goes on where it was stopped, and writes tidy tables that do not depend on either.
"""

from pipelines.experiment.design import Arm, Design, DesignError
from pipelines.experiment.needs import Needs, needs
from pipelines.experiment.running import run
from pipelines.experiment.summary import Summary, summarise

__all__ = ["Arm", "Design", "DesignError", "Needs", "Summary", "needs", "run", "summarise"]
