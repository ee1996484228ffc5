"""A benchmark writes its own block of a page and nothing else."""

from __future__ import annotations

import pytest

from benchmarks import clusters, run
from benchmarks.blocks import with_block, write_block

PAGE = "# Title\n\n<!-- growth -->\nold\n<!-- /growth -->\n\n<!-- other -->\nold\n<!-- /other -->\n"


def test_only_the_block_is_written(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    write_block(page, "growth", "new, with a \\1\n")
    expected = PAGE.replace("old", "new, with a \\1", 1)
    assert page.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("page", ["", PAGE + PAGE], ids=["none", "two"])
def test_a_page_without_just_one_such_block_is_refused(page) -> None:
    with pytest.raises(ValueError, match="blocks growth, not one"):
        with_block(page, "growth", "new\n")


@pytest.mark.parametrize("benchmark", [run, clusters], ids=["README", "spark"])
def test_the_pages_have_the_blocks_that_benchmarks_write(benchmark) -> None:
    path = benchmark.README if benchmark is run else benchmark.PAGE
    page = path.read_text(encoding="utf-8")
    assert with_block(page, benchmark.BLOCK, "") != page
