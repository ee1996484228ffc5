"""Names for fictional organisations, people and streets.

An organisation's name is place + brand + trade word + form, as registers require. Places are
fictional, brands are put together from two small pools of characters, so no name is a real firm's.
Within a place and trade each organisation gets a brand of its own by its rank there, so that names
are unique within a division by construction, without looking at the others.

People's names come from Faker's Chinese pools, drawn so that a few names are very common: many
people share one, also within a division, as registers must expect.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from faker.providers import BaseProvider
from faker.providers.address.zh_CN import Provider as FakerAddress
from faker.providers.person.zh_CN import Provider as FakerPerson
from numpy.typing import NDArray

from schemas.code_lists import CODES, read_csv
from schemas.identifiers import make_org_code, make_resident_no, make_uscc, org_body
from sources.world import divisions
from sources.world.columns import glue, pick, plain
from sources.world.draws import Ints, Stream

# First and later characters of a brand; none stands in both, so a brand reads one way only.
BRAND_FIRST = (
    "澜岚霁砚槿蘅芷榆桐梧栎檀楹桢杉枫泠沅湄浔渌淳滢潇溪汐珩琅瑾璟珞琼"
    "玥瑶钧铎钰锦铭鎏昱晗昕暄昭旻朔朗衡祺禾穗稷翊翎羿翰筠笙箬简麓鹭黎"
)
BRAND_LATER = (
    "安邦辰承崇德登鼎丰岳阜庚冠川洲和恒弘泓晖汇吉嘉垣津景骏凯康来利隆"
    "茂明宁沛庆仁荣润尚盛顺泰腾通旺舒祥兴轩延益英盈永裕远跃增展中卓舟"
)
_SHORT_BRANDS = len(BRAND_FIRST) * len(BRAND_LATER)
_LONG_BRANDS = _SHORT_BRANDS * len(BRAND_LATER)
MOST_BRANDS = _SHORT_BRANDS + _LONG_BRANDS

COMPANY_FORMS = {"有限公司": 80, "有限责任公司": 12, "股份有限公司": 5, "集团有限公司": 3}
HOUSEHOLD_FORMS = {"店": 50, "部": 25, "行": 15, "坊": 10}

# Surname -> weight, as Faker has them, in whole ten-thousandths.
SURNAMES = {name: round(weight * 10_000) for name, weight in FakerPerson.last_names.items()}
GIVEN = {"M": tuple(FakerPerson.first_names_male), "F": tuple(FakerPerson.first_names_female)}
GIVEN_CHARACTERS = {
    sex: tuple(name for name in names if len(name) == 1) for sex, names in GIVEN.items()
}
_COMPOUND_PER_MILLION = 550_000  # given names made of two characters of the pool

STREET_SUFFIXES = tuple(FakerAddress.street_suffixes)
STREETS = tuple(
    first + second
    for first in ("青石", "白露", "谷雨", "听泉", "望云", "晚晴", "织锦", "磨坊", "灯芯", "渡船")
    for second in ("东", "西", "南", "北", "中", "里")
)


class Trade(NamedTuple):
    """A line of business; the code follows GB/T 4754-2017's letters and divisions."""

    code: str
    weight: int  # how many enterprises follow it, relative to others
    words: tuple[str, ...]  # what a name says of the trade
    scope: str  # scope of business as registered


@lru_cache(maxsize=1)
def trades() -> tuple[Trade, ...]:
    """The code list `trades`; those of weight 0 are not followed by enterprises."""
    return tuple(
        Trade(row["code"], int(row["weight"]), tuple(row["words_zh"].split("|")), row["scope_zh"])
        for row in read_csv(CODES / "trades.csv")
    )


