"""The landing folder: `<feed>/<feed>_<YYYYMMDD>.<ending>` and a `manifest.json`."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.places import Place
from schemas import contract
from schemas.contract import HORIZON_DAYS, TIERS, Feed
from schemas.said_once import SaidTwiceError, read_json

MANIFEST = "manifest.json"
# What a manifest may say of the world that the files tell of: its kind, and how that is called.
OF_THE_WORLD: dict[str, tuple[Any, str]] = {
    "size": (str, "the name of a size"),
    "seed": (int, "a whole number"),
    "dirt": (int | float, "a number"),
}
MOST_GAP_DAYS = 366  # between two deliveries, before a day is taken for a mistake in a file's name


class LandingError(ValueError):
    """A landing folder that cannot be landed; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class DeliveredFile:
    """One delivery: its file and the day it was published, which the file's name says."""

    path: Place
    published: date

    @property
    def delivery(self) -> str:
        """The day as ISO text, which is the delivery's name."""
        return self.published.isoformat()

    @property
    def file(self) -> str:
        """The file relative to the landing folder, with '/'."""
        return f"{self.path.parent.name}/{self.path.name}"


def deliveries_in(landing: Place, feed: Feed) -> list[DeliveredFile]:
    """The deliveries of a feed in the order of their days; none if it has no folder.

    Hidden files and the lock files of spreadsheets are passed over.

    Raises:
        LandingError: if a file's name is not that of a delivery of the feed.
    """
    folder = landing / feed.name
    if not folder.is_dir():
        return []
    pattern = re.compile(rf"{re.escape(feed.name)}_([0-9]{{8}})\.{re.escape(feed.extension)}")
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
        if not path.is_file():
            raise LandingError(f"{path} is no file that can be read; take it away.")
        try:
            day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
        except ValueError:
            raise LandingError(
                f"{path}: {match[1]} is no day; name the file after the day it was published."
            ) from None
        found.append(DeliveredFile(path, day))
    return found


def digests_in(landing: Place, feeds: Iterable[Feed]) -> list[tuple[str, str, str]]:
    """Feed, delivery and sha256 of each file delivered, ordered by the first two, as a build notes them of
    files that it can read.

    Every file is read once: about a second a gigabyte.

    Raises:
        LandingError: see `deliveries_in`.
    """
    found = []
    for feed in feeds:
        for one in deliveries_in(landing, feed):
            digest = hashlib.sha256(one.path.read_bytes()).hexdigest()
            found.append((feed.name, one.delivery, digest))
    return sorted(found)


def check_folder(landing: Place, feeds: Iterable[str]) -> None:
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


def read_manifest(landing: Place) -> dict[str, Any]:
    """What a landing folder says about itself; what it does not say is worked out from its files.

    Returns:
        At least `day0`, `last_day`, `horizon` (ISO days), `days`, `tier`, `size`, `seed`, `dirt`,
        `synthetic`, `notice`, `version`; None where nobody can know.

    Raises:
        LandingError: if the folder is missing or holds no delivery, or its manifest is unreadable.
    """
    path = landing / MANIFEST
    said = _said(path)
    if not {"day0", "last_day", "horizon", "days", "tier"} <= said.keys():
        said = {**_derived(landing, said), **said}
    _check_manifest(path, said)
    nobody_knows = dict.fromkeys(("version", "size", "seed", "dirt", "synthetic", "notice"))
    return {**nobody_knows, **said}


def _said(path: Place) -> dict[str, Any]:
    """What stands in a manifest; nothing if there is none."""
    if not path.exists():
        return {}
    try:
        said = read_json(path.read_text(encoding="utf-8-sig"))
    except SaidTwiceError as error:
        raise LandingError(f"{path}: {error}.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise LandingError(
            f"{path} is not readable ({error}); delete it, or generate the folder again."
        ) from None
    if not isinstance(said, dict):
        raise LandingError(f"{path} must hold one JSON object; delete it, or correct it.")
    return said


