# refused by: precision
import difflib

import pandas as pd


def solve(connection):
    names = dict(
        connection.execute("SELECT name, min(subject_id) FROM register GROUP BY name").fetchall()
    )
    found = []
    for record, name in connection.execute("SELECT record_id, name FROM records").fetchall():
        near = [name] if name in names else difflib.get_close_matches(name, names, 1, 0.75)
        if near:
            found.append((record, names[near[0]]))
    return pd.DataFrame(found, columns=["record_id", "subject_id"])
