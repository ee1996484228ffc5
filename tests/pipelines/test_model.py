"""What the header of a model's file makes of it."""

import pytest

from pipelines.graph import all_models
from pipelines.model import ModelError, make_model

SQL = "-- Who is on x.\n-- key: n\n{}SELECT n FROM lists.x\n"


def test_a_header_can_have_a_model_kept_as_a_view():
    viewed = make_model("lists.y", SQL.format("-- kept: as a view, since it is short\n"), "y.sql")
    assert viewed.view and viewed.key == ("n",)
    assert not make_model("lists.y", SQL.format(""), "y.sql").view


def test_a_model_can_be_kept_in_no_other_way():
    with pytest.raises(
        ModelError, match="y.sql: `kept` can only say 'as a view' and why, not 'in memory'"
    ):
        make_model("lists.y", SQL.format("-- kept: in memory\n"), "y.sql")


def test_pages_are_a_view_and_items_are_not():
    kept = {model.name: model.view for model in all_models("core")}
    assert kept["publication.pages"] and not kept["publication.items"]
