"""The answer key of a world with dirt: every cell that was made wrong, with its place in the files.

It is read from `world.injected`, which a build brings in where the truth stands beside the landing folder.
"""

from collections import Counter
from typing import Any

from pipelines.engine.base import Engine
from pipelines.trace import feed_names, rows

TRUTH = "world.injected"

# Errors of one feed: the first delivery in which a wrong version stands, and where in its file. A row that
# was corrected in quarantine stands in its file as it was delivered, so it is looked for as that too.
ERRORS = """
WITH landed AS (
    SELECT
        file,
        line,
        published,
        version
    FROM landing.{feed}
    UNION ALL
    SELECT
        read_otherwise.file,
        read_otherwise.line,
        read_otherwise.published,
        decisions.delivered AS version
    FROM landing.{feed} AS read_otherwise
    INNER JOIN codes.decisions
        ON decisions.feed = '{feed}'
        AND decisions.delivery = read_otherwise.delivery
        AND decisions.version = read_otherwise.version
        AND decisions.says IS NOT NULL
)

SELECT
    injected.feed,
    min(landed.file) AS file,
    min(landed.line) AS line,
    injected.column_name AS "column",
    injected.kind,
    injected.before,
    injected.after,
    injected.first_day,
    injected.record_id,
    injected.version
FROM {truth} AS injected
INNER JOIN landed
    ON landed.version = injected.version
    AND landed.published = injected.first_day
WHERE injected.feed = '{feed}'
GROUP BY ALL
ORDER BY file, line, injected.column_name
"""


class NoTruth(ValueError):
    """The database does not hold the truth, so nobody can tell from it what was made wrong."""


def key(engine: Engine) -> dict[str, Any]:
    """Every injected error that was delivered, by file and line.

    Returns:
        `size`, `dirt` and `seed` are left to the manifest; here are `errors` (rows with `feed`, `file`,
        `line`, `column`, `kind`, `before`, `after`, `first_day`, `record_id`, `version`), `counts` (errors
        of each feed and kind), and `never_delivered`: how many cells are wrong in registers alone, since
        no delivery fell into their time.

    Raises:
        NoTruth: if the database was built without it.
    """
    if not engine.table_exists(TRUTH):
        raise NoTruth(
            "This database was built from files alone and does not hold what was made wrong in them; the "
            "key stands in the home in which the files were generated (without --for-students)."
        )
    errors = [
        row
        for feed in feed_names(engine)
        for row in rows(engine, ERRORS.format(truth=TRUTH, feed=feed))
    ]
    ((wrong,),) = engine.fetch(f"SELECT count(*) FROM {TRUTH} WHERE first_day IS NULL")
    counts = Counter((row["feed"], row["kind"]) for row in errors)
    return {
        "errors": errors,
        "counts": [{"feed": f, "kind": k, "errors": n} for (f, k), n in sorted(counts.items())],
        "never_delivered": wrong,
    }
