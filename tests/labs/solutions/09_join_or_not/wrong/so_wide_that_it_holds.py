# refused by: narrow
import math

import pandas as pd


def solve(connection):
    frame = connection.execute(
        "SELECT pair, office, 100.0 * count(*) FILTER (new AND is_true) / count(*) AS gain, "
        "100.0 * count(*) FILTER (new AND NOT is_true) / count(*) AS harm FROM sample GROUP BY ALL ORDER BY ALL"
    ).df()
    prices = connection.execute("SELECT pair, worth, cost FROM pairs").df().set_index("pair")
    found = []
    for pair, offices in frame.groupby("pair"):
        worth, cost = prices.loc[pair]
        net = worth * offices["gain"] - cost * offices["harm"]
        for measure, values in (("gain", offices["gain"]), ("harm", offices["harm"]), ("net", net)):
            error = 8 * values.std() / math.sqrt(len(values))
            found.append(
                (pair, measure, values.mean(), values.mean() - error, values.mean() + error)
            )
    return pd.DataFrame(found, columns=["pair", "measure", "estimate", "low", "high"])
