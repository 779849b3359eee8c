"""A site on a port: the web server, errors of host and port, and how it stops. Knows nothing of answers."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ragbot.config import Settings
from ragbot.errors import ServeError
from ragbot.ui.records import NO_RECORDS, Records
from ragbot.ui.site import Site, make_site
from ragbot.ui.state import BuildState, Gate, GetBot
from ragbot.ui.words import Words, load_words

if TYPE_CHECKING:
    import uvicorn

    from ragbot.ui.documents import Admin

_LAST_SECONDS = 2  # for what pages keep open, once nobody waits for an answer any more


def run(listener: socket.socket, site: Site) -> None:
    """Serve `site` on a listening socket until interrupted; questions in flight are then answered, or told why not."""
    _server(site).run(sockets=[listener])


@contextmanager
def serving(
    get_bot: GetBot,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    words: Words | None = None,
    examples: Sequence[str] | None = None,
    build: BuildState | None = None,
    gate: Gate | None = None,
    admin: Admin | None = None,
    records: Records = NO_RECORDS,
    settings: Settings | None = None,
) -> Iterator[str]:
    """Serve in a thread for the length of a `with` block, which gets the address; port 0 takes a free one."""
    chosen = settings or Settings(log="off")
    site = make_site(
        get_bot,
        chosen,
        words=words or load_words(),
        examples=examples,
        build=build,
        gate=gate,
        admin=admin,
        records=records,
    )
    with serving_site(site, host=host, port=port) as address:
        yield address


@contextmanager
def serving_site(site: Site, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """As `serving`, for a site that is made already."""
    with listen(host, port) as listener:
        server = _server(site)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="ragbot-page")
        thread.start()
        try:
            yield f"http://{host}:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ServeError, whose text names what is wrong and the next step."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ServeError(f"host {host!r} is unknown; choose another with --host, such as 127.0.0.1") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ServeError(_why_not(error, host, port)) from error
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use; stop the other program or choose another with --port"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} needs administrator rights; choose one above 1023 with --port"
    return f"cannot listen on {host} ({error.strerror}); choose another with --host, such as 127.0.0.1"


def _server(site: Site) -> uvicorn.Server:
    import uvicorn

    from ragbot.ui.application import application
    from ragbot.ui.evidence import Evidence

    evidence = Evidence(site.get_bot)

    class Server(uvicorn.Server):
        """Lets those inside finish before it closes; meanwhile it still answers, so that newcomers are told why not."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            whole = await site.reception.lobby.drain(site.settings.stop_seconds)
            site.reception.journal.note("stop", everybody_answered=whole)
            await super().shutdown(sockets)
            evidence.close()

    trusted = list(site.settings.trusted_proxies)
    config = uvicorn.Config(
        lambda: application(site, evidence),
        factory=True,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_LAST_SECONDS,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
    )
    return Server(config)
