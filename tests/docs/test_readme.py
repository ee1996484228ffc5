"""The pages say what is so: every block, figure and row shown is made again, every command run."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.figures import BLOCKS
from docs.generate import PICTURE, README, WALKED, generated, pages, rewritten
from docs.lab import ExampleError, Lab, make_lab
from docs.pages import BLOCK, block_names, examples
from docs.picture import draw
from pipelines.exchange.network import read_network
from pipelines.graph import all_models
from pipelines.model import output_columns
from schemas.contract import ROOT, feeds
from schemas.shape import SHAPES

LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
ABSOLUTE = re.compile(r"(?<![\w.~])/(?:[a-z]+/)+[\w.]*")
# Storages and servers of whoever reads, as an example calls them; they are on no network.
OF_STORAGE = re.compile(r"(?:hdfs|sc)://(?=names:|HOST:)")
PAGES = pages()
WORLDS = ROOT / "docs" / "worlds.md"
TYPED = [path for path in PAGES if path != WALKED]  # that one has a test of its own


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Lab:
    """A folder with the story world, its replay told."""
    return make_lab(tmp_path_factory.mktemp("pages"), tell=True)


def blocks_of(path):
    """The blocks that a page shows, by name."""
    return {found["name"]: found["body"] for found in BLOCK.finditer(text(path))}


@pytest.mark.parametrize(
    "path",
    # The README's Python shows nothing, and tests/pipelines/test_api.py asks the same; the worlds' makes one.
    [
        pytest.param(path, marks=pytest.mark.long) if path in (README, WORLDS) else path
        for path in TYPED
    ],
    ids=name,
)
def test_rows_shown_are_what_comes_out(path, lab):
    """`make docs` writes them; here nothing may be left to write."""
    assert text(path) == rewritten(text(path), lab, blocks_of(path)), (
        f"{name(path)}: run `make docs`"
    )


def test_each_block_is_written_once():
    assert sorted(name for path in PAGES for name in block_names(text(path))) == sorted(BLOCKS)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, marks=pytest.mark.long) if block == "joins" else block
        for block in BLOCKS
    ],
)
def test_a_block_is_what_comes_out(block, lab):
    (shown,) = (of_it[block] for of_it in map(blocks_of, PAGES) if block in of_it)
    assert shown.rstrip("\n") == BLOCKS[block](lab).rstrip("\n"), "run `make docs`"


def typed(lab: Lab, *told: str) -> int:
    """Run all that pages tell people to type, in the order they tell it; how many lines, each once."""
    done = set()
    for page in told:
        for example in examples(page):
            for line in example.commands() if example.kind == "sh" else ():
                if line in done or example.shown:
                    continue
                done.add(line)
                # The agreement of engines and the checks have tests of their own, and take long.
                if "build --engine spark" in line:
                    assert "--engine" in lab.run("islands build --help")
                elif line.startswith("islands check"):
                    assert "--home" in lab.run("islands check --help")
                else:
                    lab.run(line)
    return len(done)


def test_the_first_commands_run(lab):
    """The one path of the README, and what students type."""
    path = text(README).partition("## What joining gains")[0]
    assert "## The one path" in path
    assert typed(lab, path, text(ROOT / "docs" / "students.md")) > 6


@pytest.mark.long
def test_every_command_runs(tmp_path):
    assert typed(make_lab(tmp_path), *map(text, TYPED)) > 20


def test_a_command_that_fails_would_be_seen(tmp_path):
    lab = Lab(tmp_path)
    (tmp_path / "Makefile").write_text("test:\n", encoding="utf-8")
    for line in ("islands build --join halfway", "cp nothing nowhere", "make coffee"):
        with pytest.raises(ExampleError, match=re.escape(line)):
            lab.run(line)
    with pytest.raises(ExampleError, match="ZeroDivisionError"):
        lab.python("one = 1\none / 0\n", {})


def test_the_python_of_a_page_is_one_session(tmp_path):
    """Run in order, with what came before, and where a reader types it."""
    lab = Lab(tmp_path)
    fences = ("```python\nn = 1\n```", "```python\nn += 1; print(n)\n```\n```text\nold\n```")
    page = "\n\n".join(fences)
    assert rewritten(page, lab, {}) == page.replace("old", "2")


def test_the_picture_is_drawn_from_the_models():
    picture = text(PICTURE)
    assert picture == draw(), "run `make docs`"
    said = "\n".join(ElementTree.fromstring(picture).itertext())
    network = read_network("core", "full")
    for holder in {e.source for e in network.edges} | {e.target for e in network.edges}:
        assert holder in said
    assert "synthetic" in said and "court_dishonest" in said


def test_the_first_screen_says_what_this_is_and_that_it_is_synthetic():
    top = " ".join(text(README).split("```sh")[0].split())
    assert (
        "Change one record in one agency's file and see every list, agency and person it reaches, "
        "and what stays wrong after the source has corrected it." in top
    )
    assert "All data is synthetic" in top
    assert "make demo" in text(README)[:1400] and "make test" in text(README)[:1400]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path):
    for found in LINK.finditer(text(path)):
        target = found["target"].partition("#")[0]
        assert (path.parent / target).exists(), f"{name(path)} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_page_names_a_place_of_one_machine(path):
    assert not ABSOLUTE.findall(text(path))
    assert "://" not in OF_STORAGE.sub("", text(path))


def test_every_page_says_that_data_is_synthetic():
    for told in (*map(text, PAGES), *generated().values()):
        assert "synthetic" in told.lower()


def test_the_data_dictionary_holds_everything():
    told = generated()["data-dictionary.md"]
    assert told == generated()["data-dictionary.md"]
    for feed in feeds().values():
        assert f"`{feed.name}`" in told
        for column in feed.columns:
            assert f"| `{column.name}` | {column.title_zh} |" in told
    for shape in SHAPES.glob("*.odcs.yaml"):
        assert f"### The shape {shape.name.split('.')[0]}" in told
    for model in all_models("whole", "full"):
        _, _, rest = told.partition(f"#### `{model.name}`\n")
        about = rest.partition("\n#")[0]
        assert not re.search(r"reads: .* BY ", about) and "found:" not in about
        for column in output_columns(model.sql):
            assert re.search(rf"^\| `{column}` \| \S", about, re.MULTILINE), (model.name, column)


def test_the_network_page_holds_every_edge_with_its_basis():
    told = generated()["network.md"].splitlines()
    for edge in read_network("whole", "full").edges:
        begins = f"| {edge.source} | {edge.target} | {', '.join(edge.lists)} |"
        rows = [line for line in told if line.startswith(begins)]
        assert len(rows) == 1 and rows[0].endswith(f"| {edge.basis} |") and edge.basis
