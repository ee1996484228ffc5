"""Faults by the thousand: random faults nested in random worlds, followed under every policy asked for.

    >>> from pipelines.experiment.design import Design
    >>> from pipelines.experiment.running import run
    >>> table = run(Design(("valid_code_of_another",), n=200, worlds=4), "out")  # doctest: +SKIP

A design says what varies; `run` follows every fault under every arm of it, on as many cores as there
are, goes on where it was stopped, and writes tidy tables that do not depend on either.
"""
