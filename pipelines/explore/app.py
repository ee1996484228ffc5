"""The web application: addresses to pages, and whatever goes wrong to one sentence."""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from pipelines.explore.asked import Asked, RequestError, as_said_here, pairs_of
from pipelines.explore.laboratory import Laboratory, NotYet, Open
from pipelines.explore.page import Answer, Page
from pipelines.explore.pages import pages
from pipelines.explore.rendering import HERE, REPLAY, rendered
from pipelines.explore.safety import HEADERS, MOST_FORM, no_such_method, see_allowed
from pipelines.home import HomeError
from pipelines.json_text import json_text
from pipelines.trace import NotFound
from pipelines.trouble import BAD_INPUT, told

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
FOR_A_DAY = {"Cache-Control": "max-age=86400"}
AGAIN = {"Cache-Control": "no-cache"}


def make_app(opened: Open, names: Sequence[str]) -> Starlette:
    """The application.

    Args:
        names: by which the server may be asked, see `pipelines.explore.safety.names_of`.
    """
    routes = []
    for page in pages():
        endpoint = _Endpoint(page, opened, names)
        # Starlette answers HEAD wherever it answers GET; what else there is, see_allowed refuses.
        for path in dict.fromkeys(
            (f"{page.path}.json" if page.path != "/" else "/index.json", page.path)
        ):
            routes.append(Route(path, endpoint.answer, methods=["GET", "POST"]))
    static = _Static(names)
    routes.append(Route("/static/{name}", static.answer, methods=["GET"]))
    other = _Endpoint(None, opened, names)
    return Starlette(
        routes=[
            *routes,
            Route("/{rest:path}", other.answer, methods=["GET", "POST"]),
        ],
        exception_handlers={405: _no_such_method},
    )


async def _no_such_method(request: Request, _: Exception) -> Response:
    """What no route takes; Starlette would say so in no sentence and without our headers."""
    path = request.url.path
    return _failed(RequestError(no_such_method(request.method), 405), path.endswith(".json"), path)


class _Endpoint:
    """What answers the requests for one page; no page: everything that is none."""

    def __init__(self, page: Page | None, opened: Open, names: Sequence[str]) -> None:
        self.page, self.opened, self.names = page, opened, names

    async def answer(self, request: Request) -> Response:
        as_json = request.url.path.endswith(".json")
        try:
            _see_allowed(request, self.names)
            body = await _body(request) if request.method == "POST" else None
            return await run_in_threadpool(self._answer, request, body, as_json)
        except ClientDisconnect:
            raise
        except Exception as error:
            return _failed(error, as_json, request.url.path)

    def _answer(self, request: Request, body: bytes | None, as_json: bool) -> Response:
        if self.page is None:
            raise RequestError(f"There is no page {request.url.path[:200]}.", 404)
        laboratory = self.opened.laboratory()
        asked = Asked(
            address=_address(request.url.path),
            places=request.path_params,
            pairs=pairs_of(request.url.query),
            form=None if body is None else pairs_of(body.decode("utf-8")),
        )
        if asked.form is not None:
            if self.page.act is None:
                raise RequestError("There is nothing to send to this page.", 405)
            asked.see_only(self.page.sends)
            return RedirectResponse(self.page.act(laboratory, asked), 303, HEADERS)
        asked.see_only(self.page.takes)
        found = self.page.look(laboratory, asked)
        answer = found if isinstance(found, Answer) else Answer(found)
        if as_json:
            return Response(as_text({"synthetic": True, **answer.told}), 200, HEADERS | AGAIN, JSON)
        beside = answer.beside() if answer.beside else {}
        html = rendered(
            self.page.template,
            **{**_common(laboratory, asked), **answer.told, **beside},
        )
        return Response(html, 200, HEADERS | AGAIN, HTML)


