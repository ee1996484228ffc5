"""The server: on this machine's own address alone, until it is interrupted."""

import socket
import threading

import uvicorn

from pipelines.ask import bounded
from pipelines.explore.app import make_app
from pipelines.explore.laboratory import Open
from pipelines.explore.safety import names_of
from pipelines.home import Home

ADDRESS = "127.0.0.1"
MOST_HEADERS = 65_536  # bytes of a request before its body
MOST_AT_ONCE = 200  # requests; more are told to come back


def listening(port: int) -> socket.socket:
    """A socket on a port of this machine that nobody else can reach.

    Args:
        port: its number; 0: any that is free.

    Raises:
        ValueError: if it is no port, or is taken.
    """
    if not 0 <= port < 65536:
        raise ValueError(f"--port takes a number from 1 to 65535, not {port}.")
    taken = socket.socket()
    try:
        # On Windows this would let two programs listen; elsewhere it lets one begin again at once.
        if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((ADDRESS, port))
        taken.listen(128)
    except PermissionError:
        taken.close()
        raise ValueError(
            f"Port {port} may not be used by this program; give another with --port."
        ) from None
    except OSError:
        taken.close()
        raise ValueError(
            f"Port {port} is taken, perhaps by pages that are open already; give another with --port "
            "(`make explore PORT=...`)."
        ) from None
    return taken


def server(opened: Open, names: tuple[str, ...]) -> uvicorn.Server:
    """The server of a home's pages; run it with a socket of `listening`."""
    config = uvicorn.Config(
        make_app(opened, names),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=MOST_HEADERS,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def serve(home: Home, port: int) -> None:
    """Show the pages of a home until interrupted.

    Raises:
        HomeError: if nothing has been built there.
        ValueError: if the port cannot be used.
    """
    opened = Open(home)
    laboratory = opened.laboratory()
    with listening(port) as place:
        number = place.getsockname()[1]
        running = server(opened, names_of(number))
        print(
            f"The home {home.path} is open at http://{ADDRESS}:{number} (Ctrl-C closes it). "
            "All data is synthetic.",
            flush=True,
        )
        # What questions in SQL and replays need is made ready while somebody reads the first page.
        bounded.start()
        threading.Thread(target=laboratory.begin, daemon=True).start()
        try:
            running.run(sockets=[place])
        finally:
            bounded.close()  # first: who waits for an answer hears of it, and the server can end
            opened.close()
