"""The network of holders: finite trees, levels of joining, policies, and clear words about mistakes."""

import shutil

import pytest
import yaml

from pipelines.exchange.network import (
    LISTS_FILE,
    NETWORK_FILE,
    NetworkError,
    in_reach,
    read_network,
)


def paths(list_name, join="full", tier="core"):
    return [step.path for step in read_network(tier, join).paths(list_name)]


def test_no_holder_stands_twice_on_a_path_but_once_over_a_readmitting_edge():
    network = read_network("core", "full")
    for name in network.owners:
        for step in network.paths(name):
            again = [h for h in set(step.holders) if step.holders.count(h) > 1]
            assert len(again) <= 1
            assert all(step.holders.count(h) == 2 for h in again)
    assert "court>ncisp>city_portal>ncisp" in paths("court_dishonest")


def test_a_readmitted_copy_travels_on_but_is_not_readmitted_again():
    found = paths("court_dishonest")
    assert "court>ncisp>city_portal>ncisp>credit_china" in found
    assert not any(p.count("ncisp") > 2 for p in found)


def test_where_nothing_is_joined_a_list_stays_with_its_owner():
    for name in ("court_dishonest", "tax_violations", "special_attention"):
        assert len(paths(name, "none")) == 1


def test_each_level_of_joining_has_all_paths_of_the_one_below():
    for name in ("court_dishonest", "administrative_penalties"):
        levels = [set(paths(name, j)) for j in ("none", "own-keys", "unified-code", "full")]
        assert levels[0] < levels[3]
        for lower, higher in zip(levels, levels[1:], strict=False):
            assert lower <= higher


def test_by_own_keys_every_edge_matches_by_name_and_division():
    assert {e.match for e in read_network("core", "own-keys").edges} == {"name_division"}


def test_a_policy_changes_one_number():
    before = read_network().edges
    after = read_network(policy={"court-bank.every": "1"}).edges
    changed = [(b, a) for b, a in zip(before, after, strict=True) if a != b]
    assert [(b.name, b.every, a.every) for b, a in changed] == [("court-bank", 7, 1)]


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({"court-bank.lag": "0"}, "policy court-bank.lag is '0'; .* days from 1 to 3650"),
        ({"court-bank.every": "weekly"}, "whole number of days from 1 to 3650"),
        ({"court-bank.every": "9999999999"}, "policy court-bank.every is '9999999999'; "),
        ({"court-bank.every": "9" * 5000}, "whole number of days from 1 to 3650"),
        ({"court-bank.every": "１4"}, "whole number"),
        ({"court-bank.every": "1_4"}, "whole number"),
        ({"court-bank.every": "7.5"}, "whole number"),
        ({"court-bank.every": "-7"}, "whole number"),
        ({"court-bank.every": True}, "whole number"),
        ({"court-bank.offset": "-1"}, "days from 0 to 3650"),
        ({"adopt.joint_punishment.term_days": "-5"}, "days from 1 to 36500"),
        ({"adopt.joint_punishment.term_days": "0"}, "policy adopt.joint_punishment.term_days is"),
        ({"court-bank.expiry": "30"}, "expiry is for mode expire"),
        ({"court-credit_reference_center.expiry": "29"}, r"at least `every` \(30\) days, not 29"),
        ({"court-credit_reference_center.every": "1826"}, r"at least `every` \(1826\) days"),
        ({"court-moon.every": "1"}, "means no edge"),
        ({"court-bank.colour": "1"}, "every, offset, lag, expiry, mode and match"),
        ({"court-bank.mode": "telepathy"}, "it is one of snapshot"),
        ({"adopt.moon.term_days": "3"}, "is not known"),
        ({"court-bank.mode": "expire"}, "mode expire needs an expiry"),
        ({"corrections": "shouted"}, "it is one of sync, pushed"),
        ({"links.depth": "3"}, "it is one of 2, 1, 0"),
        ({"gates.out_of_bounds": "shrug"}, "it is one of hold, warn"),
        ({"corrections.every": "1"}, "Of the whole run there are corrections, "),
    ],
)
def test_a_bad_policy_is_one_clear_sentence(policy, says):
    with pytest.raises(NetworkError, match=says):
        read_network(policy=policy)


