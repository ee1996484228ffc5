"""What a program says as JSON, as text."""

from __future__ import annotations

import json
import math
from typing import Any


def json_text(node: Any, **options: Any) -> str:
    """A JSON document of plain values, tables' rows among them; Chinese stays readable.

    A missing number, which pandas calls NaN, is `null`: JSON has no other word for it, and a browser
    reads none. What is no plain value, such as a day, is given as text.

    Args:
        options: as of `json.dumps`.

    >>> json_text({"line": float("nan"), "name": "面馆"}, indent=None)
    '{"line": null, "name": "面馆"}'
    """
    said = {"ensure_ascii": False, "indent": 2, "default": str} | options
    try:
        return json.dumps(node, allow_nan=False, **said)
    except ValueError as error:
        if "not JSON compliant" not in str(error):
            raise
        return json.dumps(_null_if_missing(node), allow_nan=False, **said)


def _null_if_missing(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _null_if_missing(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_null_if_missing(value) for value in node]
    return None if isinstance(node, float) and math.isnan(node) else node
