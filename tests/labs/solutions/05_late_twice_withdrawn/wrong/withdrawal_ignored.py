# refused by: withdrawn
import pandas as pd

COLUMNS = ["record_id", "value", "valid_from", "valid_to", "from_day", "to_day"]


def applied(parts, operation, value, day):
    if operation == "withdraw":
        return parts
    if operation == "add":
        return parts or [(value, day, None)]
    if not parts:
        return []
    last, start, _ = parts[-1]
    if operation == "correct":
        if len(parts) > 1:
            day = max(day, parts[-2][2])
        return [*parts[:-1], (value, day, None)]
    if day <= start or value == last:
        return parts
    return [*parts[:-1], (last, start, day), (value, day, None)]


def solve(connection):
    changes = connection.execute(
        "SELECT record_id, delivery, operation, value, day FROM changes ORDER BY record_id, delivery, line"
    ).fetchall()
    rows, at = [], 0
    while at < len(changes):
        record = changes[at][0]
        parts, since = [], {}
        while at < len(changes) and changes[at][0] == record:
            delivery = changes[at][1]
            while at < len(changes) and changes[at][:2] == (record, delivery):
                parts = applied(parts, *changes[at][2:])
                at += 1
            for part in [p for p in since if p not in parts]:
                rows.append((record, *part, since.pop(part), delivery))
            for part in parts:
                since.setdefault(part, delivery)
        rows += [(record, *part, day, None) for part, day in since.items()]
    return pd.DataFrame(rows, columns=COLUMNS)
