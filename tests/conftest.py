"""Fixtures for all tests: a fast encoder for structure, the real one (loaded once) for meaning, small corpora."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from ragbot.answering import Bot
from ragbot.encoding import Encoder, MiniLmEncoder, Passage, Vectors
from ragbot.ingestion import ingest
from ragbot.reader import Reader
from ragbot.safety import Danger, Thresholds, Verdict, assess
from ragbot.safety_model import SafetyModel

ROOT = Path(__file__).parents[1]
BROWSER_TESTS = ROOT / "tests" / "browser"

settings.register_profile(
    "ragbot",
    deadline=None,
    derandomize=True,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ragbot")

WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]
BuildIndex = Callable[[Mapping[str, str | bytes]], Path]
BuildBot = Callable[[Mapping[str, str | bytes]], Bot]


def in_browser(item: pytest.Item) -> bool:
    return BROWSER_TESTS in item.path.parents


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests after all others: while Playwright's browser is open, asyncio.run refuses to start.

    One that fails is run once more, as a busy machine may let a browser stall at any point; the summary names it.
    """
    items.sort(key=in_browser)
    for item in filter(in_browser, items):
        item.add_marker(pytest.mark.flaky(reruns=1))


class FakeEncoder:
    """Bags of hashed words as unit vectors: texts that share words are near each other, in every process alike."""

    name = "fake@1"
    dimension = 64

    def __init__(self, max_pieces: int = 256) -> None:
        self.max_pieces = max_pieces

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.casefold()) or ["nothing"]:
                vectors[row, zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.dimension] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def encode_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        if over := [p for p in passages if self.count_pieces([p.text])[0] > self.max_pieces - 2]:
            raise ValueError(f"{len(over)} passages longer than the encoder reads")
        if progress:
            progress(len(passages))
        sentences = [self.encode([p.text[start:end] for start, end in p.sentences]) for p in passages]
        return self.encode([f"{p.prefix} {p.text}" for p in passages]), sentences


class PhraseGate:
    """The safety gate with its phrases, and a classifier that never sees danger: needs no model."""

    def assess(self, message: str) -> Verdict:
        chances = dict.fromkeys(Danger, 0.0) | {Danger.NONE: 1.0}
        return assess(message, lambda parts: [chances for _ in parts], Thresholds(emergency=0.5, personal_dose=0.5))


@pytest.fixture(scope="session")
def fake_encoder() -> Encoder:
    """An encoder that needs no model."""
    return FakeEncoder()


@pytest.fixture(scope="session")
def small_encoder() -> Encoder:
    """An encoder that reads 40 word pieces at most."""
    return FakeEncoder(max_pieces=40)


@cache
def _minilm() -> MiniLmEncoder:
    return MiniLmEncoder()


@pytest.fixture(scope="session")
def real_encoder() -> MiniLmEncoder:
    """The shipped encoder, loaded once a session."""
    return _minilm()


@pytest.fixture
def write_corpus(tmp_path: Path) -> WriteCorpus:
    """Write files (name to text or bytes) into a folder `corpus` and return it; call again to add more."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "corpus"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return folder

    return write


@pytest.fixture
def build_index(tmp_path: Path, write_corpus: WriteCorpus, fake_encoder: Encoder) -> BuildIndex:
    """Write files and build the index at `tmp_path / "index"` from the whole corpus with the fake encoder."""

    def build(files: Mapping[str, str | bytes]) -> Path:
        ingest([write_corpus(files)], index=tmp_path / "index", encoder=fake_encoder)
        return tmp_path / "index"

    return build


@pytest.fixture
def build_bot(build_index: BuildIndex, fake_encoder: Encoder) -> BuildBot:
    """A bot on files, with the fake encoder and the phrases of the safety gate; call again to add files."""
    return lambda files: Bot(build_index(files), fake_encoder, PhraseGate())


@pytest.fixture
def light_models(monkeypatch: pytest.MonkeyPatch, fake_encoder: Encoder) -> None:
    """The fake encoder and the phrases in place of the models wherever a command loads them, in this process."""
    for home in ("encoding", "answering", "ingestion.model", "doctor"):
        monkeypatch.setattr(f"ragbot.{home}.MiniLmEncoder", lambda folder=None: fake_encoder)
    for home in ("answering", "doctor"):
        monkeypatch.setattr(f"ragbot.{home}.SafetyModel", lambda encoder: PhraseGate())
    monkeypatch.setattr("ragbot.ingestion.model.encoder_name", lambda folder=None: fake_encoder.name)
    monkeypatch.setattr("ragbot.answering.Reader", lambda encoder: None)


@pytest.fixture(scope="session")
def real_safety(real_encoder: MiniLmEncoder) -> SafetyModel:
    """The shipped safety model, loaded once a session."""
    return SafetyModel(real_encoder)


@pytest.fixture(scope="session")
def real_reader(real_encoder: MiniLmEncoder) -> Reader:
    """The shipped reader, loaded once a session."""
    return Reader(real_encoder)


@pytest.fixture(scope="session")
def shipped_bot(
    real_encoder: MiniLmEncoder,
    real_safety: SafetyModel,
    real_reader: Reader,
    tmp_path_factory: pytest.TempPathFactory,
) -> Bot:
    """The shipped models on the shipped corpus, indexed anew once a session."""
    index = tmp_path_factory.mktemp("shipped") / "index"
    ingest([ROOT / "corpus"], index=index, encoder=real_encoder)
    return Bot(index, real_encoder, real_safety, real_reader)


@contextmanager
def _small_proxy(target: str, *, prefix: str, strips: bool) -> Iterator[str]:
    """A reverse proxy that puts `target` under `prefix`, and takes the prefix off on the way or leaves it there."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do(self) -> None:
            if not self.path.startswith(prefix + "/"):
                self.send_error(404)
                return
            path = self.path[len(prefix) :] if strips else self.path
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            host = urlsplit(target).netloc
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            headers |= {"Host": self.headers["host"], "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"}
            connection = HTTPConnection(host, timeout=60)
            connection.request(self.command, path, body, headers)
            self._back(connection.getresponse())
            connection.close()

        def _back(self, answer: HTTPResponse) -> None:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            while piece := answer.read1(65536):  # as it comes, so that an event stream streams
                self.wfile.write(piece)
                self.wfile.flush()

        do_GET = do_POST = do_HEAD = do

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="test-proxy")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{prefix}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def small_proxy() -> Callable[..., AbstractContextManager[str]]:
    """A real reverse proxy: `with small_proxy(target, prefix="/ask", strips=True) as address`."""
    return _small_proxy
