"""Lab 9. `solve` is called with a database; see README.md. Give pair, measure, estimate, low, high."""

import math

import pandas as pd


def solve(connection):
    found = []
    for pair, n, gained, spoiled in connection.execute(
        "SELECT pair, count(*), count(*) FILTER (new AND is_true), count(*) FILTER (new AND NOT is_true) "
        "FROM sample GROUP BY pair ORDER BY pair"
    ).fetchall():
        for measure, count in (("gain", gained), ("harm", spoiled)):
            share = count / n
            error = 1.96 * math.sqrt(
                share * (1 - share) / n
            )  # as if each listing were drawn by itself
            found.append((pair, measure, 100 * share, 100 * (share - error), 100 * (share + error)))
    return pd.DataFrame(found, columns=["pair", "measure", "estimate", "low", "high"])
