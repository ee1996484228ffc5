"""A storage of its own address for tests: a folder, served as Hadoop's name nodes serve theirs by WebHDFS.

Operations and answers: https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

HERE = "127.0.0.1"
PREFIX = "/webhdfs/v1"


def handler_of(root: Path) -> type[BaseHTTPRequestHandler]:
    """What answers requests about the files below a folder."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else half of the small answers wait for the next one
        wbufsize = -1

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def answer(self) -> None:
            parts = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.given = {name.lower(): value for name, value in given.items()}
            self.file = root / unquote(parts.path.removeprefix(PREFIX)).strip("/")
            self.content = self.read_body()
            act = getattr(self, f"op_{self.given['op'].upper()}", None)
            if act is None:
                self.fault(400, "UnsupportedOperationException", self.given["op"])
                return
            try:
                act()
            except FileNotFoundError:
                self.fault(404, "FileNotFoundException", f"File does not exist: {parts.path}")

        do_GET = do_PUT = do_POST = do_DELETE = answer

        def read_body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = b""
            while size := int(self.rfile.readline(), 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        def say(
            self, node: Any = None, code: int = 200, raw: bytes | None = None, **headers: str
        ) -> None:
            body = raw if raw is not None else b"" if node is None else json.dumps(node).encode()
            self.send_response(code)
            # No kind of content: Spark's own copy of Hadoop's client lacks what it would read that with.
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def fault(self, code: int, kind: str, message: str) -> None:
            name = {"FileNotFoundException": "java.io."}.get(kind, "java.lang.") + kind
            said = {"exception": kind, "javaClassName": name, "message": message}
            self.say({"RemoteException": said}, code)

        def elsewhere(self) -> bool:
            """Send the client to the node that keeps the data: this one. Whether it was sent."""
            if "here" in self.given:
                return False
            there = urlsplit(self.path)
            query = urlencode({**self.given, "here": "yes"})
            host, port = self.server.server_address[:2]
            self.say(code=307, Location=f"http://{host}:{port}{there.path}?{query}")
            return True

        def status(self, file: Path, name: str) -> dict[str, Any]:
            there = file.stat()
            folder = file.is_dir()
            return {
                "accessTime": 0,
                "blockSize": 0 if folder else 1 << 27,
                "childrenNum": 0,
                "fileId": there.st_ino,
                "group": "group",
                "length": 0 if folder else there.st_size,
                "modificationTime": int(there.st_mtime * 1000),
                "owner": "owner",
                "pathSuffix": name,
                "permission": "755" if folder else "644",
                "replication": 0 if folder else 1,
                "storagePolicy": 0,
                "type": "DIRECTORY" if folder else "FILE",
            }

        def op_GETHOMEDIRECTORY(self) -> None:
            self.say({"Path": "/"})

        def op_GETFILESTATUS(self) -> None:
            self.say({"FileStatus": self.status(self.file, "")})

        def op_LISTSTATUS(self) -> None:
            if self.file.is_dir():
                found = [self.status(one, one.name) for one in sorted(self.file.iterdir())]
            else:
                found = [self.status(self.file, "")]
            self.say({"FileStatuses": {"FileStatus": found}})

        def op_GETFILEBLOCKLOCATIONS(self) -> None:
            block = {
                "cachedHosts": [],
                "corrupt": False,
                "hosts": [HERE],
                "length": self.file.stat().st_size,
                "names": [f"{HERE}:9866"],
                "offset": 0,
                "storageTypes": ["DISK"],
                "topologyPaths": [f"/default-rack/{HERE}:9866"],
            }
            self.say({"BlockLocations": {"BlockLocation": [block]}})

        def op_OPEN(self) -> None:
            self.file.stat()
            if self.elsewhere():
                return
            content = self.file.read_bytes()[int(self.given.get("offset", 0)) :]
            self.say(raw=content[: int(self.given.get("length", len(content)))])

        def op_CREATE(self) -> None:
            if self.elsewhere():
                return
            if self.file.exists() and self.given.get("overwrite") == "false":
                self.fault(403, "FileAlreadyExistsException", str(self.file))
                return
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_bytes(self.content)
            self.say(code=201)

        def op_APPEND(self) -> None:
            if self.elsewhere():
                return
            with self.file.open("ab") as file:
                file.write(self.content)
            self.say()

        def op_MKDIRS(self) -> None:
            self.file.mkdir(parents=True, exist_ok=True)
            self.say({"boolean": True})

        def op_RENAME(self) -> None:
            target = root / self.given["destination"].strip("/")
            moved = self.file.exists() and target.parent.is_dir() and not target.is_file()
            if moved:
                self.file.rename(target / self.file.name if target.is_dir() else target)
            self.say({"boolean": moved})

        def op_DELETE(self) -> None:
            there = self.file.exists()
            if self.file.is_dir():
                shutil.rmtree(self.file)
            elif there:
                self.file.unlink()
            self.say({"boolean": there})

    return Handler


class Served(ThreadingHTTPServer):
    """It answers many at once, and ends though somebody still listens."""

    daemon_threads = True
    request_queue_size = 128


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address at which a folder can be read and written as long as the block lasts."""
    with Served((HERE, 0), handler_of(root)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"webhdfs://{HERE}:{server.server_address[1]}"
        server.shutdown()