def window(landing: Place) -> tuple[date, date] | None:
    """The first and the last day on which a delivery may be published; None if no manifest says either.

    Raises:
        LandingError: if the manifest is unreadable, or its days are none.
    """
    path, days = landing / MANIFEST, {"day0", "last_day"}
    said = _said(path)
    if not days & said.keys():
        return None
    if not days <= said.keys():
        said = read_manifest(landing)
    return _day(path, said, "day0"), _day(path, said, "last_day")


def _day(path: Place, said: Mapping[str, Any], name: str) -> date:
    try:
        day = date.fromisoformat(said[name])
    except (TypeError, ValueError) as error:
        raise LandingError(f"{path}: {name}: {error}; write days as YYYY-MM-DD.") from None
    if day.isoformat() != said[name]:
        raise LandingError(f"{path}: {name} says {said[name]!r}; write days as YYYY-MM-DD.")
    return day


def _check_manifest(path: Place, said: Mapping[str, Any]) -> None:
    """See that what a manifest says fits together."""
    day0, last_day, horizon = (_day(path, said, name) for name in ("day0", "last_day", "horizon"))
    if not day0 <= last_day <= horizon:
        raise LandingError(
            f"{path}: day0 {day0}, last_day {last_day} and horizon {horizon} must follow in that "
            "order; correct them."
        )
    days = (last_day - day0).days + 1
    if said["days"] != days:
        raise LandingError(
            f"{path}: days says {said['days']!r}, but from day0 to last_day are {days}; correct it."
        )
    for name, (kind, what) in OF_THE_WORLD.items():
        value = said.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, kind)):
            raise LandingError(f"{path}: {name} says {value!r}; write {what}, or leave it out.")
    if said["tier"] not in TIERS:
        raise LandingError(
            f"{path}: there is no tier {said['tier']!r}; write one of {', '.join(TIERS)}."
        )


def _derived(landing: Place, said: Mapping[str, Any]) -> dict[str, Any]:
    feeds = contract.feeds()
    check_folder(landing, ())
    delivered = {name: deliveries_in(landing, feed) for name, feed in feeds.items()}
    every = sorted((one.published, one.file) for files in delivered.values() for one in files)
    days = [day for day, _ in every]
    if not days:
        raise LandingError(
            f"{landing} holds no delivery; run `islands generate` first, or name another --landing."
        )
    path = landing / MANIFEST
    if not {"day0", "last_day"} <= said.keys():
        _see_no_stray_day(landing, every)
    day0 = _day(path, said, "day0") if "day0" in said else min(days)
    last_day = _day(path, said, "last_day") if "last_day" in said else max(days)
    if last_day > date.max - timedelta(days=HORIZON_DAYS):
        where = path if "last_day" in said else landing / every[-1][1]
        raise LandingError(
            f"{where} says {last_day} as the last day of deliveries, and no calendar goes on for three "
            "years after it; correct that."
        )
    present = {name for name, files in delivered.items() if files}
    tier = next(t for t in TIERS if present <= contract.feeds(t).keys())
    return {
        "day0": day0.isoformat(),
        "last_day": last_day.isoformat(),
        "horizon": (last_day + timedelta(days=HORIZON_DAYS)).isoformat(),
        "days": (last_day - day0).days + 1,
        "tier": tier,
    }


def _see_no_stray_day(landing: Place, every: Sequence[tuple[date, str]]) -> None:
    """Refuse a folder without a window in which some deliveries lie years apart from the others.

    Args:
        every: day and file of every delivery, in order.
    """
    for n, ((before, _), (after, _)) in enumerate(zip(every, every[1:], strict=False), start=1):
        gap = (after - before).days
        if gap > MOST_GAP_DAYS:
            few, many = sorted((every[:n], every[n:]), key=len)
            raise LandingError(
                f"{landing / few[0][1]}: its name says {few[0][0]}, {gap} days apart from the "
                f"deliveries of {many[0][0]} to {many[-1][0]}; rename it, or say day0 and last_day "
                f"in {MANIFEST}."
            )
