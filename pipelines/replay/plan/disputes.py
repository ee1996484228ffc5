"""The disputes that subjects file on public pages, kept in the home: `HOME/disputes`, a file each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from pipelines.home import Home, write_json
from pipelines.replay.plan.edits import Edit


@dataclass(frozen=True)
class Dispute:
    """A dispute that was filed."""

    file: str  # where it is kept, relative to the home
    text: str

    def json(self) -> dict[str, Any]:
        """As plain values."""
        return {"file": self.file, "characters": len(self.text), "text": self.text}


def keep(home: Home, edits: Sequence[Edit], text: str | None) -> Dispute | None:
    """Keep the dispute about a case; None if nobody had anything to dispute.

    Args:
        home: in which it is kept; one that can only be read keeps it in a temporary folder.
        text: what the subject writes; None: a sentence that says what is disputed.
    """
    remedy = edits[0].remedy
    if remedy is None or remedy.noticed is None:
        return None
    seen = remedy.noticed
    said = text or f"What {seen.holder} shows of me on the list {seen.list} is wrong."
    return keep_said(home, seen.json(), said)


def keep_said(home: Home, noticed: Mapping[str, str], text: str) -> Dispute:
    """Keep what a subject writes.

    Args:
        home: see `keep`.
        noticed: `holder`, `list`, `subject_id`, `kind` and `day` of what it saw.
    """
    about = {"synthetic": True, **noticed, "text": text}
    digest = md5(repr(about).encode(), usedforsecurity=False).hexdigest()[:8]
    file = f"disputes/{noticed['day']}-{noticed['holder']}-{digest}.json"
    (home.kept / "disputes").mkdir(exist_ok=True)
    write_json(home.kept / file, about)
    return Dispute(file, text)
