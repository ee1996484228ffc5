"""Templates of the pages, and the few functions they use."""

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from pipelines.explore.asked import query_of
from pipelines.explore.words import Words
from pipelines.terminal import counted
from schemas.notice import NOTICE

HERE = Path(__file__).parent
REPLAY = HERE.parent / "replay" / "tell" / "page"  # its body is a part of pages here


@cache
def environment() -> Environment:
    """Where templates are found: here, and those of the replay's page."""
    found = Environment(
        loader=FileSystemLoader([HERE / "templates", REPLAY]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,  # a name that a subject lacks is empty, since not everybody has one
    )
    found.filters |= {
        "counted": counted,
        "gloss": gloss,
        "along": along,
        "spoken": lambda name: str(name).replace("_", " "),
        "whole": "{:,}".format,
        "path": lambda text: quote(str(text), safe="/"),
        "part": lambda text: quote(str(text), safe=""),
        "query": query_of,
    }
    found.globals |= {"notice": NOTICE, "zh": zh, "both": both}
    return found


def rendered(template: str, **values: Any) -> str:
    """A template filled in."""
    return environment().get_template(template).render(**values)


def gloss(description: str) -> str:
    """The first clause of a column's English description."""
    from pipelines.replay.tell.report import gloss as first_clause

    return first_clause(description)


def along(path: str) -> str:
    """The kinds of link of a way, in words, each with whom it starts from.

    >>> along("legal_representative:b>a 汀兰贸易 parent_child:a>b:minor 陆秋实")
    'legal representative 汀兰贸易 parent child 陆秋实'
    """
    return re.sub(r":[ab]>[ab](:\w+)?", "", path).replace("_", " ")


def zh(text: str) -> Markup:
    """Chinese, marked as such for screen readers and fonts; nothing if there is none."""
    return Markup('<span lang="zh-Hans" class="zh">{}</span>').format(text) if text else Markup("")


def both(words: Words, what: str, code: object) -> Markup:
    """A code's English name with the Chinese beside it."""
    english, chinese = words.both(what, code)
    return Markup("{} {}").format(english, zh(chinese)) if chinese else escape(english)
