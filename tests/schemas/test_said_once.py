"""Files that people edit: a name is said once, and what cannot be read is told with its line."""

import pytest

from pipelines.codes import read_code_list
from schemas.code_lists import read_csv
from schemas.contract import read_contract
from schemas.contract_keys import ContractError
from schemas.said_once import read_json, read_yaml, read_yaml_file


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\n\na: 3\n", "line 4, column 1: 'a' is said twice in one mapping; say it once"),
        ("- {b: {c: 1}, b: 2}\n", "line 1, column 15: 'b' is said twice"),
        ("x:\n  1: a\n  1: b\n", "line 3, column 3: '1' is said twice"),
        ("a: [", "line "),
    ],
)
def test_what_is_said_twice_is_told_with_file_line_and_name(tmp_path, text, told):
    path = tmp_path / "rules.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="rules.yml is not readable as YAML at " + told):
        read_yaml_file(path)


def test_what_is_said_in_several_mappings_is_not_said_twice():
    text = "a: &one {x: 1, y: 2}\nb: &two {<<: *one, x: 3}\nc: {<<: *two, y: 4}\nd: [*one, *one]\n"
    assert read_yaml(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 3, "y": 2},
        "c": {"x": 3, "y": 4},
        "d": [{"x": 1, "y": 2}] * 2,
    }
    assert read_yaml("") is None
    assert read_json('{"a": {"x": 1}, "b": [{"x": 1}, {"x": 2}]}')["b"] == [{"x": 1}, {"x": 2}]


def test_a_contract_that_says_a_key_twice_is_refused(tmp_path):
    path = tmp_path / "contract.odcs.yaml"
    path.write_text("id: library\nschema: [1]\nid: museum\n", encoding="utf-8")
    with pytest.raises(
        ContractError, match=r"contract.odcs.yaml .* line 3, column 1: 'id' is said twice"
    ):
        read_contract(path)


def code_list(folder, content: bytes):
    path = folder / "codes.csv"
    path.write_bytes(content)
    return path


def test_a_code_list_may_come_from_a_spreadsheet(tmp_path):
    """With a mark of UTF-8 before it; words such as NA are words, and numbers codes."""
    path = code_list(tmp_path, b"\xef\xbb\xbfcode,title\n007,NA\n,\n\n008,\n,\n")
    assert read_csv(path, "code") == [{"code": "007", "title": "NA"}, {"code": "008", "title": ""}]
    assert [row.line for row in read_csv(path)] == [2, 5]
    assert read_code_list(path).to_pylist() == [
        {"code": "007", "title": "NA"},
        {"code": "008", "title": None},
    ]


def test_a_column_that_a_code_list_has_not_is_told_when_it_is_asked_for(tmp_path):
    (row,) = read_csv(code_list(tmp_path, b"code,titel\n1,a\n"), "code")
    with pytest.raises(
        ValueError, match=r"codes.csv, line 1: .* no column 'title'; perhaps 'titel'"
    ):
        row["title"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"code,title\n1,a\n2,b, c\n", "codes.csv, line 3: it has not as many cells"),
        (b"code,title\n1\n", "codes.csv, line 2: it has not as many cells"),
        ("code,title\n1,中\n".encode("gbk"), "codes.csv: 0xd6 is not UTF-8; save it so."),
        (b"title\na\n", "codes.csv: the code list needs a column `code`"),
        (b"code,title,code\n1,a,2\n", "codes.csv, line 1: the column 'code' stands twice"),
        (b"", "codes.csv is empty; its first line is to name the columns"),
        (b"code,title\n1,a\n2,b\n1,c\n", "line 4: code '1' stands on line 2 already; keep one of"),
        (
            "code,title\n１ ,a\n".encode(),
            "line 2: the code '１ ' would be met by no row.*write '1'",
        ),
    ],
)
def test_what_is_wrong_with_a_code_list_is_told_with_its_line(tmp_path, content, told):
    path = code_list(tmp_path, content)
    with pytest.raises(ValueError, match=told):
        read_csv(path, "code")


def test_a_rule_of_points_that_stands_twice_would_count_twice(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("keeper,list,ground,change\na,x,,-5\na,x,g,-5\na,x,,-9\n", encoding="utf-8")
    told = "line 4: keeper 'a', list 'x', ground '' stands on line 2 already; keep one of the two"
    with pytest.raises(ValueError, match=told):
        read_csv(path)
