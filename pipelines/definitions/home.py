"""The home these pages show, and what it says of itself.

Dagster loads definitions once, so what is delivered to the home when they are loaded decides which
assets and partitions there are; `Reload` on the page of the code location looks again.
"""

import os
from collections.abc import Mapping
from typing import Any

from pipelines.build import tier_of
from pipelines.home import Home, HomeError
from pipelines.landing import LandingError, read_manifest


def default_home() -> str:
    """Where the laboratory is unless a run says otherwise."""
    return os.environ.get("ISLANDS_HOME", "build")


def says_of_itself(home: Home) -> Mapping[str, Any]:
    """What was delivered to a home, else what its database in force was built from, else nothing.

    >>> says_of_itself(Home("nowhere"))
    {}
    """
    try:
        return read_manifest(home.landing)
    except LandingError:
        pass
    try:
        return home.current()
    except HomeError:
        return {}


def tier_of_home(home: Home) -> str:
    """Which islands take part in a home; all of them in an empty one."""
    said = says_of_itself(home)
    return tier_of(said) if said else "whole"
