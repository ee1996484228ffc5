"""Scenarios and disputes that are kept in a home, by the names an address gives them."""

import json
import re
from pathlib import Path

from pipelines.explore.asked import RequestError
from pipelines.explore.laboratory import Laboratory

NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


def scenario_file(laboratory: Laboratory, name: str) -> Path:
    """The file of a saved replay.

    Raises:
        RequestError: if there is none of that name.
    """
    path = laboratory.home.kept / "scenarios" / f"{name}.yml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise RequestError(f"There is no scenario {name!r} in this home.", 404)
    return path


def scenarios(laboratory: Laboratory) -> list[str]:
    """Names of the saved replays."""
    folder = laboratory.home.kept / "scenarios"
    return sorted(path.stem for path in folder.glob("*.yml") if NAME.fullmatch(path.stem))


def text_of_dispute(laboratory: Laboratory, name: str) -> str:
    """What a dispute that is kept in the home says.

    Raises:
        RequestError: if there is none of that name.
    """
    path = laboratory.home.kept / "disputes" / f"{name}.json"
    try:
        if NAME.fullmatch(name):
            return str(json.loads(path.read_text(encoding="utf-8"))["text"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise RequestError(f"There is no dispute {name!r} in this home.", 404)
