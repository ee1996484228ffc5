"""What the tests of Dagster's side share: its definitions, a built home, and how a run is launched."""

import shutil
from collections.abc import Callable

import dagster as dg
import pytest

# The definitions are those of a home; here of an empty one, whatever lies in the working folder.
with pytest.MonkeyPatch.context() as patch:
    patch.setenv("ISLANDS_HOME", "/no/such/home")
    from pipelines.definitions.everything import defs
    from pipelines.definitions.laboratory import Laboratory
    from pipelines.definitions.names import key
    from pipelines.home import Home
    from pipelines.run import build_home


@pytest.fixture(scope="session")
def first(generated, tmp_path_factory) -> Home:
    """A home built as `islands build` builds it, without Dagster."""
    made = generated("story", 1, dirt=0.0)
    home = Home(tmp_path_factory.mktemp("first"))
    for name in ("landing", "world"):
        (home.path / name).symlink_to(made.folder / name)
    build_home(home, command=("build",))
    return home


@pytest.fixture
def home(first, tmp_path) -> Home:
    """A copy of that home, to be changed."""
    copy = Home(tmp_path / "home")
    copy.path.mkdir()
    for name in ("current.json", "manifest.json"):
        shutil.copyfile(first.path / name, copy.path / name)
    shutil.copytree(first.databases, copy.databases)
    for name in ("landing", "world"):
        (copy.path / name).symlink_to((first.path / name).resolve())
    return copy


@pytest.fixture
def launch() -> Callable[..., dg.ExecuteInProcessResult]:
    """`launch(home, *tables, ...)`: run a part of the job as the pages do."""

    def run(
        home, *selected, checks=None, day=None, span=None, fails=False, instance=None, **config
    ):
        tags = {}
        if span:
            tags["dagster/asset_partition_range_start"] = span[0]
            tags["dagster/asset_partition_range_end"] = span[1]
        selection = dg.AssetSelection.assets(*map(key, selected))
        if checks:
            selection = dg.AssetSelection.checks(*checks)
        part = dg.define_asset_job("part", selection=selection)
        chosen = dg.Definitions(
            assets=defs.assets,
            asset_checks=defs.asset_checks,
            jobs=[part],
            resources={"lab": Laboratory(home=str(home.path), **config)},
            executor=dg.in_process_executor,
        ).resolve_job_def("part")
        with dg.DagsterInstance.ephemeral() as own:
            return chosen.execute_in_process(
                instance=instance or own,
                partition_key=day,
                tags=tags,
                raise_on_error=not fails,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )

    return run
