"""Draws: by row, in integers, the same everywhere."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.world.draws import Stream

ROWS = st.lists(st.integers(0, 2**62), min_size=1, max_size=50)
_WORD = 2**64


def _mixed(word: int) -> int:
    """SplitMix64's finaliser in Python's own integers."""
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % _WORD
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB % _WORD
    return word ^ (word >> 31)


@given(st.integers(-(2**70), 2**70), st.text(max_size=20), ROWS)
def test_bits_are_the_published_mixing_of_seed_name_and_row(seed: int, name: str, rows: list[int]):
    digest = blake2b(f"{seed}|{name}".encode(), digest_size=16).digest()
    key, tweak = (int.from_bytes(digest[part], "little") for part in (slice(8), slice(8, 16)))
    expected = [_mixed(_mixed((row * 0x9E3779B97F4A7C15 + key) % _WORD) ^ tweak) for row in rows]
    assert Stream(seed, name).bits(rows).tolist() == expected


def test_draws_are_pinned():
    """A change here changes every world ever made."""
    stream = Stream(1, "pinned")
    assert stream.below(range(6), 1000).tolist() == [880, 379, 326, 257, 311, 759]
    assert stream.skewed(range(6), 1000, 3).tolist() == [683, 54, 34, 17, 30, 437]
    assert stream.choice(range(6), [1, 2, 3]).tolist() == [2, 1, 1, 1, 1, 2]
    assert stream.permute(range(6), 6).tolist() == [2, 4, 5, 0, 1, 3]


@given(ROWS, st.integers(1, 2**32))
def test_a_draw_depends_on_its_row_alone(rows: list[int], n: int):
    stream = Stream(7, "alone")
    together = stream.below(rows, n).tolist()
    assert together == [int(stream.below(row, n)) for row in rows]
    assert all(0 <= value < n for value in together)


@given(st.integers(1, 3000), st.integers(0, 100))
def test_permute_is_a_permutation(n: int, seed: int):
    assert sorted(Stream(seed, "shuffle").permute(range(n), n).tolist()) == list(range(n))


def test_permute_shuffles():
    n = 1000
    shuffled = Stream(3, "shuffle").permute(range(n), n)
    assert (shuffled == np.arange(n)).sum() < 10
    assert np.abs(np.diff(shuffled)).mean() > n / 5


def test_streams_of_other_names_and_seeds_share_nothing():
    rows = np.arange(20_000)
    one = Stream(1, "one").below(rows, 2)
    for other in (Stream(1, "two"), Stream(2, "one"), Stream(1, "one.more")):
        assert abs(int((one == other.below(rows, 2)).sum()) - 10_000) < 400


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8).filter(any))
def test_choice_never_takes_what_weighs_nothing(weights: list[int]):
    drawn = Stream(5, "choice").choice(np.arange(300), weights)
    assert all(weights[place] > 0 for place in drawn)


def test_shares_are_as_asked():
    rows = np.arange(200_000)
    assert abs(Stream(1, "p").per_million(rows, 150_000).mean() - 0.15) < 0.004
    share = np.bincount(Stream(1, "w").choice(rows, [1, 3, 6])) / rows.size
    assert np.abs(share - [0.1, 0.3, 0.6]).max() < 0.005
    # half of a cube lies below an eighth
    assert abs((Stream(1, "s").skewed(rows, 8000, 3) < 1000).mean() - 0.5) < 0.005


def test_limits_may_differ_by_row():
    limits = np.array([1, 2, 1000])
    drawn = [Stream(9, "by row").below(range(3), limits) for _ in range(2)]
    assert (drawn[0] == drawn[1]).all() and (drawn[0] < limits).all()
    assert (Stream(9, "b").between(range(3), [5, 6, 7], [6, 8, 9]) < [6, 8, 9]).all()


@pytest.mark.parametrize("n", [0, -1, 2**32 + 1])
def test_impossible_limits_are_refused(n: int):
    with pytest.raises(ValueError, match="2\\*\\*32"):
        Stream(1, "limit").below([1], n)
    with pytest.raises(ValueError, match="2\\*\\*32"):
        Stream(1, "limit").skewed([1], n)


def test_permute_refuses_rows_outside():
    with pytest.raises(ValueError, match="rows 0 to 4"):
        Stream(1, "outside").permute([5], 5)
