"""`islands explore`: a built home in the browser."""

from typing import Annotated

from typer import Option

from pipelines.home import Home
from pipelines.options import HOME, HomeOption


def explore(
    port: Annotated[
        int, Option(help="Of the pages, on this machine alone; 0: any that is free.")
    ] = 8321,
    home: HomeOption = HOME,
) -> None:
    """A built home in the browser: find somebody, break a record, see where the error goes and what remains.

    Nobody but this machine can reach the pages, and they ask nobody for anything. They only write
    scenarios, disputes and decisions about rows kept aside, into the home.
    """
    from pipelines.explore.serving import serve

    serve(Home(home), port)
