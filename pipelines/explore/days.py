"""The day that a page looks at, and what a slider of days needs."""

from datetime import date
from typing import Any

from pipelines.explore.asked import Asked, RequestError
from pipelines.explore.laboratory import World


def day_of(world: World, asked: Asked) -> str:
    """The day that is looked at: the last of deliveries unless another is asked for.

    Raises:
        RequestError: if nothing is known of it.
    """
    run, day = world.run, asked.day("day")
    if day is None:
        return run["last_day"]
    if not run["day0"] <= day.isoformat() <= run["horizon"]:
        raise RequestError(f"`day` lies between {run['day0']} and {run['horizon']}, unlike {day}.")
    return day.isoformat()


def slider(world: World, day: str) -> dict[str, Any]:
    """A day, the first and the last there can be, and their numbers counted from the first."""
    run = world.run
    first = date.fromisoformat(run["day0"])
    return {
        "day": day,
        "first_day": run["day0"],
        "last_day": run["horizon"],
        "number_of_day": (date.fromisoformat(day) - first).days,
        "number_of_last": (date.fromisoformat(run["horizon"]) - first).days,
    }
