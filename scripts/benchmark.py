"""Speed and size, side by side in one run: `python scripts/benchmark.py --medquad FILE [--only help,cold,…]`

Prints ratios first (they hold on other machines), absolute figures second, the bound last. docs/benchmark.md says how
each figure is taken and how the large set is made. Measures only; nothing here is used by ragbot.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ragbot.datatypes import Block, Chunk, Document, Sentence
    from ragbot.encoding import Encoder, MiniLmEncoder, Passage, Vectors
    from ragbot.reader import Reader
    from ragbot.store import Index

PARTS = ("help", "cold", "memory", "latency", "ingest", "large")  # a child's peak counts its parent's: light ones first
BLOCK_DOCUMENTS = 64  # encoded and kept together: what a kill may lose
PLAIN_BATCHES = (8, 16, 32, 64)
INGESTED_DOCUMENTS = 300
SEED = 20
AVX2_ALONE = {
    "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2", "FBGEMM_ENABLE_INSTRUCTIONS": "AVX2",
}  # fmt: skip
_CLI = "from ragbot.cli import app; app()"  # what the installed command `ragbot` runs
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")  # a capital inside a sentence


@dataclass(frozen=True, slots=True)
class Cut:
    """Documents cut as ingestion cuts them; `sentences` is per document, `passages` per chunk."""

    documents: list[Document]
    sentences: list[tuple[Sentence, ...]]
    chunks: list[Chunk]
    passages: list[Passage]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors (n, dimension) of chunks, and those of their sentences (m, dimension), one array per chunk."""

    chunks: Vectors
    sentences: list[Vectors]


