"""What there is to build in this home at most, and what Dagster calls it.

A lower level of joining has fewer models; those left out are assets all the same, whose step says
that they take no part.
"""

import dagster as dg

from pipelines.definitions.home import default_home, tier_of_home
from pipelines.graph import all_models
from pipelines.home import Home
from schemas.contract import feeds

TIER = tier_of_home(Home(default_home()))
FEEDS = feeds(TIER)
MODELS = {model.name: model for model in all_models(TIER, "full")}
VERDICTS = "quality.verdicts"
DATABASE = "publication.database"
EVERYTHING = (*(f"landing.{feed}" for feed in FEEDS), VERDICTS, *MODELS, DATABASE)


def key(table: str) -> dg.AssetKey:
    """The asset of a table, `lists.entries` being `lists / entries`."""
    return dg.AssetKey(table.split("."))


def asset_of(table: str) -> str | None:
    """The asset in whose step a table is made; None for code lists, the world and the like.

    One step lands a feed and notes its deliveries; one step judges them all.

    >>> asset_of("quality.deliveries"), asset_of("lists.entries"), asset_of("codes.grounds")
    ('quality.verdicts', 'lists.entries', None)
    """
    if table in MODELS or table.removeprefix("landing.") in FEEDS:
        return table
    return VERDICTS if table.split(".")[0] in ("landing", "quality") else None


def step(table: str) -> str:
    """The step that makes an asset."""
    return table.replace(".", "__")
