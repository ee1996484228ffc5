"""The landing folder: `<feed>/<feed>_<YYYYMMDD>.<ending>` and a `manifest.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from schemas import contract
from schemas.contract import TIERS, Feed

MANIFEST = "manifest.json"
HORIZON_DAYS = 1095  # after the last delivery: three years, the longest term a list knows


class LandingError(ValueError):
    """A landing folder that cannot be landed; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class DeliveredFile:
    """One delivery: its file and the day it was published, which the file's name says."""

    path: Path
    published: date

    @property
    def delivery(self) -> str:
        """The day as ISO text, which is the delivery's name."""
        return self.published.isoformat()

    @property
    def file(self) -> str:
        """The file relative to the landing folder, with '/'."""
        return f"{self.path.parent.name}/{self.path.name}"


def deliveries_in(landing: Path, feed: Feed) -> list[DeliveredFile]:
    """The deliveries of a feed in the order of their days; none if it has no folder.

    Hidden files and the lock files of spreadsheets are passed over.

    Raises:
        LandingError: if a file's name is not that of a delivery of the feed.
    """
    folder = landing / feed.name
    if not folder.is_dir():
        return []
    pattern = re.compile(rf"{re.escape(feed.name)}_(\d{{8}})\.{re.escape(feed.extension)}")
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        match = pattern.fullmatch(path.name)
        if not match:
            raise LandingError(
                f"{path}: a delivery of {feed.name} must be named "
                f"{feed.name}_<YYYYMMDD>.{feed.extension}; rename the file or take it away."
            )
        try:
            day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
        except ValueError:
            raise LandingError(
                f"{path}: {match[1]} is no day; name the file after the day it was published."
            ) from None
        found.append(DeliveredFile(path, day))
    return found


def check_folder(landing: Path, feeds: Iterable[str]) -> None:
    """See that a landing folder holds nothing that would silently be left out.

    Folders of feeds that are known but not asked for are fine.

    Args:
        feeds: names of the feeds asked for.

    Raises:
        LandingError: if the folder is missing, or something in it belongs to no feed.
    """
    if not landing.is_dir():
        raise LandingError(
            f"{landing} is no folder; run `islands generate` first, or name another --landing."
        )
    known = {*feeds, *contract.feeds()}
    for path in sorted(landing.iterdir()):
        if path.name.startswith(".") or path.name == MANIFEST:
            continue
        if not path.is_dir():
            raise LandingError(
                f"{path} lies beside the folders of the feeds; move it into its feed's folder."
            )
        if path.name not in known:
            raise LandingError(
                f"{path}: no contract has a feed {path.name!r}; add its island's folder under "
                "sources/, or take the files away."
            )


def read_manifest(landing: Path) -> dict[str, Any]:
    """What a landing folder says about itself; what it does not say is worked out from its files.

    Returns:
        At least `day0`, `last_day`, `horizon` (ISO days), `days`, `tier`, `size`, `seed`, `dirt`,
        `synthetic`, `notice`, `version`; None where nobody can know.

    Raises:
        LandingError: if the folder is missing or holds no delivery, or its manifest is unreadable.
    """
    path = landing / MANIFEST
    said: dict[str, Any] = {}
    if path.exists():
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise LandingError(
                f"{path} is not readable ({error}); delete it, or generate the folder again."
            ) from None
        if not isinstance(said, dict):
            raise LandingError(f"{path} must hold one JSON object; delete it, or correct it.")
    if not {"day0", "last_day", "horizon", "days", "tier"} <= said.keys():
        said = {**_derived(landing, said), **said}
    nobody_knows = dict.fromkeys(("version", "size", "seed", "dirt", "synthetic", "notice"))
    return {**nobody_knows, **said}


def _derived(landing: Path, said: Mapping[str, Any]) -> dict[str, Any]:
    feeds = contract.feeds()
    check_folder(landing, ())
    delivered = {name: deliveries_in(landing, feed) for name, feed in feeds.items()}
    days = [one.published for files in delivered.values() for one in files]
    if not days:
        raise LandingError(
            f"{landing} holds no delivery; run `islands generate` first, or name another --landing."
        )
    try:
        day0 = date.fromisoformat(said["day0"]) if "day0" in said else min(days)
        last_day = date.fromisoformat(said["last_day"]) if "last_day" in said else max(days)
    except (TypeError, ValueError) as error:
        raise LandingError(f"{landing / MANIFEST}: {error}; write days as YYYY-MM-DD.") from None
    present = {name for name, files in delivered.items() if files}
    tier = next(t for t in TIERS if present <= contract.feeds(t).keys())
    return {
        "day0": day0.isoformat(),
        "last_day": last_day.isoformat(),
        "horizon": (last_day + timedelta(days=HORIZON_DAYS)).isoformat(),
        "days": (last_day - day0).days + 1,
        "tier": tier,
    }
