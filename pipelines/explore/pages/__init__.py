"""The pages, one module each. A module says `PAGES`; a file laid into this folder is a new page."""

from functools import cache
from importlib import import_module
from pathlib import Path

from pipelines.explore.page import Page


@cache
def pages() -> tuple[Page, ...]:
    """Every page, those with more fixed words in their address first, so that these are met first."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    found = [page for name in names for page in import_module(f"{__name__}.{name}").PAGES]
    return tuple(sorted(found, key=lambda page: (page.path.count("{"), page.path)))
