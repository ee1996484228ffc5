"""Whether to believe it: gates for deliveries, and checks for every stage.

- `judge` writes the verdicts on what has landed: `quality.verdicts`, `quality.deliveries`,
  `quality.row_counts`; `judge_rows` and `judge_deliveries` are its two steps.
- `checks` judges every stage and raises `BrokenPromise` if the build itself lost or invented
  something.
- `check_promises` judges only what raises that.
- `check_keys` says which model's declared key is none.
- `great.validate` does it again with Great Expectations and writes Data Docs (imported late).
- `report` says it in plain words.
"""

from quality.expectations import BrokenPromise, Expectation
from quality.gates import judge, judge_deliveries, judge_rows
from quality.run import CheckResult, check_keys, check_promises, checks

__all__ = [
    "BrokenPromise",
    "CheckResult",
    "Expectation",
    "check_keys",
    "check_promises",
    "checks",
    "judge",
    "judge_deliveries",
    "judge_rows",
]
