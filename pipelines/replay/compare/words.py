"""What subjects and measures are called, read out of the databases that were compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from pipelines.engine.databases import Databases

MOST_NAMES = 2000  # subjects of whom names are fetched, for reports


@dataclass(frozen=True)
class Words:
    """What to call things in a report."""

    # Subject_id -> name and kind, as the registers have them.
    subjects: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)  # measure -> English title
    # Subject_id -> code of an organisation, or number of a person as the public sees it.
    numbers: Mapping[str, str] = field(default_factory=dict)

    def name(self, subject_id: str) -> str:
        """A subject's name, or the start of its id if no register gives one."""
        name, _ = self.subjects.get(subject_id, (None, ""))
        return name or f"subject {subject_id[:8]}"

    def subject(self, subject_id: str) -> str:
        """A subject's name with its kind in English."""
        _, kind = self.subjects.get(subject_id, (None, ""))
        return f"{self.name(subject_id)} ({kind.replace('_', ' ') or 'not registered'})"


def words(db: Databases, names: Sequence[str], subjects: Sequence[str]) -> Words:
    """Fetch the words for a report.

    Args:
        names: those to look in, the first that knows a subject decides.
        subjects: subject_ids; of very many, only the first are named.
    """
    db.put("meant", pd.DataFrame({"subject_id": sorted(set(subjects))[:MOST_NAMES]}))
    names_of: dict[str, tuple[str, str]] = {}
    numbers: dict[str, str] = {}
    for name in names:
        for subject_id, called, kind in db.rows(
            "SELECT m.subject_id, max_by(n.name, n.from_day), max_by(n.subject_kind, n.from_day) "
            f"FROM given.meant AS m INNER JOIN {name}.resolve.names AS n "
            "ON n.subject_id = m.subject_id GROUP BY m.subject_id"
        ):
            names_of.setdefault(subject_id, (called, kind or ""))
        for subject_id, number in db.rows(
            "SELECT m.subject_id, max_by(CASE i.scheme WHEN 'resident_no' THEN mask_resident_no(i.value) "
            "ELSE i.value END, (i.scheme <> 'org_code', i.from_day)) "
            f"FROM given.meant AS m INNER JOIN {name}.resolve.identifiers AS i "
            "ON i.subject_id = m.subject_id AND i.scheme IN ('uscc', 'org_code', 'resident_no') "
            "GROUP BY m.subject_id"
        ):
            numbers.setdefault(subject_id, number)
    first = names[0]
    return Words(
        names_of,
        dict(db.rows(f"SELECT measure, title_en FROM {first}.codes.measures")),
        numbers,
    )
