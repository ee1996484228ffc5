import heapq
from datetime import date

import pandas as pd

DAY0 = date(2024, 1, 1)


def arrive(edge, spans):
    mode, every, offset, lag, expiry = edge
    found = []
    for start, end in spans:
        first = start + (offset - start) % every
        last = None if end is None else end - 1 - (end - 1 - offset) % every
        if last is not None and first > last:
            continue
        stop = None
        if mode == "snapshot" and last is not None:
            stop = last + every + lag
        if mode == "expire" and last is not None:
            stop = last + lag + expiry
        found.append((first + lag, stop))
    merged = []
    for start, stop in sorted(found, key=lambda x: x[0]):
        if merged and (merged[-1][1] is None or start <= merged[-1][1]):
            before = merged.pop()
            start, stop = (
                before[0],
                None if before[1] is None or stop is None else max(before[1], stop),
            )
        merged.append((start, stop))
    return merged


def stuck(edges, wrong, chosen):
    """Whether anything outlasts with the chosen (target, what)."""
    children = {}
    for name, sender, receiver, *edge in edges:
        if (name, "snapshot") in chosen:
            edge[0] = "snapshot"
        if (name, "weekly") in chosen:
            edge[1], edge[2] = 7, edge[2] % 7
        children.setdefault(sender, []).append((receiver, edge))
    owner = (set(children) - {e[2] for e in edges}).pop()
    bad = set()
    for start, end in wrong:
        todo = [(owner, [(start, end)], (owner,))]
        while todo:
            holder, spans, path = todo.pop()
            for receiver, edge in children.get(holder, []):
                if receiver in path:
                    continue
                now = arrive(edge, spans)
                if (receiver, "delete") in chosen:
                    day = end + 20
                    kept = [(s, day if e is None or e > day else e) for s, e in now if s < day]
                    later = [(s, e) for s, e in now if s >= day]
                    if edge[0] == "snapshot":
                        look = day - edge[3] + (edge[2] - (day - edge[3])) % edge[1]
                        again = [(max(s, look), e) for s, e in spans if e is None or e > look]
                        later = arrive(edge, again)
                    now = kept + later
                if any(e is None or e > end + 30 for _, e in now):
                    bad.add(receiver)
                todo.append((receiver, now, (*path, receiver)))
    return bad


def solve(connection):
    edges = connection.execute(
        "SELECT edge, sender, receiver, mode, every_days, offset_days, lag_days, expiry_days FROM edges ORDER BY edge"
    ).fetchall()
    wrong = [
        ((s - DAY0).days, (e - DAY0).days)
        for s, e in connection.execute(
            "SELECT from_day, to_day FROM entries WHERE corrected ORDER BY ALL"
        ).fetchall()
    ]
    menu = connection.execute("SELECT mend, target, what, price FROM menu ORDER BY mend").fetchall()
    bad = stuck(edges, wrong, set())
    slow = {e[0] for e in edges if e[3] != "snapshot" or e[4] > 7}
    useful = [m for m in menu if m[2] != "stop" and (m[1] in slow or m[1] in bad)]
    heap = [(0, [], 0)]
    while heap:
        price, some, at = heapq.heappop(heap)
        if not stuck(edges, wrong, {(useful[n][1], useful[n][2]) for n in some}):
            return pd.DataFrame({"mend": [useful[n][0] for n in some]}, dtype="str")
        for n in range(at, len(useful)):
            heapq.heappush(heap, (price + useful[n][3], [*some, n], n + 1))
    return pd.DataFrame({"mend": []}, dtype="str")
