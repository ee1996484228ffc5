# %% [markdown]
# # The noodle house, from Python
#
# A court means Dingyuan Decoration, which does not pay, and copies the code of the noodle house next to it,
# which owes nobody anything. What becomes of that one cell, in a dozen lines. Everybody in it is invented:
# **all data is synthetic**.
#
# The first run makes the story world and builds its database in `build/story` (a quarter of a minute); later
# runs find it there.

# %%
from pathlib import Path

import pandas as pd

from pipelines.api import make_world
from pipelines.lab.turn import judged
from pipelines.replay import kinds
from schemas.contract import ROOT

home = make_world("build/story", dirt=0)
OUT = Path("build/notebooks")
OUT.mkdir(exist_ok=True)
pd.set_option("display.unicode.east_asian_width", True)
pd.set_option("display.width", 110, "display.max_columns", None)

# %% [markdown]
# How can a record go wrong? A kind of fault is one module; this is what they say of themselves.

# %%
for _group in dict.fromkeys(_fault.group for _fault in kinds().values()):
    print(f"{_group}:", *(f"\n    {_k.title}" for _k in kinds().values() if _k.group == _group))

# %% [markdown]
# The story is a file. Replay it: every list, measure and score that differs, with the days.

# %%
found = home.replay(ROOT / "labs" / "scenarios" / "noodle_house.yml", paths=True)
found.print()

# %% [markdown]
# The results are pandas frames. In which lists is who wrong, if nobody corrects it, and on how many days?
# `cut` says that they are cut at the horizon.

# %%
cells = found.frames()["cells"]
print(cells.assign(subject_id=cells["subject_id"].map(found.words.name)).to_string(index=False))

# %% [markdown]
# And what is left after the court has put it right on 12 April, until when, and why? Dingyuan,
# kept off the lists for a month, is on some of them for a month longer at the end.

# %%
left = found.frames()["left_lists"]
who = left["subject_id"].map(found.words.name)
print(left.groupby([who, "holder", "list", "cause"])["to_day"].max().unstack("cause").to_string())

# %% [markdown]
# The error moves through the network of holders; press play. Each picture is also written as a page of its
# own, for whoever runs this file without a notebook.

# %%
pictures = home.figures(found)
for _name, _picture in pictures.items():
    _picture.write_html(OUT / f"{_name}.html")
    print(f"{_name}: {OUT / _name}.html")
pictures["network"]

# %% [markdown]
# What stands to the right of the line of the correction is residue.

# %%
pictures["intervals"]

# %%
pictures["wrong_per_day"]

# %% [markdown]
# [Fourteen stories](../scenarios/README.md) has thirteen more, and says what must not be inferred from any of
# them.
#
# ## Your turn
#
# Replay the story once more with `correct_after=1`: the court finds its slip on the very next day. Print the
# new report, and look at "wrong 30 d after". How many entries are still wrong then?

# %%
wrong_after_30_days = None

# %%
print(judged(wrong_after_30_days, "2364439ac7f70dbb", "Ask the new replay, not the one above."))

# %% [markdown]
# The bank remembers for three years what it once adopted; with
# `policy={"adopt.bank_watchlist.term_days": "365"}` it forgets after one. Correct after 30 days again: on
# which day is the noodle house off the bank's own watchlist (`bank_watchlist`)?

# %%
forgotten = ""

# %%
print(
    judged(
        forgotten,
        "822218ddb5bf0222",
        "The day is the last to_day of the bank's rows in left_lists.",
    )
)
