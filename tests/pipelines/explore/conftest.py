"""The story's pages, served to this process as they are to a browser."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from pipelines.explore.laboratory import Open
from pipelines.explore.safety import names_of
from pipelines.explore.serving import listening, server
from pipelines.home import Home

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    """What a server answers."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Client:
    """Somebody who asks a server on this machine."""

    port: int

    @property
    def own(self) -> dict[str, str]:
        """Headers of a form that a page of its own sends."""
        return {"origin": f"http://127.0.0.1:{self.port}"}

    def get(self, address: str, headers: Mapping[str, str] | None = None, **query: str) -> Reply:
        return self.ask("GET", address + (f"?{urlencode(query)}" if query else ""), headers or {})

    def post(self, address: str, headers: Mapping[str, str], **form: str) -> Reply:
        return self.ask("POST", address, {"content-type": FORM, **headers}, urlencode(form))

    def ask(
        self, method: str, address: str, headers: Mapping[str, str], body: str | None = None
    ) -> Reply:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            path = quote(address.partition("#")[0], safe="/?=&%|+.,-_:")
            line.request(method, path, body, dict(headers))
            reply = line.getresponse()
            lower = {name.lower(): value for name, value in reply.getheaders()}
            return Reply(reply.status, lower, reply.read().decode())
        finally:
            line.close()


@contextmanager
def served(home: Home) -> Iterator[tuple[Client, Open]]:
    """The pages of a home, on a port that is free, for the length of a block."""
    opened = Open(home)
    with listening(0) as place:
        port = place.getsockname()[1]
        running = server(opened, names_of(port))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [place]}, daemon=True)
        thread.start()
        yield Client(port), opened
        running.should_exit = True
        thread.join(30)
    opened.close()


@pytest.fixture(scope="module")
def home(story, tmp_path_factory) -> Home:
    """A home whose database in force is the story's."""
    return story.home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def client(home) -> Iterator[Client]:
    """Somebody who asks for its pages."""
    with served(home) as (client, _):
        yield client
