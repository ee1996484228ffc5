"""Which records an island's dirt befalls. The contract's rate is the mean; errors do not fall evenly.

Some offices err more than others, and the papers of some subjects more than those of others; after a
change of software whoever enters records errs more for a while; and whoever mistypes a code is in a
hurry with the name as well. Each factor is drawn from a table of integers with the mean 100 %, by a
stream of its own that is keyed by the office, the subject or the feed, so that an office errs more in
all it writes, and a subject in all registers. The figures are this project's own.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.contract import Feed
from sources.faults.draw import text_numbers
from sources.faults.identifiers import identifier_columns, name_columns
from sources.world.days import DAY0, number
from sources.world.draws import Ints, Stream

# Of a hundred, so many have this percentage of the contract's rate.
# Most offices have somebody check what is entered; a few leave it to whoever has time.
OFFICES = ((60, 50), (25, 100), (15, 300))
# Most people and firms have one name and one number; a few a rare character, an old number, or papers
# that nobody can read.
SUBJECTS = ((75, 60), (20, 150), (5, 500))

# Once in so many days an island changes its software. For four weeks after, records that are new then
# have a few times as many errors: codes and columns sit where nobody is used to them. At other times
# there are the fewer. What the first delivery holds was entered over years and has the mean.
SOFTWARE_EVERY, UNUSED_TO_IT = 364, 28
WHILE_NEW, ELSE = 400, 75

# Of a hundred records with a mistyped code so many have a typo in a name: both are read off the same
# paper by the same hand. Names beside a right code have the fewer.
WRONG_NAME_GIVEN_WRONG_CODE = 20

MILLION, PERCENT = 1_000_000, 100


def befallen(
    feed: Feed, versions: pa.Table, keys: pa.Array, seed: int, dirt: float
) -> dict[str, NDArray[np.intp]]:
    """Kind of fault -> places of the rows it befalls, the kinds in alphabetical order.

    Args:
        feed: its `fault_rates` are per thousand records.
        versions: see `sources.dirt.spoil`.
        keys: what names the record of each row.
        dirt: multiplies the rates; no chance is more than certain.
    """
    records = text_numbers(keys)
    factor = factors(feed, versions, records, seed)
    hit: dict[str, NDArray[np.bool_]] = {}
    chances: dict[str, Ints] = {}
    for name in sorted(feed.fault_rates):
        mean = round(feed.fault_rates[name] * dirt * 1000)  # per million
        chance = np.minimum(_rounded(mean * factor, PERCENT**3), MILLION)
        chances[name] = chance
        if name == "typo_in_name" and "mistyped_code" in hit:
            chance = given(chances["mistyped_code"], hit["mistyped_code"], chance)
        hit[name] = Stream(seed, f"dirt|{feed.name}|{name}").per_million(records, chance)
    return {name: np.flatnonzero(rows) for name, rows in hit.items()}


def factors(feed: Feed, versions: pa.Table, records: Ints, seed: int) -> Ints:
    """For each row how often its record errs, in millionths of the contract's rate.

    All versions of a record have the factor of the first.
    """
    office = _column(versions, (feed.office,) if feed.office else ())
    subject = _column(versions, (*identifier_columns(feed), *name_columns(feed)))
    held = _held_from(versions)
    of_office = drawn(office, Stream(seed, "dirt|office"), OFFICES)
    of_subject = drawn(subject, Stream(seed, "dirt|subject"), SUBJECTS)
    both = of_office * of_subject
    # The first version of each record; of several of one day that with the smallest factor.
    order = np.lexsort((both, held, records))
    _, first, record = np.unique(records[order], return_index=True, return_inverse=True)
    of_record = (both * of_software(feed, held, seed))[order][first]
    found = np.empty_like(of_record, shape=len(records))
    found[order] = of_record[record]
    return found


def drawn(texts: pa.Array, stream: Stream, table: tuple[tuple[int, int], ...]) -> Ints:
    """For each text its percentage as drawn from a table; the mean where there is none."""
    encoded = texts.dictionary_encode()
    weights, percentages = zip(*table, strict=True)
    of_each = np.asarray(percentages)[stream.choice(text_numbers(encoded.dictionary), weights)]
    of_each = np.append(of_each, PERCENT)
    return of_each[pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)]


def of_software(feed: Feed, held: Ints, seed: int) -> Ints:
    """For each record its percentage, by the day of the delivery that would be the first to hold it."""
    every, first = feed.cadence_days, number(DAY0) + feed.cadence_offset
    deliveries = np.maximum(-((first - held) // every), 0)
    changed = Stream(seed, f"dirt|software|{feed.name}").below([0], SOFTWARE_EVERY)[0]
    since = (feed.cadence_offset + deliveries * every - changed) % SOFTWARE_EVERY
    percentage = np.where(since < UNUSED_TO_IT, WHILE_NEW, ELSE)
    return np.where(deliveries == 0, PERCENT, percentage)


def given(cause: Ints, happened: NDArray[np.bool_], chance: Ints) -> Ints:
    """The chance of a fault, given whether another has happened, so that its mean stays what it is.

    Args:
        cause: chance of the other, per million.
        happened: whether it did.
        chance: of the fault as a whole, per million.
    """
    wanted = np.maximum(WRONG_NAME_GIVEN_WRONG_CODE * MILLION // PERCENT, chance)
    both = np.minimum(_rounded(cause * wanted, MILLION), chance)
    with_it = _rounded(both * MILLION, np.maximum(cause, 1))
    without = _rounded((chance - both) * MILLION, np.maximum(MILLION - cause, 1))
    return np.where(happened, with_it, without)


def _rounded(number: Ints, by: Ints | int) -> Ints:
    return (number + by // 2) // by


def _column(versions: pa.Table, names: tuple[str, ...]) -> pa.Array:
    """The first of some columns that is filled, row by row."""
    held = [versions.column(n).cast(pa.string()) for n in names if n in versions.column_names]
    found = pc.coalesce(*held) if held else pa.nulls(len(versions), pa.string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _held_from(versions: pa.Table) -> Ints:
    """Day of each row since which the register holds it; long ago where it does not say."""
    if "held_from" not in versions.column_names:
        return np.zeros(len(versions), dtype=np.int64)
    days = pc.fill_null(versions.column("held_from").cast(pa.int32()), 0)
    return days.to_numpy().astype(np.int64)
