"""An address does what a path does; a build takes files from it; what cannot be reached is one sentence.

The storage behind the addresses is a folder that is served as Hadoop's are.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines import places
from pipelines.explore.laboratory import Laboratory
from pipelines.home import Home
from pipelines.landing import LandingError
from pipelines.places import (
    Address,
    Place,
    PlaceError,
    copy,
    parquet,
    place,
    remove,
    size_of_files,
    write_parquet,
)
from pipelines.replay import replay
from pipelines.replay.plan.faults import FaultSpec
from pipelines.run import build_home
from tests.pipelines.engine.webhdfs import served
from tests.promises.databases import told, unlike


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Iterator[tuple[Path, Address]]:
    """A folder and its address."""
    folder = tmp_path_factory.mktemp("served")
    with served(folder) as address:
        yield folder, Address(address)


@pytest.fixture
def storage(root, tmp_path: Path) -> Address:
    """An address of a folder that holds nothing."""
    folder, address = root
    (folder / tmp_path.name).mkdir()
    return address / tmp_path.name


@pytest.fixture(params=["path", "address", "address of files alone"])
def folder(request, tmp_path, storage, monkeypatch) -> Place:
    """One that is not there yet."""
    if request.param == "address of files alone":
        monkeypatch.setattr(places, "FILES_ALONE", ("webhdfs",))
    return tmp_path / "甲 %20" if request.param == "path" else storage / "甲 %20"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("build/landing", Path("build/landing")),
        ("C:/landing", Path("C:/landing")),
        ("file:///srv/a%20b", Path("/srv/a b")),
        ("s3a://bucket/landing/", Address("s3a://bucket/landing")),
        (Path("a"), Path("a")),
        (Address("s3a://a"), Address("s3a://a")),
    ],
)
def test_what_a_place_is(said, found):
    assert place(said) == found


def test_an_address_does_what_a_path_does(folder):
    assert not folder.exists() and not folder.is_dir()
    folder.mkdir(parents=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_bytes("甲\n".encode())
    (folder / "below").mkdir()
    (folder / "below" / "b.txt").write_bytes(b"12345")
    assert folder.is_dir() and not (folder / "a.txt").is_dir() and (folder / "a.txt").is_file()
    assert sorted((one.name, one.is_file()) for one in folder.iterdir()) == [
        ("a.txt", True),
        ("below", False),
    ]
    assert [one.name for one in folder.glob("*.txt")] == ["a.txt"]
    assert sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.txt")) == [
        "a.txt",
        "below/b.txt",
    ]
    assert (folder / "a.txt").read_text("utf-8") == "甲\n"
    assert (folder / "below" / "b.txt").stat().st_size == 5
    assert size_of_files(folder, "a.*") == 4 and size_of_files(folder) == 4 + 5


def test_files_and_folders_are_moved_and_removed_alike(folder):
    (folder / "one").mkdir(parents=True)
    (folder / "one" / "a.txt").write_bytes(b"a")
    (folder / "one" / "a.txt").replace(folder / "one" / "b.txt")
    copy(folder / "one" / "b.txt", folder / "one" / "c.txt")
    (folder / "one").replace(folder.joinpath("two"))
    assert not (folder / "one").exists()
    assert sorted(one.name for one in folder.joinpath("two").iterdir()) == ["b.txt", "c.txt"]
    (folder / "two" / "b.txt").unlink()
    (folder / "two" / "b.txt").unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        (folder / "two" / "b.txt").read_bytes()
    remove(folder / "two")
    remove(folder / "two")
    assert list(folder.iterdir()) == []


def test_parquet_is_written_and_read_alike(folder):
    folder.mkdir(parents=True)
    rows = pa.table({"n": [1, 2]})
    write_parquet(rows, folder / "rows.parquet")
    with parquet(folder / "rows.parquet") as file:
        assert (file.metadata.num_rows, file.read()) == (2, rows)


def test_a_list_of_files_is_asked_for_once(storage, monkeypatch):
    """Of a thousand files not each is asked about, which takes a while on a network."""
    for name in "ab":
        (storage / name).write_bytes(b"12")
    listed = list(storage.iterdir())
    monkeypatch.setattr(Address, "_files", property(lambda self: pytest.fail("asked again")))
    assert [(one.is_file(), one.stat().st_size) for one in listed] == [(True, 2)] * 2


@pytest.mark.parametrize("address", ["nosuch://a/b", "webhdfs://127.0.0.1:{port}/b"])
def test_what_cannot_be_reached_is_one_sentence(address):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]  # of nobody, once this is closed
    with pytest.raises(
        PlaceError, match=r"^\w+://[\w.:]+ cannot be reached \(.*\); install"
    ) as said:
        place(address.format(port=port)).exists()
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("rebuild", [False, pytest.param(True, marks=pytest.mark.long)])
def test_files_at_an_address_are_built_and_replayed_as_those_of_a_folder(
    rebuild, built, root, storage, tmp_path
) -> None:
    story = built("story", 1, dirt=0.0, days=40)
    (root[0] / tmp_path.name / "landing").symlink_to(story.landing)
    home = Home(tmp_path / "home")
    with pytest.raises(LandingError, match="There is no landing folder webhdfs://"):
        build_home(home, landing=storage / "none")
    build_home(home, landing=storage / "landing")
    every = lambda base, table, columns: f"SELECT * FROM {base}.{table}"  # noqa: E731
    assert told(unlike(home.database(), story.database, every)) == ""
    with contextlib.closing(Laboratory(home)) as laboratory:
        assert laboratory.landing == storage / "landing"
    spec = FaultSpec("stale_delivery", feed="court")
    found = replay(home, spec, rebuild=rebuild).json()
    of_a_folder = replay(story.home(tmp_path / "of a folder"), spec).json()
    told_alike = found.keys() - {"mode", "seconds"}
    assert {key: found[key] for key in told_alike} == {key: of_a_folder[key] for key in told_alike}
