# refused by: precision
import pandas as pd


def solve(connection):
    names = connection.execute("SELECT subject_id, name FROM register ORDER BY ALL").fetchall()
    by_part = {}
    for subject, name in names:
        for part in (name[:3], name[2:5], name):
            by_part.setdefault(part, subject)
    found = []
    for record, name in connection.execute("SELECT record_id, name FROM records").fetchall():
        near = by_part.get(name) or by_part.get(name[2:5]) or by_part.get(name[:3])
        if near:
            found.append((record, near))
    return pd.DataFrame(found, columns=["record_id", "subject_id"])