def brands(seed: int, ranks: Ints, groups: Ints) -> pa.Array:
    """A brand for each rank within its group: same group, different ranks, different brands.

    Two characters for the first 4,096 of a group, three for the rest.

    Raises:
        ValueError: if a rank is `MOST_BRANDS` (266,240) or above.
    """
    if ranks.size and ranks.max() >= MOST_BRANDS:
        raise ValueError(f"A place and trade hold at most {MOST_BRANDS:,} brands.")
    later = np.array([*BRAND_LATER, ""])
    short = ranks < _SHORT_BRANDS
    place = np.empty_like(ranks)
    for part, size, base in ((short, _SHORT_BRANDS, 0), (~short, _LONG_BRANDS, _SHORT_BRANDS)):
        # shuffled alike everywhere, but begun elsewhere in each group
        shuffled = Stream(seed, f"names.brand.{size}").permute(ranks[part] - base, size)
        begin = Stream(seed, f"names.brand.begin.{size}").below(groups[part], size)
        place[part] = (shuffled + begin) % size
    third = np.where(short, len(BRAND_LATER), place % len(BRAND_LATER))
    place = np.where(short, place, place // len(BRAND_LATER))
    return glue(
        pick(tuple(BRAND_FIRST), place // len(BRAND_LATER)),
        pick(tuple(BRAND_LATER), place % len(BRAND_LATER)),
        pick(later.tolist(), third),
    )


def enterprise_names(
    seed: int, rows: Ints, ranks: Ints, places: Ints, trade: Ints, household: NDArray[np.bool_]
) -> pa.Array:
    """Names of enterprises.

    Args:
        rows: keys for what may repeat: which word, which form, whose place.
        ranks: rank within the place and trade, never given twice there.
        places: index into `divisions.load()`.
        trade: index into `trades()`.
        household: whether it is an individual household business, whose name ends as a shop's.
    """
    where = divisions.load()
    words = [word for one in trades() for word in one.words]
    sizes = np.array([len(one.words) for one in trades()])
    starts = np.cumsum(sizes) - sizes
    forms = [*COMPANY_FORMS, *HOUSEHOLD_FORMS]
    form = np.where(
        household,
        len(COMPANY_FORMS)
        + Stream(seed, "names.form.household").choice(rows, [*HOUSEHOLD_FORMS.values()]),
        Stream(seed, "names.form.company").choice(rows, [*COMPANY_FORMS.values()]),
    )
    # three in ten bear the city's name, so that two districts of a city may hold the same name
    by_city = Stream(seed, "names.by_city").per_million(rows, 300_000)
    prefixes = [*where.short, *(divisions.short_name(city) for city in where.cities)]
    word = starts[trade] + Stream(seed, "names.word").below(rows, sizes[trade])
    return glue(
        pick(prefixes, places + by_city * len(where)),
        brands(seed, ranks, places * len(trades()) + trade),
        pick(words, word),
        pick(forms, form),
    )


def surnames(seed: int, rows: Ints, stream: str) -> Ints:
    """Indices into the surnames, a few very common."""
    return Stream(seed, f"names.surname.{stream}").choice(rows, [*SURNAMES.values()])


def person_names(seed: int, rows: Ints, surname: Ints, male: NDArray[np.bool_]) -> pa.Array:
    """Surname and given name. Given names of one to three characters, a few very common."""
    compound = Stream(seed, "names.given.compound").per_million(rows, _COMPOUND_PER_MILLION)
    first = Stream(seed, "names.given.first")
    second = Stream(seed, "names.given.second")
    pool: list[str] = [""]
    one, two = np.zeros_like(rows), np.zeros_like(rows)
    for sex, here in (("M", male), ("F", ~male)):
        whole, single = GIVEN[sex], GIVEN_CHARACTERS[sex]
        made, taken = here & compound, here & ~compound
        one[taken] = len(pool) + first.skewed(rows[taken], len(whole))
        pool.extend(whole)
        one[made] = len(pool) + first.below(rows[made], len(single))
        two[made] = len(pool) + second.below(rows[made], len(single))
        pool.extend(single)
    return glue(pick([*SURNAMES], surname), pick(pool, one), pick(pool, two))


def addresses(seed: int, rows: Ints, places: Ints, home: bool) -> pa.Array:
    """Addresses: city, district, street and number; homes with building and flat.

    Few numbers are much used, so that firms share an address.
    """
    kind = "home" if home else "office"
    street = Stream(seed, f"names.street.{kind}").skewed(rows, len(STREETS))
    suffix = street % len(STREET_SUFFIXES)  # a street is a 街 or a 路 everywhere
    number = 1 + Stream(seed, f"names.street_number.{kind}").skewed(rows, 400)
    parts = [
        pick(divisions.load().full_names, places),
        pick(STREETS, street),
        pick(STREET_SUFFIXES, suffix),
        plain(number),
    ]
    if not home:
        return glue(*parts, "号")
    flat = Stream(seed, "names.flat").below(rows, 24 * 4)
    return glue(*parts, "号", plain(flat // 4 + 1), "幢", plain(flat % 4 * 100 + 101), "室")


def phones(seed: int, rows: Ints, stream: str) -> pa.Array:
    """Eleven digits beginning with 128, under which no mobile number has been assigned."""
    numbers = 12_800_000_000 + Stream(seed, f"names.phone.{stream}").below(rows, 100_000_000)
    return plain(numbers)


class FictionalProvider(BaseProvider):
    """Faker provider of organisations and identifiers that cannot be real.

    For scripts and lessons that want a single example; the world itself draws by row.

    >>> from faker import Faker
    >>> fake = Faker("zh_CN"); fake.add_provider(FictionalProvider); fake.seed_instance(1)
    >>> fake.fictional_uscc().startswith("91")
    True
    """

    def _draw(self, n: int) -> int:
        return self.random_int(0, n - 1)

    def _one(self, n: int) -> Ints:
        return np.array([self._draw(n)], dtype=np.int64)

    def fictional_division(self) -> str:
        """Code of a fictional district or county."""
        return divisions.load().codes[self._draw(len(divisions.load()))]

    def fictional_company(self) -> str:
        """Name of a company that does not exist, such as 榆东澜安面馆有限公司."""
        followed = [i for i, trade in enumerate(trades()) if trade.weight]
        return enterprise_names(
            seed=self._draw(1 << 30),
            rows=self._one(1 << 30),
            ranks=self._one(_SHORT_BRANDS),
            places=self._one(len(divisions.load())),
            trade=np.array([followed[self._draw(len(followed))]]),
            household=np.array([False]),
        )[0].as_py()

    def fictional_person(self) -> str:
        """Name of a person, from Faker's pools."""
        rows = self._one(1 << 30)
        seed = self._draw(1 << 30)
        male = np.array([self._draw(2) == 1])
        return person_names(seed, rows, surnames(seed, rows, "provider"), male)[0].as_py()

    def fictional_org_code(self) -> str:
        """A check-valid organisation code in the range kept for internal use."""
        return str(make_org_code(org_body([1 + self._draw(99_999)]))[0])

    def fictional_uscc(self) -> str:
        """A check-valid enterprise's USCC in an unassigned division."""
        return str(make_uscc("91", self.fictional_division(), [self.fictional_org_code()])[0])

    def fictional_resident_no(self) -> str:
        """A check-valid resident number in an unassigned division, of somebody born 1940-2005."""
        day = (1940 + self._draw(66)) * 10_000 + (1 + self._draw(12)) * 100 + 1 + self._draw(28)
        return str(make_resident_no(self.fictional_division(), [day], [self._draw(1000)])[0])
