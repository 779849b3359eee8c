"""The page on a port: errors of host and port in one line, security headers, nothing from another host."""

import re
import socket
import urllib.error
import urllib.request

import pytest

from ragbot.errors import IndexNotBuiltError, ServeError
from ragbot.ui import packaged_examples, serve, serving
from ragbot.ui.state import AnsweringBot


def no_bot() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")


def test_a_taken_port_is_named_with_the_next_step() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError) as error:
            serve(no_bot, host="127.0.0.1", port=port, examples=[])
    assert str(error.value) == f"port {port} is in use; stop the other program or choose another with --port"


@pytest.mark.parametrize("host", ["no such host", "192.0.2.1"])  # the second is reserved for documentation
def test_a_host_that_is_not_this_machine_is_named(host: str) -> None:
    with pytest.raises(ServeError, match="--host") as error:
        serve(no_bot, host=host, port=0, examples=[])
    assert host in str(error.value)


def test_eight_different_examples_are_packaged() -> None:
    examples = packaged_examples()
    assert len(examples) == len(set(examples)) == 8


def test_the_page_names_no_other_host_and_allows_none() -> None:
    with serving(no_bot, examples=[]) as address, urllib.request.urlopen(address) as response:
        page, headers = response.read().decode(), response.headers
    own = address.rstrip("/")
    assert [link for link in re.findall(r"https?://[^\s\"'<>\\)]+", page) if not link.startswith(own)] == []
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "fonts.googleapis" not in page


def test_the_server_stops_with_its_block() -> None:
    with serving(no_bot, examples=[]) as address:
        pass
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(address, timeout=2)
