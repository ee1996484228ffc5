"""Lab 10. `solve` is called with a database; see README.md. Give the mends you choose, one a row."""

import pandas as pd


def solve(connection):
    menu = connection.execute("SELECT mend, target, what, price FROM menu").fetchall()
    edges = connection.execute("SELECT edge, mode FROM edges").fetchall()
    forgetful = {edge for edge, mode in edges if mode == "snapshot"}
    # Every edge that does not take back gets the first mend. Is that enough? Is it needed?
    chosen = [m for m, target, what, _ in menu if what == "snapshot" and target not in forgetful]
    return pd.DataFrame({"mend": chosen})
