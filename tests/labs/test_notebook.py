"""The notebook runs from an empty folder, shows what it says it shows, and is kept without outputs."""

from __future__ import annotations

import sys

import nbformat
import pytest
from nbclient import NotebookClient

from schemas.contract import ROOT

NOTEBOOK = ROOT / "labs" / "noodle_house.ipynb"
LINES = 12  # of code that tell the story, once there is a world to tell it in


@pytest.fixture(scope="module")
def written():
    """The notebook as it is kept."""
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def executed(written, tmp_path_factory):
    """The same, run in an empty folder by the Python that runs this test."""
    folder = tmp_path_factory.mktemp("notebook")
    client = NotebookClient(
        written.copy(),
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    return client.execute()


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell):
    """What a cell shows: media type -> content, texts one after the other."""
    found = {}
    for output in cell.outputs:
        data = output.get("data") or {"text/plain": output.get("text", "")}
        for kind, content in data.items():
            found[kind] = found.get(kind, "") + content if isinstance(content, str) else content
    return found


def test_it_is_kept_without_outputs(written):
    nbformat.validate(written)
    assert all(not cell.outputs and cell.execution_count is None for cell in code(written))


def test_it_is_short(written):
    assert sum(len(cell.source.splitlines()) for cell in code(written)[1:]) <= LINES


def test_it_says_that_all_is_synthetic(written):
    assert "all data is synthetic" in written.cells[0].source


def test_every_cell_runs(executed):
    assert [cell.execution_count for cell in code(executed)] == list(
        range(1, len(code(executed)) + 1)
    )
    assert not [o for cell in code(executed) for o in cell.outputs if o.output_type == "error"]


def test_frames_and_figures_are_shown(executed):
    _, kinds, report, cells, left, *figures = (shown(cell) for cell in code(executed))
    assert "valid_code_of_another" in kinds["text/plain"]
    assert "柳陌小满面馆有限公司" in report["text/plain"]
    assert "corrected 2024-04-12" in report["text/plain"]
    assert "bank_watchlist" in cells["text/html"] and "柳陌小满面馆有限公司" in cells["text/html"]
    assert "adopted with its own term" in left["text/html"]
    assert len(figures) == 3
    for figure in figures:
        assert figure["application/vnd.plotly.v1+json"]["data"]
