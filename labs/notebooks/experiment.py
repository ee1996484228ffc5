# %% [markdown]
# # An experiment, to a figure, in ten lines
#
# One replay tells what became of one error. An experiment draws many, follows each of them in every *arm*
# (corrected soon or late, under one policy or another) and says how sure the difference is. The same errors
# happen in every arm. **All data is synthetic**: a figure like this one says nothing about a real office.

# %%
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipelines.api import experiment
from pipelines.experiment.design import Design
from pipelines.experiment.figures import cost
from pipelines.lab.turn import UNTOUCHED, judged

OUT = Path("build/notebooks")
OUT.mkdir(parents=True, exist_ok=True)
pd.set_option("display.width", 110, "display.max_columns", None)

# %% [markdown]
# The ten lines. A code is replaced by a valid code of somebody else, and the source notices after 7 or 90
# days. The first run takes half a minute. What is done already is not done again, so it can be stopped at any
# time. (For a paper: `size="tiny"` or `"demo"`, `n=400`, `worlds=4`.)

# %%
design = Design(
    ("valid_code_of_another",), n=10, worlds=1, correct_after=(7, 90), size="story", dirt=0
)
found = experiment(design, OUT / "experiment")
figure = cost(found)
figure.write_html(OUT / "experiment.html")
figure

# %% [markdown]
# A mark an arm: what one error costs on average, in entry-days (an entry that is wrong for a day), with its
# 95 % interval. Open marks: had nobody corrected it. The camera above the figure saves it as a picture; as a
# page it is in `build/notebooks/experiment.html`. The numbers behind it, to cite:

# %%
print(
    found.arms[
        ["name", "followed", "reached_list", "entry_days", "entry_days_low", "entry_days_high"]
    ]
)

# %% [markdown]
# ## Your turn
#
# `found.effects` compares arms over the same errors. By how many entry-days does an error cost more if the
# source notices after 90 days instead of 7? Write a whole number, rounded.

# %%
dearer = None

# %%
print(
    judged(
        dearer, "55d95eff6f2bb9df", "Look at the columns change and entry_days of found.effects."
    )
)

# %% [markdown]
# `mine` is to be a design of your own: the same 10 errors, in the same world, once with islands that are not
# joined at all and once with islands that are joined in full, and corrected by nobody. See `help(Design)` for
# what can be varied. Then run it with `experiment(mine, OUT / "mine")` and draw it.

# %%
mine = None

# %%
if mine is None:
    print(UNTOUCHED)
elif set(mine.joins) != {"none", "full"}:
    print("Not yet: the levels of joining, joins, are to be none and full.")
elif mine.correct_after or mine.remedies or mine.policies:
    print("Not yet: nobody corrects anything, and no policy differs.")
elif design != replace(
    mine, joins=design.joins, correct_after=design.correct_after, policies=design.policies
):
    print("Not yet: the errors and their world are to be those of the design above.")
else:
    print("Right: the same errors, in two arms.")
