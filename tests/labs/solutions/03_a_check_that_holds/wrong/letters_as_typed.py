# refused by: leaves_alone

import pandas as pd

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = [3**n % 31 for n in range(17)]


def broken_rule(code):
    code = code
    if not code:
        return None
    if len(code) != 18:
        return "length"
    if any(c not in ALPHABET for c in code):
        return "character"
    total = sum(ALPHABET.index(c) * w for c, w in zip(code, WEIGHTS))
    if ALPHABET[(31 - total % 31) % 31] != code[17]:
        return "check"
    body = sum(ORG.index(c) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2)))
    if "0X987654321"[body % 11] != code[16]:
        return "body"
    return None


def solve(connection):
    forms = connection.execute("SELECT line_id, code FROM forms WHERE code IS NOT NULL").fetchall()
    found = [(line_id, broken_rule(code)) for line_id, code in forms]
    return pd.DataFrame([row for row in found if row[1]], columns=["line_id", "rule"])