def test_what_a_policy_says_of_one_edge_is_taken_together():
    policy = {"court-bank.mode": "expire", "court-bank.expiry": "60", "court-bank.every": "30"}
    for order in (policy, dict(reversed(policy.items()))):
        edge = next(e for e in read_network(policy=order).edges if e.name == "court-bank")
        assert (edge.mode, edge.expiry, edge.every) == ("expire", 60, 30)
    kept = read_network(policy={"court-credit_reference_center.mode": "snapshot"})
    edge = next(e for e in kept.edges if e.name == "court-credit_reference_center")
    assert (edge.mode, edge.expiry) == ("snapshot", None)


def test_by_own_keys_no_policy_lets_an_edge_match_by_code():
    with pytest.raises(NetworkError, match="share no code"):
        read_network(join="own-keys", policy={"court-bank.match": "code"})
    assert in_reach({"court-bank.match": "code"}, "core", "own-keys") == {}


@pytest.mark.parametrize(
    ("where", "key", "value", "says"),
    [
        ("edges", "every", 0, "network.yml, edge court-bank: every is '0'"),
        ("edges", "lag", "soon", "edge court-bank: lag is 'soon'; .* from 1 to 3650"),
        ("edges", "lag", None, "edge court-bank: lag missing"),
        ("edges", "lists", "court_dishonest", "lists is 'court_dishonest'; it is a list"),
        ("edges", "join", "half", "join is 'half'; it is one of none, own-keys"),
        ("edges", "tier", "cellar", "tier is 'cellar'"),
        ("edges", "readmits", "no", "edge court-bank: readmits is 'no'; it is true or false"),
        ("adoptions", "term_days", -5, "adoption of joint_punishment: term_days is '-5'"),
        ("adoptions", "min_severity", "dire", "min_severity is 'dire'; it is one of positive"),
        ("adoptions", "from", [], "from is \\[\\]; it is a list of names"),
        # What is misspelt would hand nothing on, and nobody would miss it.
        (
            "edges",
            "lists",
            ["court_dishonst"],
            "court-bank: the list 'court_dishonst' is not known; .*meant",
        ),
        ("edges", "to", "bnak", "edge court-bnak: the holder 'bnak' is not known; .*Perhaps bank"),
        ("edges", "from", "bank", "edge bank-bank: it leads from a holder to itself"),
        ("edges", "macth", "name", "edge court-bank: the key 'macth' is not known. Perhaps match"),
        (
            "adoptions",
            "from",
            ["tax_violation"],
            "joint_punishment: the list 'tax_violation' is not known",
        ),
        (
            "adoptions",
            "by",
            "bank",
            "bank makes it, so that its row in lists.csv says owner bank and",
        ),
        (
            "adoptions",
            "list",
            "court_dishonest",
            "says owner ncisp and adopted yes, not court and no",
        ),
        ("adoptions", "term", 7, "the key 'term' is not known. .*term_days is meant"),
    ],
)
def test_what_the_file_itself_says_is_checked_alike(where, key, value, says, tmp_path):
    node = yaml.safe_load(NETWORK_FILE.read_text(encoding="utf-8"))
    node[where][0][key] = value
    file = tmp_path / "network.yml"
    file.write_text(yaml.safe_dump(node), encoding="utf-8")
    with pytest.raises(NetworkError, match=says):
        read_network(file=file)


@pytest.mark.parametrize("name", ["edges", "adoptions"])
def test_edges_and_adoptions_are_lists(name, tmp_path):
    node = yaml.safe_load(NETWORK_FILE.read_text(encoding="utf-8"))
    node[name] = 7
    (tmp_path / "network.yml").write_text(yaml.safe_dump(node), encoding="utf-8")
    with pytest.raises(NetworkError, match=f"network.yml: {name} is 7; it is a list"):
        read_network(file=tmp_path / "network.yml")


