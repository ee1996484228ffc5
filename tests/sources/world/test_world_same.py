"""Same seed, same bytes; and what is added moves nothing that was there."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import world
from sources.world import attributes, conduct, days, links, population, store, subjects
from sources.world.columns import SCHEMAS
from tests.how_many import how_many

END = days.number(days.DAY0) + 365


def digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def made(enterprises: int, residents: int, seed: int = 1, end: int = END) -> dict[str, pa.Table]:
    people = population.populate(seed, enterprises, residents, end)
    return {
        "subjects": pa.concat_tables(subjects.generate(people)),
        "attributes": pa.concat_tables(attributes.generate(people)),
        "links": pa.concat_tables(links.generate(people)),
        "conduct": pa.concat_tables(conduct.generate(people)),
    }


def test_same_seed_same_bytes_however_written(tmp_path: Path, tables_of):
    world.save(tables_of("tiny", 1), tmp_path / "saved")
    world.save(world.generate("tiny", 1), tmp_path / "again")
    world.write(tmp_path / "written", "tiny", 1)
    assert digests(tmp_path / "saved") == digests(tmp_path / "again")
    assert digests(tmp_path / "saved") == digests(tmp_path / "written")
    world.save(tables_of("tiny", 2), tmp_path / "other")
    assert not set(digests(tmp_path / "saved").values()) & set(digests(tmp_path / "other").values())


def test_parts_of_any_size_give_the_same_file(tmp_path: Path, tables_of, monkeypatch):
    monkeypatch.setattr(store, "BLOCK", 1000)
    table = tables_of("tiny", 1)["attributes"]
    whole = store.stream("attributes", [table], tmp_path / "whole")
    parts = [table.slice(start, 333) for start in range(0, table.num_rows, 333)]
    pieces = store.stream("attributes", parts, tmp_path / "pieces")
    assert whole.read_bytes() == pieces.read_bytes()
    assert pq.ParquetFile(whole).metadata.num_row_groups == -(-table.num_rows // 1000)


def test_blocks_of_any_size_give_the_same_world(tables_of, monkeypatch):
    expected = tables_of("tiny", 1)
    blocks = attributes.blocks
    for module in (subjects, attributes, links):
        monkeypatch.setattr(module, "blocks", lambda rows: blocks(rows, 77))
    people = population.populate(1, *world.SIZES["tiny"][:2], END)
    for module, name, order in (
        (subjects, "subjects", "subject_no"),
        (links, "links", "link_no"),
        (attributes, "attributes", None),
    ):
        got = pa.concat_tables(module.generate(people))
        keys = [order] if order else ["subject_no", "property", "valid_from"]
        by = [(key, "ascending") for key in keys]
        assert got.num_rows == expected[name].num_rows
        assert got.sort_by(by).equals(expected[name].sort_by(by))


def test_saved_is_loaded(tmp_path: Path, tables_of):
    paths = world.save(tables_of("tiny", 1), tmp_path)
    assert [path.stem for path in paths] == list(SCHEMAS)
    loaded = world.load(tmp_path)
    assert all(loaded[name].equals(table) for name, table in tables_of("tiny", 1).items())
    notice = pq.read_schema(paths[0]).metadata[b"notice"].decode()
    assert notice.startswith("SYNTHETIC DATA")
    paths[2].unlink()
    with pytest.raises(FileNotFoundError):
        world.load(tmp_path)


def test_more_enterprises_move_no_resident_and_no_earlier_enterprise(opened):
    small, large = opened(made(300, 600)), opened(made(310, 600))
    for columns, where in (
        ("file_no, resident_no, division, born, ended", "kind = 'resident'"),
        ("file_no, uscc, registration_no, tax_no, capital_fen, born, ended", "kind = 'enterprise'"),
    ):
        query = f"SELECT {columns} FROM subjects WHERE {where} ORDER BY file_no"
        before, after = (one.execute(query).fetchall() for one in (small, large))
        assert set(before) <= set(after)
    # names of residents, and first names of enterprises, too
    query = """
        SELECT file_no, value FROM attributes JOIN subjects USING (subject_no)
        WHERE property = 'name' AND valid_from = born AND kind IN ('resident', 'enterprise')
    """
    assert set(small.execute(query).fetchall()) <= set(large.execute(query).fetchall())
    # and what residents did
    query = """
        SELECT conduct_no, file_no, ground, amount_fen, decided
        FROM conduct JOIN subjects USING (subject_no) WHERE kind = 'resident'
    """
    assert set(small.execute(query).fetchall()) == set(large.execute(query).fetchall())


def test_more_residents_move_no_enterprise_and_no_earlier_resident(opened):
    small, large = opened(made(300, 600)), opened(made(300, 640))
    query = "SELECT * FROM subjects WHERE file_no NOT LIKE 'HJ%000006__'"
    before, after = (set(one.execute(query).fetchall()) for one in (small, large))
    assert len(before) > 850 and before == after
    # a document's running number counts everybody's, so it may move; nothing else does
    for columns in ("attributes.*", "conduct.* EXCLUDE (document_no)"):
        table = columns.split(".")[0]
        query = f"""
            SELECT {columns} FROM {table} SEMI JOIN (FROM subjects WHERE kind = 'enterprise')
            USING (subject_no)
        """
        before, after = (set(one.execute(query).fetchall()) for one in (small, large))
        assert before and before == after


def test_a_further_kind_of_conduct_moves_no_other(tables_of, monkeypatch):
    expected = tables_of("tiny", 1)["conduct"].to_pylist()
    monkeypatch.setattr(conduct, "KINDS", tuple(k for k in conduct.KINDS if k != "penalty"))
    people = population.populate(1, *world.SIZES["tiny"][:2], END)
    without = pa.concat_tables(conduct.generate(people)).to_pylist()
    assert without == [row for row in expected if row["conduct_kind"] != "penalty"]


def test_a_longer_window_moves_nothing_before_it(opened):
    short, long = opened(made(400, 800, end=END - 200)), opened(made(400, 800))
    here = "SELECT subject_no FROM subjects WHERE born < DATE '2024-01-01'"
    for query in (
        "SELECT * EXCLUDE (ended) FROM subjects WHERE born < DATE '2024-01-01'",
        f"""
        SELECT * EXCLUDE (valid_to) FROM attributes
        WHERE subject_no IN ({here}) AND valid_from < DATE '2024-06-01'
        """,
        f"""
        SELECT * EXCLUDE (valid_to) FROM links
        WHERE a_no IN ({here}) AND b_no IN ({here}) AND valid_from < DATE '2024-01-01'
        """,
        """
        SELECT * EXCLUDE (held_to) FROM conduct WHERE decided < DATE '2024-01-01'
        """,
    ):
        before, after = (set(one.execute(query).fetchall()) for one in (short, long))
        assert before and before == after


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("adults", [1, 2, 700])
def test_a_world_of_so_many_adults_has_just_so_many(adults: int, seed: int):
    """Children come on top, and whoever else is there is who was there anyhow."""
    people = population.populate(seed, 30, adults, END, adults_alone=True).people
    more = population.populate(seed, 30, 2 * adults, END).people
    of_age = days.number(days.DAY0) - people.born >= days.years(18)
    assert of_age.sum() == adults and of_age[-1]
    assert (people.born == more.born[: people.born.size]).all()


def test_the_city_is_as_big_as_rongcheng():
    """740,000 adults, and children beside them."""
    assert world.SIZES["city"] == (60_000, 740_000, True)


@settings(max_examples=how_many(8), deadline=None)
@given(st.integers(1, 60), st.integers(100, 300), st.integers(0, 10**9), st.integers(1, 500))
def test_any_small_world_can_be_made(enterprises: int, residents: int, seed: int, window: int):
    tables = made(enterprises, residents, seed, END - 365 + window)
    assert tables["subjects"].num_rows >= enterprises + residents
    for name, table in tables.items():
        assert table.schema == SCHEMAS[name]
        table.validate(full=True)


def test_progress_is_told(tables_of):
    told = []
    world.generate("tiny", 1, progress=lambda label, done, total: told.append((label, done, total)))
    assert [done for _, done, _ in told] == [0, 1, 2, 3, 4]
    assert {total for *_, total in told} == {4}
    assert told[0][0] == "world: subjects"


def test_bad_arguments_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="no size 'huge'; there are story, tiny"):
        world.generate("huge", 1)
    with pytest.raises(ValueError, match="at least one day"):
        world.write(tmp_path, "tiny", 1, days=0)
    with pytest.raises(ValueError, match="organisation codes last"):
        population.populate(1, 30_000_000, 1, END)
