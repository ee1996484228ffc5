"""Lab 3. `solve` is called with a database that holds the table `forms`; see README.md.

Give one row for each line whose code is wrong: line_id, rule.
"""

import pandas as pd

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # the place of a character is its value


def broken_rule(code):
    """Which rule a code breaks: "length", "character", "check", "body"; None if it breaks none."""
    code = code.strip()
    if len(code) != 18:
        return "length"
    # Go on from here.
    return None


def solve(connection):
    forms = connection.execute("SELECT line_id, code FROM forms WHERE code IS NOT NULL").fetchall()
    found = [(line_id, broken_rule(code)) for line_id, code in forms]
    return pd.DataFrame([row for row in found if row[1]], columns=["line_id", "rule"])