class _Static:
    """Styles, scripts and plotly's script, which the browser keeps for a day."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    async def answer(self, request: Request) -> Response:
        try:
            _see_allowed(request, self.names)
            path = static_files().get(request.path_params["name"])
            if path is None:
                raise RequestError(f"There is no {request.url.path[:200]}.", 404)
            return FileResponse(path, headers=HEADERS | FOR_A_DAY)
        except RequestError as error:
            return _failed(error, False, request.url.path)


@cache
def static_files() -> Mapping[str, Path]:
    """Name -> file of what pages load."""
    from importlib.util import find_spec

    plotly = find_spec("plotly")
    own = {path.name: path for path in (HERE / "static").iterdir()}
    found = {"replay.css": REPLAY / "page.css", "replay.js": REPLAY / "page.js", **own}
    if plotly is not None and plotly.origin is not None:
        found["plotly.js"] = Path(plotly.origin).parent / "package_data" / "plotly.min.js"
    return found


def _see_allowed(request: Request, names: Sequence[str]) -> None:
    query = request.url.query
    see_allowed(
        request.method,
        request.url.path + (f"?{query}" if query else ""),
        request.headers,
        names,
    )


async def _body(request: Request) -> bytes:
    """A form's bytes.

    Raises:
        RequestError: if it is no form, or too long.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise RequestError("A form is sent as application/x-www-form-urlencoded.", 415)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_FORM:
            raise RequestError(f"A form has at most {MOST_FORM:,} bytes here.", 413)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError("A form is sent in UTF-8.") from None
    return body


def _address(path: str) -> str:
    """A path without the ending of a page's JSON."""
    return "/" if path == "/index.json" else path.removesuffix(".json")


def _common(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """What every template can read."""
    return {
        "laboratory": laboratory,
        "words": laboratory.words,
        "run": laboratory.run,
        "asked": asked,
        "menu": _menu(),
        "waits": False,
        # The world that a page tells of, the address of another page in it, and the day that goes along;
        # see `pipelines.explore.otherwise`.
        "under": None,
        "at": str,
        "on": "",
        "version": _version(),
    }


@cache
def _menu() -> list[tuple[str, tuple[str, str]]]:
    """Address and name of each page of the menu."""
    named = [(page.place, page.path, page.menu) for page in pages() if page.menu is not None]
    return [(path, names) for _, path, names in sorted(named)]


@cache
def _version() -> str:
    """What changes when a style or script does, so that a browser asks for it anew."""
    return str(max(path.stat().st_mtime_ns for path in static_files().values()) % 10**12)


def as_text(node: object) -> str:
    """One JSON document."""
    return json_text(node) + "\n"


@cache
def _names() -> frozenset[str]:
    """The names that pages take."""
    return frozenset(name for page in pages() for name in (*page.takes, *page.sends))


def _failed(error: Exception, as_json: bool, path: str) -> Response:
    """What went wrong as one sentence, with the code of HTTP that fits."""
    sentence, code = told(error)
    sentence = as_said_here(sentence, _names())
    if isinstance(error, RequestError):
        status = error.status
    elif isinstance(error, NotFound):
        status = 404
    elif isinstance(error, HomeError):
        status = 503
    else:
        status = 400 if code == BAD_INPUT else 500
    if status == 500:
        logging.getLogger("islands.explore").error("%s: %s", path, sentence, exc_info=error)
        sentence = "This is a fault of the program; the terminal in which it runs says more."
    headers = dict(HEADERS | {"Cache-Control": "no-store"})
    waits = isinstance(error, NotYet)
    if waits:
        headers["Retry-After"] = "1"
    if status == 405:
        headers["Allow"] = "GET, HEAD, POST"
    if as_json:
        return Response(as_text({"error": sentence, "status": status}), status, headers, JSON)
    html = rendered(
        "error.html",
        sentence=sentence,
        status=status,
        waits=waits,
        menu=_menu(),
        asked=None,
        version=_version(),
    )
    return Response(html, status, headers, HTML)
