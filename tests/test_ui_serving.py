"""The page on a port: errors of host and port in one line, security headers, nothing from another host."""

import re
import socket
import urllib.error
import urllib.request

import pytest

from ragbot.errors import IndexNotBuiltError, ServeError
from ragbot.ui import packaged_examples, serving
from ragbot.ui.serving import listen
from ragbot.ui.state import AnsweringBot


def no_bot() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")


def test_a_taken_port_is_named_with_the_next_step() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError) as error:
            listen("127.0.0.1", port)
    assert str(error.value) == f"port {port} is in use; stop the other program or choose another with --port"


@pytest.mark.parametrize("host", ["no such host", "192.0.2.1"])  # the second is reserved for documentation
def test_a_host_that_is_not_this_machine_is_named(host: str) -> None:
    with pytest.raises(ServeError, match="--host") as error:
        listen(host, 0)
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


def test_only_scripts_with_the_number_of_this_response_may_run() -> None:
    numbers = set()
    with serving(no_bot, examples=[]) as address:
        for _ in range(2):
            with urllib.request.urlopen(address) as response:
                page, policy = response.read().decode(), response.headers["content-security-policy"]
            (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
            scripts = re.findall(r"<script\b[^>]*>(?=.*?</script)", page, re.DOTALL)
            assert scripts
            assert all(f'nonce="{nonce}"' in script for script in scripts)
            assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
            numbers.add(nonce)
    assert len(numbers) == 2


def test_the_server_stops_with_its_block() -> None:
    with serving(no_bot, examples=[]) as address:
        pass
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(address, timeout=2)


def test_the_page_weighs_little_beyond_gradios_own_files() -> None:
    with serving(no_bot, examples=[]) as address:
        sizes = {path: len(urllib.request.urlopen(f"{address}{path}").read()) for path in ("", "config")}
    assert min(sizes.values()) > 10_000  # both carry the page's own parts, so that the sum counts them twice over
    assert sum(sizes.values()) < 1_500_000
