# %% [markdown]
# # A gate of one's own
#
# A gate is a query of the rows that break a rule. Write one, let random errors happen, and see which of them
# it catches, and how many rows it flags that are right. **All data is synthetic**.

# %%
from pathlib import Path

import pandas as pd

from pipelines.api import make_world, matrix
from pipelines.lab.turn import UNTOUCHED
from pipelines.matrix.plan import Plan

home = make_world("build/story", dirt=0)
OUT = Path("build/notebooks")
OUT.mkdir(exist_ok=True)
pd.set_option("display.unicode.east_asian_width", True)
pd.set_option("display.width", 110, "display.max_columns", None)

# %% [markdown]
# What the gate will judge: the fines of the city. The file gives them in units of 10,000 yuan; a clerk who
# writes yuan makes a fine ten thousand times too large.

# %%
print(
    home.sql("SELECT name, amount_yuan FROM conform.events WHERE event_kind = 'penalty' ORDER BY 2")
)

# %% [markdown]
# The rule: a fine is at least 1,000 yuan and at most a million. Whoever breaks it is a row of the query. The
# header says why, which table is judged, and that a row which breaks the rule is only told of (`warn`).


# %%
def gate_of(least: int, most: int) -> Path:
    """The file of a gate: a fine is from `least` to `most` yuan."""
    path = OUT / "fine_plausible.sql"
    path.write_text(
        f"""-- A fine is {least} to {most} yuan; who says otherwise has written another unit.
-- table: conform.events
-- outcome: warn
SELECT
    events.record_id,
    events.version,
    events.amount_yuan,
    events.from_day AS day
FROM conform.events
WHERE events.event_kind = 'penalty'
    AND (events.amount_yuan < {least} OR events.amount_yuan > {most})
"""
    )
    return path


# %% [markdown]
# Five amounts go wrong, one at a time, and the gate is asked after each. They may stand in any feed, and the
# gate looks at fines only, so it cannot catch all five. It is also asked in the world as it is, where every
# fine is right: what it flags there is a false alarm.


# %%
def tried(gate: Path) -> tuple[int, int]:
    """How many of the five a gate catches, and how many rows that are right it flags."""
    plan = Plan.of_own([gate], faults=("wrong_unit",), size="story", dirt=0)
    found = matrix(plan, OUT / "matrix")
    return int(found.kinds["caught"].sum()), int(found.gates["false_alarms"].sum())


first = tried(gate_of(1_000, 1_000_000))
print(f"caught: {first[0]} of 5; false alarms: {first[1]}")

# %% [markdown]
# ## Your turn
#
# Some fines below 1,000 yuan are right, and the gate flags them. Choose `bounds`, the least and the most that
# a fine may be, so that the gate catches as much as before and raises no false alarm.

# %%
bounds = None  # (least, most)

# %%
if bounds is None:
    print(UNTOUCHED)
else:
    _caught, _alarms = tried(gate_of(*bounds))
    if _alarms:
        print(
            f"Not yet: it flags {_alarms} of the fines that are right. The table above has all of them."
        )
    elif _caught < first[0]:
        print("Not yet: it catches fewer errors than before. Has it become too wide?")
    else:
        print(
            f"Right: it catches as much, without a false alarm, between {bounds[0]} and {bounds[1]}."
        )
