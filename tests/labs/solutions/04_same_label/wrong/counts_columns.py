# refused by: form
from datetime import datetime
from statistics import median

import pandas as pd


def solve(connection):
    lines = connection.execute(
        "SELECT office, file, line, text FROM lines ORDER BY file, line"
    ).fetchall()
    files = {}
    for office, file, line, text in lines:
        files.setdefault((office, file), []).append((line, text))
    found = []
    for (office, file), texts in sorted(files.items()):
        layout = texts[0][1].split()[-1]
        mark = ";" if ";" in texts[1][1] else ","
        labels = ["document", "day", "amount", "state"]
        rows = [(line, dict(zip(labels, text.split(mark)))) for line, text in texts[2:]]
        middle = median(float(said["amount"]) for _, said in rows)
        tens = layout == "2" or middle < 100
        for line, said in rows:
            day = datetime.strptime(said["day"], "%d.%m.%Y" if layout == "2" else "%Y%m%d").date()
            amount = round(float(said["amount"]) * (10_000 if tens else 1), 2)
            found.append(
                (
                    file,
                    line,
                    said["document"],
                    day,
                    amount,
                    said["state"] == ("0" if layout == "2" else "1"),
                )
            )
    return pd.DataFrame(
        found, columns=["file", "line", "document", "day", "amount_yuan", "in_force"]
    )
