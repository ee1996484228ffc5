"""One small experiment that all tests of experiments read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.experiment.design import Design
from tests.how_many import how_many


@pytest.fixture(scope="session")
def design() -> Design:
    """The design of that experiment: at the lowest level the policy means nothing, so 2 + 2 arms a number."""
    return Design(
        ("valid_code_of_another", "row_lost"),
        n=8,
        worlds=2,
        seed=3,
        correct_after=(3, 60),
        policies={"ncisp-bank.every": ("7", "28")[: how_many(2, at_least=1)]},
        joins=("none", "full"),
        size="story",
        days=how_many(365, at_least=120),
        block=4,
    )


@pytest.fixture(scope="session")
def done(design, tmp_path_factory) -> Path:
    """The experiment, stopped after its second pass; then it went on, on one core."""
    import pipelines.experiment.running as module

    folder = tmp_path_factory.mktemp("experiment")
    follow, left = module._follow, [2]

    def stopped(*given):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        follow(*given)

    with pytest.MonkeyPatch().context() as patched:
        patched.setattr(module, "_follow", stopped)
        with pytest.raises(KeyboardInterrupt):
            module.run(design, folder)
    assert len(list((folder / "parts").glob("*.replays"))) == 4  # a pass has both corrections
    assert not (folder / "replays.parquet").exists()
    module.run(design, folder)
    return folder
