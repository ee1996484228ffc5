# refused by: whole
import pandas as pd


def solve(connection):
    menu = connection.execute("SELECT mend, target, what, price FROM menu").fetchall()
    edges = connection.execute("SELECT edge, mode, every_days FROM edges").fetchall()
    broken = {e for e, mode, every in edges if mode != "snapshot" or every > 7}
    return pd.DataFrame({"mend": [m[0] for m in menu if m[2] == "weekly"]}, dtype="str")