def main() -> None:
    """Run the chosen parts in the order of PARTS and print a line for each figure."""
    options = _options()
    if options.isa:
        os.environ |= AVX2_ALONE  # before torch is loaded, which reads them once
    if options.child:
        _child(options)
        return
    imitated = ", held to AVX2" if options.isa else ""
    print(f"# {machine()}{imitated}\n{'':34} {'ratio':>8}  figures (bound)", flush=True)
    runs: dict[str, Callable[[argparse.Namespace], None]] = {
        "help": time_help, "cold": time_cold_start, "memory": peak_memory,
        "latency": small_latency, "ingest": ingestion_speed, "large": large_latency,
    }  # fmt: skip
    for part in PARTS:
        if part in options.only:
            runs[part](options)
    if left_out := [part for part in PARTS if part not in options.only]:
        print(
            f"# left out: {', '.join(left_out)}" + ("" if options.medquad else "; large and ingest need --medquad FILE")
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help=f"parts to run, of {','.join(PARTS)} (default: all that have their files)")
    parser.add_argument("--index", type=Path, default=Path("index"), help="the small index")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="what the memory part ingests")
    parser.add_argument("--questions", type=Path, default=Path("eval/questions.jsonl"), help="their dev rows are asked")
    parser.add_argument("--medquad", type=Path, help="medquad.jsonl, for the parts large and ingest")
    parser.add_argument("--cache", type=Path, default=_default_cache(), help="where encodings stay (%(default)s)")
    parser.add_argument("--minutes", type=float, default=15.0, help="at most so long for encoding the large set")
    parser.add_argument("--chunks", type=int, default=50_000, help="size of the large set")
    parser.add_argument("--asked", type=int, default=200, help="questions asked per index")
    parser.add_argument("--documents", type=int, default=INGESTED_DOCUMENTS, help="documents of the part ingest")
    parser.add_argument("--isa", choices=("avx2",), help="hold this processor to an older one's instructions")
    parser.add_argument("--child", choices=("ask", "ingest"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    needing = {"large", "ingest"}  # a file that is no part of the repository
    if options.only is None:
        options.only = ",".join(part for part in PARTS if options.medquad or part not in needing)
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"--only {','.join(sorted(unknown))}: choose from {','.join(PARTS)}")
    if options.medquad is None and needing & set(options.only) and not options.child:
        parser.error("the parts large and ingest need --medquad FILE")
    return options


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ragbot-benchmark"


def machine() -> str:
    """Processor, cores, number formats and load, in one line."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    values = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    formats = ", ".join(number_formats(values.get("flags", "").split())) or "number formats unknown"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{values.get('model name', 'processor unknown')}, {os.cpu_count()} cores, {formats}; load {load}"


def number_formats(flags: Sequence[str]) -> list[str]:
    """The processor's wide number formats by their everyday names.

    >>> number_formats(["fpu", "avx2", "avx512f", "amx_tile", "amx_bf16"])
    ['AMX', 'AVX-512', 'AVX2']
    """
    named = {"amx_bf16": "AMX", "avx512f": "AVX-512", "avx2": "AVX2"}
    return [name for flag, name in named.items() if flag in flags]


def show(name: str, ratio: float | None, figures: str) -> None:
    """One line of the table."""
    print(f"{name:34} {'' if ratio is None else f'{ratio:8.2f}':>8}  {figures}", flush=True)


def time_help(options: argparse.Namespace) -> None:
    """`ragbot --help` beside an empty Python, turn by turn."""
    del options
    ours, empty = _interleaved([lambda: _run("-c", _CLI, "--help"), lambda: _run("-c", "pass")], rounds=7)
    show("--help / empty python", ours / empty, f"{ours:.2f} s / {empty:.3f} s (under 0.5 s)")


def time_cold_start(options: argparse.Namespace) -> None:
    """A fresh process to its first answer, beside one that only imports sentence-transformers."""
    question = dev_questions(options.questions, 1)[0]
    arguments = ("-c", _CLI, "ask", question, "--index", str(options.index), "--json")
    ours, bare = _interleaved([lambda: _run(*arguments), lambda: _run("-c", "import sentence_transformers")], rounds=3)
    show("cold answer / bare import", ours / bare, f"{ours:.1f} s / {bare:.1f} s (under 12 s)")


def peak_memory(options: argparse.Namespace) -> None:
    """Peak resident memory of 50 questions and of an ingest, each in its own process."""
    for kind in ("ask", "ingest"):
        paths = ("--index", str(options.index), "--corpus", str(options.corpus), "--questions", str(options.questions))
        peak = int(_run(str(Path(__file__).resolve()), "--child", kind, *paths)) / 2**20
        show(f"peak memory, {kind}", None, f"{peak:.2f} GiB (under 1.2 GB = 1.12 GiB)")


def _child(options: argparse.Namespace) -> None:
    """What `peak_memory` runs; prints its own peak in KiB."""
    from ragbot.answering import open_bot
    from ragbot.ingestion import ingest

    if options.child == "ask":
        bot = open_bot(options.index)
        for question in dev_questions(options.questions, 50):
            bot.ask(question)
    else:
        with tempfile.TemporaryDirectory() as folder:
            ingest([options.corpus], index=Path(folder))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def small_latency(options: argparse.Namespace) -> None:
    """Questions on the small index, without the reader beside a plain encoder call, with it beside a plain reader call."""
    from ragbot.encoding import MiniLmEncoder
    from ragbot.features import chunk_view
    from ragbot.reader import Reader
    from ragbot.rereading import READ_WINDOWS
    from ragbot.store import Index

    encoder = MiniLmEncoder()
    questions = dev_questions(options.questions, options.asked)
    bounds = "p50 under 60 ms, p95 under 150 ms; 100 and 200 where AVX2 is all"
    _show_latency("question / encoder, no reader", options.index, questions, encoder, bounds)
    reader, index = Reader(encoder), Index(options.index)
    chunks = [index.chunk(number) for number in range(index.manifest.n_chunks)]
    views = [chunk_view(index, chunk).window for chunk in chunks[:: max(1, len(chunks) // READ_WINDOWS)]]

    def read_plainly(question: str) -> None:
        reader.score(question, views[:READ_WINDOWS])

    _show_latency(
        f"question / {READ_WINDOWS} windows read", options.index, questions, encoder,
        "p50 under 250 ms, p95 under 500 ms on AVX2", reader=reader, beside=read_plainly,
    )  # fmt: skip


def large_latency(options: argparse.Namespace) -> None:
    """Real questions of the file on the large set, built through the store and opened by the Bot."""
    from ragbot.encoding import MiniLmEncoder

    encoder = MiniLmEncoder()
    index, made = large_set(options.medquad, encoder, cache=options.cache, n=options.chunks, minutes=options.minutes)
    print(f"# large set: {made}", flush=True)
    rows = _rows(options.medquad)
    chosen = np.random.default_rng(SEED).choice(len(rows), min(options.asked, len(rows)), replace=False)
    questions = [rows[i]["question"] for i in chosen]
    _show_latency("question / encoder, large", index, questions, encoder, "p50 under 120 ms")


def _show_latency(
    name: str,
    folder: Path,
    questions: Sequence[str],
    encoder: MiniLmEncoder,
    bounds: str,
    *,
    reader: Reader | None = None,
    beside: Callable[[str], object] | None = None,
) -> None:
    """Latency of a Bot on `questions`, each next to `beside` (None: the encoder called with the question)."""
    from ragbot.answering import Bot
    from ragbot.safety_model import SafetyModel

    bot = Bot(folder, encoder, SafetyModel(encoder), reader)
    plainly = beside or (lambda question: encoder.encode([question]))
    for question in questions[:5]:
        bot.ask(question)
    pairs = [(_seconds(partial(plainly, q)), _seconds(partial(bot.ask, q))) for q in questions]
    plain, ours = np.percentile(np.array(pairs) * 1000, [50, 95], axis=0).T
    figures = f"p50 {ours[0]:.0f} ms, p95 {ours[1]:.0f} ms / p50 {plain[0]:.0f} ms, p95 {plain[1]:.0f} ms"
    show(name, float(ours[0] / plain[0]), f"{figures}; {bot.index.manifest.n_chunks:,} chunks ({bounds})")
    show("index beyond text", None, f"{_bytes_beyond_text(bot.index):,.0f} bytes a chunk")


def _bytes_beyond_text(index: Index) -> float:
    root = index.folder / "generations" / index.generation
    total = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    text = sum(len(index.document(doc_id).text.encode()) for doc_id in index.doc_ids)
    return (total - text) / index.manifest.n_chunks


def ingestion_speed(options: argparse.Namespace) -> None:
    """Chunks per second of the encoding and of a whole ingest, beside SentenceTransformer.encode at its best batch."""
    from sentence_transformers import SentenceTransformer

    from ragbot.encoding import MiniLmEncoder, packaged_folder
    from ragbot.ingestion import ingest

    encoder = MiniLmEncoder()
    documents = _documents(_rows(options.medquad))[: options.documents]
    passages = cut_documents(documents, encoder).passages
    texts = [f"{passage.prefix} {passage.text}" for passage in passages]
    plain = SentenceTransformer(str(packaged_folder()), device="cpu", local_files_only=True)
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name, "corpus")
        corpus.mkdir()
        for number, document in enumerate(documents):
            (corpus / f"{number:05}.txt").write_text(document.text, "utf-8")
        runs: list[Callable[[], object]] = [partial(plain.encode, texts, batch_size=size) for size in PLAIN_BATCHES]
        runs += [partial(encoder.encode_passages, passages)]
        runs += [partial(ingest, [corpus], index=Path(name, "index"), encoder=encoder)]
        *loops, ours, whole = _interleaved(runs, rounds=3)
    best = min(loops)
    rate = f"plain loop {len(texts) / best:.0f} chunks/s, batch {PLAIN_BATCHES[loops.index(best)]}; {len(texts)} chunks"
    show("encoding / plain loop", best / ours, f"{len(texts) / ours:.0f} / {rate} (at least 1.0)")
    show("whole ingest / plain loop", best / whole, f"{len(texts) / whole:.0f} / {rate}")


def large_set(file: Path, encoder: Encoder, *, cache: Path, n: int, minutes: float) -> tuple[Path, str]:
    """The index folder of `n` chunks under `cache` and how it was made; encodes what it lacks, `minutes` long."""
    folder = set_folder(cache, hashlib.sha256(file.read_bytes()).hexdigest(), encoder)
    documents = _documents(_rows(file))
    cut, encoded = encode_cached(documents, encoder, folder / "blocks", n=n, minutes=minutes)
    n_real, n_documents = len(cut.chunks), len(cut.documents)
    index = folder / f"index-{n}-of-{n_real}"
    if not (index / "current").is_file():
        build_index(index, *_filled(cut, encoded, n), encoder)
    return index, how_made(file.name, n_documents, len(documents), encoded.chunks, n)


def how_made(name: str, n_used: int, n_documents: int, vectors: Vectors, n: int) -> str:
    """One sentence on a set of `n` chunks, grown from real ones with these `vectors`, of the texts in `name`."""
    made = f"{len(vectors):,} pieces of {n_used:,} texts of {name} encoded (of {n_documents:,}, shuffled)"
    if n <= len(vectors):
        return made
    low, middle, high = np.percentile(neighbour_distances(vectors), [10, 50, 90])
    return (
        f"{made}; {n - len(vectors):,} more are the same texts with names and numbers exchanged, their vectors the "
        f"real ones plus seeded noise, re-normalised, as far off as real neighbours are "
        f"(10, 50, 90 %: {low:.2f}, {middle:.2f}, {high:.2f})"
    )


def set_folder(cache: Path, digest: str, encoder: Encoder) -> Path:
    """Where the encodings of the texts with `digest` are kept under `cache`: a name for texts, encoder and chunking."""
    from ragbot.chunking import Chunking

    source = f"{digest} {encoder.name} {Chunking().signature} {BLOCK_DOCUMENTS}"
    folder = cache / hashlib.sha256(source.encode()).hexdigest()[:16]
    (folder / "blocks").mkdir(parents=True, exist_ok=True)
    return folder


def encode_cached(
    documents: Sequence[Document], encoder: Encoder, folder: Path, *, n: int, minutes: float
) -> tuple[Cut, Encoded]:
    """The first documents that give `n` chunks, cut and encoded; each block is kept in `folder` as it is done.

    A block that a kill left unwritten is encoded again, nothing else is. Stops early when `minutes` are over, but
    returns at least one block.
    """
    deadline = time.monotonic() + 60 * minutes
    cut = Cut([], [], [], [])
    chunk_vectors: list[Vectors] = []
    sentence_vectors: list[Vectors] = []
    for begin in range(0, len(documents), BLOCK_DOCUMENTS):
        path = folder / f"{begin // BLOCK_DOCUMENTS:05}.npz"
        if len(cut.chunks) >= n or (chunk_vectors and not path.is_file() and time.monotonic() > deadline):
            break
        block = cut_documents(documents[begin : begin + BLOCK_DOCUMENTS], encoder)
        encoded = _block(path, block.passages, encoder)
        for part in Cut.__slots__:
            getattr(cut, part).extend(getattr(block, part))
        chunk_vectors.append(encoded.chunks)
        sentence_vectors += encoded.sentences
        print(f"\r{len(cut.chunks):,} of {n:,} pieces", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return _shortened(cut, Encoded(np.concatenate(chunk_vectors), sentence_vectors), n)


def _block(path: Path, passages: Sequence[Passage], encoder: Encoder) -> Encoded:
    """The vectors kept at `path`, or made and kept there; written beside and renamed, so that no half one is read."""
    sizes = [len(passage.sentences) for passage in passages]
    if not path.is_file():
        chunks, sentences = encoder.encode_passages(passages)
        beside = path.with_suffix(".part")
        with beside.open("wb") as file:
            np.savez(file, chunks=chunks, sentences=np.concatenate(sentences).astype(np.float16))
        beside.replace(path)
    with np.load(path) as kept:
        stacked: Vectors = kept["sentences"].astype(np.float32)
        return Encoded(kept["chunks"], np.split(stacked, np.cumsum(sizes)[:-1]))


def cut_documents(documents: Sequence[Document], encoder: Encoder) -> Cut:
    """`documents` cut by ingestion's own functions, so that the benchmark cannot drift from them."""
    from ragbot.chunking import Chunking
    from ragbot.ingestion import cut_document, passages_of

    whole = Cut(list(documents), [], [], [])
    for document in documents:
        sentences, chunks = cut_document(document, Chunking(), encoder)
        whole.sentences.append(sentences)
        whole.chunks.extend(chunks)
        whole.passages.extend(passages_of(document, sentences, chunks))
    return whole


def _shortened(cut: Cut, encoded: Encoded, n: int) -> tuple[Cut, Encoded]:
    """At most `n` chunks; the documents stay whole, the last may lose chunks."""
    return replace(cut, chunks=cut.chunks[:n], passages=cut.passages[:n]), Encoded(
        encoded.chunks[:n], encoded.sentences[:n]
    )


def _filled(cut: Cut, encoded: Encoded, n: int) -> tuple[Cut, Encoded]:
    """`n` chunks: the real ones, then changed copies of them, round after round."""
    if len(cut.chunks) >= n:
        return cut, encoded
    random = np.random.default_rng(SEED)
    apart = neighbour_distances(encoded.chunks)
    sentences_apart = neighbour_distances(np.concatenate(encoded.sentences))
    chunk_vectors, sentence_vectors = [encoded.chunks], list(encoded.sentences)
    whole = Cut(*(list(getattr(cut, part)) for part in Cut.__slots__))
    stacked = np.concatenate(encoded.sentences)
    ends = np.cumsum([len(vectors) for vectors in encoded.sentences])[:-1]
    for number in range(1, -(-n // len(cut.chunks))):
        copy = changed_copy(cut, number)
        for part in Cut.__slots__:
            getattr(whole, part).extend(getattr(copy, part))
        chunk_vectors.append(turned(encoded.chunks, random.choice(apart, len(encoded.chunks)), seed=SEED + number))
        moved = turned(stacked, random.choice(sentences_apart, len(stacked)), seed=SEED + 1_000 + number)
        sentence_vectors += np.split(moved, ends)
    return _shortened(whole, Encoded(np.concatenate(chunk_vectors), sentence_vectors), n)


def neighbour_distances(vectors: Vectors, *, sample: int = 1_000) -> NDArray[np.float64]:
    """Euclidean distance from each of a seeded `sample` of unit vectors (n, dimension) to its nearest other."""
    chosen = np.sort(np.random.default_rng(SEED).choice(len(vectors), min(sample, len(vectors)), replace=False))
    similarities = vectors[chosen] @ vectors.T
    similarities[np.arange(len(chosen)), chosen] = -1.0
    distances: NDArray[np.float64] = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * similarities.max(axis=1).astype(np.float64)))
    return distances


def turned(vectors: Vectors, distances: NDArray[np.float64], *, seed: int) -> Vectors:
    """Unit vectors (n, dimension) plus seeded noise, re-normalised; row i ends up `distances[i]` (below 1.4) away.

    Noise at right angles and as long as the tangent of the angle does that exactly: a chord d spans cos = 1 - d²/2.
    """
    noise = np.random.default_rng(seed).standard_normal(vectors.shape, dtype=np.float32)
    noise -= (noise * vectors).sum(axis=1, keepdims=True) * vectors
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    cosines = 1.0 - np.minimum(distances, 1.4) ** 2 / 2.0
    tangents = np.sqrt(1.0 - cosines**2) / cosines
    moved = vectors + noise * tangents[:, None].astype(np.float32)
    unit: Vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return unit


def changed_copy(cut: Cut, number: int) -> Cut:
    """Copy `number` of `cut`: other digits, and names exchanged for others of equal length, so every offset holds."""
    changed = exchanged(names_in(document.text for document in cut.documents), number)
    documents = [replace(d, doc_id=f"copy{number}/{d.doc_id}", text=changed(d.text)) for d in cut.documents]
    texts = {document.doc_id: document.text for document in documents}
    chunks = [
        replace(c, doc_id=f"copy{number}/{c.doc_id}", text=c.span.cut(texts[f"copy{number}/{c.doc_id}"]))
        for c in cut.chunks
    ]
    passages = [replace(p, text=chunk.text) for p, chunk in zip(cut.passages, chunks, strict=True)]
    return Cut(documents, list(cut.sentences), chunks, passages)


def names_in(texts: Iterable[str]) -> set[str]:
    """Words of `texts` that look like names."""
    return {name for text in texts for name in _NAME.findall(text)}


def exchanged(names: set[str], number: int) -> Callable[[str], str]:
    """What copy `number` makes of a text: other digits, and each of `names` exchanged for another of its length."""
    random = np.random.default_rng(SEED + number)
    exchange = _exchange(names, random)
    digits = str.maketrans("123456789", "".join(random.permutation(list("123456789"))))

    def changed(text: str) -> str:
        return _NAME.sub(lambda match: exchange.get(match[0], match[0]), text).translate(digits)

    return changed


def _exchange(names: set[str], random: np.random.Generator) -> dict[str, str]:
    """Each name to another of the same length."""
    exchange: dict[str, str] = {}
    for length in {len(name) for name in names}:
        group = sorted(name for name in names if len(name) == length)
        exchange |= dict(zip(group, random.permutation(group).tolist(), strict=True))
    return exchange


def build_index(folder: Path, cut: Cut, encoded: Encoded, encoder: Encoder) -> None:
    """Write `cut` as an index generation through ragbot's own store."""
    from ragbot.chunking import Chunking
    from ragbot.datatypes import IndexManifest
    from ragbot.lexical import LexicalIndex
    from ragbot.store import FORMAT_VERSION, content_fingerprint, write_generation, writing

    settings = [str(FORMAT_VERSION), encoder.name, Chunking().signature]
    corpus, fingerprint = content_fingerprint({d.doc_id: d.sha256 for d in cut.documents}, settings)
    manifest = IndexManifest(
        format_version=FORMAT_VERSION,
        encoder=encoder.name,
        dimension=encoder.dimension,
        chunking=Chunking().signature,
        n_documents=len(cut.documents),
        n_chunks=len(cut.chunks),
        n_sentences=sum(len(vectors) for vectors in encoded.sentences),
        corpus_sha256=corpus,
        fingerprint=fingerprint,
        paths=(),
    )
    with writing(folder):
        write_generation(
            folder,
            documents=cut.documents,
            sentences=cut.sentences,
            chunks=cut.chunks,
            chunk_vectors=encoded.chunks,
            sentence_vectors=encoded.sentences,
            lexical=LexicalIndex.build([f"{p.prefix} {p.text}" for p in cut.passages]),
            manifest=manifest,
        )


def dev_questions(file: Path, n: int) -> list[str]:
    """At most `n` dev questions of a question file, evenly spaced."""
    found = [r["question"] for r in _rows(file) if "question" in r and r.get("split", "dev") == "dev"]
    return found[:: max(1, len(found) // n)][:n]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _documents(rows: Sequence[dict[str, str]]) -> list[Document]:
    """The distinct answers as documents, one block per line, in seeded random order: any beginning is a fair sample."""
    from ragbot.datatypes import Document, text_hash

    answers = {row["answer"]: row["focus"] for row in rows if row["answer"].strip()}
    documents = [
        Document(f"{number:05}.txt", title, text, "", text_hash(text), tuple(_blocks(text)))
        for number, (text, title) in enumerate(answers.items())
    ]
    return [documents[i] for i in np.random.default_rng(SEED).permutation(len(documents))]


def _blocks(text: str) -> Iterator[Block]:
    from ragbot.datatypes import Block, BlockKind, Span

    for line in re.finditer(r"[^\s\n][^\n]*", text):
        yield Block(Span(line.start(), line.start() + len(line[0].rstrip())), BlockKind.PARAGRAPH)


def _interleaved(runs: Sequence[Callable[[], object]], *, rounds: int) -> list[float]:
    """Median seconds of each run, all of them once a round, so that a noisy minute hits all alike."""
    table = [[_seconds(run) for run in runs] for _ in range(rounds)]
    return [float(value) for value in np.median(np.array(table), axis=0)]


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _run(*arguments: str) -> str:
    """Standard output of Python with `arguments`; ends the benchmark with the last line it said if it fails."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)[:80]} failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout


if __name__ == "__main__":
    main()
