"""Names: fictional, and unique where registers would make them so."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from faker import Faker
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import ORG_CODE, RESIDENT_NO, USCC, could_be_real
from sources.world import divisions, names
from sources.world.columns import rank_within

# Brands of well-known real companies; none may come out of the pools.
REAL_BRANDS = """
华为 中兴 联想 海尔 格力 美的 腾讯 百度 阿里 京东 小米 比亚迪 吉利 万科 恒大
碧桂园 茅台 五粮液 蒙牛 伊利 中石油 中石化 国美 苏宁 永辉 海底捞 顺丰 圆通 申通 中通
韵达 美团 滴滴 携程 网易 新浪 搜狐 金龙鱼 鲁花 老干妈 娃哈哈 农夫山泉 安踏 李宁 锦江
全聚德 同仁堂 云南白药 平安 招商 中信 光大 海康 大疆 立讯 隆基 宁德 长城 长安 奇瑞
三一 徐工 中联 汇源 统一 康师傅 旺旺 双汇 永和 正大 中粮
"""


@given(st.lists(st.integers(0, 8), min_size=1, max_size=300), st.integers(0, 50))
def test_ranks_count_earlier_rows_of_the_group(groups: list[int], seed: int):
    ranks = rank_within(np.array(groups))
    assert ranks.tolist() == [groups[:i].count(group) for i, group in enumerate(groups)]


def test_brands_of_one_group_differ():
    ranks = np.arange(20_000)
    for group in (0, 11):
        brands = names.brands(1, ranks, np.full(ranks.size, group)).to_pylist()
        assert len(set(brands)) == ranks.size
        assert {len(brand) for brand in brands[:4096]} == {2}
        assert {len(brand) for brand in brands[4096:]} == {3}


def test_brands_run_out_with_a_sentence():
    with pytest.raises(ValueError, match="266,240 brands"):
        names.brands(1, np.array([names.MOST_BRANDS]), np.array([0]))


def test_a_brand_reads_one_way_only():
    assert not set(names.BRAND_FIRST) & set(names.BRAND_LATER)
    assert len(set(names.BRAND_FIRST)) == len(names.BRAND_FIRST) == 64
    assert len(set(names.BRAND_LATER)) == len(names.BRAND_LATER) == 64
    words = [word for trade in names.trades() for word in trade.words]
    assert len(set(words)) == len(words)
    # else brand and word could be cut elsewhere and make another brand and word
    assert not {word[0] for word in words} & set(names.BRAND_LATER)


def test_no_brand_is_a_real_one():
    first, later = set(names.BRAND_FIRST), set(names.BRAND_LATER)
    possible = [
        brand
        for brand in REAL_BRANDS.split()
        if brand[0] in first and len(brand) < 4 and set(brand[1:]) <= later
    ]
    assert possible == []


def test_pools_are_as_when_worlds_were_made():
    """A Faker that changes its pools changes every world: pin it, or accept new ones knowingly."""
    pools = (list(names.SURNAMES.items()), names.GIVEN, names.STREET_SUFFIXES)
    digest = sha256(repr(pools).encode()).hexdigest()
    assert digest == "be4e89d714d41956c3d68ce9bd2503deebf7a8bd09fc6ae2b0fab00a3017f0af"


def test_divisions_lie_where_nothing_real_does():
    where = divisions.load()
    assert all(code[:2] in {"84", "85", "86", "87", "88", "89"} for code in where.codes)
    for column in (where.codes, where.names, where.short):
        assert len(set(column)) == len(column)
    assert set(where.cities).isdisjoint(where.names)
    assert divisions.short_name("榆东区") == "榆东"


def test_a_few_names_are_common():
    rows = np.arange(50_000)
    male = rows % 2 == 0
    people = names.person_names(1, rows, names.surnames(1, rows, "t"), male).to_pylist()
    counts = sorted((people.count(name) for name in set(people[:500])), reverse=True)
    assert len(set(people)) > 8_000
    assert counts[0] > 50
    assert sum(len(name) == 2 for name in people) > 10_000


def test_phones_cannot_ring():
    numbers = names.phones(1, np.arange(1000), "t").to_pylist()
    assert all(len(number) == 11 and number.startswith("128") for number in numbers)


def test_provider():
    fake = Faker("zh_CN")
    fake.add_provider(names.FictionalProvider)
    fake.seed_instance(4)
    for _ in range(50):
        for scheme, value in (
            (USCC, fake.fictional_uscc()),
            (ORG_CODE, fake.fictional_org_code()),
            (RESIDENT_NO, fake.fictional_resident_no()),
        ):
            assert scheme.is_valid(value) and not could_be_real(value, scheme.name)
        assert fake.fictional_division() in divisions.load().codes
        company = fake.fictional_company()
        assert company.endswith(tuple(names.COMPANY_FORMS))
        assert fake.fictional_person()[0] in {name[0] for name in names.SURNAMES}
    fake.seed_instance(4)
    again = fake.fictional_uscc()
    fake.seed_instance(4)
    assert fake.fictional_uscc() == again
