# %% [markdown]
# # One row through the stages
#
# A court published one record about a firm. Follow it from the file to the lists that others keep, one stage
# at a time. Everybody in it is invented: **all data is synthetic**.
#
# The first run makes the story world and builds its database in `build/story` (a quarter of a minute); later
# runs find it there.

# %%
import pandas as pd

from pipelines.api import make_world
from pipelines.lab.turn import judged

home = make_world("build/story", dirt=0)
RECORD = "c2cbcc5f"  # the first characters of its record_id are enough
pd.set_option("display.unicode.east_asian_width", True)
pd.set_option("display.width", 110, "display.max_columns", None)

# %% [markdown]
# **landing**: the row as it was received. All is text, and it says in which file and line it stood.

# %%
print(
    home.sql(
        "SELECT file, line, iname, cardNum, regDate FROM landing.court WHERE starts_with(record_id, ?)",
        RECORD,
    )
)

# %% [markdown]
# **conform**: the same as an event. Dates are dates, money is money. `event_day` is what the record says;
# from `from_day` on it is believed.

# %%
print(
    home.sql(
        "SELECT event_kind, ground, id_value, amount_yuan, event_day, from_day FROM conform.events "
        "WHERE starts_with(id_text(record_id), ?)",
        RECORD,
    )
)

# %% [markdown]
# **resolve**: who is meant. The court gave an organisation code; the register knows whose it is.

# %%
print(
    home.sql(
        "SELECT method, score, name FROM resolve.matches JOIN resolve.names USING (subject_id) "
        "WHERE starts_with(id_text(record_id), ?)",
        RECORD,
    )
)

# %% [markdown]
# **lists**: the court's list has an entry that rests on this record. It runs until `to_day`, the first day on
# which it no longer holds.

# %%
entries = home.sql(
    "SELECT id_text(entry_version) AS entry_version, list, from_day, to_day FROM lists.entries "
    "JOIN lists.evidence USING (entry_version) WHERE starts_with(parent_id, ?)",
    RECORD,
)
print(entries[["list", "from_day", "to_day"]])

# %% [markdown]
# **exchange**: who shows the entry, by which way it came, and for how long. No last day: it is never removed.

# %%
print(
    home.sql(
        "SELECT holder, path, from_day, to_day FROM exchange.copies "
        "WHERE id_text(entry_version) = ? ORDER BY from_day, holder",
        entries["entry_version"][0],
    )
)

# %% [markdown]
# And back: from the entry to file and line.

# %%
for _record in home.trace(entries["entry_version"][0])["rests_on"]:
    print(*[f"{_line['file']}, line {_line['line']}" for _line in _record["lines"]], sep="\n")

# %% [markdown]
# ## Your turn
#
# The city fined Spring Furrow (柳陌春垄粮油有限公司), which sold expired oil; the record of it begins with
# `e0db8677`. On which day does the **bank** begin to show that fine? Copy a query from above into a cell of
# your own, ask it about this record, and write the day between the quotes, as `2024-12-31`.

# %%
bank_knows = ""

# %%
print(judged(bank_knows, "2501aa6bae51cef5", "The column is from_day, in the row of the bank."))

# %% [markdown]
# How many holders show the fine at one time or another? The city, whose entry it is, counts too.

# %%
holders = None

# %%
print(judged(holders, "2364439ac7f70dbb", "Look into exchange.copies, and count each holder once."))
