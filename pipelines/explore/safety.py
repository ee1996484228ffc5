"""Who may ask: only pages of this very program, by the name of this very machine, and in few words.

The server listens on 127.0.0.1 alone. That does not keep out a page of the web that is open in the same
browser: it could send forms here, or have its own name resolved to 127.0.0.1. So the name by which the
server is asked must be its own, and a form must come from a page of its own.

Nor can such a page read an answer; but by pictures, frames and scripts with addresses of this server it
could make it follow replays and run SQL without end. Browsers say of each request where it comes from and
what for (`Sec-Fetch-*`). For a page of another site one thing is answered: that somebody follows a link to
here in a window of the browser, since links to a replay are handed on, in a chat or on the pages of a
course. A script can open such a window too, but only one that everybody sees. A link that is fetched ahead
is not yet followed. What comes from no page (a bookmark, a typed address, another program) is answered, and
so is whoever sends no such header.
"""

from collections.abc import Mapping, Sequence

from pipelines.explore.asked import RequestError

MOST_ADDRESS = 16_000  # characters of an address with its query
MOST_FORM = 64_000  # bytes of a form: a dispute of 2,000 characters of Chinese takes 18,000
READS, WRITES = ("GET", "HEAD"), ("POST",)
OTHERS = (
    "cross-site",
    "same-site",
)  # another port of this machine is of the same site, and not ours

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Synthetic-Data": "yes",
}


def names_of(port: int) -> tuple[str, ...]:
    """The names by which the server may be asked, as a browser writes them into `Host`.

    >>> names_of(8080)
    ('127.0.0.1:8080', 'localhost:8080')
    """
    names = ("127.0.0.1", "localhost")
    return tuple(f"{name}:{port}" for name in names) + (names if port == 80 else ())


def no_such_method(method: str) -> str:
    """What is said of a method of HTTP that is none of those."""
    return f"{method[:20]} is not known here; there are GET and POST."


def see_allowed(
    method: str, address: str, headers: Mapping[str, str], names: Sequence[str]
) -> None:
    """See that a request may be answered.

    Args:
        address: with its query.
        headers: by their names in small letters.
        names: see `names_of`.

    Raises:
        RequestError: if not, with the code of HTTP that says so.
    """
    if method not in (*READS, *WRITES):
        raise RequestError(no_such_method(method), 405)
    if headers.get("host", "").lower() not in names:
        raise RequestError(f"These pages are those of http://{names[0]} alone.", 403)
    if len(address) > MOST_ADDRESS:
        raise RequestError(f"An address has at most {MOST_ADDRESS:,} characters here.", 414)
    if method in WRITES and headers.get("origin", "").lower() not in {
        f"http://{name}" for name in names
    }:
        raise RequestError("A form is taken only from a page of this program.", 403)
    if headers.get("sec-fetch-site") in OTHERS and not _follows_a_link(headers):
        raise RequestError("Pages of other sites may link to these pages, and load nothing.", 403)


def _follows_a_link(headers: Mapping[str, str]) -> bool:
    """Whether somebody goes to an address in a window of the browser, and does so now."""
    return (
        headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and "prefetch" not in headers.get("sec-purpose", "")
    )
