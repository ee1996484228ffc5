"""The hard world at every level of joining and with both policies of the gates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.run import build_home
from tests.conftest import Built, make_once
from tests.promises.hard_world import DAYS, make_hard


@pytest.fixture(scope="session")
def hard_at(shared: Path, generated: Callable[..., Built]) -> Callable[[str, str], Built]:
    """`hard_at(join, gates)`: the hard world built so; its folder is a home."""

    def get(join: str, gates: str) -> Built:
        dirty = generated("tiny", 5, dirt=4.0, days=DAYS)

        def spoil(folder: Path) -> None:
            make_hard(dirty.landing, folder / "landing")

        def make(folder: Path) -> None:
            home, policy = Home(folder), {"gates.out_of_bounds": gates}
            build_home(home, landing=files / "landing", join=join, policy=policy)
            (folder / "landing").symlink_to(files / "landing")
            (folder / "built.duckdb").symlink_to(home.database())

        files = make_once(shared / "hard", spoil)
        return Built(make_once(shared / f"hard-{join}-{gates}", make), "tiny", 5)

    return get
