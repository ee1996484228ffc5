"""The pipeline as Dagster sees it: stages as groups, models as assets, gates as asset checks.

Landing assets share one daily partitioning, the publication day; everything later is unpartitioned.
The job `build` is one run: it takes in what was published up to the day it is asked for, or up to the
last day of a range, and nothing is left half done. It runs in one process, since one process writes a
DuckDB file. Its steps are those of a `pipelines.build.Plan`, which `build` takes in one go;
`recorded` tells the pages what was built so. All of it in one place is `everything.defs`.

This package alone imports Dagster, and says nothing of its own about data: what a step does stands
in `pipelines.build`, in the models and in `quality`.
"""

import os

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
