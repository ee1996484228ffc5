"""What every output says of itself: version, lock, seeds, policy, digest of the landing files, command."""

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemas.contract import ROOT
from schemas.notice import NOTICE
from schemas.version import project_version

# What a manifest repeats of the landing folder's own.
OF_THE_LANDING = ("size", "seed", "dirt", "days", "day0", "last_day", "horizon", "tier")


def lock_hash() -> str:
    """sha256 of the lock file; `none` where the project was installed without it."""
    lock = ROOT / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "none"


def landing_digest(engine: Any) -> str:
    """One digest over the digests of all landed files, whatever order they were read in."""
    rows = engine.fetch("SELECT feed, delivery, digest FROM landing.deliveries ORDER BY ALL")
    return digest_over(rows)


def digest_over(parts: Iterable[Any]) -> str:
    """One digest over plain values, in their order; of a landing folder: over feed, delivery and sha256 of
    each file, ordered by the first two.

    >>> digest_over([("court", "2024-01-01", "ab")])[:12]
    '38e97661bec6'
    """
    return hashlib.sha256(repr([*parts]).encode()).hexdigest()


def of_worlds(worlds: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the manifest of an output says of the worlds it was found in.

    Args:
        worlds: what the database of each says of itself, in the order of the worlds.

    Returns:
        `worlds`, with seed, dirt and digest of the landing files of each, and `landing_digest`, one digest
        over theirs.
    """
    said = [{name: of.get(name) for name in ("seed", "dirt", "landing_digest")} for of in worlds]
    return {"landing_digest": digest_over(of["landing_digest"] for of in said), "worlds": said}


def make_manifest(
    command: Sequence[str],
    landing_manifest: Mapping[str, Any],
    *,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    digest: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The manifest of an output.

    Args:
        command: words of the command line, or of the call, that made it.
        landing_manifest: what the landing folder says of itself.
        digest: of the landing files that went in.
    """
    return {
        "notice": NOTICE,
        "version": project_version(),
        "lock": lock_hash(),
        **{name: landing_manifest.get(name) for name in OF_THE_LANDING},
        "join": join,
        "policy": dict(policy or {}),
        "landing_digest": digest,
        "command": shlex.join(["islands", *command]),
        **more,
    }
