"""Lab 4. `solve` is called with a database that holds `lines` and `codebook`; see README.md."""

import pandas as pd


def solve(connection):
    lines = connection.execute("SELECT file, line, text FROM lines ORDER BY file, line").fetchall()
    found, labels = [], []
    for file, line, text in lines:
        parts = text.split(",")
        if line == 1:
            continue  # it says the layout; what does that change?
        if line == 2:
            labels = parts
        elif "amount" in labels:
            said = dict(zip(labels, parts, strict=True))
            day = pd.to_datetime(said["day"], errors="coerce").date()
            found.append(
                (file, line, said["document"], day, float(said["amount"]), said["state"] == "1")
            )
    return pd.DataFrame(
        found, columns=["file", "line", "document", "day", "amount_yuan", "in_force"]
    )