@pytest.mark.parametrize("value", [0, "many", None])
def test_the_bound_of_paths_is_checked_too(value, tmp_path):
    node = yaml.safe_load(NETWORK_FILE.read_text(encoding="utf-8"))
    node["max_paths_per_list"] = value
    file = tmp_path / "network.yml"
    file.write_text(yaml.safe_dump(node), encoding="utf-8")
    with pytest.raises(NetworkError, match="max_paths_per_list"):
        read_network(file=file)


def test_what_the_file_says_twice_is_told_of(tmp_path):
    file = tmp_path / "network.yml"
    file.write_text("max_paths_per_list: 9\nedges:\n  - {every: 1, every: 2}\n", encoding="utf-8")
    with pytest.raises(
        NetworkError, match="network.yml .* line 3, column 16: 'every' is said twice"
    ):
        read_network(file=file)


def test_a_policy_of_the_run_changes_no_edge_and_one_of_edges_means_something_where_there_are_any():
    policy = {"corrections": "pushed", "links.depth": "1", "gates.out_of_bounds": "warn"}
    assert read_network(policy=policy) == read_network()
    assert in_reach(policy | {"court-ncisp.lag": "2"}, "core", "own-keys") == policy
    del policy["corrections"]
    assert in_reach(policy | {"corrections": "pushed"}, "core", "none") == policy


def test_a_network_joined_beyond_its_bound_is_refused(tmp_path):
    node = yaml.safe_load(NETWORK_FILE.read_text(encoding="utf-8"))
    node["max_paths_per_list"] = 3
    file = tmp_path / "network.yml"
    file.write_text(yaml.safe_dump(node), encoding="utf-8")
    with pytest.raises(NetworkError, match="more than 3 paths"):
        read_network(file=file).paths("court_dishonest")


def test_a_list_that_has_a_row_and_no_rule_is_told_of(tmp_path, monkeypatch):
    rows = LISTS_FILE.read_text(encoding="utf-8")
    (tmp_path / "lists.csv").write_text(
        rows + "misspelt,court,negative,public,judicial,story,t,t,no,,\n", encoding="utf-8"
    )
    monkeypatch.setattr("pipelines.exchange.network.LISTS_FILE", tmp_path / "lists.csv")
    with pytest.raises(
        NetworkError, match="misspelt has no rule; write pipelines/lists/misspelt.sql"
    ):
        read_network()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "judicial,story,",
            "judicial,stry,",
            "line 2: tier 'stry' is not known; it is one of story",
        ),
        (",no,730,", ",no,730.5,", "line 2: longest_term_days '730.5' is no whole number"),
    ],
)
def test_code_lists_are_looked_at_before_the_network_rests_on_them(
    before, after, says, tmp_path, monkeypatch
):
    codes = tmp_path / "codes"
    shutil.copytree(LISTS_FILE.parent, codes)
    rows = LISTS_FILE.read_text(encoding="utf-8")
    (codes / "lists.csv").write_text(rows.replace(before, after, 1), encoding="utf-8")
    monkeypatch.setattr("pipelines.exchange.network.CODES", codes)
    monkeypatch.setattr("pipelines.exchange.network.LISTS_FILE", codes / "lists.csv")
    shutil.copy(NETWORK_FILE, tmp_path)  # a network that was read is not read again
    with pytest.raises(ValueError, match=f"lists.csv, {says}"):
        read_network(file=tmp_path / NETWORK_FILE.name)


def test_every_edge_says_what_its_clock_rests_on():
    network = read_network("whole", "full")
    assert all(e.basis for e in network.edges)
    assert all(a.basis for a in network.adoptions)
    assert all(e.lag >= 1 for e in network.edges)
